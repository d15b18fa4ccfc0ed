"""How a report ends: what it was made from, how far each log was known, what it shows and what it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from language import _
from language.text import number, printable
from reports.paper import MUTED, RULE, Paper, row, text


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far a log was known when a report was made: its name, its station, its size, its root hash in hex."""

    log: str
    station: str
    size: int
    root_hex: str


@dataclass(frozen=True, slots=True)
class Colophon:
    """Where, by whom and when a report was made, in words, and from which heads."""

    station: str
    made_by: str
    made_at: str
    heads: Sequence[LogHead] = ()
    has_proof: bool = False

    @property
    def sentence(self) -> str:
        """One line for the foot of each page."""
        return _("Made {time} by {name}, from the ledger of station {station}").format(
            time=self.made_at, name=self.made_by, station=self.station
        )


def draw_colophon(paper: Paper, colophon: Colophon) -> None:
    """Draw the honest sentence and the heads."""
    paper.heading(_("What this report shows, and what it does not"), keep_mm=30)
    if colophon.heads:
        held = _("It shows what the ledger of station {station} held on {time}, up to the heads listed and no further.")
    else:
        held = _(
            "It shows what the ledger of station {station} held on {time}; no heads were given to hold it against."
        )
    limits = _(
        "Records are signed and linked, so a later change to one is evident (tamper-evident). No record can show that "
        "both parties to a handover were truthful or that no copy took the place of the original on its own route, and "
        "the end of a log that nobody else has witnessed can be cut off unseen."
    )
    words = f"{held.format(station=colophon.station, time=colophon.made_at)} {limits}"
    if colophon.has_proof:
        words += " " + _(
            "The proof of each record is attached to this file. Whoever has the fingerprint of the election's root can "
            "check it, without us and without this ledger: python main.py verify FILE --root FINGERPRINT"
        )
    paper.place(text(words, 8.5, leading=1.4), after_mm=2)
    if not colophon.heads:
        return
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)
    rest = [38.0, 16.0, 90.0]
    widths = [paper.width / mm - sum(rest), *rest]
    titles = [_("Log"), _("Station"), _("Records"), _("Root hash (SHA-256)")]
    paper.place(row([text(title, 7, color=MUTED) for title in titles], widths, line), keep_mm=8)
    for head in colophon.heads:
        cells = [printable(head.log, 80), printable(head.station, 80), number(head.size)]
        digest = text(printable(head.root_hex, 128), 6)
        paper.place(row([*(text(cell, 8) for cell in cells), digest], widths, line))
