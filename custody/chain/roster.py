"""Whose word counts: the keys that root has admitted, what each may do, and up to where a revoked one still stands.

A pure function of the events about logs and keys, so that stations with the same events trust the same logs. A revoked
key does not come back: its station goes on with a new one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from custody.chain.corrections import Roots
from custody.format.encoding import key_fingerprint
from custody.format.event_types import POWERS
from custody.format.events import Event

PLANNING = ("plan", "withdraw")
"""The types of events that the plan follows from."""
MEMBERSHIP = frozenset({"genesis", "admit", "revoke", "join"})
"""The types of events that say who counts, but for the plan by which an office began apart."""
NOTICES = MEMBERSHIP.union(PLANNING)
"""The types of events that a roster follows from."""


@dataclass(frozen=True, slots=True)
class LogOwner:
    """Whose log it is, by its own first entry: the key (64 hex digits), the station's name and place, and the
    fingerprint of the root that it follows; the latter is empty where that entry is not here.
    """

    key: str
    station: str
    place: str
    root: str = ""


Scope = tuple[str, ...]
"""How far a power reaches: below each of these places, the last being the narrowest; empty: everywhere."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one branch says of a key: what it may do and how far, by name of the power and scope.

    `by` is the scope of whoever admitted it, `level` how many admissions lie between root and it. `ends` are the sizes
    up to which its logs stand by this word, nothing of a log that is not named; None where it was not revoked.
    """

    by: Scope
    level: int
    powers: frozenset[tuple[str, Scope]]
    ends: Mapping[str, int] | None = None

    def holds(self, log: str, seq: int) -> bool:
        """Whether this word stands for that number of a log of the key."""
        return self.ends is None or seq <= self.ends.get(log, 0)


@dataclass(frozen=True)
class Roster:
    """Who counts in an election.

    Attributes:
        root: fingerprint of the root's key, whether its log is held or not.
        owners: whose each held log is.
        powers: the keys that count, and what each may do: one word of each branch that admitted it.
        revoked: the keys that every branch which admitted them has revoked, with the sizes up to which their logs
            stand; of a log not named, nothing does.
        own: the logs of the station that asks, which count there, admitted or not; those it went on from, too.
        offices: the keys of the offices that began apart, whether they have joined or not.
        roots: the logs that the root's key signs.
        joined: the keys of the offices that began apart and belong to this root now.
        correctors: whose corrections count: root's, and those of offices that joined, of what their stations wrote.
        strangers: the held logs of which nothing counts (`is_stranger`).
        ends: the numbers up to which the held logs of revoked keys stand, by log.
    """

    root: str
    owners: Mapping[str, LogOwner]
    powers: Mapping[str, tuple[Grant, ...]]
    revoked: Mapping[str, Mapping[str, int]]
    own: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    roots: frozenset[str] = field(init=False, compare=False)
    joined: frozenset[str] = field(init=False, compare=False)
    correctors: Roots = field(init=False, compare=False)
    strangers: frozenset[str] = field(init=False, compare=False)
    ends: Mapping[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        owners, powers, revoked = self.owners, self.powers, self.revoked
        roots = frozenset(log for log, owner in owners.items() if _fingerprint(owner.key) == self.root)
        strangers = frozenset(
            log
            for log, owner in owners.items()
            if self.root and owner.key not in powers and log not in self.own and (roots or owner.root != self.root)
        )
        joined = frozenset(key for key in self.offices & powers.keys() if _fingerprint(key) != self.root)
        self.__dict__.update(
            roots=roots,
            joined=joined,
            correctors=roots | self._joined_correctors(joined) if joined else roots,
            strangers=strangers,
            ends={log: revoked[o.key].get(log, 0) for log, o in owners.items() if o.key in revoked} if revoked else {},
        )

    def _joined_correctors(self, joined: Iterable[str]) -> set[tuple[str, str]]:
        """The logs of offices that have joined, each with those whose records it may correct."""
        logs: dict[str, list[str]] = {}
        for log, owner in self.owners.items():
            logs.setdefault(owner.key, []).append(log)
        return {
            (log, other)
            for key in joined
            for log in logs.get(key, ())
            for scope in self.scopes(log, "admit")
            for below, grants in self.powers.items()
            if any(scope and grant.by[: len(scope)] == scope for grant in grants)
            for other in logs.get(below, ())
        }

    @cached_property
    def has_branches(self) -> bool:
        """Whether a key that counts may plan below some place alone."""
        said = (power for grants in self.powers.values() for grant in grants for power in grant.powers)
        return any(named == "plan" and scope for named, scope in said)

    def counts_as(self, other: "Roster") -> bool:
        """Whether both count the same records and corrections, of the logs that both hold."""
        return (self.root, self.powers, self.revoked, self.own, self.correctors) == (
            other.root,
            other.powers,
            other.revoked,
            other.own,
            other.correctors,
        )

    def counts(self, log: str) -> bool:
        """Whether a log's key was admitted, revoked later or not."""
        owner = self.owners.get(log)
        return owner is not None and owner.key in self.powers

    def is_stranger(self, log: str) -> bool:
        """Whether the records of a log are kept but do not count until root admits its key.

        A station's own log counts at that station. While root's log, which alone says who is admitted, is not here,
        every log that names this root counts. Where no root is known, all do.
        """
        return log in self.strangers or (bool(self.root) and log not in self.owners and log not in self.own)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The place of each held log's station."""
        return {log: owner.place for log, owner in self.owners.items()}

    @cached_property
    def has_met_all(self) -> bool:
        """Whether a log is held of every station that counts, and there are two besides root.

        With only one, root has perhaps admitted only the first. The answer depends on the logs that are held, not on
        the station that asks: those that hold the same logs must find the same for each item.
        """
        held = {owner.key for owner in self.owners.values()}
        others = {key for key in self.powers if _fingerprint(key) != self.root}
        return bool(self.roots) and len(others) > 1 and self.powers.keys() - self.revoked.keys() <= held

    def last_good(self, log: str) -> int | None:
        """The number up to which a log stands; None where its key was not revoked."""
        return self.ends.get(log)

    def end_of(self, key: str, log: str) -> int | None:
        """The number up to which a log of this key stands, held or not; None where the key was not revoked."""
        return self.revoked[key].get(log, 0) if key in self.revoked else None

    def is_quarantined(self, event: Event) -> bool:
        """Whether an event came after its station's key was revoked: it is kept, and nothing follows from it."""
        return event.seq > self.ends.get(event.log, event.seq)

    def stands(self, event: Event) -> bool:
        """Whether anything follows from an event: neither a stranger recorded it nor a key that was revoked before.

        All that reads events to count them asks this.
        """
        return not (self.is_stranger(event.log) or self.is_quarantined(event))

    def may(self, log: str, power: str) -> bool:
        """Whether a log may plan, or admit and revoke, anywhere."""
        return bool(self.scopes(log, power))

    def scopes(self, log: str, power: str, seq: int = 0) -> list[Scope]:
        """How far a log may plan, or admit and revoke, in its entry of that number; none where it may not."""
        said = self._said_of(log, power, seq)
        return sorted({scope for grant in said for named, scope in grant.powers if named == power})

    def rank(self, log: str, power: str, seq: int = 0) -> int:
        """At which level a log has a power: 0 for root, and for whoever has it everywhere."""
        if () in self.scopes(log, power, seq):
            return 0
        return min((grant.level for grant in self._said_of(log, power, seq)), default=0)

    def _said_of(self, log: str, power: str, seq: int) -> list[Grant]:
        owner = self.owners.get(log)
        said = self.powers.get(owner.key, ()) if owner else ()
        return [grant for grant in said if grant.holds(log, seq) and any(named == power for named, _ in grant.powers)]


def roster(
    root: str,
    notices: Iterable[Event],
    owners: Mapping[str, LogOwner] | None = None,
    *,
    own: frozenset[str] = frozenset(),
) -> Roster:
    """Who counts, where the key with the fingerprint `root` is the root's.

    A key stands at the level after the lowest one that admitted it, root's at the first. Each branch has one word on a
    key: where several of one branch and level admitted it, the last by log, then number. A power that is admitted
    reaches no farther than the admitting one. Keys are revoked from above alone, and a branch takes back its own word
    and those of the branches inside it: so two delegates cannot revoke each other, no branch takes away or adds what
    another said, and no order of arrival matters. The key of an office that began apart counts where that office has
    joined whoever admits it (`offices`), and nowhere else.

    Args:
        notices: the events of the types `NOTICES`, in any order; others do no harm.
        owners: whose each log is; None takes that from the first entries among the notices.
        own: the logs of the station that asks.
    """
    events = sorted(notices, key=_place)
    owners = _owners(events) if owners is None else owners
    said = [event for event in events if event.type in ("admit", "revoke") and event.log in owners]
    joined = offices(events, owners)
    powers: dict[str, tuple[Grant, ...]] = {}
    ends: dict[str, list[tuple[Scope, Mapping[str, int]]]] = {}
    everything = Grant((), 0, frozenset((power, ()) for power in POWERS))
    roots = (owner.key for owner in owners.values() if _fingerprint(owner.key) == root)
    level: dict[str, tuple[Grant, ...]] = dict.fromkeys(roots, (everything,))
    depth = 0
    while level:
        powers, depth = powers | level, depth + 1
        so_far = Roster(root, owners, level, {})
        words: dict[str, dict[Scope, frozenset[tuple[str, Scope]]]] = {}
        for event in said:
            key, admitting = event.body["key"], owners[event.log].key
            if key in powers or (event.type == "admit" and admitting not in joined.get(key, (admitting,))):
                continue
            for by in so_far.scopes(event.log, "admit", event.seq):
                if event.type == "revoke":
                    ends.setdefault(key, []).append((by, _sizes(event)))
                else:
                    words.setdefault(key, {})[by] = granted(event.body["powers"], by)
        level = {
            key: tuple(Grant(by, depth, told, _end(ends.get(key, ()), by)) for by, told in sorted(branches.items()))
            for key, branches in words.items()
        }
    revoked = {key: _last_end(powers.get(key, ()), said) for key, said in ends.items()}
    ended = {key: sizes for key, sizes in revoked.items() if sizes is not None}
    return Roster(root, owners, powers, ended, own, frozenset(joined))


def granted(powers: Iterable[Any], by: Scope) -> frozenset[tuple[str, Scope]]:
    """What the `powers` of an `admit`, in either of its forms, let a key do, as far as whoever says so may."""
    told = ((row, None) if isinstance(row, str) else (row["power"], row["under"]) for row in powers)
    return frozenset((power, (*by, under) if under and under not in by[-1:] else by) for power, under in told)


def own_logs(own: Event, notices: Iterable[Event]) -> frozenset[str]:
    """The logs of the station whose newest log begins with `own`: that one, and those that it went on from."""
    begun = {event.log: event for event in notices if event.type == "genesis"}
    found, event = {own.log}, own
    while before := str(event.body.get("continues") or "").rsplit(":", 2)[0]:
        if before in found or before not in begun:
            break
        found.add(before)
        event = begun[before]
    return frozenset(found)


def offices(notices: Iterable[Event], owners: Mapping[str, LogOwner]) -> dict[str, list[str]]:
    """The keys of the offices that began apart, each with the keys that may admit it: the one that it has joined first,
    where it has joined any, then those of logs that go on from one of its own, for its key is lost then.

    An office is its own root and has admitted a station, or planned, without relying on another log. The first `join`
    in its logs (by name, then number) is for good.
    """
    found: dict[str, list[str]] = {}
    joined: dict[str, str] = {}
    heirs: dict[str, list[str]] = {}
    begun: set[str] = set()
    for event in sorted(notices, key=_place):
        owner = owners.get(event.log)
        before = owners.get(str(event.body.get("continues") or "").rsplit(":", 2)[0])
        if owner is not None and before is not None and event.type == "genesis":
            heirs.setdefault(before.key, []).append(owner.key)
        if owner is not None and event.type == "join":
            joined.setdefault(owner.key, event.body["key"])
        elif owner is not None and event.type in ("admit", "plan") and event.log not in begun:
            begun.add(event.log)
            if owner.root == _fingerprint(owner.key) and all(ref["log"] == event.log for ref in event.body["refs"]):
                found[owner.key] = []
    return {key: [joined.get(key, ""), *heirs.get(key, ())] for key in found}


def root_followed(own: Event, notices: Iterable[Event]) -> str:
    """Return the fingerprint of the root that a station follows.

    It is the one that was given when its log began. An office that began apart, and all that follow it, follow the root
    of the office that it has joined once that one has admitted it: both must have said so. A laptop that was given no
    root and is no office follows the one other root that has admitted its key, or the only one that has a plan; so a
    stranger's bundle cannot take an election over.

    Args:
        own: the first event of the station's own log.
    """
    told, key = str(own.body["root"]), str(own.body["public_key"])
    events = sorted(notices, key=_place)
    owners = _owners(events)
    joined = offices(events, owners)
    if told == _fingerprint(key) and key not in joined:
        others = {o.root for o in owners.values() if o.key != key and o.root == _fingerprint(o.key)}
        admitting = {root for root in others if key in roster(root, events).powers}
        planning = {_fingerprint(owners[event.log].key) for event in events if event.type == "plan"} & others
        followed = admitting or planning
        told = followed.pop() if len(followed) == 1 else told
    way = [told]
    while root := _joined_root(way[-1], events, owners, joined):
        if root in way:
            return root  # offices that joined each other in a circle: each stays by itself
        way.append(root)
    return way[-1]


def _joined_root(
    root: str, events: Sequence[Event], owners: Mapping[str, LogOwner], joined: Mapping[str, Sequence[str]]
) -> str:
    """The root that the office with this root key has joined and that has admitted it; empty where there is none."""
    key = next((key for key in joined if _fingerprint(key) == root), "")
    above = next((owner.root for owner in owners.values() if key and owner.key == joined[key][0]), "")
    return above if above and key in roster(above, events).powers else ""


def _owners(events: Iterable[Event]) -> dict[str, LogOwner]:
    return {
        event.log: LogOwner(
            event.body["public_key"], event.body["station"], event.body["place"], event.body.get("root", "")
        )
        for event in events
        if event.type == "genesis"
    }


def _sizes(event: Event) -> dict[str, int]:
    """Up to where a `revoke` lets a key's logs stand; of several words on one log, the strictest holds."""
    sizes: dict[str, int] = {}
    for row in event.body["last_good"]:
        sizes[row["log"]] = min(row["size"], sizes.get(row["log"], row["size"]))
    return sizes


def _end(said: Iterable[tuple[Scope, Mapping[str, int]]], by: Scope) -> Mapping[str, int] | None:
    """Up to where a key's logs stand by the word of one branch; the revocations of it and those above it count."""
    found = [sizes for scope, sizes in said if by[: len(scope)] == scope]
    if not found:
        return None
    named = set.intersection(*(set(sizes) for sizes in found))
    return {log: min(sizes[log] for sizes in found) for log in sorted(named)}


def _last_end(grants: Iterable[Grant], said: Sequence[tuple[Scope, Mapping[str, int]]]) -> Mapping[str, int] | None:
    """Up to where a key's logs stand by any word that admitted it; None where one of these was not revoked."""
    found: dict[str, int] = {}
    for ends in [grant.ends for grant in grants] or [_end([((), sizes) for _by, sizes in said], ())]:
        if ends is None:
            return None
        found = {log: max(size, found.get(log, 0)) for log, size in {**found, **ends}.items()}
    return found


def _place(event: Event) -> tuple[str, int, str]:
    return (event.log, event.seq, event.leaf)


def _fingerprint(key: str) -> str:
    return key_fingerprint(bytes.fromhex(key))


def restood(before: Roster, after: Roster) -> dict[str, int]:
    """The logs of which something counts that did not, or the other way round, and the number from which on."""
    found = {}
    for log in {log for log, _end in before.ends.items() ^ after.ends.items()} & after.owners.keys():
        found[log] = 1 + min(size for size in (before.last_good(log), after.last_good(log)) if size is not None)
    strange = (before.strangers ^ after.strangers) & before.owners.keys()
    return found | dict.fromkeys((strange | (before.roots ^ after.roots)) & after.owners.keys(), 1)
