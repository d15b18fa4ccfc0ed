"""The audit of several logs together: what each says of the others, and heads that people kept, against what is held.

One log alone can only be consistent with itself: whoever has its key can cut its end off or write it anew. What binds
it is what others saw of it. An event that relies on number 40 of another log witnesses the first forty entries of that
log, for each entry names the digest of the one before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custody.errors import N_, TamperError
from custody.events import Event
from custody.ledger import key_fingerprint
from custody.roster import LogOwner, roster
from evidence.bundle_lines import LogRow
from evidence.checkpoint import Checkpoint, claimed_checkpoint, is_head_of, read_checkpoint
from evidence.entry import Mention, RawEntry, examine
from evidence.findings import EvidenceFinding
from evidence.log_audit import MAX_LOGS, LogAudit, Mapper, Room, with_keys
from evidence.trust import whose_word_counts
from evidence.verdict import KEPT_HEAD, BundleAudit, LogFacts, Witness

MAX_LOGS_SPREAD = 1_000
"""A hub of an office gathers hundreds."""


@dataclass
class _Held:
    """A log under audit, with what others know of it. `is_here` is False of one that they name and nobody brought."""

    audit: LogAudit
    witnesses: dict[str, Witness] = field(default_factory=dict)
    known: int = 0
    known_by: str = ""
    is_here: bool = True

    def learn(self, size: int, by: str = "") -> None:
        """Note that so many entries of the log must exist, and who says so."""
        if size > self.known:
            self.known, self.known_by = size, by


def audit_bundle(
    rows: Sequence[LogRow],
    entries: Iterable[RawEntry],
    *,
    root: str | None = None,
    heads: Sequence[str] = (),
    shown: Sequence[str] = (),
    keys: Mapping[str, bytes] | None = None,
    mapper: Mapper = map,
) -> BundleAudit:
    """Audit the logs of a bundle or of a whole ledger, against each other and against what the auditor brings.

    Args:
        rows: what whoever gives the logs says of them: the bundle's first line, or the ledger's table of logs.
        entries: each log's in the order of their numbers; logs may come in any order.
        root: the fingerprint of the root's key, from a key sheet. Without it every log's word counts.
        heads: signed heads kept elsewhere, as text.
        shown: signed heads that whoever gives the logs was shown: the logs are held to them, and nobody witnesses.
        keys: public keys of logs that are known already.
        mapper: how to spread the work that takes time.
    """
    held = _take_all(rows, entries, dict(keys or {}), mapper)
    found = [finding for one in held.values() for finding in one.audit.findings()]
    found += _check_rows(rows, held)
    ends, admitted, strangers = _trust(held, root)
    found += strangers
    found += _check_mentions(held, ends)
    for name, end in sorted(ends.items()):
        for body in held[name].audit.kept:
            if body["type"] == "witness" and body["seq"] <= end:
                found += _check_head(str(body.get("head", "")), held, by=held[name].audit)
    listed = {row.checkpoint for row in rows}
    found += _check_shown([text for text in shown if text not in listed], held)
    for text in heads:
        found += _check_head(text, held, by=None)
    logs = (*(_facts(one) for _, one in sorted(held.items())), *_never_met(held, admitted))
    found += [finding for log in logs for finding in _unwitnessed(log)]
    found.sort(key=lambda finding: (not finding.is_wrong, finding.log, finding.seq or 0, finding.code))
    return BundleAudit(logs, tuple(found), root is not None or bool(heads))


def worth_spreading(rows: Sequence[LogRow]) -> int:
    """How many entries several processes may share; 0 where so many logs are said to be here that sending each process
    their keys would fill memory.
    """
    return sum(row.size for row in rows) if len(rows) <= MAX_LOGS_SPREAD else 0


def _take_all(
    rows: Sequence[LogRow], entries: Iterable[RawEntry], keys: dict[str, bytes], mapper: Mapper
) -> dict[str, _Held]:
    room = Room()
    held = {row.log: _Held(LogAudit(row.log, keys.get(row.log), room)) for row in rows}
    current = rows[0].log if rows else ""
    for seen in mapper(examine, with_keys(entries, keys)):
        name = seen.filed_log or seen.log
        if name and (name in held or len(held) < MAX_LOGS):
            current = name  # an entry that cannot be read belongs where the one before it did
        if current not in held:
            held[current] = _Held(LogAudit(current, room=room))
        held[current].audit.take(seen)
    for name, one in held.items():
        one.audit.public_key = keys.get(name)
        one.learn(one.audit.newest)
    return held


def _check_rows(rows: Sequence[LogRow], held: dict[str, _Held]) -> list[EvidenceFinding]:
    """Hold the logs to what was said of them. A row is no witness: whoever cut a log may have written it anew, and so
    is no head that a row carries, of its own log or another.
    """
    found = []
    for row in rows:
        one, audit = held[row.log], held[row.log].audit
        one.learn(row.size)
        if row.size > audit.newest:
            message = N_("{log} should have {size} entries; {held} are here")
            found.append(_incomplete(audit, message, size=row.size, held=audit.size))
        elif row.size < audit.newest:
            message = N_("{log} should have {size} entries; {held} are here")
            found.append(_tampered(audit, row.size + 1, message, size=row.size, held=audit.newest))
        elif (leaf := audit.leaf(row.size)) is not None and leaf.hex() != row.head and audit.is_sound_at(row.size):
            message = N_("number {seq} of {log} is not the one that its head was said to be")
            found.append(_tampered(audit, row.size, message))
        elif not row.size and row.head is not None:
            found.append(_tampered(audit, 1, N_("the list of logs names a newest entry of {log}, and no entries")))
        if audit.size and (row.station, row.place) != (audit.station, audit.place) and audit.is_sound_at(1):
            message = N_("{log} says that it is of {station} at {place}; its list says otherwise")
            found.append(_tampered(audit, 1, message, station=audit.station, place=audit.place))
        if row.checkpoint is not None and not is_head_of(row.checkpoint, row.log):
            message = N_("the signed head that stands with {log} in the list of logs is damaged, or of another log")
            found.append(_tampered(audit, None, message))
        elif row.checkpoint is not None:
            found += _check_head(row.checkpoint, held, by=audit)
    listed = {row.log for row in rows}
    for name, one in held.items():
        if one.is_here and name not in listed:
            found.append(_tampered(one.audit, 1, N_("{log} is here and not in the list of logs")))
    return found


def _trust(held: Mapping[str, _Held], root: str | None) -> tuple[dict[str, int], list[Event], list[EvidenceFinding]]:
    """The logs whose word counts, each with the number up to which it does, and the admissions that count.

    Without a root, all of all. Else as `custody.roster` says: the root's logs, those whose keys were admitted by
    whoever may, each to its end where its key was revoked.
    """
    said = [Event("", dict(body)) for one in held.values() for body in one.audit.kept]
    admissions = [event for event in said if event.type == "admit"]
    if root is None:
        return {name: one.audit.newest for name, one in held.items()}, admissions, []
    owners = {
        name: LogOwner(one.audit.public_key.hex(), one.audit.station, one.audit.place)
        for name, one in held.items() if one.audit.public_key
    }  # fmt: skip
    trusted = roster(root, said, owners)
    ends, strangers = whose_word_counts(trusted, {name: one.audit.newest for name, one in held.items()})
    return ends, [event for event in admissions if event.body["key"] in trusted.powers], strangers


def _check_mentions(held: dict[str, _Held], ends: Mapping[str, int]) -> list[EvidenceFinding]:
    """Hold each log to what the others relied on; where it agrees, they have witnessed it."""
    found: list[EvidenceFinding] = []
    withheld: dict[str, tuple[Mention, LogAudit]] = {}
    cut: dict[str, tuple[Mention, LogAudit]] = {}
    for name, end in sorted(ends.items()):
        by = held[name].audit
        changed: set[str] = set()
        for mention, place in by.mentions.items():
            if place > end:
                continue
            one = _named(held, mention.log)
            one.learn(mention.seq, by.name)
            if not one.is_here:
                _keep_farthest(withheld, mention, by)
                continue
            leaf = one.audit.leaf(mention.seq)
            if leaf == mention.leaf:
                _witness(one, by, mention.seq)
            elif leaf is None:
                _keep_farthest(cut, mention, by)
            elif mention.log not in changed and one.audit.is_sound_at(mention.seq):
                changed.add(mention.log)
                message = N_("number {seq} of {log} is not the one that {by} relied on in its number {place}")
                found.append(_tampered(one.audit, mention.seq, message, by=by.name, place=place))
    for log, (mention, by) in withheld.items():
        message = N_("{log} is not here; {by} relied on its number {known}")
        found.append(_not_here(log, message, by=by.name, known=mention.seq))
    for log, (mention, by) in cut.items():
        message = N_("{log} has more than the {held} entries here: {by} relied on its number {known}")
        audit = held[log].audit
        found.append(_incomplete(audit, message, is_short=True, held=audit.size, by=by.name, known=mention.seq))
    return found


def _named(held: dict[str, _Held], log: str) -> _Held:
    """The log of that name; an empty one that is not here where nobody brought it."""
    return held.setdefault(log, _Held(LogAudit(log), is_here=False))


def _keep_farthest(table: dict[str, tuple[Mention, LogAudit]], mention: Mention, by: LogAudit) -> None:
    if mention.log not in table or table[mention.log][0].seq < mention.seq:
        table[mention.log] = (mention, by)


def _check_shown(shown: Sequence[str], held: dict[str, _Held]) -> list[EvidenceFinding]:
    """Hold each log to the heads that were shown of it, to the first that does not fit."""
    found: dict[str, list[EvidenceFinding]] = {}
    for _size, log, text in sorted((*_claimed(text), text) for text in shown):
        if not found.get(log):
            one = held.get(log)
            found[log] = _check_head(text, held, by=one.audit if one and one.is_here else None)
    return [finding for some in found.values() for finding in some]


def _claimed(text: str) -> tuple[int, str]:
    """What a head says of its size and log, not checked; nothing of a text that is no head."""
    try:
        head = claimed_checkpoint(text)
    except TamperError:
        return 0, ""
    return head.size, head.origin


def _check_head(text: str, held: dict[str, _Held], by: LogAudit | None) -> list[EvidenceFinding]:
    """Hold a log to a head that it signed; `by` is the log that kept it, None where the auditor brings it."""
    try:
        claim = claimed_checkpoint(text)
    except TamperError as error:
        if by is None:
            return [EvidenceFinding("TAMPERED", "", None, error.message, error.values)]
        return [_tampered(by, None, N_("a record of {log} keeps what is no log's signed head"))]
    one = _named(held, claim.origin)
    if not one.is_here:
        one.learn(claim.size, _name_of(by))
        message = N_("{log} is not here; a head of it has {size} entries")
        return [_not_here(claim.origin, message, size=claim.size)]
    audit = one.audit
    if audit.public_key is None:
        if audit.newest:
            return []  # the missing first entry is a finding already
        message = N_("{log} has {size} entries by a head that its station signed; {held} are here")
        return [_incomplete(audit, message, size=claim.size, held=0)]
    try:
        head = read_checkpoint(text, audit.public_key)
    except TamperError as error:
        return [EvidenceFinding("TAMPERED", audit.name, None, error.message, error.values)]
    one.learn(head.size, "" if by is audit else _name_of(by))
    if head.size > audit.size:
        message = N_("{log} has {size} entries by a head that its station signed; {held} are here")
        return [_incomplete(audit, message, is_short=by is not audit, size=head.size, held=audit.size)]
    return _compare(one, head, by)


def _name_of(keeper: LogAudit | None) -> str:
    return keeper.name if keeper else KEPT_HEAD


def _compare(one: _Held, head: Checkpoint, by: LogAudit | None) -> list[EvidenceFinding]:
    audit = one.audit
    if audit.root(head.size) == head.root:
        _witness(one, by, head.size)
        return []
    if not audit.is_sound_to(head.size):
        return []  # what was altered is a finding already
    message = N_("{log} has signed two histories: a head of {size} entries does not fit the entries here")
    return [EvidenceFinding("FORK", audit.name, None, message, {"log": audit.name, "size": head.size})]


def _witness(one: _Held, by: LogAudit | None, to: int) -> None:
    """Note who has seen the log up to here. What the same key says of itself binds nobody."""
    if by is not None and (by is one.audit or by.public_key == one.audit.public_key):
        return
    name, station = _name_of(by), by.station if by else ""
    if name not in one.witnesses or one.witnesses[name].to < to:
        one.witnesses[name] = Witness(name, station, to)


def _facts(one: _Held) -> LogFacts:
    audit = one.audit
    leaf = audit.leaf(audit.size)
    return LogFacts(
        audit.name, audit.station, audit.place, key_fingerprint(audit.public_key) if audit.public_key else None,
        audit.size, leaf.hex() if leaf else None, audit.root(audit.size).hex(), one.known, one.known_by,
        tuple(sorted(one.witnesses.values(), key=lambda witness: (-witness.to, witness.log))),
    )  # fmt: skip


def _never_met(held: Mapping[str, _Held], admitted: Iterable[Event]) -> list[LogFacts]:
    """The stations that were admitted and of which no log is here; the last word on each key."""
    met = {one.audit.public_key.hex() for one in held.values() if one.audit.public_key}
    said = {event.body["key"]: event.body for event in admitted if event.body["key"] not in met}
    empty = LogAudit("").root(0).hex()
    return [
        LogFacts("", body["station"], body["place"], key_fingerprint(bytes.fromhex(key)), 0, None, empty, 0, "", ())
        for key, body in sorted(said.items(), key=lambda pair: (pair[1]["station"], pair[0]))
    ]


def _unwitnessed(log: LogFacts) -> list[EvidenceFinding]:
    count = log.size - log.witnessed_to
    if count <= 0:
        return []
    message = N_("{count} newest entries of {log} are witnessed by nobody: cutting them off would not be noticed")
    if count == 1:
        message = N_("the newest entry of {log} is witnessed by nobody: cutting it off would not be noticed")
    return [EvidenceFinding("UNWITNESSED", log.log, log.witnessed_to + 1, message, {"log": log.log, "count": count})]


def _tampered(audit: LogAudit, seq: int | None, message: str, **values: Any) -> EvidenceFinding:
    return EvidenceFinding("TAMPERED", audit.name, seq, message, {"seq": seq, "log": audit.name, **values})


def _incomplete(audit: LogAudit, message: str, *, is_short: bool = False, **values: Any) -> EvidenceFinding:
    said = {"log": audit.name, **values}
    return EvidenceFinding("INCOMPLETE", audit.name, audit.size + 1, message, said, is_short=is_short)


def _not_here(log: str, message: str, **values: Any) -> EvidenceFinding:
    return EvidenceFinding("INCOMPLETE", log, 1, message, {"log": log, **values}, is_short=True)
