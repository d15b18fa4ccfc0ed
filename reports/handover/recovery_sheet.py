"""The recovery sheets: the shares of a station's key, one a page, for so many people to keep apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from custody.errors import N_
from evidence.fingerprint_words import words_of
from language import _
from language.in_words import time_in_words
from language.text import fill, number, printable
from reports.handover.key_sheet import KeyQr
from reports.pdf.page import ACCENT, MUTED, RULE, TINT, Document, row, text
from reports.words import zone_code

_WIDTH_MM, _QR_MM, _SIGN_MM = 174.0, 66.0, 26.0
_COLUMNS = 3
_NAME = 80


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What stands on each sheet besides its share: whose key it is, and how many sheets make it again."""

    station: str
    place: str
    election: str
    fingerprint: str
    needed: int
    made_at_utc: str


def write_recovery_sheets(out: BinaryIO, sheet: RecoverySheet, shares: Sequence[str]) -> None:
    """Write one page of A4 for each share."""
    title = _("Recovery sheet")
    station, election = printable(sheet.station, _NAME), printable(sheet.election, _NAME)
    made = _("Made {time} at station {station}. Secret: keep it in a sealed envelope.").format(
        time=time_in_words(sheet.made_at_utc, zone_code(sheet.place)), station=station
    )
    paper = Document(
        out, title=f"{title} {station}", author=station, footer=(" · ".join((title, station, election)), made)
    )
    for at, share in enumerate(shares, 1):
        paper.new_page()
        paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
        heading = _("Recovery sheet {number} of {total}").format(number=at, total=number(len(shares)))
        paper.place(text(heading, 22, face=1, color=ACCENT, leading=1.15), after_mm=1)
        told = _("Secret. Any {needed} of these {total} sheets make the key of this station again.")
        paper.place(text(told.format(needed=sheet.needed, total=number(len(shares))), 11, face=1), after_mm=4)
        _draw_facts(paper, sheet)
        _draw_share(paper, share)
        _draw_meaning(paper, sheet.needed)
        _draw_keeper(paper)
    paper.finish()


def _draw_facts(paper: Document, sheet: RecoverySheet) -> None:
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
    for label, value in (
        (_("Station"), f"{printable(sheet.station, _NAME)} · {printable(sheet.place, _NAME)}"),
        (_("Election"), printable(sheet.election, _NAME)),
        (_("Fingerprint of the key"), " · ".join(words_of(sheet.fingerprint))),
    ):
        paper.place(
            row([text(label, 7.5, color=MUTED), text(value, 9, face=1)], [44, _WIDTH_MM - 44], line, padding_pt=3)
        )


def _draw_share(paper: Document, share: str) -> None:
    paper.heading(_("The share: its words, and the same as a code"))
    words = [f"{at}. {word}" for at, word in enumerate(share.split(), 1)]
    length = -(-len(words) // _COLUMNS)
    wide = (_WIDTH_MM - _QR_MM - 6) / _COLUMNS
    lines: list[Flowable] = [  # down each column, as the numbers go
        row([text(word, 10.5, face=1) for word in words[at::length]], [wide] * _COLUMNS, padding_pt=3.2)
        for at in range(length)
    ]
    box = [
        ("BACKGROUND", (0, 0), (-1, -1), TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 1.6, ACCENT),
        ("LEFTPADDING", (0, 0), (0, -1), 10),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    paper.place(row([lines, KeyQr(share, _QR_MM, "Q")], [_WIDTH_MM - _QR_MM - 4, _QR_MM + 4], *box, padding_pt=6))


def _draw_meaning(paper: Document, needed: int) -> None:
    paper.heading(_("What it is for"), keep_mm=60)
    for line in (
        _(
            "If laptop, disk or passphrase of the key is lost, {needed} of these sheets make the key again. Fewer tell "
            "nothing about it; whoever has {needed} can sign as this station."
        ).format(needed=needed),
        _(
            "Each sheet goes to another person, in another building, in an envelope that both have signed across its "
            "flap. The words are in English and stay so: the first four letters of each tell it from all others."
        ),
        fill(N_("To make the key again, at a laptop with the ledger or a backup of it: {way}"), {"way": "recover"}),
    ):
        paper.place(text(line, 8.5, leading=1.4), after_mm=1.5)


def _draw_keeper(paper: Document) -> None:
    paper.heading(_("Handed over in a sealed envelope"), keep_mm=_SIGN_MM)
    cells = [
        [Spacer(1, (_SIGN_MM - 7) * mm), text(words, 6.5, color=MUTED)]
        for words in (_("Keeper: name, function, signature"), _("Given by: name, signature"), _("Date, number of seal"))
    ]
    grid = ("GRID", (0, 0), (-1, -1), 0.6, RULE)
    paper.place(row(cells, [_WIDTH_MM / 3] * 3, grid, ("LEFTPADDING", (0, 0), (-1, -1), 4), padding_pt=3))
