"""The reports of a whole ledger, each by itself, and the evaluation that has them as its chapters."""

from custody.chain.conditions import by_area
from custody.measures.returning import return_rows
from custody.measures.timing import most_pressing
from db.store import Store
from reports.listing import Listing
from reports.lists.condition import condition_report
from reports.lists.delivery_list import delivery_report
from reports.lists.discrepancy_list import discrepancy_report
from reports.lists.evaluation import Evaluation, key_figures, progress_chapter
from reports.lists.incidents import incident_report
from reports.lists.late_list import late_report
from reports.lists.phase_list import phase_report
from reports.lists.points import POINT_SOON_H, point_report, points_zone
from reports.lists.readiness import readiness_report
from reports.lists.returns import returns_report
from reports.lists.scorecard_list import scorecard_report
from reports.lists.seal_account import seals_report
from reports.words import custodian_name
from services.exchange.custody_report import log_heads
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without
from services.records.inspecting import conditions
from services.records.sealing import account as sealed
from services.records.searching import progress_rows
from services.records.vendor_deliveries import account as delivered
from services.records.vendor_deliveries import phases_of
from services.reporting.survey import Survey

WITHIN_H = 6
"""What is due within so many hours is due soon."""


def listings(store: Store, found: Survey) -> dict[str, Listing]:
    """The reports of everything that is known, by the name that `report` knows them under."""

    places, ways, as_of = found.ways.places, found.ways, found.as_of
    here, needs = store.ledger.own_log().place, store.state.kinds()
    points, checked = points_of(store, as_of=as_of, soon_h=POINT_SOON_H), readiness_of(store)
    zone = points_zone(points, here)
    rows, overlaps = progress_rows(store), store.state.plan.phased.overlaps
    return {
        "progress": progress_chapter(rows, needs, as_of, here, store.around.now_utc()),
        "late": late_report(found.due, ways, as_of=as_of, within_h=WITHIN_H),
        "discrepancies": discrepancy_report(found.discrepancies, ways, needs, as_of=as_of, here=here),
        "deliveries": delivery_report(delivered(store), places, needs),
        "phases": phase_report(phases_of(store), overlaps, needs, as_of=as_of, here=here),
        "condition": condition_report(by_area(conditions(store), ways), places, needs),
        "seals": seals_report(sealed(store), places, needs, list(store.state.seals.all())),
        "incidents": incident_report(incidents_of(store), places, as_of=as_of),
        "readiness": readiness_report(checked, stores_without(store, checked), places, as_of=as_of),
        "points": point_report(points, places, as_of=as_of, soon_h=POINT_SOON_H, here=zone),
        "scorecard": scorecard_report(found.cards, places, as_of=as_of),
        "returns": returns_report(return_rows(found.returns, ways), found.returns, places, needs, as_of=as_of),
    }


def evaluation_of(store: Store, found: Survey, chapters: dict[str, Listing] | None = None) -> Evaluation:
    """The evaluation, of all reports or of these, in their order; of phases where any are planned, of the way back once
    something has left for it.
    """
    own, places = store.ledger.own_log().place, found.ways.places
    late = sum(row.state == "late" for row in most_pressing(found.due).values())
    figures = key_figures(progress_rows(store), found.there, places, found.discrepancies, found.cards, late)
    told = listings(store, found) if chapters is None else dict(chapters)
    if all(one.state == "there" for one in found.returns):
        told.pop("returns", None)
    if not store.state.phases:
        told.pop("phases", None)
    return Evaluation(custodian_name(places, own), found.as_of, own, figures, told, log_heads(store))
