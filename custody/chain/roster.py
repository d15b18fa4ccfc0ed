"""Whose word counts: the keys that root has admitted, what each may do, and up to where a revoked one still stands.

A pure function of the events about logs and keys, so that stations with the same events trust the same logs. A revoked
key does not come back: its station goes on with a new one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from custody.chain.corrections import in_place_of, withdrawals
from custody.chain.order import Order, causal_order
from custody.format.encoding import key_fingerprint
from custody.format.event_types import POWERS, Body
from custody.format.events import Event
from custody.plan.phases import Phase, phases_of
from custody.plan.places import Place

PLANNING = ("plan", "withdraw")
"""The types of events that the plan follows from."""
NOTICES = frozenset({"genesis", "admit", "revoke", *PLANNING})
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


@dataclass(frozen=True)
class Roster:
    """Who counts in an election.

    Attributes:
        root: fingerprint of the root's key, whether its log is held or not.
        owners: whose each held log is.
        powers: the keys that count, and what each may do.
        revoked: for each revoked key, the sizes up to which its logs stand; of a log not named, nothing does.
        own: the logs of the station that asks, which count there, admitted or not; those it went on from, too.
    """

    root: str
    owners: Mapping[str, LogOwner]
    powers: Mapping[str, frozenset[str]]
    revoked: Mapping[str, Mapping[str, int]]
    own: frozenset[str] = frozenset()

    @cached_property
    def roots(self) -> frozenset[str]:
        """The logs that the root's key signs."""
        return frozenset(log for log, owner in self.owners.items() if _fingerprint(owner.key) == self.root)

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
    def strangers(self) -> frozenset[str]:
        """The held logs of which nothing counts (`is_stranger`)."""
        if not self.root:
            return frozenset()
        return frozenset(
            log
            for log, owner in self.owners.items()
            if owner.key not in self.powers and log not in self.own and (self.roots or owner.root != self.root)
        )

    @property
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
        owner = self.owners.get(log)
        return None if owner is None else self.end_of(owner.key, log)

    def end_of(self, key: str, log: str) -> int | None:
        """The number up to which a log of this key stands, held or not; None where the key was not revoked."""
        return self.revoked[key].get(log, 0) if key in self.revoked else None

    def is_quarantined(self, event: Event) -> bool:
        """Whether an event came after its station's key was revoked: it is kept, and nothing follows from it."""
        if not self.revoked:
            return False
        last = self.last_good(event.log)
        return last is not None and event.seq > last

    def stands(self, event: Event) -> bool:
        """Whether anything follows from an event: neither a stranger recorded it nor a key that was revoked before.

        All that reads events to count them asks this.
        """
        return not (self.is_stranger(event.log) or self.is_quarantined(event))

    def may(self, log: str, power: str) -> bool:
        """Whether a log may plan, or admit and revoke."""
        owner = self.owners.get(log)
        return owner is not None and power in self.powers.get(owner.key, ())


def roster(
    root: str,
    notices: Iterable[Event],
    owners: Mapping[str, LogOwner] | None = None,
    *,
    own: frozenset[str] = frozenset(),
) -> Roster:
    """Who counts, where the key with the fingerprint `root` is the root's.

    A key stands at the level after the lowest one that admitted it, root's at the first; where several of one level
    admitted it, the powers are those of the last by log, then number. Keys are revoked from above alone: so two
    delegates cannot revoke each other, and no order of arrival matters.

    Args:
        notices: the events of the types `NOTICES`, in any order; others do no harm.
        owners: whose each log is; None takes that from the first entries among the notices.
        own: the logs of the station that asks.
    """
    events = sorted(notices, key=_place)
    owners = _owners(events) if owners is None else owners
    powers: dict[str, frozenset[str]] = {}
    revoked: dict[str, dict[str, int]] = {}
    level = {o.key: frozenset(POWERS) for o in owners.values() if _fingerprint(o.key) == root}
    while level:
        powers |= level
        so_far = Roster(root, owners, level, revoked)
        said = [event for event in events if so_far.may(event.log, "admit") and not so_far.is_quarantined(event)]
        below = [event for event in said if event.type in ("admit", "revoke") and event.body["key"] not in powers]
        for event in below:
            if event.type == "revoke":
                _end(revoked, event)
        level = {event.body["key"]: frozenset(event.body["powers"]) for event in below if event.type == "admit"}
    return Roster(root, owners, powers, revoked, own)


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


def root_followed(own: Event, notices: Iterable[Event]) -> str:
    """Return the fingerprint of the root that a station follows.

    It is the one that was given when its log began. A station without one is its own root, until it meets the one other
    root that has admitted its key, or the only one that has a plan while it has none itself. A station that has
    admitted another is a root and follows none, so a stranger's bundle cannot take an election over.

    Args:
        own: the first event of the station's own log.
    """
    told, key = str(own.body["root"]), str(own.body["public_key"])
    events = sorted(notices, key=_place)
    owners = _owners(events)
    said = {event.type for event in events if event.log in owners and owners[event.log].key == key}
    if told != _fingerprint(key) or "admit" in said:
        return told
    others = {
        event.body["root"]
        for event in events
        if event.type == "genesis"
        and event.body["public_key"] != key
        and event.body["root"] == _fingerprint(event.body["public_key"])
    }
    admitting = {root for root in others if key in roster(root, events).powers}
    planning = {_fingerprint(owners[event.log].key) for event in events if event.type == "plan"} & others
    followed = admitting or (planning if "plan" not in said else set())
    return followed.pop() if len(followed) == 1 else told


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn from the plan and not planned again: codes of places, kinds, and (kind, level) of needs."""

    places: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    needs: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.places or self.kinds or self.needs)

    def covers(self, kind: str, to: str, places: Mapping[str, Place]) -> bool:
        """Whether a thing of this kind, bound for that place, is none that the plan still has."""
        if to in self.places or kind in self.kinds:
            return True
        place = places.get(to) if self.needs else None
        return place is not None and (kind, place.level) in self.needs


def plan_in_force(plans: Iterable[Event], trusted: Roster) -> list[Body]:
    """The rows of the plan that count, each after those that its station knew; of two for one thing the last holds.

    Rows of stations that may not plan, and those that were withdrawn, are left out; a corrective plan stands where the
    withdrawn one stood. A `withdraw` takes away the rows that come before it. What no knowledge orders goes by leaf
    digest.

    Args:
        plans: the `plan`, `withdraw` and `correct` events, in any order.
    """
    rows: list[Body] = []
    for event in _plans_in_order(plans, trusted):
        if event.type == "plan":
            rows += event.body["rows"]
        else:
            gone = _withdrawn_by(event)
            rows = [row for row in rows if gone.isdisjoint(_names_of(row))]
    return rows


def withdrawn_from_plan(plans: Iterable[Event], trusted: Roster) -> Withdrawn:
    """What the plan in force lacks because somebody who may plan withdrew it.

    Args:
        plans: as for `plan_in_force`.
    """
    gone: set[Name] = set()
    for event in _plans_in_order(plans, trusted):
        if event.type == "plan":
            gone.difference_update(*map(_names_of, event.body["rows"]))
        else:
            gone |= _withdrawn_by(event)
    return Withdrawn(
        frozenset(name[1] for name in gone if name[0] == "place"),
        frozenset(name[1] for name in gone if name[0] == "kind"),
        frozenset((name[1], name[2]) for name in gone if name[0] == "need"),
    )


class PhasesInForce(NamedTuple):
    """The phases of the plan in force; `overlaps` has the other phases, by kind, in which stations that may plan and
    knew nothing of each other have put a kind.
    """

    phases: tuple[Phase, ...] = ()
    overlaps: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def phases_in_force(plans: Iterable[Event], trusted: Roster) -> PhasesInForce:
    """The phases of the plan that counts. Of two words on one kind the one holds whose station knew the other; what no
    knowledge orders goes by leaf digest, and is told as an overlap.

    Args:
        plans: as for `plan_in_force`.
    """
    order, events = _ordered(plans, trusted)
    said: dict[str, list[tuple[Event, Body]]] = {}
    for event in events:
        if event.type == "plan":
            for row in event.body.get("phases", ()):
                said.setdefault(row["kind"], []).append((event, row))
        else:
            for name in _withdrawn_by(event):
                said.pop(name[1], None) if name[0] == "kind" else None
    overlaps = {}
    for kind, told in said.items():
        held_by, held = told[-1]
        apart = (row["phase"] for event, row in told if order.are_apart(event, held_by))
        if others := sorted({phase for phase in apart if phase != held["phase"]}):
            overlaps[kind] = tuple(others)
    return PhasesInForce(phases_of(told[-1][1] for told in said.values()), overlaps)


Name = tuple[str, ...]
"""What a row of a plan is about: ("place", code), ("need", kind, level), or ("kind", kind)."""


def _names_of(row: Body) -> tuple[Name, ...]:
    if row["row"] == "place":
        return (("place", row["code"]),)
    return (("need", row["kind"], row["level"]), ("kind", row["kind"])) if row["row"] == "need" else ()


def _withdrawn_by(event: Event) -> set[Name]:
    rows = event.body["rows"]
    gone: set[Name] = {("place", row["code"]) for row in rows if row["row"] == "place"}
    for row in rows:
        if row["row"] == "need":
            gone.add(("kind", row["kind"]) if row["level"] is None else ("need", row["kind"], row["level"]))
    return gone


def _plans_in_order(plans: Iterable[Event], trusted: Roster) -> Iterator[Event]:
    """The events of the plan that count, each after those that its station knew."""
    return _ordered(plans, trusted)[1]


def _ordered(plans: Iterable[Event], trusted: Roster) -> tuple[Order, Iterator[Event]]:
    """The same, and what their stations knew of each other."""
    events = {event.leaf: event for event in plans if trusted.stands(event)}
    withdrawn, _disputed = withdrawals(events, trusted.roots)
    placed = in_place_of(events, withdrawn)
    order = causal_order(
        placed.get(leaf, event)
        for leaf, event in events.items()
        if event.type in PLANNING and leaf not in withdrawn and trusted.may(event.log, "plan")
    )
    return order, _taken(order)


def _taken(order: Order) -> Iterator[Event]:
    while ready := order.ready() if order.waiting() else []:
        event = min(ready, key=lambda event: event.leaf)
        order.take(event)
        yield event


def _owners(events: Iterable[Event]) -> dict[str, LogOwner]:
    return {
        event.log: LogOwner(
            event.body["public_key"], event.body["station"], event.body["place"], event.body.get("root", "")
        )
        for event in events
        if event.type == "genesis"
    }


def _end(revoked: dict[str, dict[str, int]], event: Event) -> None:
    """Note up to where a key's logs stand; of several words on one log, the strictest holds."""
    key, sizes = event.body["key"], dict[str, int]()
    for row in event.body["last_good"]:
        sizes[row["log"]] = min(row["size"], sizes.get(row["log"], row["size"]))
    before = revoked.get(key)
    if before is not None:
        sizes = {log: min(size, before[log]) for log, size in sizes.items() if log in before}
    revoked[key] = sizes


def _place(event: Event) -> tuple[str, int, str]:
    return (event.log, event.seq, event.leaf)


def _fingerprint(key: str) -> str:
    return key_fingerprint(bytes.fromhex(key))


def restood(before: Roster, after: Roster) -> dict[str, int]:
    """The logs of which something counts that did not, or the other way round, and the number from which on."""
    found = {}
    for log in after.owners:
        old, new = before.last_good(log), after.last_good(log)
        if old != new:
            found[log] = 1 + min(size for size in (old, new) if size is not None)
        is_other = log in before.owners and before.is_stranger(log) != after.is_stranger(log)
        if is_other or (log in before.roots) != (log in after.roots):
            found[log] = 1
    return found
