"""The report of progress: how far things have come, by place and kind."""

import sys
from collections.abc import Sequence
from pathlib import Path

from commands.context import note, print_json
from commands.report.options import Asked
from custody.measures.progress import ProgressRow
from db.store import Store
from language import _
from reports.lists.progress_list import print_progress, progress_json, save_progress
from services.records.searching import progress_rows
from services.reporting.made_by import made_of


def report_progress(store: Store, asked: Asked) -> None:
    """Tell how far things have come, by place and kind."""

    rows = progress_rows(store, asked.top, asked.item_kind)
    if asked.out is not None:
        save_progress_of(store, asked.out, rows)
    if asked.as_json:
        for row in progress_json(rows):
            print_json(row)
    elif asked.out is None:
        print_progress(rows, store.state.kinds(), sys.stdout, with_groups=asked.top is not None)
        if asked.top is None:
            note(_("By village: add --to and the code of a sub-district, or --out FILE."))


def save_progress_of(store: Store, out: Path, rows: Sequence[ProgressRow]) -> None:
    """Write the rows to the file that its suffix asks for, with who made it."""

    save_progress(out, rows, store.state.kinds(), made_of(store))
