"""The register of critical points, from its records, and whose withdrawal takes a point out of it.

Anybody may record a point. A point that disappears takes a task out of everybody's list, so who may plan below a place
alone withdraws only those of that place and below it, and its own that are of no place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from custody.chain.branches import Outside, within
from custody.chain.corrections import Roots
from custody.chain.findings import moment
from custody.chain.roster import Roster, Scope
from custody.errors import N_
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.field import in_force, of_types

PointStatus = Literal["done", "green", "due", "overdue"]
MayWithdraw = Callable[[Event, Sequence[Event]], bool]
"""Whether a withdrawal takes out a point of which this was recorded before."""

_ELSEWHERE = N_(
    "{station} withdraws the critical point {what}, which is of no place below {under}, where alone it may plan: "
    "not counted"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A critical point at a moment. `status`: `done`, `overdue`, `due` within the next hours, or `green`.

    `events` are all that was recorded of it, the newest last. `done` is the record by which it became done; None while
    it is not. `was_late`: it was open, and became done after it was due. Of a point whose first record says done,
    nobody knows when.
    """

    name: str
    status: PointStatus
    events: tuple[Event, ...]
    done: Event | None = None
    was_late: bool = False

    @property
    def body(self) -> Body:
        """Title, owner, due time and place by the newest event."""
        return self.events[-1].body


def may_withdraw(log: str, scopes: Sequence[Scope], placed: Mapping[str, str | None], said: Iterable[Event]) -> bool:
    """Whether a log that may plan this far withdraws a point of which this was recorded: all of them where it may
    everywhere; else one of which each record names a place there, or was written in that log and names none.

    Args:
        placed: the place above each one, as the plan puts it, or put it before it was withdrawn (`Plan.placed`).
    """
    if not scopes or () in scopes:
        return bool(scopes)
    places = ((event, event.body["place"]) for event in said)
    return all(event.log == log if place is None else within(placed, place, scopes) for event, place in places)


def rule_of(trusted: Roster, placed: Callable[[], Mapping[str, str | None]]) -> MayWithdraw:
    """The rule for `points`, by who counts; `placed` is asked for where a withdrawal needs it."""

    def may(event: Event, said: Sequence[Event]) -> bool:
        return may_withdraw(event.log, trusted.scopes(event.log, "plan", event.seq), placed(), said)

    return may


def points(
    events: Iterable[Event],
    as_of: str,
    *,
    soon_h: int = 24,
    roots: Roots = frozenset(),
    may: MayWithdraw = lambda _withdrawal, _said: True,
) -> list[Point]:
    """The register of critical points at a moment: overdue first, then due, green, done; each by its due time.

    A point that was withdrawn is left out until it is recorded again.

    Args:
        events: every known `point` and `withdraw`, and the corrections of both.
        as_of: the moment, RFC 3339, UTC.
        soon_h: a point that is due within so many hours is `due`.
        may: whose withdrawals count (`rule_of`); by default all do.
    """
    told, _left = _told(events, roots, may)
    found = []
    for name, said in told.items():
        body, due = said[-1].body, said[-1].body["due"]
        if body["state"] == "done":
            was_open = [at for at, event in enumerate(said) if event.body["state"] == "open"]
            done = said[was_open[-1] + 1] if was_open else said[0]
            late = bool(was_open) and due is not None and moment(done.happened) > moment(due)
            found.append(Point(name, "done", tuple(said), done, late))
        else:
            found.append(Point(name, _status(due, as_of, soon_h), tuple(said)))
    ranks = ("overdue", "due", "green", "done")
    return sorted(found, key=lambda p: (ranks.index(p.status), p.body["due"] is None, p.body["due"] or "", p.name))


def points_outside(events: Iterable[Event], trusted: Roster, placed: Mapping[str, str | None]) -> list[Outside]:
    """The withdrawals of points of other branches, by stations that may plan below some places alone: not counted.

    Args:
        events, placed: as for `points` and `may_withdraw`.
    """
    _said, left = _told(events, trusted.correctors, rule_of(trusted, lambda: placed))
    found = []
    for event, name in left:
        if scopes := trusted.scopes(event.log, "plan", event.seq):
            under = ", ".join(sorted({scope[-1] for scope in scopes}))
            found.append(Outside(event, trusted.owners[event.log].station, name, under, _ELSEWHERE))
    return found


def _told(
    events: Iterable[Event], roots: Roots, may: MayWithdraw
) -> tuple[dict[str, list[Event]], list[tuple[Event, str]]]:
    """What is recorded of each point that stands; and the withdrawals that do not count, with the point's name."""
    told: dict[str, list[Event]] = {}
    left: list[tuple[Event, str]] = []
    for event in in_force(of_types(events, "point", "withdraw"), roots):
        if event.type == "point":
            told.setdefault(event.body["point"], []).append(event)
            continue
        for row in event.body["rows"]:
            if row["row"] != "point" or row["point"] not in told:
                continue
            if may(event, told[row["point"]]):
                del told[row["point"]]
            else:
                left.append((event, row["point"]))
    return told, left


def _status(due: str | None, as_of: str, soon_h: int) -> PointStatus:
    if due is None:
        return "green"
    if moment(as_of) > moment(due):
        return "overdue"
    soon = datetime.fromisoformat(as_of) + timedelta(hours=soon_h)
    return "due" if datetime.fromisoformat(due).astimezone(UTC) <= soon else "green"
