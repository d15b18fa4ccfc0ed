"""The evaluation: everything in one report."""

import sys

from commands.context import print_json
from commands.report.listing_report import chosen_of
from commands.report.options import Asked
from db.store import Store
from reports.listing import print_listing
from reports.lists.evaluation import evaluation_json, evaluation_listing
from reports.report_files import save_evaluation
from services.reporting.evaluation_chapters import evaluation_of
from services.reporting.listings import surveyed
from services.reporting.made_by import made_of


def report_evaluation(store: Store, asked: Asked) -> None:
    """Tell everything in one report, for the meeting that looks back; as of a moment (None: now)."""
    evaluation = evaluation_of(store, surveyed(store, chosen_of(store, "evaluation", asked)))
    if asked.out is not None:
        save_evaluation(asked.out, evaluation, made_of(store))
    if asked.as_json:
        print_json(evaluation_json(evaluation))
    elif asked.out is None:
        print_listing(evaluation_listing(evaluation), sys.stdout)
