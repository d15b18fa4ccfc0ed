"""The reports that judge a whole ledger: discrepancies, scorecard, evaluation."""

import sys

from commands.context import print_json, progress
from commands.report.options import Asked
from commands.report.show import show_listing
from db.store import Store
from language import _
from reports.listing import print_listing
from reports.lists.discrepancy_list import discrepancy_report
from reports.lists.evaluation import evaluation_json, evaluation_listing
from reports.lists.scorecard_list import scorecard_report
from reports.report_files import save_evaluation
from services.moments import moment_of
from services.reporting.evaluation_chapters import evaluation_of
from services.reporting.made_by import made_of
from services.reporting.survey import Survey, survey


def report_discrepancies(store: Store, asked: Asked) -> None:
    """Tell all that is irregular at a moment (None: now)."""

    found = surveyed(store, asked.as_of)
    needs = store.state.kinds()
    here = store.ledger.own_log().place
    listing = discrepancy_report(found.discrepancies, found.ways, needs, as_of=found.as_of, here=here)
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def report_scorecard(store: Store, asked: Asked) -> None:
    """Tell how each committee stands on the six "tepat" at a moment (None: now)."""

    found = surveyed(store, asked.as_of)
    show_listing(
        store, scorecard_report(found.cards, found.ways.places, as_of=found.as_of), asked.out, as_json=asked.as_json
    )


def report_evaluation(store: Store, asked: Asked) -> None:
    """Tell everything in one report, for the meeting that looks back; as of a moment (None: now)."""
    evaluation = evaluation_of(store, surveyed(store, asked.as_of))
    if asked.out is not None:
        save_evaluation(asked.out, evaluation, made_of(store))
    if asked.as_json:
        print_json(evaluation_json(evaluation))
    elif asked.out is None:
        print_listing(evaluation_listing(evaluation), sys.stdout)


def surveyed(store: Store, as_of: str | None) -> Survey:
    """Everything that the ledger comes to at the moment that an option names; None: now."""

    moment = moment_of("--as-of", as_of, store)
    with progress(store.ledger.code_count(), _("Folding")) as done:
        return survey(store, moment, progress=done)
