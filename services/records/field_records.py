"""Record obstacles, readiness and critical points in the ledger, and read them by the rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from custody.compose.compose import ITEMS_PER_EVENT, NewEvent, Ref, Touch, touched
from custody.errors import N_, InputError, RuleError
from custody.format.events import Event
from custody.plan.critical_points import MayWithdraw, Point, may_withdraw, points, rule_of
from custody.plan.field import Incident, Readiness, in_force, incidents, readiness
from custody.plan.levels import ABOVE_ENDS
from custody.plan.places import Place, below, is_under
from custody.plan.store_space import STORAGE, Arrivals, arrivals
from db.store import Store
from tables.field_rows import parse_points
from tables.office_table import refuse_faults
from tables.read import read_table

LONGEST_TEXT = 2000
"""Characters of one text, so that what is recorded stays under the size of an event."""


def known(store: Store, type_: str) -> list[Event]:
    """Every record of a type and every correction, of all stations that count; in no order."""
    stations = store.state.stations.now()
    return [event for event in store.ledger.on_topic((type_, "correct")) if stations.stands(event)]


def handovers_without_items(store: Store) -> list[Event]:
    """The handovers that stand and name no item, since nothing had a readable label: no item's chain has them."""
    stations = store.state.stations.now()
    events = (event for event in store.ledger.naming_none() if event.type in ("handover", "correct"))
    standing = in_force((event for event in events if stations.stands(event)), store.state.roots)
    return [event for event in standing if event.type == "handover"]


# --- obstacles ----------------------------------------------------------------------------------------------------


def incidents_of(store: Store, *, under: str | None = None) -> list[Incident]:
    """The obstacles that are known at a place and below it (None: everywhere), the open ones first."""
    found = incidents(known(store, "incident"), store.state.roots)
    if under is None:
        return found
    tree = store.state.places.tree()
    return [one for one in found if is_under(tree, one.body["place"], under)]


def open_incident(
    store: Store, text: str, *, place: str, stage: str = "", codes: Sequence[str] = (), occurred: str | None = None
) -> Event:
    """Record an obstacle: what hinders the work, where, in which stage of it, and which things it is about.

    Raises:
        RuleError: it names more things than one record holds.
    """
    if len(codes) > ITEMS_PER_EVENT:
        raise RuleError(
            N_("an obstacle names {count} things; {limit} is the most"),
            hint=N_("Name the pack they are in, or tell it of the place alone."),
            count=len(codes),
            limit=ITEMS_PER_EVENT,
        )
    touches = [Touch(code, None, "typed") for code in dict.fromkeys(codes)]
    with store.transaction():
        rows, refs = touched(touches, store.state.latest(touch.code for touch in touches))
        fields = {
            "action": "open",
            "opened": None,
            "place": place,
            "stage": stage,
            "items": rows,
            "text": text,
            "occurred": occurred,
        }
        return store.record([NewEvent("incident", fields, refs)])[0]


def close_incident(store: Store, event: Event, text: str, *, occurred: str | None = None) -> Event:
    """Record that an obstacle is overcome, and how.

    Raises:
        RuleError: the event opened no obstacle, or it is closed or withdrawn.
    """
    with store.transaction():
        found = next((one for one in incidents_of(store) if one.opened and one.opened.leaf == event.leaf), None)
        if found is None:
            raise RuleError(
                N_("{event} is no obstacle that stands"),
                hint=N_("List the obstacles with: {way}"),
                way="incident",
                event=f"{event.log}:{event.seq}",
            )
        if found.closed is not None:
            raise RuleError(
                N_("this obstacle was closed already, by {event}"),
                hint=N_("To open it again, withdraw that record with: {way}"),
                way="correct",
                event=f"{found.closed.log}:{found.closed.seq}",
            )
        fields = {
            "action": "close",
            "opened": event.leaf,
            "place": event.body["place"],
            "stage": event.body["stage"],
            "items": [],
            "text": text,
            "occurred": occurred,
        }
        return store.record([NewEvent("incident", fields, (_ref(event),))])[0]


# --- readiness ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one question: yes, no or unknown, and a remark."""

    question: str
    answer: str
    note: str = ""


def readiness_of(store: Store) -> list[Readiness]:
    """How each place stands by its newest checklist of each kind."""
    return readiness(known(store, "checklist"), store.state.roots)


def stores_without(store: Store, rows: Iterable[Readiness], *, under: str | None = None) -> list[Place]:
    """The stores, of all or below a place, whose readiness is not recorded; in the order of the tree."""
    checked = {row.place for row in rows if row.about == STORAGE}

    def stores() -> list[Place]:
        tree = store.state.places.tree()
        tops = [under] if under is not None else [code for code, place in tree.items() if place.parent is None]
        return [place for top in tops for place in below(tree, top) if place.level in ABOVE_ENDS]

    known = store.ledger.memory.remember_rule(f"stores below {under or ''}", stores)
    return [place for place in known if place.code not in checked]


def arrivals_at(store: Store, place: str) -> Arrivals:
    """What is still to arrive at a store by what is known now, and what is in it."""
    return arrivals(store.state.stock(place), store.state.places.tree(), place)


def record_checklist(
    store: Store,
    answers: Sequence[Answer],
    *,
    place: str,
    about: str,
    names: Sequence[str],
    note: str = "",
    occurred: str | None = None,
) -> Event:
    """Record how ready a place is, after all that was recorded of it before."""
    rows = [{"question": row.question, "answer": row.answer, "note": row.note} for row in answers]
    with store.transaction():
        newest = [row for row in readiness_of(store) if (row.place, row.about) == (place, about)]
        fields = {
            "place": place,
            "about": about,
            "answers": rows,
            "names": list(names),
            "note": note,
            "occurred": occurred,
        }
        return store.record([NewEvent("checklist", fields, tuple(_ref(row.event) for row in newest))])[0]


# --- critical points ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointRow:
    """A critical point to record: its title, who is responsible, until when, where (None: no place)."""

    point: str
    title: str
    owner: str
    due: str | None = None
    place: str | None = None
    is_done: bool = False


def points_of(store: Store, *, as_of: str, soon_h: int = 24) -> list[Point]:
    """The register of critical points at a moment, the gravest first."""
    said, rule = [*known(store, "point"), *known(store, "withdraw")], _rule(store)
    return points(said, as_of, soon_h=soon_h, roots=store.state.roots, may=rule)


def _rule(store: Store) -> MayWithdraw:
    return rule_of(store.state.stations.now(), lambda: store.state.plan.placed)


def point_rows(store: Store) -> dict[str, PointRow]:
    """Return the newest record of each critical point, by its name."""
    return {one.name: _row(one.events[-1]) for one in points_of(store, as_of=store.around.now_utc())}


def withdrawal_rows(store: Store, names: Iterable[str]) -> tuple[list[dict[str, Any]], tuple[Ref, ...]]:
    """The rows that withdraw these critical points, and the newest record of each, which the withdrawal comes after.

    Raises:
        InputError: there is no such point.
        RuleError: this station may plan below some places alone, and the point is of none there.
    """
    standing = {one.name: one.events for one in points_of(store, as_of=store.around.now_utc())}
    log = store.ledger.own_log().name
    scopes = store.state.stations.now().scopes(log, "plan")
    for name in names:
        if name not in standing:
            raise InputError(
                N_("there is no critical point {point}"), hint=N_("List them with: {way}"), way="point", point=name
            )
        if not may_withdraw(log, scopes, store.state.plan.placed, standing[name]):
            raise RuleError(
                N_("the critical point {point} is of no place below {places}, where alone this station may plan"),
                hint=N_("Let the station of that branch, or the election's root, withdraw it."),
                point=name,
                places=", ".join(sorted({scope[-1] for scope in scopes})),
            )
    return [{"row": "point", "point": name} for name in names], tuple(_ref(standing[name][-1]) for name in names)


def record_points(store: Store, rows: Iterable[PointRow], *, note: str = "") -> list[Event]:
    """Record these points, all or none, each after its earlier records.

    An unchanged point is recorded only with a remark.
    """
    with store.transaction():
        standing = {one.name: one.events[-1] for one in points_of(store, as_of=store.around.now_utc())}
        gone = {
            row["point"]: event
            for event in in_force(known(store, "withdraw"), store.state.roots)
            if event.type == "withdraw"
            for row in event.body["rows"]
            if row["row"] == "point"
        }
        new = []
        for row in rows:
            before = standing.get(row.point)
            if before is not None and _row(before) == row and not note:
                continue
            before = before or gone.get(row.point)
            fields = {
                "point": row.point,
                "title": row.title,
                "owner": row.owner,
                "due": row.due,
                "place": row.place,
                "state": "done" if row.is_done else "open",
                "note": note,
            }
            new.append(NewEvent("point", fields, () if before is None else (_ref(before),)))
        return store.record(new) if new else []


def change_point(store: Store, name: str, *, note: str = "", **changes: Any) -> list[Event]:
    """Record what is said of one point, new or known; nothing where that is as it was.

    Args:
        changes: the fields of its `PointRow` that are said; the others stay.

    Raises:
        InputError: it is new and has no title, so that nobody could tell what it is.
    """
    with store.transaction():
        row = replace(point_rows(store).get(name) or PointRow(name, "", ""), **changes)
        if not row.title:
            raise InputError(
                N_("the point {point} is new and has no title"),
                hint=N_("Say what it is{typed}; {way} lists those that are known."),
                typed='--title "..."',
                way="point",
                point=row.point,
            )
        return record_points(store, [row], note=note)


def _row(event: Event) -> PointRow:
    body = event.body
    return PointRow(body["point"], body["title"], body["owner"], body["due"], body["place"], body["state"] == "done")


def _ref(event: Event) -> Ref:
    return Ref(event.log, event.seq, event.leaf)


# --- A table of critical points, taken into the register --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadedPoints:
    """How many points of a table were new, said something else than before, or were as they were."""

    added: int
    changed: int
    same: int


def load_points(store: Store, path: Path) -> LoadedPoints:
    """Record every point of a table that is new or says something else than before; all or nothing.

    Raises:
        InputError: the table cannot be read, or `faults` names its faults.
    """
    rows, faults = parse_points(read_table(path, ("points",)))
    with store.transaction():
        places, known = store.state.places.tree(), point_rows(store)
        faults += [
            row.fault("place", N_("{text} is no place of the plan"), text=row.value.place)
            for row in rows
            if row.value.place is not None and row.value.place not in places
        ]
        refuse_faults(faults)
        told = [PointRow(v.point, v.title, v.owner, v.due, v.place, v.is_done) for v in (row.value for row in rows)]
        events = record_points(store, told)
    added = sum(row.point not in known for row in told)
    return LoadedPoints(added, len(events) - added, len(told) - len(events))
