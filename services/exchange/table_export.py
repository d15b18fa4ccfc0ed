"""Everything that a ledger holds and that follows from it, as tables: one workbook, or a folder of CSV files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from custody.errors import N_, InputError
from custody.format.events import Event
from db.store import Store
from reports.chain.chain_table import HEADERS as CHAIN_HEADERS
from reports.chain.chain_table import chain_rows
from reports.ledger_tables import (
    handover_table,
    item_table,
    log_table,
    need_table,
    place_table,
    record_table,
    record_tables,
)
from reports.listing import Listing
from reports.lists.print_account import print_sheets
from reports.redaction import nameless
from services.records.correcting import withdrawn_now
from services.records.label_prints import account as printed
from services.reporting.survey import Survey, every_chain
from tables.output.safe_file import check_new_folder, safe_folder
from tables.output.write import Cell, Sheet, write_table

_NAMES = {
    "prints": ("prints", "print-records"),
    "deliveries": ("deliveries", "contracts", "delivery-records"),
    "condition": ("conditions", "looks"),
    "seals": ("seal-packs", "seal-numbers"),
    "readiness": ("readiness", "readiness-answers"),
    "returns": ("returns", "return-items"),
    "scorecard": ("scorecard", "scorecard-faults"),
}
"""What the tables of a report are called where it has several."""


def all_tables(store: Store, found: Survey, reports: dict[str, Listing]) -> list[Sheet]:
    """Every table, under an English name that says what it has and that a file can have.

    The rows of the largest, of things, records and chains, come from the ledger as they are written.

    Args:
        reports: the reports of this survey (`services.reporting.evaluation_chapters.listings`).
    """

    state, ledger = store.state, store.ledger
    places, needs = found.ways.places, state.kinds()
    withdrawn = withdrawn_now(store)

    stands = state.stations.now().stands

    def events() -> Iterator[Event]:
        return ledger.events_since({})

    def counting() -> Iterator[Event]:
        return filter(stands, events())

    sheets = [
        log_table(ledger.heads()),
        place_table(places),
        need_table(needs.values()),
        item_table(state.find_items(with_withdrawn=True), places, needs, store.vendor_codes.by_item()),
        record_table(events, withdrawn, stands),
        handover_table(counting, withdrawn, places),
        *record_tables(counting, withdrawn),
        Sheet("chains", CHAIN_HEADERS, _Rows(lambda: chain_rows(every_chain(store, found.as_of), places, needs))),
        *_named("prints", print_sheets(printed(store), needs)),
    ]
    for name, listing in reports.items():
        sheets += _named(name, listing.sheets)
    return sheets


def check_tables(out: Path) -> None:
    """Refuse a name under which tables cannot be written, before everything is counted.

    Raises:
        InputError: a .csv, which holds one table, or another kind of file; a folder that is there already.
    """
    if not out.suffix:
        check_new_folder(out)
    elif out.suffix.lower() != ".xlsx":
        raise InputError(
            N_("{path}: all tables go into one .xlsx file, or as .csv files into a folder"),
            hint=N_("Give a name that ends in .xlsx, or the name of a new folder."),
            path=str(out),
        )


def save_tables(out: Path, sheets: Iterable[Sheet], *, with_people: bool = True) -> int:
    """Write the tables as one .xlsx, or as a folder of .csv files; whole or not at all. Returns how many there are.

    Args:
        with_people: have the columns that name staff.

    Raises:
        InputError: another suffix, something is there already, or a table is too long for a sheet of Excel.
        StoreError: the disk is full.
    """
    chosen = list(sheets) if with_people else [nameless(sheet) for sheet in sheets]
    if out.suffix:
        write_table(out, chosen)
        return len(chosen)
    with safe_folder(out) as folder:
        for sheet in chosen:
            write_table(folder / f"{sheet.title}.csv", [sheet])
    return len(chosen)


class _Rows(Iterable[list[Cell]]):
    """Rows that are made each time they are walked."""

    def __init__(self, make: Callable[[], Iterator[list[Cell]]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[list[Cell]]:
        return self._make()


def _named(report: str, sheets: Iterable[Sheet]) -> list[Sheet]:
    named = zip(_NAMES.get(report, (report,)), sheets, strict=True)
    return [replace(sheet, title=name) for name, sheet in named]
