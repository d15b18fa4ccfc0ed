"""The reports of an office's work in the field: obstacles, readiness, critical points, the way back."""

from commands.report.chains import Chains
from commands.report.late import check_hours
from commands.report.options import Asked
from commands.report.show import show_listing
from custody.measures.returning import return_rows, way_back
from custody.plan.places import Ways, is_under
from db.store import Store
from reports.lists.incidents import incident_report
from reports.lists.points import POINT_SOON_H, point_report, points_zone
from reports.lists.readiness import readiness_report
from reports.lists.returns import returns_report
from services.moments import moment_of
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without


def report_incidents(store: Store, asked: Asked) -> None:
    """Tell the obstacles, open and closed, at a place and below it; None: everywhere."""

    rows, now = incidents_of(store, under=asked.top), store.around.now_utc()
    show_listing(store, incident_report(rows, store.state.places.tree(), as_of=now), asked.out, as_json=asked.as_json)


def report_readiness(store: Store, asked: Asked) -> None:
    """Tell which stores are not ready, have no checklist, or are ready; at a place and below it, None: everywhere."""

    places = store.state.places.tree()
    rows = [row for row in readiness_of(store) if asked.top is None or is_under(places, row.place, asked.top)]
    missing = stores_without(store, rows, under=asked.top)
    show_listing(
        store, readiness_report(rows, missing, places, as_of=store.around.now_utc()), asked.out, as_json=asked.as_json
    )


def report_points(store: Store, asked: Asked) -> None:
    """Tell the critical points at a moment (None: now), of a place and below it; None: all."""

    soon_h = check_hours(POINT_SOON_H if asked.within_h is None else asked.within_h)
    moment, places = moment_of("--as-of", asked.as_of, store), store.state.places.tree()
    rows = [
        row
        for row in points_of(store, as_of=moment, soon_h=soon_h)
        if asked.top is None or (row.body["place"] is not None and is_under(places, row.body["place"], asked.top))
    ]
    here = points_zone(rows, store.ledger.own_log().place)
    show_listing(
        store, point_report(rows, places, as_of=moment, soon_h=soon_h, here=here), asked.out, as_json=asked.as_json
    )


def report_returns(store: Store, asked: Asked) -> None:
    """Tell how far what was delivered to a place or below it (None: anywhere) has come back."""

    ways, now = Ways(store.state.places.tree()), store.around.now_utc()
    chains = Chains(store, [item.code for item in store.state.find_items(kind=asked.item_kind)])
    found = (way_back(chain, ways) for chain in chains)
    returns = [one for one in found if one is not None and _is_below(ways, one.home, asked.top)]
    listing = returns_report(return_rows(returns, ways), returns, ways.places, store.state.kinds(), as_of=now)
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def _is_below(ways: Ways, code: str, top: str | None) -> bool:
    return top is None or any(place.code == top for place in ways.to(code))
