"""Every report that is a listing, as it is chosen: one function each, for the command and for the page."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from custody.chain.journey import Journey, journey
from custody.errors import N_, InputError
from custody.measures.returning import return_rows, way_back
from custody.measures.timing import due_rows
from custody.plan.levels import AREA
from custody.plan.loading_pace import Truck, loading_plan
from custody.plan.places import Ways, is_under
from db.store import Store
from language import _
from reports.listing import Listing
from reports.lists.condition import condition_report
from reports.lists.delivery_list import delivery_report
from reports.lists.discrepancy_list import discrepancy_report
from reports.lists.evaluation import evaluation_listing
from reports.lists.incidents import incident_report
from reports.lists.late_list import late_report
from reports.lists.pace import pace_report
from reports.lists.phase_list import phase_report
from reports.lists.points import POINT_SOON_H, point_report, points_zone
from reports.lists.print_account import print_report
from reports.lists.readiness import readiness_report
from reports.lists.returns import returns_report
from reports.lists.scorecard_list import scorecard_report
from reports.lists.seal_account import seals_report
from services.progress_bar import Progress, unseen
from services.records import sealing, vendor_deliveries
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without
from services.records.inspecting import conditions
from services.records.label_prints import account as account_of
from services.reporting.chains import Chains
from services.reporting.evaluation_chapters import WITHIN_H, evaluation_of
from services.reporting.survey import Survey, survey
from tables.read import read_table
from tables.rows import parse_trucks

MOST_STATIONS, MOST_SECONDS, MOST_HOURS = 1000, 3600, 240
"""The most of what can be chosen: stations and seconds of the pace, and hours until something is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a report is to tell: of a place and below it, a kind, a moment (UTC) and hours until which something is due
    soon; and of the pace of loading. None where nothing was chosen.

    `with_records`: with each single record, as a file has them.
    """

    top: str | None = None
    kind: str | None = None
    as_of: str | None = None
    within_h: int | None = None
    stations: int | None = None
    seconds: float | None = None
    trucks: Path | None = None
    begin: str | None = None
    with_records: bool = False
    progress: Progress = unseen


def prints(store: Store, chosen: Chosen) -> Listing:
    """Account for every printed label."""
    places, needs = store.state.places.tree(), store.state.kinds()
    return print_report(account_of(store), places, needs, has_records=chosen.with_records)


def deliveries(store: Store, _chosen: Chosen) -> Listing:
    """Account for what vendors delivered."""
    return delivery_report(vendor_deliveries.account(store), store.state.places.tree(), store.state.kinds())


def phases(store: Store, chosen: Chosen) -> Listing:
    """Tell how far each phase has come, by kind."""
    rows, now = vendor_deliveries.phases_of(store, chosen.top, chosen.kind), store.around.now_utc()
    overlaps = {one: other for one, other in store.state.plan.phased.overlaps.items() if chosen.kind in (None, one)}
    return phase_report(rows, overlaps, store.state.kinds(), as_of=now, here=store.ledger.own_log().place)


def condition(store: Store, chosen: Chosen) -> Listing:
    """Tell in which condition things are, by who holds them and their kind."""
    rows = conditions(store, under=chosen.top, kind=chosen.kind)
    return condition_report(rows, store.state.places.tree(), store.state.kinds())


def seals(store: Store, _chosen: Chosen) -> Listing:
    """Account for every seal number of every pack."""
    uses, places = list(store.state.seals.all()), store.state.places.tree()
    return seals_report(sealing.account(store), places, store.state.kinds(), uses)


def incidents(store: Store, chosen: Chosen) -> Listing:
    """Tell the obstacles, open and closed."""
    rows, now = incidents_of(store, under=chosen.top), store.around.now_utc()
    return incident_report(rows, store.state.places.tree(), as_of=now)


def readiness(store: Store, chosen: Chosen) -> Listing:
    """Tell which stores are not ready, have no checklist, or are ready."""
    places, top = store.state.places.tree(), chosen.top
    rows = [row for row in readiness_of(store) if top is None or is_under(places, row.place, top)]
    missing = stores_without(store, rows, under=top)
    return readiness_report(rows, missing, places, as_of=store.around.now_utc())


def points(store: Store, chosen: Chosen) -> Listing:
    """Tell the critical points at a moment."""
    soon_h = POINT_SOON_H if chosen.within_h is None else chosen.within_h
    moment, places, top = chosen.as_of or store.around.now_utc(), store.state.places.tree(), chosen.top
    rows = [
        row
        for row in points_of(store, as_of=moment, soon_h=soon_h)
        if top is None or (row.body["place"] is not None and is_under(places, row.body["place"], top))
    ]
    here = points_zone(rows, store.ledger.own_log().place)
    return point_report(rows, places, as_of=moment, soon_h=soon_h, here=here)


def returns(store: Store, chosen: Chosen) -> Listing:
    """Tell how far what was delivered has come back."""
    ways, now = Ways(store.state.places.tree()), store.around.now_utc()
    codes = [item.code for item in store.state.find_items(kind=chosen.kind)]
    found = (way_back(chain, ways) for chain in Chains(store, codes, progress=chosen.progress))
    told = [one for one in found if one is not None and _is_below(ways, one.home, chosen.top)]
    return returns_report(return_rows(told, ways), told, ways.places, store.state.kinds(), as_of=now)


def _is_below(ways: Ways, code: str, top: str | None) -> bool:
    return top is None or any(place.code == top for place in ways.to(code))


def late(store: Store, chosen: Chosen) -> Listing:
    """Tell what is late, will be at this pace, or is due within so many hours."""
    moment = chosen.as_of or store.around.now_utc()
    within_h = WITHIN_H if chosen.within_h is None else chosen.within_h
    ways = Ways(store.state.places.tree())
    rows = due_rows(_journeys(store, ways, chosen), ways, as_of=moment, within_h=within_h)
    return late_report(rows, ways, as_of=moment, within_h=within_h)


def _journeys(store: Store, ways: Ways, chosen: Chosen) -> Iterator[Journey]:
    """The way of each item that is bound for a place or below it, as far as it had come at the chosen moment."""
    codes = [item.code for item in store.state.find_items(kind=chosen.kind, under=chosen.top)]
    chains = Chains(store, codes, as_of=chosen.as_of, progress=chosen.progress)
    return (one for chain in chains if (one := journey(chain, ways, as_of=chosen.as_of)) is not None)


def pace(store: Store, chosen: Chosen) -> Listing:
    """Tell which truck will not be loaded in time, and how many stations are needed.

    Raises:
        InputError: the timetable has faults.
    """
    assert chosen.stations is not None and chosen.seconds is not None  # the edge asks for both
    start, ms_per_scan = chosen.begin or store.around.now_utc(), round(chosen.seconds * 1000)
    timetable = _timetable(store, chosen.trucks) if chosen.trucks is not None else _by_due_time(store)
    plan = loading_plan(timetable, begin=start, stations=chosen.stations, ms_per_scan=ms_per_scan)
    return pace_report(
        plan,
        begin=start,
        stations=chosen.stations,
        ms_per_scan=ms_per_scan,
        here=store.ledger.own_log().place,
        has_timetable=chosen.trucks is not None,
    )


def _timetable(store: Store, path: Path) -> list[Truck]:
    rows, faults = parse_trucks(read_table(path, ("trucks",)))
    own, places = store.ledger.own_log().place, store.state.places.tree()
    for row in rows:
        faults += [
            row.fault("bound", N_("{text} is no place of the plan"), text=code)
            for code in row.value.bound
            if code not in places
        ]
    if faults:
        raise InputError(
            N_("{file} has faults"), hint=N_("Fix these cells and try again."), faults=tuple(faults), file=path.name
        )
    return [
        Truck(
            row.value.name,
            row.value.leaves,
            len(store.state.expected(own, row.value.bound)) if row.value.items is None else row.value.items,
        )
        for row in rows
    ]


def _by_due_time(store: Store) -> list[Truck]:
    """A truck for each area and each time by which something that this place still holds is due there."""

    own, places = store.ledger.own_log().place, store.state.places.tree()
    dues, found = store.state.plan.dues(places), []
    for place in (place for place in places.values() if place.level == AREA):
        items = store.state.expected(own, [place.code])
        times = Counter(due.time for item in items if (due := dues.at(place, item.kind, item.to)) is not None)
        found += [Truck(place.name, time, count) for time, count in sorted(times.items())]
    return found


def surveyed(store: Store, chosen: Chosen) -> Survey:
    """Everything that the ledger comes to at the moment that was chosen."""
    with chosen.progress(store.ledger.code_count(), _("Folding")) as done:
        return survey(store, chosen.as_of, progress=done)


def discrepancies(store: Store, chosen: Chosen) -> Listing:
    """Tell all that is irregular at a moment."""
    found, here = surveyed(store, chosen), store.ledger.own_log().place
    return discrepancy_report(found.discrepancies, found.ways, store.state.kinds(), as_of=found.as_of, here=here)


def scorecard(store: Store, chosen: Chosen) -> Listing:
    """Tell how each committee stands on the six "tepat" at a moment."""
    found = surveyed(store, chosen)
    return scorecard_report(found.cards, found.ways.places, as_of=found.as_of)


def evaluation(store: Store, chosen: Chosen) -> Listing:
    """Tell everything in one report, for the meeting that looks back."""
    return evaluation_listing(evaluation_of(store, surveyed(store, chosen)))


LISTINGS: Mapping[str, Callable[[Store, Chosen], Listing]] = {
    one.__name__: one
    for one in (
        prints,
        deliveries,
        phases,
        condition,
        seals,
        incidents,
        readiness,
        points,
        returns,
        late,
        pace,
        discrepancies,
        scorecard,
        evaluation,
    )
}
"""The reports that are listings, by name."""
