"""How far a log is witnessed: up to the newest of its entries that another key's log relies on.

Whoever relies on an entry holds the log to all that came before it (docs/decisions/0032).
Paper that was printed witnesses nothing until the other side has read it.
"""

from collections.abc import Iterable, Mapping

from custody.errors import N_, TamperError
from custody.format.events import Event
from evidence.audit_findings import EvidenceFinding
from evidence.checkpoint import claimed_checkpoint, read_checkpoint


def witnessed_to(log: str, public_key: bytes, others: Iterable[Event]) -> int:
    """The highest number of `log` that these events of others rely on, or hold a head of; 0 for none.

    A head counts only with the log's own signature under it: else anybody could claim any.
    """
    highest = 0
    for event in others:
        highest = max([highest, *(ref["seq"] for ref in event.body["refs"] if ref["log"] == log)])
        if event.type == "witness":
            highest = max(highest, head_size(log, public_key, event.body["head"]))
    return highest


def head_size(log: str, public_key: bytes, head: str) -> int:
    """How long a log was by a signed head; 0 where it is another log's, or not signed by this key."""
    try:
        claimed = claimed_checkpoint(head)
        return read_checkpoint(head, public_key).size if claimed.origin == log else 0
    except TamperError:
        return 0


def false_head(by: str, seq: int | None, text: str, keys: Mapping[str, bytes]) -> EvidenceFinding | None:
    """Return the finding that the head in a `witness` record is not signed by its log's key; it accuses the log that
    keeps it, not the log it names.

    Args:
        by: the log of the record, and `seq` its number there.
        keys: the public keys that are known; of another log nothing can be checked.

    Returns:
        None where the head holds, or its log's key is not known.
    """
    message, other = N_("a record of {log} keeps what is no log's signed head"), ""
    try:
        other = claimed_checkpoint(text).origin
        if other not in keys or read_checkpoint(text, keys[other]):
            return None
    except TamperError:
        if other:
            message = N_("number {seq} of {log} keeps a head of {other} that the key of {other} has not signed")
    return EvidenceFinding("TAMPERED", by, seq, message, {"log": by, "seq": seq, "other": other})
