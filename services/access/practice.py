"""The practice station: an example in a folder of its own, which its own signed records call practice."""

import shutil
from dataclasses import replace
from pathlib import Path

from custody.compose.compose import Handover, Touch
from custody.errors import N_, ConflictError
from custody.format.item_facts import Item
from db.station_key import load_key
from db.store import Store, open_store
from labels.stock import stock
from services.access.new_station import StationHome, begin
from services.labels.print_job import PrintJob
from services.labels.print_run import PRACTICE, print_items
from services.labels.selection import in_order
from services.plan.loading import load_files
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from tables.output.own_files import LEDGER_FILE
from tables.output.safe_file import folder_for, put_in_place

FOLDER = "latihan"
"""In the folder of the station that is still to begin."""
_ELECTION = f"{PRACTICE} Pemilu"
_TABLES = Path(__file__).resolve().parents[2] / "examples" / "buleleng"
_WAREHOUSE, _DISTRICT = "51.08", "51.08.06"
_POLLING_STATIONS = tuple(f"51.08.06.{village}.00{number}" for village in (1024, 1025) for number in (1, 2))
_SHEET = "a4-3x7"


def practice_home(at: StationHome) -> StationHome:
    """Where the practice station of this folder is, or will be."""
    return _home(at, at.home / FOLDER)


def begin_practice(at: StationHome) -> StationHome:
    """The practice station of this folder: made and filled where there is none; nothing stays of one half made.

    Raises:
        StoreError: the folder cannot be written.
    """
    there = practice_home(at)
    if there.ledger.exists():
        return there
    making = _home(at, at.home / f".{FOLDER}-{at.stamp()}")
    _sweep(at)
    try:
        begin(making, election=_ELECTION, name=PRACTICE, place=_WAREHOUSE, root=None)
        with open_store(making.db_url, making.load_key(), making.around) as store:
            _fill(store, making.home)
        put_in_place(making.home, there.home)
    finally:
        shutil.rmtree(making.home, ignore_errors=True)
    return there


def discard_practice(at: StationHome) -> None:
    """Delete the practice station of this folder; from the first moment on it is not found any more.

    Raises:
        ConflictError: another window has it open, which on Windows holds it where it is.
    """
    there = practice_home(at).home
    if there.exists():
        try:
            put_in_place(there, at.home / f".{FOLDER}-{at.stamp()}")
        except PermissionError as error:
            raise ConflictError(
                N_("another window has the practice station open"),
                hint=N_("Close every window of Serah, then try again."),
            ) from error
    _sweep(at)


def _sweep(at: StationHome) -> None:
    """Delete what was thrown away, or was being made when the computer stopped."""
    for left in at.home.glob(f".{FOLDER}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _home(at: StationHome, home: Path) -> StationHome:
    return replace(at, home=home, db_url=f"sqlite:///{home / LEDGER_FILE}", load_key=lambda: load_key(home))


def _fill(store: Store, home: Path) -> None:
    """Load the example, print the labels of four polling stations, and bring a part of them to the sub-district."""
    load_files(store, [_TABLES / "places.csv", _TABLES / "needs.csv"])
    for top in _POLLING_STATIONS:
        register_items(store, unregistered_items(store, under=top))
    items = in_order(store, list(store.state.find_items(under=_DISTRICT)))
    print_items(store, PrintJob(stock(_SHEET), folder_for(home / "labels") / "labels-latihan.pdf"), items)
    _bring(store, _WAREHOUSE, _DISTRICT, items[: len(items) // 2], ("I Gede Sudarsana", "Ni Luh Sukerti"))


def _bring(store: Store, giver: str, to: str, items: list[Item], names: tuple[str, str]) -> None:
    handover = Handover(giver, to, giver_name=names[0], receiver_name=names[1])
    record_handover(store, handover, [Touch(item.code, 1, "typed") for item in items])
