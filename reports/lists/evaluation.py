"""The evaluation of a distribution: one report of everything, for the meeting that looks back, and for the level above.

Its chapters are reports that also exist by themselves; every figure comes from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from custody.measures.discrepancies import Discrepancy
from custody.measures.progress import ProgressRow
from custody.measures.scorecard import Card
from custody.plan.levels import AREA, END, STORES
from custody.plan.places import Place
from language import _
from language.in_words import time_in_words
from language.text import number, share
from reports.listing import Listing, Section
from reports.lists.need_list import progress_meaning, shown_need
from reports.lists.progress_list import NEED_HEADERS, need_cells, progress_json
from reports.output import LogHead
from reports.words import Needs, kind_name
from tables.output.write import Cell, Sheet

_SHOWN_SECTIONS = {"late": 2, "discrepancies": 2, "deliveries": 1}
"""How many of a chapter's tables stand on paper where not all do, and of each so many rows; the .xlsx has all."""
_MOST_ROWS = 25


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the large figures at the beginning: a number in words, and what it counts."""

    words: str
    label: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The chapters by name, in order, with the figures that come first. `office` is who evaluates, `as_of` when."""

    office: str
    as_of: str
    here: str
    figures: Sequence[Figure]
    chapters: Mapping[str, Listing]
    heads: Sequence[LogHead] = ()

    def on_paper(self) -> list[Listing]:
        """The chapters with the tables that stand on paper."""
        return [
            replace(chapter, sections=[_short(one) for one in chapter.sections[: _SHOWN_SECTIONS.get(name)]])
            for name, chapter in self.chapters.items()
        ]


def _short(section: Section) -> Section:
    """The beginning of a table; the progress of sub-districts and what is drawn stay whole."""
    left_out = len(section.rows) - _MOST_ROWS
    if left_out <= 0 or section.draw is not None or section.heading == _("By sub-district"):
        return section
    heading = _("{heading}: the first {count}; {more} more in the .xlsx").format(
        heading=section.heading.partition(":")[0], count=number(_MOST_ROWS), more=number(left_out)
    )
    return replace(section, heading=heading, rows=section.rows[:_MOST_ROWS])


def evaluation_title() -> str:
    """What the report is called."""
    return _("Evaluation of the distribution of supplies")


def evaluation_listing(evaluation: Evaluation) -> Listing:
    """Return only the summary, for the screen."""
    rows = [[chapter, line] for chapter, line in summary_lines(evaluation)]
    section = Section(_("Summary"), [_("Chapter"), _("What it comes to")], rows, (61.0, 200.0), left=2)
    figures = [f"{figure.words}  {figure.label}" for figure in evaluation.figures]
    return Listing(evaluation_title(), "", figures, [section], [summary_sheet(evaluation)], evaluation_json(evaluation))


def summary_lines(evaluation: Evaluation) -> list[tuple[str, str]]:
    """What each chapter comes to, line by line, each with the chapter's name."""
    return [(chapter.title, line) for chapter in evaluation.chapters.values() for line in chapter.summary]


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything for programs: the figures, and each chapter as its own report has it."""
    return {
        "office": evaluation.office,
        "as_of": evaluation.as_of,
        "figures": [{"words": figure.words, "label": figure.label} for figure in evaluation.figures],
        "chapters": {name: chapter.facts for name, chapter in evaluation.chapters.items()},
    }


def summary_sheet(evaluation: Evaluation) -> Sheet:
    """The figures and lines as a table."""
    rows: list[list[Cell]] = [[_("Figures"), figure.label, figure.words] for figure in evaluation.figures]
    rows += [[chapter, line, ""] for chapter, line in summary_lines(evaluation)]
    return Sheet(_("Summary"), (_("Chapter"), _("What it comes to"), _("Figure")), rows, (34.0, 110.0, 16.0))


def key_figures(
    progress: Sequence[ProgressRow],
    there: Mapping[str, tuple[int, int]],
    places: Mapping[str, Place],
    discrepancies: Iterable[Discrepancy],
    cards: Iterable[Card],
    late: int,
) -> list[Figure]:
    """The six figures that an official sees first.

    Args:
        there: for each place how many items are bound for it, and how many of them are there.
        late: how many places are late.
    """
    committees = [card for card in cards if card.is_committee]
    open_ = [one.finding for one in discrepancies if one.finding.is_open and one.finding.severity == "critical"]
    clean = sum(card.is_clean for card in committees)
    return [
        Figure(number(sum(row.registered for row in progress if row.place.parent is None)), _("things registered")),
        Figure(_reached(there, places, AREA), _("at their sub-district")),
        Figure(_reached(there, places, END), _("at their polling station")),
        Figure(number(late), _("places late")),
        Figure(number(len(open_)), _("critical findings open")),
        Figure(f"{number(clean)} / {number(len(committees))}", _("sub-districts faultless")),
    ]


def _reached(there: Mapping[str, tuple[int, int]], places: Mapping[str, Place], level: str) -> str:
    sums = [there[code] for code, place in places.items() if place.level == level and code in there]
    came, bound = sum(came for _bound, came in sums), sum(bound for bound, _came in sums)
    return share(came, bound)


def progress_chapter(rows: Sequence[ProgressRow], needs: Needs, as_of: str, here: str, now: str) -> Listing:
    """How far everything has come, by sub-district and kind; it stands as of `now`, whatever `as_of` says."""
    total = [row for row in rows if row.place.parent is None]
    shown = [row for row in rows if row.place.level in (*STORES, AREA, "unknown")]
    cells = [
        [
            row.place.name,
            kind_name(needs, row.kind),
            number(row.registered),
            *(f"{number(part)} ({share(part, row.registered)})" for part in (row.labelled, row.sent, row.arrived)),
            shown_need(row),
            "–" if row.short is None else number(row.short),
        ]
        for row in shown
    ]
    titles = [_("Place"), _("Kind"), _("Registered"), _("Labelled"), _("Sent"), _("Arrived"), _("Need"), _("Short")]
    grave = frozenset(at for at, row in enumerate(shown) if row.place.parent is None)
    section = Section(
        _("By sub-district"),
        titles,
        cells,
        (62.0, 40.0, 24.0, 32.0, 32.0, 32.0, 20.0, 19.0),
        left=2,
        grave=grave,
        empty=_("Nothing is registered yet."),
    )
    summary = [
        _("{kind}: {arrived} of {registered} reached their sub-district ({share}).").format(
            kind=kind_name(needs, row.kind),
            arrived=number(row.arrived),
            registered=number(row.registered),
            share=share(row.arrived, row.registered),
        )
        for row in total
    ]
    if as_of < now:
        summary.append(_("These stand as of {time}.").format(time=time_in_words(now, here)))
    headers = ("level", "place", "name", "kind", "registered", "labelled", "sent", "arrived", *NEED_HEADERS)
    values: list[list[Cell]] = [
        [
            *(row.place.level, row.place.code, row.place.name, row.kind),
            *(row.registered, row.labelled, row.sent, row.arrived, *need_cells(row)),
        ]
        for row in rows
    ]
    return Listing(
        _("Progress of supplies"),
        progress_meaning(),
        summary,
        [section],
        [Sheet(_("Progress of supplies"), headers, values)],
        progress_json(rows),
    )


def evaluation_sheets(evaluation: Evaluation) -> list[Sheet]:
    """The summary, then the sheets of each chapter."""
    return [summary_sheet(evaluation), *(sheet for chapter in evaluation.chapters.values() for sheet in chapter.sheets)]
