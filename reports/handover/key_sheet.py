"""The key sheet: what a station's key is, on paper, for witnesses to sign on the first day.

A fingerprint that comes with the evidence proves nothing; one that witnesses signed before the first box moved shows
whose signatures count. The sheet has nothing secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import zxingcpp
from PIL import Image
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from custody.errors import N_
from evidence.fingerprint_words import words_of
from language import _
from language.in_words import time_in_words
from language.text import fill, printable
from reports.pdf.page import ACCENT, MUTED, RULE, TINT, Document, row, text
from reports.words import zone_code

_WIDTH_MM = 174.0
_QR_MM = 46.0
_SIGN_MM = 29.0
_WITNESSES = 6
_NAME = 80
_LINE = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)


@dataclass(frozen=True, slots=True)
class KeySheet:
    """What the sheet says. `root` is the fingerprint of the election's root, which may be the station's own."""

    station: str
    place: str
    election: str
    log: str
    fingerprint: str
    root: str
    made_at_utc: str


class KeyQr(Flowable):  # type: ignore[misc]
    """Hex digits, or words, as a QR code: in capitals, which is QR's short alphabet; or a text as it stands."""

    def __init__(self, words: str, size_mm: float, level: str = "H", *, is_text: bool = False) -> None:
        super().__init__()
        self.width = self.height = size_mm * mm
        shown = words if is_text else words.upper()
        symbol = zxingcpp.create_barcode(shown, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level)
        pixels: Any = symbol.to_image(scale=1, add_quiet_zones=True)
        height, width = pixels.shape
        self._image = Image.frombytes("L", (width, height), bytes(memoryview(pixels))).convert("1")

    def draw(self) -> None:
        self.canv.drawInlineImage(self._image, 0, 0, self.width, self.height)


def write_key_sheet(out: BinaryIO, sheet: KeySheet) -> None:
    """Write the sheet, one page of A4."""
    station, election = printable(sheet.station, _NAME), printable(sheet.election, _NAME)
    title = _("Key sheet")
    made = _("Made {time} at station {station}. This sheet holds nothing secret.").format(
        time=time_in_words(sheet.made_at_utc, zone_code(sheet.place)), station=station
    )
    paper = Document(
        out, title=f"{title} {station}", author=station, footer=(" · ".join((title, station, election)), made)
    )
    paper.new_page()
    paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
    paper.place(text(title, 22, face=1, color=ACCENT, leading=1.15), after_mm=1)
    paper.place(text(_("The signature of this station, to be witnessed before the first item moves"), 11), after_mm=5)
    _draw_facts(paper, sheet)
    _draw_fingerprint(paper, sheet.fingerprint)
    _draw_meaning(paper, sheet)
    _draw_witnesses(paper)
    paper.finish()


def _draw_facts(paper: Document, sheet: KeySheet) -> None:
    is_root = sheet.root == sheet.fingerprint
    root = _("this station itself") if is_root else " ".join(_groups(sheet.root))
    for label, value in (
        (_("Station"), printable(sheet.station, _NAME)),
        (_("Place"), printable(sheet.place, _NAME)),
        (_("Election"), printable(sheet.election, _NAME)),
        (_("Log"), printable(sheet.log, 120)),
        (_("Root of the election"), root),
    ):
        paper.place(
            row([text(label, 7.5, color=MUTED), text(value, 9, face=1)], [44, _WIDTH_MM - 44], _LINE, padding_pt=3)
        )


def _draw_fingerprint(paper: Document, fingerprint: str) -> None:
    paper.heading(_("Fingerprint of the key"))
    groups = _groups(fingerprint)
    hexes: list[Flowable] = [  # in columns, for a finger that goes along them
        row([text(group, 14.5, face=1) for group in groups[i : i + 4]], [25.0] * 4) for i in range(0, len(groups), 4)
    ]
    words = words_of(fingerprint)
    beside: list[Flowable] = [
        *hexes,
        Spacer(1, 2.5 * mm),
        text(_("To be read aloud, the first quarter of it:"), 7.5, color=MUTED),
        Spacer(1, 0.8 * mm),
        text(" · ".join(words[:4]), 11.5, leading=1.45),
        text(" · ".join(words[4:]), 11.5, leading=1.45),
    ]
    box = [
        ("BACKGROUND", (0, 0), (-1, -1), TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 1.6, ACCENT),
        ("LEFTPADDING", (0, 0), (0, -1), 12),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    paper.place(row([beside, KeyQr(fingerprint, _QR_MM)], [_WIDTH_MM - _QR_MM - 4, _QR_MM + 4], *box, padding_pt=8))


def _draw_meaning(paper: Document, sheet: KeySheet) -> None:
    paper.heading(_("What it is for"), keep_mm=60)
    lines: Sequence[str] = (
        _(
            "Every record of this station is signed with a key that only this station has. These 64 characters "
            "are that "
            "key's fingerprint: whoever has this sheet can tell this station's records from anybody else's."
        ),
        _(
            "Sign it before the first item moves, and take a copy or a photograph. Compare every character, or "
            "scan the "
            "code; the words are for comparing on the telephone."
        ),
        fill(
            N_("To check records later, on any computer: {way}, with the fingerprint of the root of the election."),
            {"way": "verify_root"},
        ),
    )
    for line in lines:
        paper.place(text(line, 8.5, leading=1.4), after_mm=1.5)


def _draw_witnesses(paper: Document) -> None:
    paper.heading(_("We have compared this sheet with the screen of the station"), keep_mm=_SIGN_MM)
    wide = _WIDTH_MM / 3
    for _number in range(_WITNESSES // 3):
        cells = [
            [
                Spacer(1, (_SIGN_MM - 9) * mm),
                text(_("Signature"), 6.5, color=MUTED),
                Spacer(1, 2.6 * mm),
                text(_("Name, function, date"), 6.5, color=MUTED),
            ]
            for _column in range(3)
        ]
        grid = ("GRID", (0, 0), (-1, -1), 0.6, RULE)
        paper.place(row(cells, [wide] * 3, grid, ("LEFTPADDING", (0, 0), (-1, -1), 4), padding_pt=3))


def _groups(fingerprint: str) -> list[str]:
    return [fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4)]
