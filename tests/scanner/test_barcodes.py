"""Vendors' own barcodes: printed, rasterised, read, and taken for the items and seals that they stand for."""

import io
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, createBarcodeDrawing
from reportlab.pdfgen.canvas import Canvas

from custody.format.serials import parse_serials, split_serials
from custody.format.vendor_codes import LONGEST, fold_vendor_code, seal_number, serials_in
from scanner.barcodes import Barcodes, open_barcodes, read_barcodes
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.frame_loop import scan_frames
from scanner.outcomes import Outcome, VendorRead, What
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from tests.support.desk_in_memory import SQUARE, DeskInMemory

CODE, OTHER = "7Q2M9X4T5B8C6", "4YEDR1BKR7148"
PALLET = "(00)389912345678901234"
GS1 = "(01)08991234567895(10)LOT7(21)A0001"


def drawn(text: str, name: str = "Code128", *, gs1: bool = False, scale: int = 3) -> Image:
    """A barcode as zxing-cpp draws it, on paper."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name), **({"gs1": True} if gs1 else {}))
    return np.pad(np.array(code.to_image(scale=scale, add_quiet_zones=True)), 40, constant_values=255)


def printed() -> Image:
    """A page with a Code 128 and a DataMatrix as a vendor prints them, rasterised at 200 dots an inch."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=(420, 220))
    code128.Code128("PALET-0042", barWidth=1.0, barHeight=40).drawOn(page, 20, 130)
    renderPDF.draw(createBarcodeDrawing("ECC200DataMatrix", value="SEGEL-A0007"), page, 200, 15)
    page.showPage()
    page.save()
    picture = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=200 / 72).to_pil().convert("L")
    return np.asarray(picture)


def texts(image: Image) -> set[str]:
    return {read.text for read in read_barcodes(image)}


def test_what_a_vendor_prints_is_read_from_a_page() -> None:
    assert texts(printed()) == {"PALET-0042", "SEGEL-A0007"}


@pytest.mark.parametrize("name", ["Code128", "DataMatrix"])
def test_gs1_barcodes_are_read_to_the_same_code_as_people_write(name: str) -> None:
    (text,) = texts(drawn(GS1, name, gs1=True))
    assert fold_vendor_code(text) == fold_vendor_code(GS1) == "010899123456789510LOT721A0001"
    assert fold_vendor_code("]d2" + text) == fold_vendor_code(GS1)
    assert "A0001" in serials_in(text) and "A0001" in serials_in(GS1)


def test_upside_down_and_slanted_barcodes_are_read_and_mirrored_ones_never_wrongly() -> None:
    image = drawn("PALET-0042")
    turned = cv2.warpAffine(
        image,
        cv2.getRotationMatrix2D((image.shape[1] / 2, image.shape[0] / 2), 12, 0.8),
        image.shape[::-1],
        borderValue=255,
    )
    assert texts(image[::-1, ::-1]) == texts(np.asarray(turned, np.uint8)) == {"PALET-0042"}
    assert texts(np.ascontiguousarray(image[:, ::-1])) <= {"PALET-0042"}


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_any_text_folds_to_one_form_or_none(text: str) -> None:
    folded = fold_vendor_code(text)
    assert folded is None or (0 < len(folded) <= LONGEST and folded.isprintable())
    assert all(serial.isprintable() for serial in serials_in(text))
    assert seal_number(text) == text or seal_number(text).isprintable()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("(01)08991234567891(21)A0001", "A0001"),
        ("(01)08991234567891(10)LOT-7(21)A-0001", "A-0001"),
        ("]C1010899123456789121A0001", "A0001"),
        ("]d2010899123456789110LOT7\x1d21A0001", "A0001"),
        ("010899123456789121A0001", "A0001"),
        ("010899123456789521A0001", "010899123456789521A0001"),
        ("(00)389912345678901234", "00389912345678901234"),
        ("]C100389912345678901234", "00389912345678901234"),
        ("A0001-A0010", "A0001-A0010"),
        ("0108", "0108"),
    ],
)
def test_of_a_seals_gs1_barcode_the_serial_number_counts_and_of_others_the_whole(said: str, number: str) -> None:
    assert seal_number(said) == number


def test_a_gs1_barcode_stays_whole_between_other_numbers_and_is_no_range() -> None:
    said = "A0001 ]d2010899123456789110LOT7\x1d21A-0007\nB0001-B0003 (01)08991234567891(21)C0001-C0003"
    assert parse_serials(split_serials(said)) == ["A0001", "A-0007", "B0001", "B0002", "B0003", "C0001-C0003"]


@pytest.mark.parametrize(
    "text", ["", "  ", "\x1d", "A\x00B", "A\x1b[2J", "x" * (LONGEST + 1), "1" * 10_000, "\u202eabc"]
)
def test_what_no_barcode_says_has_no_form(text: str) -> None:
    assert fold_vendor_code(text) is None and serials_in(text) == ()


@dataclass
class Keeping(DeskInMemory):
    """A desk that keeps what is said of things."""

    said: list[tuple[What, str, str]] = field(default_factory=list)

    def describe(self, what: What, code: str, text: str) -> str:
        self.said.append((what, code, text))
        return text


def desk() -> Keeping:
    means = {PALLET: VendorRead(code=CODE), "A0001": VendorRead(serial="A0001"), "A0002": VendorRead(serial="A0002")}
    return Keeping(barcodes={fold_vendor_code(text) or "": found for text, found in means.items()})


def shown(session: ScanSession, text: str, at_ms: float = 0.0) -> list[Outcome]:
    reads = [Read(text, SQUARE, "zxing-cpp", is_barcode=True)]
    return [*session.see(reads, at_ms), *session.see(reads, at_ms + 60)]


def test_a_vendors_barcode_takes_the_item_that_it_stands_for_without_a_print_number() -> None:
    draft = desk()
    (outcome,) = shown(ScanSession(draft), fold_vendor_code(PALLET) or "")
    assert outcome.kind == "taken" and outcome.code == CODE
    assert draft.labels[CODE].print is None and draft.hows == ["camera"]


def test_one_sighting_of_a_barcode_is_not_enough_in_a_moving_picture() -> None:
    draft = desk()
    text = fold_vendor_code(PALLET) or ""
    assert ScanSession(draft).see([Read(text, SQUARE, "zxing-cpp", is_barcode=True)], 0.0) == [] and not draft.labels


def test_a_usb_scanner_enters_a_vendors_barcode_and_fingers_do() -> None:
    draft = desk()
    assert ScanSession(draft).type_in(fold_vendor_code(PALLET) or "").kind == "taken" and draft.hows == ["wedge"]
    draft = desk()
    ScanSession(draft).type_in(fold_vendor_code(PALLET) or "", by_hand=True)
    assert draft.hows == ["typed"]


@pytest.mark.parametrize(
    "text", ["UNKNOWN-1", "=HYPERLINK(1)", "A\x1b[2J\x00\x1d", "\u202e" + "x" * 90, "9" * 10_000, "-7", "[red]"]
)
def test_an_unknown_barcode_is_told_in_one_printable_line_with_what_to_do(text: str) -> None:
    draft = desk()
    (outcome,) = shown(ScanSession(draft), text)
    assert outcome.kind == "foreign" and not draft.labels
    assert outcome.text.isprintable() and len(outcome.text) <= 200 and "vendor_code" in outcome.text
    assert ScanSession(draft).type_in(text).kind in ("not_understood", "refused") and not draft.labels


def test_seals_that_were_read_are_said_of_the_thing_before_without_typing_a_number() -> None:
    draft = desk()
    session = ScanSession(draft)
    assert shown(session, "A0001")[0].kind == "refused", "nothing is there that it is on"
    session.forget_view()
    session.type_in(f"{CODE}*01")
    told = [shown(session, serial, at_ms)[0] for serial, at_ms in (("A0001", 5000.0), ("A0002", 6000.0))]
    assert [one.serial for one in told] == ["A0001", "A0002"] and "A0001, A0002" in told[1].text
    assert session.type_in("seal intact").kind == "said"
    assert draft.said[-1] == ("seal", CODE, "intact:A0001,A0002")
    session.type_in(f"{OTHER}*01")
    session.type_in("seal broken")
    assert draft.said[-1] == ("seal", OTHER, "broken"), "those were of the thing before"


class Film:
    """A source of a few pictures."""

    total = None

    def __init__(self, kind: str, images: list[Image]) -> None:
        self.kind, self.title, self.images = kind, "film", images

    def __iter__(self):  # type: ignore[no-untyped-def]
        return (Frame(image, "film", number, number * 66.0) for number, image in enumerate(self.images, 1))


@pytest.mark.parametrize(("kind", "count"), [("still", 1), ("video", 30)])
def test_pictures_and_films_of_a_pallet_are_taken(kind: str, count: int) -> None:
    draft = desk()
    outcomes: list[Outcome] = []
    film = Film(kind, [drawn(PALLET, gs1=True)] * count)
    scan_frames(film, Reader([ZxingEngine()]), ScanSession(draft), outcomes.append)  # type: ignore[arg-type]
    assert [outcome.kind for outcome in outcomes] == ["taken"] and list(draft.labels) == [CODE]


def test_where_no_barcode_can_mean_anything_nobody_looks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.barcodes.read_barcodes", lambda _gray: pytest.fail("looked"))
    draft = DeskInMemory()
    scan_frames(Film("still", [drawn(PALLET, gs1=True)]), Reader([ZxingEngine()]), ScanSession(draft), print)  # type: ignore[arg-type]
    assert not draft.labels


def test_looks_rest_and_what_was_read_is_looked_at_again_at_once() -> None:
    looked: list[float] = []

    class Counting(AtOnce):
        def submit(self, job):  # type: ignore[no-untyped-def]
            looked.append(now_ms)
            return super().submit(job)

    barcodes = Barcodes(Counting(), (300.0, 900.0))
    empty, there = np.full((200, 400), 255, np.uint8), drawn("PALET-0042")
    for number in range(30):
        now_ms = number * 66.0
        barcodes.see(there if number == 10 else empty, now_ms, is_read=number > 20)
    assert looked[:3] == [0.0, 330.0, 660.0] and looked[3] == 726.0
    assert all(after - before >= 900 for before, after in pairwise(looked) if before > 1400)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 0), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((64, 64), np.uint16),
        np.zeros((1, 9000), np.uint8),
    ],
)
def test_what_is_no_picture_has_no_barcode(image: Image) -> None:
    with open_barcodes("still") as barcodes:
        assert barcodes.see(image, 0.0, is_read=False) == []
