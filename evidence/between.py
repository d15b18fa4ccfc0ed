"""Compare logs with each other's references and with the heads that people kept.

A contradiction counts against a log only where its own signature stands on both sides: a head that its key has signed,
against its entries. A reference is the word of who makes it alone, so where it does not fit, the finding is about two
logs, names both and accuses neither (docs/decisions/0205).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from custody.errors import N_, TamperError
from custody.format.encoding import key_fingerprint
from custody.format.event_types import MAX_COUNT
from custody.format.events import Event
from evidence.audit_findings import EvidenceFinding
from evidence.checkpoint import Checkpoint, claimed_checkpoint, read_checkpoint
from evidence.cosignature import cosigners
from evidence.log_audit import LogAudit
from evidence.mentions import MAX_ABSENT, AuditLimits
from evidence.policy import Policy, PolicyWitness
from evidence.tree import Tree
from evidence.verdict import KEPT_HEAD, LogFacts, PolicyFacts, Witness

_EMPTY_ROOT = Tree().root(0).hex()


@dataclass
class Held:
    """A log under audit, with who has seen it; `known` is how long it was by its own word, and who keeps that."""

    audit: LogAudit
    witnesses: dict[str, Witness] = field(default_factory=dict)
    known: int = 0
    known_by: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    """How far the witnesses of the policy have seen it."""

    def learn(self, size: int, by: str = "") -> None:
        """Note that so many entries of the log must exist, and who says so."""
        if size > self.known:
            self.known, self.known_by = size, by

    def witness(self, by: LogAudit | None, to: int) -> None:
        """Note who has seen the log up to here; a log of the same key is no witness."""
        if by is not None and (by is self.audit or by.public_key == self.audit.public_key):
            return
        name, station = _name_of(by), by.station if by else ""
        if name not in self.witnesses or self.witnesses[name].to < to:
            self.witnesses[name] = Witness(name, station, to)

    def cosigned(self, by: PolicyWitness, to: int) -> None:
        """Note that a witness of the policy has cosigned a head of this size, which fits."""
        self.seen[by.name] = max(to, self.seen.get(by.name, 0))
        name = by.key.name
        if name not in self.witnesses or self.witnesses[name].to < to:
            self.witnesses[name] = Witness(name, by.name, to)

    def facts(self, policy: Policy | None = None) -> LogFacts:
        """Return the facts about the log for a report."""
        audit = self.audit
        leaf = audit.leaf(audit.size)
        return LogFacts(
            audit.name,
            audit.station,
            audit.place,
            key_fingerprint(audit.public_key) if audit.public_key else None,
            audit.size,
            leaf.hex() if leaf else None,
            audit.root(audit.size).hex(),
            self.known,
            self.known_by,
            tuple(sorted(self.witnesses.values(), key=lambda witness: (-witness.to, witness.log))),
            self._policy_facts(policy),
        )

    def _policy_facts(self, policy: Policy | None) -> PolicyFacts | None:
        audit = self.audit
        if policy is None or audit.public_key is None or not policy.is_about(audit.name, audit.public_key):
            return None
        return PolicyFacts(policy.met_to(self.seen, audit.size), tuple(sorted(self.seen.items())))


class Between:
    """The comparison of the logs of one audit with each other.

    Args:
        wrong: what is wrong with each log by itself. Behind its first fault, a contradiction with others adds nothing.
        cosigners: the logs whose keys count, and are not revoked, with these: heads that they cosigned are witnessed.
        policy: the witnesses whose cosignatures count, whoever brings the head.
    """

    def __init__(
        self,
        held: Mapping[str, Held],
        wrong: Iterable[EvidenceFinding],
        limits: AuditLimits,
        cosigners: Mapping[str, bytes] | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.held, self._limits, self._cosigners, self._policy = held, limits, dict(cosigners or {}), policy
        self.found: list[EvidenceFinding] = []
        self._absent: dict[str, tuple[int, str]] = {}
        """The logs of which no entry is here, with the highest number that is named of each, and who names it."""
        self._unfollowed: tuple[str, int] | None = None
        """The first log, and its entry, that names logs which are not here beyond the limit."""
        self._faults: dict[str, int] = {}
        for finding in wrong:
            if finding.seq is not None:
                self._faults[finding.log] = min(finding.seq, self._faults.get(finding.log, finding.seq))
        self._signed_away: dict[str, int] = {}
        """The logs that a head of their own contradicts, with its size: it explains what others rely on up to there."""
        self._cut_told: dict[tuple[str, int], int] = {}
        """Where among `found` stands that a log ends before a head of that size."""
        self.keys = {log: one.audit.public_key for log, one in held.items() if one.audit.public_key is not None}
        self._unsaid = 0

    # --- references -------------------------------------------------------------------------------------------------

    def hold_to_mentions(self, ends: Mapping[str, int]) -> None:
        """Compare each log with what others relied on, up to their ends; where it agrees, they have witnessed it.

        Call it after the heads: what a log's own signature settles is no dispute.
        """
        for name, end in sorted(ends.items()):
            by = self.held[name].audit
            for log, rows in by.mentions.of_each():
                self._hold_to(log, by, (row for row in rows if row[2] <= end))
            if (place := by.mentions.unfollowed) and place <= end:
                self._unfollowed = self._unfollowed or (name, place)

    def _hold_to(self, log: str, by: LogAudit, rows: Iterable[tuple[int, bytes, int]]) -> None:
        one = self.held.get(log)
        if one is None or not one.audit.newest:
            for seq, _leaf, place in rows:
                self._miss(log, seq, by.name, place)
            return
        seen_to, beyond, other = 0, (0, 0), (0, 0)
        fault, signed = self._faults.get(log, MAX_COUNT + 1), self._signed_away.get(log, 0)
        for seq, leaf, place in rows:
            held = one.audit.leaf(seq)
            if held == leaf:
                seen_to = max(seen_to, seq)
            elif fault <= seq or seq <= signed:
                continue
            elif held is None:
                beyond = beyond if beyond[0] >= seq else (seq, place)
            elif not other[0]:
                other = (seq, place)
        if seen_to:
            one.witness(by, seen_to)
        if other[0]:
            message = N_(
                "number {seq} of {log} relies on another number {number} of {other} than the one here: either "
                "{other} was rewritten, or {log} names what never was"
            )
            self._say("DISPUTED", by, other[1], message, other=log, number=other[0])
        if beyond[0]:
            message = N_(
                "number {seq} of {log} relies on number {number} of {other}, which ends at {held} here: "
                "either {other} was cut, or {log} names what never was"
            )
            self._say("INCOMPLETE", by, beyond[1], message, other=log, number=beyond[0], held=one.audit.size)

    def _say(self, code: str, by: LogAudit, seq: int, message: str, **values: Any) -> None:
        """Note a finding between two logs, at the entry that makes it; beyond the limit they are only counted."""
        if self._limits.left <= 0:
            self._unsaid += 1
            return
        self._limits.left -= 1
        said = {"log": by.name, "seq": seq, **values}
        self.found.append(EvidenceFinding(code, by.name, seq, message, said, is_short=code == "INCOMPLETE"))

    def _miss(self, log: str, number: int, by: str, place: int = 0) -> None:
        """Note that a log is named, in the entry `place` of another, and that nothing of it is here."""
        if log not in self._absent and len(self._absent) >= MAX_ABSENT and by != KEPT_HEAD:
            self._unfollowed = self._unfollowed or (by, place)
        else:
            self._absent[log] = max((number, by), self._absent.get(log, (0, "")), key=lambda known: known[0])

    # --- heads ------------------------------------------------------------------------------------------------------

    def hold_to_witnesses(self, ends: Mapping[str, int]) -> None:
        """Hold the logs to the heads that others keep in their entries, up to their ends."""
        for name, end in sorted(ends.items()):
            for body in self.held[name].audit.kept:
                if body["type"] == "witness" and body["seq"] <= end:
                    self.hold_to_head(str(body.get("head", "")), self.held[name].audit, body["seq"])

    def hold_to_shown(self, texts: Iterable[str]) -> None:
        """Hold each log to the heads that were shown of it, to the first that does not fit."""
        wrong = set[str]()
        for _size, log, text in sorted((*_claimed(text), text) for text in texts):
            if log not in wrong:
                before, one = len(self.found), self.held.get(log)
                self.hold_to_head(text, one.audit if one else None, is_shown=True)
                wrong |= {log} if len(self.found) > before else set()

    def hold_to_head(self, text: str, by: LogAudit | None, place: int | None = None, *, is_shown: bool = False) -> None:
        """Hold a log to a head that it signed.

        Args:
            by: the log that kept it, in its entry number `place`, or whose row of the list brings it; None where the
                auditor does.
            is_shown: it is kept outside of the logs, by the one who gives them.
        """
        try:
            claim = claimed_checkpoint(text)
        except TamperError as error:
            self._refuse(error, text, by, place)
            return
        one = self.held.get(claim.origin)
        if one is None or not one.audit.newest:
            self._miss(claim.origin, claim.size, _name_of(by), place or 0)
            return
        if one.audit.public_key is None:
            return  # the missing first entry is a finding already
        try:
            head = read_checkpoint(text, one.audit.public_key)
        except TamperError as error:
            self._refuse(error, text, None if is_shown else by, place)
            return
        self._compare(one, head, by)
        is_asked = is_shown or self._policy is not None
        if is_asked and head.size <= one.audit.size and one.audit.root(head.size) == head.root:
            for name, _at in cosigners(text, self._cosigners if is_shown else {}):
                one.witness(self.held[name].audit, head.size)
            for witness in self._policy.seen_by(text) if self._policy else ():
                one.cosigned(witness, head.size)

    def _refuse(self, error: TamperError, text: str, by: LogAudit | None, place: int | None) -> None:
        """A text that no log's key has signed accuses who keeps it, and not the log that it names."""
        if by is None:
            self.found.append(EvidenceFinding("TAMPERED", "", None, error.message, error.values, of_file=True))
        elif place is None:
            message = N_("the head that stands with {log} in the list of logs is not signed by its key")
            self.found.append(EvidenceFinding("TAMPERED", by.name, None, message, {"log": by.name}, of_file=True))
        elif (finding := false_head(by.name, place, text, self.keys)) is not None:
            self.found.append(finding)

    def _compare(self, one: Held, head: Checkpoint, by: LogAudit | None) -> None:
        """A head that the log's key signed, and its entries: here both sides bear its signature."""
        audit = one.audit
        one.learn(head.size, "" if by is audit else _name_of(by))
        if head.size > audit.size:
            message = N_("entries of {log} by a head that its station signed: {size}; here: {held}")
            values = {"log": audit.name, "size": head.size, "held": audit.size}
            is_short = by is not audit
            self._signed_away[audit.name] = max(head.size, self._signed_away.get(audit.name, 0))
            finding = EvidenceFinding("INCOMPLETE", audit.name, audit.size + 1, message, values, is_short=is_short)
            told = self._cut_told.setdefault((audit.name, head.size), len(self.found))
            if told == len(self.found):
                self.found.append(finding)
            elif not is_short:  # whoever brought it, it is one head: told once, at its worst
                self.found[told] = finding
        elif audit.root(head.size) == head.root:
            one.witness(by, head.size)
        elif audit.is_sound_to(head.size):  # what was altered is a finding already
            self._signed_away[audit.name] = max(head.size, self._signed_away.get(audit.name, 0))
            message = N_("{log} has signed two histories: a head of {size} entries does not fit the entries here")
            self.found.append(
                EvidenceFinding("FORK", audit.name, None, message, {"log": audit.name, "size": head.size})
            )

    # --- what came of it ----------------------------------------------------------------------------------------------

    def findings(self) -> list[EvidenceFinding]:
        """All that was found; call it last."""
        found = [*self.found, *(_not_here(log, *known) for log, known in self._absent.items())]
        if self._unfollowed:
            message = N_(
                "more logs are named that are not here than an audit follows ({limit}): those that {by} names "
                "from its number {place} on were not all looked at"
            )
            values = {"limit": MAX_ABSENT, "by": self._unfollowed[0], "place": self._unfollowed[1]}
            found.append(EvidenceFinding("INCOMPLETE", "", None, message, values, is_short=True))
        if self._unsaid:
            message = N_("logs contradict each other {count} times more")
            found.append(EvidenceFinding("DISPUTED", "", None, message, {"count": self._unsaid}))
        return found

    def facts(self) -> list[LogFacts]:
        """Return the facts about each log that is here or named, by name."""
        absent = {
            log: LogFacts(log, "", "", None, 0, None, _EMPTY_ROOT, number, by, ())
            for log, (number, by) in self._absent.items()
        }
        return [
            facts
            for _, facts in sorted((absent | {log: one.facts(self._policy) for log, one in self.held.items()}).items())
        ]


def _not_here(log: str, number: int, by: str) -> EvidenceFinding:
    message = N_("{log} is not here; {by} relied on its number {known}")
    if by == KEPT_HEAD:
        message = N_("{log} is not here; entries by a head of it: {known}")
    return EvidenceFinding("INCOMPLETE", log, 1, message, {"log": log, "by": by, "known": number}, is_short=True)


def _claimed(text: str) -> tuple[int, str]:
    """What a head says of its size and log, not checked; nothing of a text that is no head."""
    try:
        head = claimed_checkpoint(text)
    except TamperError:
        return 0, ""
    return head.size, head.origin


def _name_of(keeper: LogAudit | None) -> str:
    return keeper.name if keeper else KEPT_HEAD


# --- How far a log is witnessed: up to the newest of its entries that another key's log relies on ---------------------
# Whoever relies on an entry holds the log to all that came before it (docs/decisions/0032). Paper that was printed
# witnesses nothing until the other side has read it.


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
