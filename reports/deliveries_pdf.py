"""The account of deliveries on paper, to report what is short to the level above: figures, contracts, records."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from reportlab.platypus import Flowable

from custody.deliveries import DeliveryAccount, DeliveryRow
from language import _
from language.text import local_time, number, printable
from reports.deliveries import figure_titles, figures, records_of, shown, vendor_words
from reports.made import Made, begin_paper
from reports.paper import ACCENT, MUTED, RULE, Paper, row, text
from reports.words import Needs, Places, custodian_name, kind_name, zone_code

_WIDTHS_MM = [54.0, *([20.0] * 6)]
_RECORD_MM = [27.0, 23.0, 44.0, 15.0, 13.0, 52.0]
_LINE = ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)


def write_deliveries_pdf(
    out: BinaryIO,
    account: DeliveryAccount,
    places: Places,
    needs: Needs,
    made: Made,
) -> None:
    """Write the rows by place, their contracts below them, and every delivery."""
    here = zone_code(*(entry.place for entry in account.rows[:1]))
    meaning = _(
        "Arrived counts the damaged too. Short is the need less what arrived whole. To come is what the contract "
        "orders less what arrived; a dash stands where nobody has recorded it."
    )
    paper = begin_paper(out, _("Deliveries"), meaning, made)
    if not account.rows:
        paper.place(text(_("No delivery has been recorded yet.")))
        paper.finish()
        return
    place = None
    for entry in account.rows:
        if entry.place != place:
            place = entry.place
            paper.column_heads = None
            paper.heading(custodian_name(places, place))
            paper.column_heads = _heads([_("Kind"), *figure_titles()])
            paper.place(paper.column_heads)
        _draw_row(paper, entry, places, needs)
    paper.column_heads = None
    _draw_records(paper, account, places, needs, here)
    paper.finish()


def _heads(titles: Sequence[str]) -> Flowable:
    cells = [text(title, 6.5, color=MUTED, align=2 if at else 0) for at, title in enumerate(titles)]
    return row(cells, _WIDTHS_MM, ("LINEBELOW", (0, 0), (-1, -1), 1.2, ACCENT))


def _draw_row(paper: Paper, entry: DeliveryRow, places: Places, needs: Needs) -> None:
    is_short = entry.short is not None and entry.short > 0
    cells = [text(kind_name(needs, entry.kind), 9, face=1)]
    cells += [text(figure, 9, align=2, face=int(is_short and at == 5)) for at, figure in enumerate(figures(entry))]
    paper.place(row(cells, _WIDTHS_MM, ("LINEABOVE", (0, 0), (-1, 0), 0.5, RULE)), keep_mm=6)
    for part in entry.contracts:
        counts = (part.contracted, part.arrived, part.damaged, part.to_come)
        small: list[Any] = [text(vendor_words(part, places), 7, color=MUTED)]
        small += [text(shown(count), 7, color=MUTED, align=2) for count in counts]
        paper.place(row([*small, "", ""], _WIDTHS_MM, padding_pt=1))
        if part.contracts_differ:
            words = _("The contract's quantity is told differently in its records; the last one counts.")
            paper.place(text(words, 7, face=2, color=MUTED))


def _draw_records(paper: Paper, account: DeliveryAccount, places: Places, needs: Needs, here: str) -> None:
    paper.heading(_("Records"), keep_mm=25)
    titles = [_("When"), _("Kind"), _("Vendor and delivery note"), _("Arrived"), _("Damaged"), _("Record")]
    paper.column_heads = row([text(title, 6.5, color=MUTED) for title in titles], _RECORD_MM, _LINE)
    paper.place(paper.column_heads, keep_mm=8)
    repeated = {event.leaf for records in account.repeated for event in records}
    for event in records_of(account):
        body = event.body
        note = " · ".join(
            words for words in (custodian_name(places, body["vendor"]), printable(body["paper"], 60),
                                printable(body["note"], 200)) if words
        )  # fmt: skip
        if event.leaf in repeated:
            note += " · " + _("this delivery note was recorded more than once")
        cells = [
            local_time(event.happened, here), kind_name(needs, body["kind"]), note, number(body["arrived"]),
            number(body["damaged"]), f"{printable(event.log, 90)}:{event.seq}",
        ]  # fmt: skip
        paper.place(row([text(cell, 7) for cell in cells], _RECORD_MM, _LINE))
    paper.column_heads = None
