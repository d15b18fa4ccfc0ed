"""The reports of an office's work in the field: obstacles, readiness, critical points, the way back."""

from pathlib import Path

from commands.report.chains import Chains
from commands.report.late import check_hours, moment_of
from commands.report.show import show_listing
from custody.measures.returning import return_rows, way_back
from custody.plan.places import Ways, is_under
from db.store import Store
from reports.lists.incidents import incident_report
from reports.lists.phase_list import phase_report
from reports.lists.points import point_report, points_zone
from reports.lists.readiness import readiness_report
from reports.lists.returns import returns_report
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without
from services.reporting.evaluation_chapters import POINT_SOON_H, phases_of


def report_incidents(store: Store, top: str | None, out: Path | None, *, as_json: bool) -> None:
    """Tell the obstacles, open and closed, at a place and below it; None: everywhere."""

    rows, now = incidents_of(store, under=top), store.around.now_utc()
    show_listing(store, incident_report(rows, store.state.places.tree(), as_of=now), out, as_json=as_json)


def report_readiness(store: Store, top: str | None, out: Path | None, *, as_json: bool) -> None:
    """Tell which stores are not ready, have no checklist, or are ready; at a place and below it, None: everywhere."""

    places = store.state.places.tree()
    rows = [row for row in readiness_of(store) if top is None or is_under(places, row.place, top)]
    missing = stores_without(store, rows, under=top)
    show_listing(store, readiness_report(rows, missing, places, as_of=store.around.now_utc()), out, as_json=as_json)


def report_points(
    store: Store, top: str | None, out: Path | None, *, as_of: str | None, within_h: int | None, as_json: bool
) -> None:
    """Tell the critical points at a moment (None: now), of a place and below it; None: all."""

    soon_h = check_hours(POINT_SOON_H if within_h is None else within_h)
    moment, places = moment_of("--as-of", as_of, store), store.state.places.tree()
    rows = [
        row
        for row in points_of(store, as_of=moment, soon_h=soon_h)
        if top is None or (row.body["place"] is not None and is_under(places, row.body["place"], top))
    ]
    here = points_zone(rows, store.ledger.own_log().place)
    show_listing(store, point_report(rows, places, as_of=moment, soon_h=soon_h, here=here), out, as_json=as_json)


def report_returns(store: Store, top: str | None, kind: str | None, out: Path | None, *, as_json: bool) -> None:
    """Tell how far what was delivered to a place or below it (None: anywhere) has come back."""

    ways, now = Ways(store.state.places.tree()), store.around.now_utc()
    chains = Chains(store, [item.code for item in store.state.find_items(kind=kind)])
    found = (way_back(chain, ways) for chain in chains)
    returns = [one for one in found if one is not None and _is_below(ways, one.home, top)]
    needs = {need.kind: need for need in store.state.needs()}
    listing = returns_report(return_rows(returns, ways), returns, ways.places, needs, as_of=now)
    show_listing(store, listing, out, as_json=as_json)


def report_phases(store: Store, top: str | None, kind: str | None, out: Path | None, *, as_json: bool) -> None:
    """Tell how far each phase has come, at a place and below it (None: everywhere), of a kind (None: all)."""

    rows, now = phases_of(store, top, kind), store.around.now_utc()
    needs = {need.kind: need for need in store.state.needs()}
    overlaps = {one: other for one, other in store.state.phased.overlaps.items() if kind in (None, one)}
    listing = phase_report(rows, overlaps, needs, as_of=now, here=store.ledger.own_log().place)
    show_listing(store, listing, out, as_json=as_json)


def _is_below(ways: Ways, code: str, top: str | None) -> bool:
    return top is None or any(place.code == top for place in ways.to(code))
