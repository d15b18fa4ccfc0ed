"""The audit of several logs together: their references and the heads that people kept, compared with what is held.

One log alone can only be consistent with itself: the holder of its key can cut its end off or rewrite it. Only what
others saw of it binds it. An event that relies on number 40 of another log witnesses the first forty entries of that
log, for each entry names the digest of the one before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from custody.chain.roster import LogOwner, Roster, roster
from custody.errors import N_
from custody.format.encoding import key_fingerprint
from custody.format.events import Event
from evidence.audit_findings import EvidenceFinding, of_their_keys
from evidence.between import Between, Held
from evidence.checkpoint import is_head_of
from evidence.entry import RawEntry, examine
from evidence.intake import LogRow
from evidence.log_audit import MAX_LOGS, LogAudit, Mapper, with_keys
from evidence.mentions import AuditLimits
from evidence.policy import NONE, Policy
from evidence.verdict import BundleAudit, LogFacts

MAX_LOGS_SPREAD = 1_000
"""A hub of an office gathers hundreds."""


def audit_bundle(
    rows: Sequence[LogRow],
    entries: Iterable[RawEntry],
    *,
    root: str | None = None,
    heads: Sequence[str] = (),
    shown: Sequence[str] = (),
    keys: Mapping[str, bytes] | None = None,
    policy: Policy | None = None,
    must_be_met: bool = False,
    mapper: Mapper = map,
) -> BundleAudit:
    """Audit the logs of a bundle or of a whole ledger, against each other and against what the auditor brings.

    Args:
        rows: the list of the logs that comes with them: the bundle's first line, or the ledger's table of logs.
        entries: each log's in the order of their numbers; logs may come in any order.
        root: the fingerprint of the root's key, from a key sheet. Without it every log's word counts.
        heads: signed heads kept elsewhere, as text.
        shown: signed heads that whoever gives the logs was shown: the logs are held to them, and nobody witnesses.
        keys: public keys of logs that are known already.
        policy: the witnesses that the auditor trusts; `must_be_met`: the audit fails where too few have seen a log that
            counts.
        mapper: how to spread the work that takes time.
    """
    limits = AuditLimits(listed=frozenset(row.log for row in rows))
    held = _take_all(rows, entries, dict(keys or {}), limits, mapper)
    own = [finding for one in held.values() for finding in one.audit.findings()]
    own += _check_rows(rows, held)
    ends, admitted, strangers, cosigners, trusted = _trust(held, root)
    between = Between(held, own, limits, cosigners, policy)
    between.hold_to_witnesses(ends)
    for row in rows:
        if row.checkpoint is not None and is_head_of(row.checkpoint, row.log):
            between.hold_to_head(row.checkpoint, held[row.log].audit)
    listed = {row.checkpoint for row in rows}
    between.hold_to_shown(text for text in shown if text not in listed)
    for text in heads:
        between.hold_to_head(text, None)
    between.hold_to_mentions(ends)
    logs = (*between.facts(), *_never_met(held, admitted))
    found = of_their_keys((*own, *strangers, *between.findings()), between.keys)
    found += [finding for log in logs for finding in _unwitnessed(log)]
    found.sort(key=lambda finding: (not finding.is_wrong, finding.log, finding.seq or 0, finding.code))
    unmet = [log.log for log in logs if must_be_met and log.policy and not log.policy.met_to and ends.get(log.log)]
    is_brought = must_be_met and policy is not None and policy.quorum != NONE
    is_seen = is_brought and any(log.policy and log.policy.met_to for log in logs)
    is_anchored = root is not None or bool(heads) or is_seen
    return BundleAudit(logs, tuple(found), is_anchored, unmet=tuple(unmet), trusted=trusted)


def worth_spreading(rows: Sequence[LogRow]) -> int:
    """How many entries several processes may share; 0 where so many logs are said to be here that sending each process
    their keys would fill memory.
    """
    return sum(row.size for row in rows) if len(rows) <= MAX_LOGS_SPREAD else 0


def _take_all(
    rows: Sequence[LogRow], entries: Iterable[RawEntry], keys: dict[str, bytes], limits: AuditLimits, mapper: Mapper
) -> dict[str, Held]:
    held = {row.log: Held(LogAudit(row.log, keys.get(row.log), limits)) for row in rows}
    current = rows[0].log if rows else ""
    for seen in mapper(examine, with_keys(entries, keys)):
        name = seen.filed_log or seen.log
        if name and (name in held or len(held) < MAX_LOGS):
            current = name  # an entry that cannot be read belongs where the one before it did
        if current not in held:
            held[current] = Held(LogAudit(current, limits=limits))
        held[current].audit.take(seen)
    for name, one in held.items():
        one.audit.public_key = keys.get(name)
        one.learn(one.audit.newest)
    return held


def _check_rows(rows: Sequence[LogRow], held: dict[str, Held]) -> list[EvidenceFinding]:
    """Compare the logs with the list of them. A row is no witness, and neither is a head in it: who cut a log may have
    written the row to fit.
    """
    found = []
    for row in rows:
        one, audit = held[row.log], held[row.log].audit
        one.learn(row.size)
        if row.size > audit.newest:
            message = N_("entries that {log} should have: {size}; here: {held}")
            found.append(_incomplete(audit, message, size=row.size, held=audit.size))
        elif row.size < audit.newest:
            message = N_("entries that {log} should have: {size}; here: {held}")
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
    listed = {row.log for row in rows}
    for name, one in held.items():
        if name not in listed:
            found.append(_tampered(one.audit, 1, N_("{log} is here and not in the list of logs")))
    return found


def _trust(
    held: Mapping[str, Held], root: str | None
) -> tuple[dict[str, int], list[Event], list[EvidenceFinding], dict[str, bytes], Roster | None]:
    """The logs whose word counts, each with the number up to which it does, the admissions that count, the keys of
    those logs that are not revoked, and who says so.

    Without a root, all of all. Else as `custody.chain.roster` says: the root's logs, those whose keys were admitted by
    whoever may, each to its end where its key was revoked.
    """
    said = [Event("", dict(body)) for one in held.values() for body in one.audit.kept]
    admissions = [event for event in said if event.type == "admit"]
    keys = {name: one.audit.public_key for name, one in held.items() if one.audit.public_key}
    if root is None:
        return {name: one.audit.newest for name, one in held.items()}, admissions, [], keys, None
    roots = {event.log: str(event.body["root"]) for event in said if event.type == "genesis"}
    owners = {
        name: LogOwner(one.audit.public_key.hex(), one.audit.station, one.audit.place, roots.get(name, ""))
        for name, one in held.items()
        if one.audit.public_key
    }
    trusted = roster(root, said, owners)
    ends, strangers = whose_word_counts(trusted, {name: one.audit.newest for name, one in held.items()})
    admissions = [event for event in admissions if event.body["key"] in trusted.powers]
    keys = {name: key for name, key in keys.items() if name in ends and trusted.last_good(name) is None}
    return ends, admissions, strangers, keys, trusted


def _never_met(held: Mapping[str, Held], admitted: Iterable[Event]) -> list[LogFacts]:
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
    message = N_("newest entries of {log} that nobody has witnessed: {count}; cutting them off would not be noticed")
    if count == 1:
        message = N_("the newest entry of {log} is witnessed by nobody: cutting it off would not be noticed")
    return [EvidenceFinding("UNWITNESSED", log.log, log.witnessed_to + 1, message, {"log": log.log, "count": count})]


def _tampered(audit: LogAudit, seq: int | None, message: str, **values: Any) -> EvidenceFinding:
    """Return the finding that a log differs from its row in the list, which has no signature."""
    said = {"seq": seq, "log": audit.name, **values}
    return EvidenceFinding("TAMPERED", audit.name, seq, message, said, of_file=True)


def _incomplete(audit: LogAudit, message: str, **values: Any) -> EvidenceFinding:
    return EvidenceFinding("INCOMPLETE", audit.name, audit.size + 1, message, {"log": audit.name, **values})


# --- Whose word counts in an audit that knows the root: what `custody.chain.roster` says, as findings -----------------


def whose_word_counts(trusted: Roster, sizes: Mapping[str, int]) -> tuple[dict[str, int], list[EvidenceFinding]]:
    """Return the logs that count, each with the number up to which it does; and findings about what does not count.

    Args:
        sizes: the highest number that is held of each log.
    """
    ends, found = dict[str, int](), list[EvidenceFinding]()
    if not trusted.roots:
        message = N_("no log here is signed by the root's key {root}: nobody vouches for any of them")
        found.append(EvidenceFinding("INCOMPLETE", "", None, message, {"root": trusted.root}))
    for log, size in sorted(sizes.items()):
        if trusted.counts(log):
            last = trusted.last_good(log)
            ends[log] = size if last is None else min(size, last)
        finding = what_does_not_count(trusted, log, size) if log in trusted.owners else None  # no key: nobody's log
        found += [] if finding is None else [finding]
    return ends, found


def what_does_not_count(trusted: Roster, log: str, size: int) -> EvidenceFinding | None:
    """The note on a log of which not everything counts; None where all of its `size` entries do."""
    if not trusted.counts(log):
        message = N_("the root has not admitted the key of {log}: its entries are kept and do not count")
        if not size:
            message = N_("the root has not admitted the key of {log}, of which no entry is here")
        return EvidenceFinding("UNKNOWN_STATION", log, None, message, {"log": log})
    last = trusted.last_good(log)
    if last is None or size <= last:
        return None
    message = N_("the key of {log} was revoked: its entries from number {seq} on are kept and do not count")
    return EvidenceFinding("UNKNOWN_STATION", log, last + 1, message, {"log": log, "seq": last + 1})
