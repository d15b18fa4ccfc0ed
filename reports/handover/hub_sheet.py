"""The sheet of a hub: its QR code and its words, to be hung up or handed to stations. It holds nothing secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from custody.errors import N_
from language import _
from language.text import fill, printable
from reports.handover.key_sheet import KeyQr
from reports.pdf.page import ACCENT, MUTED, TINT, Document, row, text

_WIDTH_MM, _QR_MM, _ROW = 174.0, 70.0, 4


@dataclass(frozen=True, slots=True)
class HubSheet:
    """What the sheet says: whose hub it is, and for each address of it the line and the words, which may be none."""

    station: str
    election: str
    lines: Sequence[tuple[str, Sequence[str]]]


def write_hub_sheet(out: BinaryIO, sheet: HubSheet) -> None:
    """Write the sheet, one page of A4 as a rule: the first address with its QR code, others as lines."""
    station, election = printable(sheet.station, 80), printable(sheet.election, 80)
    title = _("The hub of {station}").format(station=station)
    paper = Document(out, title=title, author=station, footer=(election, _("This sheet holds nothing secret.")))
    paper.new_page()
    paper.place(text(election.upper(), 7.5, face=1, color=MUTED), after_mm=2)
    paper.place(text(title, 22, face=1, color=ACCENT, leading=1.15), after_mm=5)
    line, words = sheet.lines[0]
    groups = [" ".join(words[at : at + _ROW]) for at in range(0, len(words), _ROW)]
    beside = [
        text(_("Its words, of which the first four letters count:"), 8, color=MUTED),
        *(text(group, 13, face=1, leading=1.6) for group in groups),
        text(_("The line of its address:"), 8, color=MUTED, leading=2),
        text(line, 8.5),
    ]
    box = [("BACKGROUND", (0, 0), (-1, -1), TINT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    code = KeyQr(line, _QR_MM, "M", is_text=True)
    paper.place(row([code, beside if words else beside[2:]], [_QR_MM + 6, _WIDTH_MM - _QR_MM - 6], *box, padding_pt=8))
    paper.heading(_("At each station, once"))
    for said in (
        _('On the page, Meet: under "Send to the hub", type the words, or choose a photograph of this code.'),
        fill(N_("Or in a terminal: {way}"), {"way": "sync_at", "address": " ".join(words) or line}),
        _("From then on the station knows the hub by its whole key, and sends nothing where another computer answers."),
    ):
        paper.place(text(said, 10, leading=1.5), after_mm=1.5)
    if len(sheet.lines) > 1:
        paper.heading(_("Other addresses of the same hub"))
        for line, words in sheet.lines[1:]:
            paper.place(text(f"{line}   {' '.join(words)}", 8.5, leading=1.5))
    paper.finish()
