"""The scorecard as a report: each committee's share on the six "tepat", what is behind it, and whom to praise."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from custody.errors import N_
from custody.measures.scorecard import LEAST_LOADS, Card
from custody.measures.scoring import AXES, Axis, Fault
from custody.plan.levels import AREA
from language import _
from language.in_words import level_heading, time_in_words
from language.text import local_time, number
from reports.chain.finding_rows import finding_title
from reports.listing import Listing, Section
from reports.lists.scorecard_words import axis_name, bearer_name, figure_words
from reports.output import short_record
from reports.words import Places, custodian_name, zone_code
from tables.output.write import Cell, Sheet, row_of, sheet_of

if TYPE_CHECKING:
    from reports.pdf.page import Document

HEADERS = (
    "bearer",
    "name",
    "is_committee",
    "axis",
    "things",
    "faulty",
    "share",
    "low",
    "high",
    "loads",
    "compared",
    "put_right",
    "provisional",
)
_FAULT_COLUMNS: Mapping[str, Callable[[Fault, Places], Cell]] = {
    "bearer": lambda fault, places: fault.bearer,
    "axis": lambda fault, places: fault.axis,
    "finding": lambda fault, places: fault.code,
    "item": lambda fault, places: fault.item,
    "things": lambda fault, places: fault.things,
    "custodian": lambda fault, places: fault.custodian,
    "custodian_name": lambda fault, places: custodian_name(places, fault.custodian) if fault.custodian else "",
    "happened_utc": lambda fault, places: fault.happened,
    "open": lambda fault, places: fault.is_open,
    "record": lambda fault, places: fault.record,
    "leaf": lambda fault, places: fault.leaf,
}
_MOST_FAULTS = 40


def scorecard_report(cards: Sequence[Card], places: Places, *, as_of: str) -> Listing:
    """The report of these cards."""
    committees = [card for card in cards if card.is_committee]
    beside = [card for card in cards if not card.is_committee and card.held]
    here = zone_code(*(card.bearer for card in cards))
    sections = [matrix(level_heading(AREA), committees), *_of_others(beside), faults_section(cards, places, here)]
    sheets = [
        Sheet(_("Scorecard"), HEADERS, [list(row.values()) for card in cards for row in card_rows(card)]),
        sheet_of(
            _("What is behind it"), _FAULT_COLUMNS, (row_of(_FAULT_COLUMNS, one, places) for one in all_faults(cards))
        ),
    ]
    facts = {"as_of": as_of, "cards": [card_json(card, places) for card in cards]}
    return Listing(_("Scorecard"), meaning(), summary(cards, as_of, here), sections, sheets, facts)


def meaning() -> str:
    """How the figures are to be read, in small print."""
    return _(
        "Of the things that a committee had in its hands, the share with which nothing went wrong. What went wrong is "
        "laid to whoever had the thing when it arose: what is found on receiving it, to the giver; what comes late, to "
        "whoever had it when it was due. In brackets: with fault / all. The line shows where the share might as well "
        "lie by chance (95 %), reckoned from loads, for what travels together goes wrong together. A triangle marks a "
        "committee only where its line does not touch that of all others together; with fewer than {least} loads "
        "nobody is compared. There is no order of merit and no sum of the six."
    ).format(least=LEAST_LOADS)


def summary(cards: Sequence[Card], as_of: str, here: str) -> list[str]:
    """What an official reads first: until when it counts, whom to praise, who stands out, what is not counted yet."""
    committees = [card for card in cards if card.is_committee]
    lines = [_("As of {time}.").format(time=time_in_words(as_of, here))]
    clean = [card for card in committees if card.is_clean]
    if clean:
        told = [
            _("{name} (things: {held}, loads: {loads})").format(
                name=bearer_name(card), held=number(card.held), loads=number(card.loads)
            )
            for card in clean
        ]
        lines.append(_("Praise: nothing went wrong in the hands of {names}.").format(names=", ".join(told)))
    for word, text in (
        ("above", N_("Better than all others together: {names}.")),
        ("below", N_("Below all others together: {names}.")),
    ):
        told = [
            f"{bearer_name(card)} ({', '.join(axis_name(axis) for axis in AXES if card.compared[axis] == word)})"
            for card in committees
            if word in card.compared.values()
        ]
        if told:
            lines.append(_(text).format(names="; ".join(told)))
    idle = [card for card in committees if not card.held]
    if idle:
        lines.append(
            _("Nothing has come into the hands of {names} yet.").format(names=", ".join(map(bearer_name, idle)))
        )
    waiting = sum(card.provisional for card in cards)
    if waiting:
        lines.append(
            _("Findings that a log not met yet may explain, not counted: {count}.").format(count=number(waiting))
        )
    return lines


def matrix(heading: str, cards: Sequence[Card]) -> Section:
    """One row a card, one column for each of the six; on paper with a bar and its interval."""

    def draw(paper: "Document", _section: Section) -> None:
        from reports.lists.scorecard_pdf import draw_matrix

        draw_matrix(paper, cards)

    rows = [
        [bearer_name(card), number(card.held), number(card.loads), *(figure_words(card, axis) for axis in AXES)]
        for card in cards
    ]
    titles = [_("Committee"), _("Things"), _("Loads"), *(axis_name(axis) for axis in AXES)]
    widths = (51.0, 18.0, 12.0, *([30.0] * 6))
    return Section(heading, titles, rows, widths, draw=draw, empty=_("The plan has no sub-districts."))


def _of_others(cards: Sequence[Card]) -> list[Section]:
    heading = _("Who else had things, not compared")
    return [matrix(heading, cards)] if cards else []


def faults_section(cards: Iterable[Card], places: Places, here: str) -> Section:
    """What went wrong, by who had it and what it was, each with an example and its record; the most frequent first."""
    groups: dict[tuple[str, Axis, str], list[Fault]] = {}
    names = {}
    for card in cards:
        names[card.bearer] = bearer_name(card)
        for axis in AXES:
            for fault in card.figures[axis].faults:
                groups.setdefault((card.bearer, axis, fault.code), []).append(fault)
    ranked = sorted(groups.items(), key=lambda entry: (-_things(entry[1]), entry[0]))
    rows = []
    for (bearer, axis, code), faults in ranked[:_MOST_FAULTS]:
        open_ = sum(fault.is_open for fault in faults)
        who = Counter(fault.custodian for fault in faults).most_common(3)
        told = ", ".join(f"{custodian_name(places, custodian)} {number(count)}" for custodian, count in who)
        first = faults[0]
        when = local_time(first.happened, here) if first.happened else "–"
        what = _("Has not arrived") if (axis, code) == ("quantity", "LATE") else finding_title(code)
        seen = " · ".join(word for word in (when, short_record(first.record)) if word)
        rows.append([names[bearer], axis_name(axis), what, told, seen, number(_things(faults)), number(open_)])
    titles = [_("Committee"), _("Axis"), _("What"), _("In the hands of"), _("First of them"), _("Things"), _("Open")]
    heading = _("What went wrong, by who had it")
    if len(ranked) > _MOST_FAULTS:
        heading = _("{heading}: the first {count}; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_FAULTS), more=number(len(ranked) - _MOST_FAULTS)
        )
    return Section(
        heading,
        titles,
        rows,
        (44.0, 32.0, 38.0, 57.0, 58.0, 18.0, 14.0),
        left=5,
        empty=_("Nothing went wrong that is known here."),
    )


def _things(faults: Iterable[Fault]) -> int:
    return sum(fault.things for fault in faults)


def all_faults(cards: Iterable[Card]) -> list[Fault]:
    """Every fault behind the cards, card by card and axis by axis."""
    return [fault for card in cards for axis in AXES for fault in card.figures[axis].faults]


def card_rows(card: Card) -> list[dict[str, Cell]]:
    """The figures of a card, one row an axis, as tables and JSON have them."""
    rows = []
    for axis in AXES:
        figure = card.figures[axis]
        low, high = figure.interval or (None, None)
        values: tuple[Cell, ...] = (
            card.bearer,
            bearer_name(card),
            card.is_committee,
            axis,
            figure.n,
            figure.faulty,
            _round(figure.share),
            _round(low),
            _round(high),
            figure.loads,
            card.compared.get(axis, ""),
            figure.put_right,
            card.provisional,
        )
        rows.append(dict(zip(HEADERS, values, strict=True)))
    return rows


def card_json(card: Card, places: Places) -> dict[str, object]:
    """One card for programs: its figures and all faults behind them."""
    rows = {str(row["axis"]): row for row in card_rows(card)}
    return {
        "bearer": card.bearer,
        "name": bearer_name(card),
        "is_committee": card.is_committee,
        "held": card.held,
        "loads": card.loads,
        "clean": card.is_clean,
        "provisional": card.provisional,
        "axes": {
            axis: {
                name: rows[axis][name]
                for name in ("things", "faulty", "share", "low", "high", "loads", "compared", "put_right")
            }
            | {
                "faults": [
                    dict(list(row_of(_FAULT_COLUMNS, fault, places).items())[2:]) for fault in card.figures[axis].faults
                ]
            }
            for axis in AXES
        },
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
