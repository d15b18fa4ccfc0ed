"""Reports as files: .pdf, .xlsx, .csv or .json. The one way to the modules that draw them on paper.

What draws with ReportLab is imported when a PDF is written, for it takes longer than most reports.
"""

from pathlib import Path
from typing import BinaryIO

from reports.listing import Listing
from reports.lists.evaluation import Evaluation, evaluation_json, evaluation_sheets
from reports.output import Made, save_report


def save_listing(path: Path, listing: Listing, made: Made) -> None:
    """Write the report as .pdf, .xlsx, .csv or .json, whole or not at all; a .csv has its first table.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """

    def pdf(file: BinaryIO) -> None:
        from reports.pdf.page import write_listing_pdf

        write_listing_pdf(file, listing, made)

    save_report(path, pdf=pdf, sheets=lambda: listing.sheets, facts=lambda: listing.facts, waiting=made.waiting)


def save_evaluation(path: Path, evaluation: Evaluation, made: Made) -> None:
    """Write the evaluation as .pdf, .xlsx, .csv or .json, whole or not at all. A .csv only has the summary.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """

    def pdf(file: BinaryIO) -> None:
        from reports.lists.evaluation_pdf import write_evaluation_pdf

        write_evaluation_pdf(file, evaluation, made)

    save_report(
        path,
        pdf=pdf,
        sheets=lambda: evaluation_sheets(evaluation),
        facts=lambda: evaluation_json(evaluation),
        waiting=made.waiting,
    )
