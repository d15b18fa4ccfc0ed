"""The reports that judge a whole ledger: discrepancies, scorecard, evaluation."""

from pathlib import Path

from commands.context import print_json, progress
from commands.report.late import moment_of
from commands.report.show import show_listing
from db.store import Store
from language import _
from reports.listing import print_listing
from reports.lists.discrepancy_list import discrepancy_report
from reports.lists.evaluation import evaluation_json, evaluation_listing
from reports.lists.scorecard_list import scorecard_report
from reports.report_files import save_evaluation
from services.reporting.evaluation_chapters import evaluation_of
from services.reporting.made_by import made_of
from services.reporting.survey import Survey, survey


def report_discrepancies(store: Store, out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell all that is irregular at a moment (None: now)."""

    found = surveyed(store, as_of)
    needs = {need.kind: need for need in store.state.needs()}
    here = store.ledger.own_log().place
    listing = discrepancy_report(found.discrepancies, found.ways, needs, as_of=found.as_of, here=here)
    show_listing(store, listing, out, as_json=as_json)


def report_scorecard(store: Store, out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell how each committee stands on the six "tepat" at a moment (None: now)."""

    found = surveyed(store, as_of)
    show_listing(store, scorecard_report(found.cards, found.ways.places, as_of=found.as_of), out, as_json=as_json)


def report_evaluation(store: Store, out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell everything in one report, for the meeting that looks back; as of a moment (None: now)."""
    import sys

    evaluation = evaluation_of(store, surveyed(store, as_of))
    if out is not None:
        save_evaluation(out, evaluation, made_of(store))
    if as_json:
        print_json(evaluation_json(evaluation))
    elif out is None:
        print_listing(evaluation_listing(evaluation), sys.stdout)


def surveyed(store: Store, as_of: str | None) -> Survey:
    """Everything that the ledger comes to at the moment that an option names; None: now."""

    moment = moment_of("--as-of", as_of, store)
    with progress(store.ledger.code_count(), _("Folding")) as done:
        return survey(store, moment, progress=done)
