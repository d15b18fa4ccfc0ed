"""The self-test before the first day: what `doctor --full` measures on this laptop, and asks whoever sits at it.

What can be made without a person is made: pictures, sounds, writes that reach the disk, 24 labels printed, read and
handed over in a ledger that is thrown away. What needs eyes or ears is asked; where nobody answers, it says so.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise, takewhile
from pathlib import Path

import apsw
import cv2

from custody.compose.compose import Handover, Touch
from custody.errors import N_, CustodyError
from custody.format.codes import item_payload
from db.connect import PRAGMAS
from db.store import Surroundings, open_store
from labels.calibration import from_measures
from labels.stock import stock
from language import _
from language.text import decimal, error_text, fill, hint_text, number, printable
from scanner.decoding.live_reader import open_looks
from scanner.decoding.picture_reader import Reader
from scanner.sources.frames import Image
from scanner.sources.open_source import open_source
from services.access.new_station import StationHome, begin
from services.health import Check
from services.labels.print_job import PrintJob
from services.labels.print_run import PRACTICE, print_items
from services.labels.printer_profiles import known_printers
from services.plan.loading import load_files
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from tables.output.own_files import LEDGER_FILE
from tables.output.safe_file import safe_file

LABELS = 24
_WATCH_S, _SHOW_S = 2.0, 15.0
_DARK = 30
"""Mean light of 255 below which a lens is covered or a hall is dark."""
_WRITES, _WRITE_BYTES, _SLOW_MS = 100, 1500, 200
_CLOSE_MM, _CLOSE_PERCENT = 0.5, 0.5
"""How well a ruler measures: a printer that is off by less needs nothing."""
_PLACES = "code,name,level,parent,due\n51.08,Gudang,warehouse,,\n51.08.01,PPK Uji,district,51.08,\n"
_NEEDS = (
    f"kind,name_id,name_en,level,per_place,unit,tracked_as\nbox,Kotak suara,Ballot box,district,{LABELS},buah,item\n"
)

Ask = Callable[[str], str]
"""Puts a question to whoever sits at the terminal, and returns the answer; empty where it is left out."""


@dataclass(slots=True)
class SelfTest:
    """One run: where the station is or will be, its surroundings, the camera, whom to ask (None: nobody is there).

    `picture` is the camera's last one as JPEG, empty where there is none.
    """

    home: Path
    around: Surroundings
    camera: str
    ask: Ask | None
    picture: bytes = field(default=b"")

    def checks(self, usual: Iterator[Check]) -> Iterator[Check]:
        """What each look finds, as it is found: the usual ones, then those of the self-test."""
        has_played = False
        for check in usual:
            has_played |= check.name == _("Sound") and check.health == "ok"
            yield check
        if has_played:
            yield self._heard()
        yield from self._pictures()
        yield self._disk()
        yield self._labels()
        yield self._printer()
        yield self._clock()

    def _said(self, name: str, question: str, remedy: str, found: str = "") -> Check:
        """The answer to a question that is answered by yes or no."""
        yes, no = _("y"), _("n")
        answer = self.ask(f"{question} [{yes}/{no}]").lower() if self.ask else ""
        if answer[:1] in ("y", _("y")):
            return Check(name, "ok", ", ".join(filter(None, (found, _("somebody has looked")))))
        if answer[:1] in ("n", "t", _("n")):
            return Check(name, "warning", ", ".join(filter(None, (found, _("somebody said no")))), remedy)
        return _unseen(name, found, remedy)

    def _heard(self) -> Check:
        question = _(
            "Four sounds were played: one high, two in the middle, one that falls, three low. Did you hear them?"
        )
        return self._said(_("Sounds heard"), question, _("Check the loudspeaker and its volume."))

    # --- Camera -------------------------------------------------------------------------------------------------------

    def _pictures(self) -> Iterator[Check]:
        name = _("Camera's pictures")
        try:
            with open_source(self.camera) as source:
                began = time.monotonic()
                frames = [
                    frame.colour
                    for frame in takewhile(lambda _frame: time.monotonic() - began < _WATCH_S, source)
                    if not frame.is_blank
                ]
                spent_s = time.monotonic() - began
        except CustodyError as error:
            yield Check(name, "warning", error_text(error), hint_text(error))
            return
        if not frames:
            yield Check(name, "warning", _("no picture came"), _("Close what else uses the camera, and try again."))
            return
        yield self._seen(name, frames, spent_s)
        yield self._shown()

    def _seen(self, name: str, frames: list[Image], spent_s: float) -> Check:
        last = frames[-1]
        self.picture = cv2.imencode(".jpg", last, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        light = round(float(last.mean()))
        found = _("{width}x{height}, {pace} pictures a second, light {light} of 255").format(
            width=last.shape[1], height=last.shape[0], pace=decimal(len(frames) / spent_s, 1), light=light
        )
        if light < _DARK:
            return Check(name, "warning", found, _("Uncover the lens, or switch on a light."))
        return Check(name, "ok", found)

    def _shown(self) -> Check:
        """A label that somebody holds before the camera; where nobody is there, it was not looked at."""
        name, remedy = (
            _("Camera reads a label"),
            _("Hold the label flat, a hand's width away, where the light is good."),
        )
        words = _("Hold a printed label before the camera and press Enter. To leave this out, type {no}.")
        if self.ask is None or self.ask(words.format(no=_("n"))):
            return _unseen(name, "", remedy)
        began = time.monotonic()
        try:
            with open_source(self.camera) as source, open_looks(Reader(), source.kind) as looker:
                for frame in takewhile(lambda _frame: time.monotonic() - began < _SHOW_S, source):
                    looks = [] if frame.is_blank else looker.inspect(frame.image, frame.at_ms, frame.effort)
                    if text := next((read.text for look in looks for read in look.reads), ""):
                        spent = decimal(time.monotonic() - began, 1)
                        found = _("{text} after {seconds} s").format(text=printable(text, 40), seconds=spent)
                        return Check(name, "ok", found)
        except CustodyError as error:
            return Check(name, "warning", error_text(error), hint_text(error))
        return Check(name, "warning", _("nothing was read in {seconds} s").format(seconds=round(_SHOW_S)), remedy)

    # --- Disk, labels -------------------------------------------------------------------------------------------------

    def _disk(self) -> Check:
        """How long it takes until a record is on the disk, written as the ledger writes: each scan waits for it."""
        name = _("Writes to the disk")
        try:
            with _scratch(self.home) as folder, closing(apsw.Connection(str(folder / "speed.db"))) as connection:
                for pragma, value in PRAGMAS:
                    connection.execute(f"PRAGMA {pragma} = {value}")
                connection.execute("CREATE TABLE entry (body BLOB)")
                spent_ms = [_timed_ms(connection, bytes([at % 256]) * _WRITE_BYTES) for at in range(_WRITES)]
        except (OSError, apsw.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            found = _("{path} cannot be written: {reason}").format(path=self.home, reason=printable(reason, 200))
            return Check(name, "broken", found, _("Check the folder's permissions and the disk's free space."))
        middle, worst = statistics.median(spent_ms), max(spent_ms)
        found = _("{count} records, each on the disk: {middle} ms, the slowest {worst} ms").format(
            count=number(_WRITES), middle=decimal(middle, 1), worst=decimal(worst, 1)
        )
        if middle > _SLOW_MS:
            return Check(
                name, "warning", found, _("Each scan waits so long: keep the ledger on the laptop's own disk.")
            )
        return Check(name, "ok", found)

    def _labels(self) -> Check:
        """The whole job on 24 labels, with its time: registered, printed, read back from the page, handed over."""
        name = _("{count} labels").format(count=number(LABELS))
        remedy = _("Unpack the release again, or install the packages again.")
        try:
            with _scratch(self.home) as folder:
                spent, read = self._handed_over(folder)
        except (OSError, CustodyError) as error:
            told = error_text(error) if isinstance(error, CustodyError) else printable(str(error), 200)
            return Check(name, "broken", told, hint_text(error) if isinstance(error, CustodyError) else remedy)
        found = _("printed in {printed} s, {read} of {count} read in {reading} s, handed over in {given} s").format(
            printed=decimal(spent[0], 1),
            read=read,
            count=number(LABELS),
            reading=decimal(spent[1], 1),
            given=decimal(spent[2], 2),
        )
        return Check(name, "ok", found) if read == LABELS else Check(name, "broken", found, remedy)

    def _handed_over(self, folder: Path) -> tuple[list[float], int]:
        """Seconds for printing, reading and handing over; and how many of the labels were read."""
        at = StationHome(folder, f"sqlite:///{folder / LEDGER_FILE}", self.around, lambda: begun.signer)
        begun = begin(at, election=PRACTICE, name=PRACTICE, place="51.08", root=None)
        for name, text in (("places.csv", _PLACES), ("needs.csv", _NEEDS)):
            with safe_file(folder / name) as file:
                file.write(text.encode())
        marks = [time.monotonic()]
        with open_store(at.db_url, begun.signer, self.around) as store:
            load_files(store, [folder / "places.csv", folder / "needs.csv"])
            items = unregistered_items(store)
            register_items(store, items)
            print_items(store, PrintJob(stock("a4-3x7"), folder / "labels.pdf"), items)
            marks.append(time.monotonic())
            with open_source(str(folder / "labels.pdf")) as source, open_looks(Reader(), source.kind) as looker:
                looks = [look for frame in source for look in looker.inspect(frame.image, frame.at_ms, frame.effort)]
            texts = {read.text for look in looks for read in look.reads}
            marks.append(time.monotonic())
            read = [item.code for item in items if item_payload(item.code, 1) in texts]
            if read:
                handover = Handover("51.08", "51.08.01", giver_name=PRACTICE, receiver_name=PRACTICE)
                record_handover(store, handover, [Touch(code, 1, "camera") for code in read])
            marks.append(time.monotonic())
        return [after - before for before, after in pairwise(marks)], len(read)

    # --- Printer, clock -----------------------------------------------------------------------------------------------

    def _printer(self) -> Check:
        """What somebody measured on the page of rulers; it is kept by another command, under the printer's name."""
        name = _("Printer")
        try:
            known = ", ".join(known_printers(self.home))
        except CustodyError as error:
            return Check(name, "warning", error_text(error), hint_text(error))
        found = _("measured before: {names}").format(names=known) if known else ""
        remedy = fill(
            N_("Print the page of rulers: {way}. Keep what is measured: {kept_way}"),
            {"way": "calibrate", "kept_way": "measured"},
        )
        words = _(
            "Lengths A; B; C; D on the printed page of rulers, in mm, as 20;19,5;120;119,5. Without a page: Enter."
        )
        answer = self.ask(words) if self.ask else ""
        if not answer:
            return _unseen(name, found, remedy)
        try:
            off = from_measures(*_lengths(answer))
        except (ValueError, TypeError):
            return Check(name, "warning", _("{text} is no four lengths").format(text=printable(answer, 40)), remedy)
        except CustodyError as error:
            return Check(name, "warning", error_text(error), hint_text(error))
        told = _("{x} mm right, {y} mm down, {width} % across, {height} % down").format(
            x=decimal(off.offset_x_mm),
            y=decimal(off.offset_y_mm),
            width=decimal(off.scale_x_percent),
            height=decimal(off.scale_y_percent),
        )
        is_close = max(abs(off.offset_x_mm), abs(off.offset_y_mm)) <= _CLOSE_MM
        is_close &= max(abs(off.scale_x_percent - 100), abs(off.scale_y_percent - 100)) <= _CLOSE_PERCENT
        return Check(name, "ok", told) if is_close or known else Check(name, "warning", told, remedy)

    def _clock(self) -> Check:
        local = datetime.fromisoformat(self.around.now_utc()).astimezone()
        shown = f"{local:%Y-%m-%d %H:%M:%S} (UTC{local:%z})"
        question = _("This laptop's clock says: {time}. Is that right?").format(time=shown)
        return self._said(_("Clock compared"), question, _("Set the computer's date and time."), shown)


def _unseen(name: str, found: str, remedy: str) -> Check:
    return Check(name, "unseen", ", ".join(filter(None, (found, _("not looked at")))), remedy)


def _lengths(text: str) -> list[float]:
    """Numbers between semicolons, or between commas where there is no semicolon."""
    return [float(part.strip().replace(",", ".")) for part in (text.split(";") if ";" in text else text.split(","))]


def _timed_ms(connection: apsw.Connection, body: bytes) -> float:
    began = time.perf_counter()
    with connection:
        connection.execute("INSERT INTO entry VALUES (?)", (body,))
    return (time.perf_counter() - began) * 1000


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder on the disk on which the station is or will be, deleted at the end."""
    there = next(folder for folder in (home, *home.resolve().parents) if folder.exists())
    with tempfile.TemporaryDirectory(prefix=".self-test-", dir=there, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
