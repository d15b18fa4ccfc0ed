"""Compare the heads that were shown to this station, and how far its log is witnessed, with what was signed.

`seen_head` and `paper` hold texts that others signed, with columns that say the same shorter; `witnessed` is a cache of
what logs say of each other. Nothing else would notice where one of these was changed.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from custody.errors import N_, CustodyError, TamperError
from custody.format.paper_codes import Sheet, pack_sheet, paper_id
from db.log.paper_records import checked_sheet
from db.models import Tables
from db.state.queries import State
from db.store import Store
from evidence.audit_findings import EvidenceFinding
from evidence.checkpoint import claimed_checkpoint
from evidence.head_seal import extend, read_seal, sum_of


def shown_findings(store: Store) -> Iterator[EvidenceFinding]:
    """All that is wrong with these three tables. The entries, and the signatures of heads, are for the audit."""
    tables = store.ledger.tables
    for log in _heads_told_wrong(tables):
        message = N_(
            "the table of heads that were shown has another length or root for {log} than the head, or the "
            "head in it is damaged"
        )
        yield tampered(message, log)
    yield from _seal_findings(tables)
    try:
        for paper, log in _papers_told_wrong(store.state):
            yield tampered(N_("the handover paper {paper} of {log} is not kept here as it was read"), log, paper=paper)
        wrong = store.heads.told_wrong()
    except (CustodyError, KeyError, TypeError):
        return  # a finding about the entry already
    for log, by in wrong:
        message = N_("the table of who relies on whom has another number for {log} by {by} than the entries say")
        yield tampered(message, log, by=by)


def tampered(message: str, log: str = "", **values: Any) -> EvidenceFinding:
    """The finding that something beside the entries is not as it was left; `log` is empty for the whole ledger."""
    return EvidenceFinding("TAMPERED", log, None, message, {"log": log, **values} if log else values, of_file=True)


def _heads_told_wrong(tables: Tables) -> Iterator[str]:
    head = tables.seen_head
    for log, size, root, note in head.select(head.log, head.size, head.root, head.note).tuples():
        try:
            said = claimed_checkpoint(note)
            is_right = (said.origin, said.size, said.root) == (log, size, bytes(root))
        except (CustodyError, TypeError):
            is_right = False
        if not is_right:
            yield str(log)


def _seal_findings(tables: Tables) -> Iterator[EvidenceFinding]:
    """Hold the heads that were shown here to what our records signed of them, log by log of our own."""
    head, logs, tree = tables.seen_head, tables.log, tables.tree
    sums: dict[int, dict[int, int]] = {}
    for seen_by, known_at, note in head.select(head.seen_by, head.known_at, head.note).tuples().iterator():
        of_log = sums.setdefault(seen_by, {})
        of_log[known_at] = sum_of(of_log.get(known_at, 0), str(note))
    rows = tree.select(logs.name, logs.public_key, tree.log_id, tree.size, tree.seal, tree.shown)
    for name, key, log_id, size, seal, shown in rows.join(logs.model, on=(logs.id == tree.log_id)).tuples():
        of_log, digest = sums.pop(log_id, {}), ""
        later = of_log.pop(size, 0)
        for known_at, total in sorted(of_log.items()):
            digest = extend(digest, known_at, total)
        try:
            is_right = not of_log if not seal else read_seal(seal, name, bytes.fromhex(key)) == (size, digest)
            is_right &= later == int(shown or "0", 16)
        except (CustodyError, ValueError, TypeError):
            is_right = False
        if not is_right:
            yield tampered(
                N_(
                    "the heads that were shown to {log} are not those that its records signed: one was taken "
                    "away or added"
                ),
                name,
            )
        elif not seal:
            message = N_("no record of {log} has signed yet which heads were shown here: its next one does")
            yield EvidenceFinding("UNWITNESSED", name, None, message, {"log": name})
    if sums.keys() - {0}:
        yield tampered(N_("the table of heads that were shown names a log of this station that is not here"))


def _papers_told_wrong(state: State) -> Iterator[tuple[str, str]]:
    """The papers whose record is not what its key signed, or is filed under something else, or as relied on wrongly."""
    kept: dict[str, int] = {}
    for event in state.ledger.on_topic(("witness",)):
        with suppress(TamperError):  # whoever wrote that kept no head
            head = claimed_checkpoint(event.body["head"])
            kept[head.origin] = max(head.size, kept.get(head.origin, 0))
    for row in state.ledger.tables.paper.select():
        try:
            sheet = Sheet(bytes(row.body), row.signatures, bytes.fromhex(row.public_key), row.head)
            body, leaf = checked_sheet(sheet)
            filed = (bytes(row.leaf), row.log, row.seq, row.paper)
            is_right = filed == (leaf, body["log"], body["seq"], paper_id(pack_sheet(sheet)))
            is_right &= not row.is_witnessed or claimed_checkpoint(row.head).size <= kept.get(row.log, 0)
        except (CustodyError, ValueError, KeyError, TypeError, AttributeError):
            is_right = False
        if not is_right:
            yield str(row.paper), str(row.log)
