"""The reports that judge a whole ledger: discrepancies, scorecard, evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import print_json, progress
from commands.clock import moment_of, tell
from language import _
from station.making import made_of

if TYPE_CHECKING:
    from db.store import Store
    from reports.evaluation import Evaluation
    from station.survey import Survey

WITHIN_H = 6
"""What is due within so many hours is due soon."""


def report_discrepancies(store: "Store", out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell all that is irregular at a moment (None: now)."""
    from reports.discrepancies import discrepancy_report

    found = surveyed(store, as_of)
    needs = {need.kind: need for need in store.state.needs()}
    here = store.ledger.own_log().place
    listing = discrepancy_report(found.discrepancies, found.ways, needs, as_of=found.as_of, here=here)
    tell(store, listing, out, as_json=as_json)


def report_scorecard(store: "Store", out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell how each committee stands on the six "tepat" at a moment (None: now)."""
    from reports.scorecard import scorecard_report

    found = surveyed(store, as_of)
    tell(store, scorecard_report(found.cards, found.ways.places, as_of=found.as_of), out, as_json=as_json)


def report_evaluation(store: "Store", out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell everything in one report, for the meeting that looks back; as of a moment (None: now)."""
    import sys

    from reports.evaluation import evaluation_json, evaluation_listing, save_evaluation
    from reports.listing import print_listing

    evaluation = evaluation_of(store, surveyed(store, as_of))
    if out is not None:
        save_evaluation(out, evaluation, made_of(store))
    if as_json:
        print_json(evaluation_json(evaluation))
    elif out is None:
        print_listing(evaluation_listing(evaluation), sys.stdout)


def evaluation_of(store: "Store", found: "Survey") -> "Evaluation":
    """The chapters of the evaluation, each as its own report tells it."""
    from commands.field_reports import SOON_H
    from commands.reporting import progress_rows
    from custody.conditions import by_area
    from db.deliveries import account as delivered
    from db.field import incidents_of, points_of, readiness_of, stores_without
    from db.inspecting import conditions
    from db.sealing import account as sealed
    from reports.condition import condition_report
    from reports.deliveries import delivery_report
    from reports.discrepancies import discrepancy_report
    from reports.evaluation import Evaluation, key_figures, progress_chapter
    from reports.incidents import incident_report
    from reports.late import late_report
    from reports.points import point_report, points_zone
    from reports.readiness import readiness_report
    from reports.scorecard import scorecard_report
    from reports.seals import seals_report
    from reports.words import custodian_name
    from station.custody_report import log_heads

    places, ways, as_of = found.ways.places, found.ways, found.as_of
    own, needs = store.ledger.own_log(), {need.kind: need for need in store.state.needs()}
    rows, points = progress_rows(store), points_of(store, as_of=as_of, soon_h=SOON_H)
    checked = readiness_of(store)
    late = sum(row.state == "late" for row in found.due)
    chapters = {
        "progress": progress_chapter(rows, needs, as_of, own.place, store.around.now_utc()),
        "late": late_report(found.due, ways, as_of=as_of, within_h=WITHIN_H),
        "discrepancies": discrepancy_report(found.discrepancies, ways, needs, as_of=as_of, here=own.place),
        "deliveries": delivery_report(delivered(store), places, needs),
        "condition": condition_report(by_area(conditions(store), ways), places, needs),
        "seals": seals_report(sealed(store), places, needs, list(store.state.seals.all())),
        "incidents": incident_report(incidents_of(store), places, as_of=as_of),
        "readiness": readiness_report(checked, stores_without(store, checked), places, as_of=as_of),
        "points": point_report(points, places, as_of=as_of, soon_h=SOON_H, here=points_zone(points, own.place)),
        "scorecard": scorecard_report(found.cards, places, as_of=as_of),
    }  # fmt: skip
    figures = key_figures(rows, found.there, places, found.discrepancies, found.cards, late)
    return Evaluation(custodian_name(places, own.place), as_of, own.place, figures, chapters, log_heads(store))


def surveyed(store: "Store", as_of: str | None) -> "Survey":
    """Everything that the ledger comes to at the moment that an option names; None: now."""
    from station.survey import survey

    moment = moment_of("--as-of", as_of, store)
    with progress(store.ledger.code_count(), _("Folding")) as done:
        return survey(store, moment, progress=done)
