"""Whether a bundle may be taken in: whole as its list says, every entry signed by its log's key, nothing out of place.

An audit tells an auditor everything; this refuses at the first thing that is wrong, so nothing of a bad bundle is used.
What is no fault of the bundle passes: logs that it does not have, logs that others know to be longer, forks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from custody.errors import N_, TamperError
from custody.ledger import is_name_of
from evidence.bundle_lines import LogRow
from evidence.checkpoint import read_checkpoint
from evidence.entry import RawEntry, examine
from evidence.findings import EvidenceFinding
from evidence.log_audit import LogAudit, Mapper, with_keys


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that may be taken in: how many entries it has, and the public keys that are known with it, by log."""

    count: int
    keys: Mapping[str, bytes]


_HINT = N_("Ask for a new copy of the bundle; nothing was taken from this one.")


def check_bundle(
    rows: Sequence[LogRow], entries: Iterable[RawEntry], keys: Mapping[str, bytes], *, mapper: Mapper = map
) -> Checked:
    """Walk a bundle to its end and refuse it if anything in it is wrong.

    Args:
        keys: the public keys of the logs that are held already. Of these a bundle may lack the beginning, for that may
            come in another one.

    Raises:
        TamperError: it was cut or altered; the first thing that is wrong.
    """
    logs = {row.log: LogAudit(row.log, keys.get(row.log)) for row in rows}
    known = dict(keys)
    count = 0
    for seen in mapper(examine, with_keys(entries, known)):
        count += 1
        if seen.fault is not None:
            raise _refusal(seen.fault.message, seq=seen.seq or count, log=seen.log or "-", **seen.fault.values)
        if seen.log not in logs:
            raise _refusal(N_("{log} is here and not in the list of logs"), log=seen.log)
        logs[seen.log].take(seen)
    for row in rows:
        log = logs[row.log]
        log.public_key = known.get(row.log)
        for finding in log.findings():
            if not _may_pass(finding, is_held=row.log in keys):
                raise _refusal(finding.message, **finding.values)
        _check_row(row, log)
        if row.log not in keys and log.public_key is not None and not is_name_of(row.log, log.public_key):
            raise _refusal(N_("{log} does not bear the name of the key that signs it"), log=row.log)
    return Checked(count, known)


def _may_pass(finding: EvidenceFinding, *, is_held: bool) -> bool:
    """Forks are evidence. A log that is held may come without its beginning; without its genesis alone it was cut."""
    begins_later = finding.code == "INCOMPLETE" and finding.values.get("first") == 1 and finding.values["last"] > 1
    return finding.code == "FORK" or (is_held and begins_later)


def _check_row(row: LogRow, log: LogAudit) -> None:
    """Hold a log to what the list says of it."""
    leaf = log.leaf(row.size)
    if row.size != log.newest or (leaf.hex() if leaf else None) != row.head:
        message = N_("{log} is not here as the list of logs says: {size} entries should be here, {held} are")
        raise _refusal(message, log=row.log, size=row.size, held=log.newest)
    if log.leaf(1) is not None and (row.station, row.place) != (log.station, log.place):
        raise _refusal(N_("{log} says that it is of {station} at {place}; its list says otherwise"),
                       log=row.log, station=log.station, place=log.place)  # fmt: skip
    if row.checkpoint is not None and log.public_key is not None:
        head = read_checkpoint(row.checkpoint, log.public_key)
        is_within = head.size <= log.size
        is_single = all(finding.code != "FORK" for finding in log.findings())
        if head.origin != row.log or (is_within and is_single and log.root(head.size) != head.root):
            raise _refusal(N_("the signed head of {log} does not fit the entries here"), log=row.log)


def _refusal(message: str, **values: object) -> TamperError:
    return TamperError(message, hint=_HINT, **values)
