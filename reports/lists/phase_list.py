"""How far each phase (tahap) has come, by kind: for the terminal, as JSON, and as files for the level above."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from custody.measures.progress import PhaseRow
from language import _, ngettext
from language.text import local_time, number, printable
from reports.listing import Listing, Section
from reports.lists.delivery_list import shown
from reports.words import Needs, kind_name
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[PhaseRow, Needs, str], Cell]] = {
    "phase": lambda row, needs, as_of: row.phase.code if row.phase else "",
    "phase_name": lambda row, needs, as_of: row.phase.name if row.phase else "",
    "kind": lambda row, needs, as_of: row.kind,
    "kind_name": lambda row, needs, as_of: kind_name(needs, row.kind),
    "due_utc": lambda row, needs, as_of: row.due,
    "days_left": lambda row, needs, as_of: row.days_left(as_of),
    "need": lambda row, needs, as_of: row.need,
    "ordered": lambda row, needs, as_of: row.ordered,
    "arrived": lambda row, needs, as_of: row.arrived,
    "arrived_late": lambda row, needs, as_of: row.late,
    "damaged": lambda row, needs, as_of: row.damaged,
    "registered": lambda row, needs, as_of: row.registered,
    "labelled": lambda row, needs, as_of: row.labelled,
    "sent": lambda row, needs, as_of: row.sent,
    "there": lambda row, needs, as_of: row.there,
}


def phase_report(
    rows: Sequence[PhaseRow], overlaps: Mapping[str, Sequence[str]], needs: Needs, *, as_of: str, here: str
) -> Listing:
    """The phases as a report.

    Args:
        overlaps: the other phases that stations which knew nothing of each other have put a kind into.
        here: the code of the place whose clock the times are told by.
    """
    meaning = _(
        "Ordered and arrived are pieces, by the records of deliveries. Registered, labelled, sent and at their place "
        "are things with a label. What has not arrived yet is not short at any handover."
    )
    summary = [*_phase_lines(rows, as_of, here), *_overlap_lines(rows, overlaps, needs)]
    if not rows:
        summary = [_("No phases are planned yet. Fill in a table of them, and load it: template phases.")]
    told = [row_of(_COLUMNS, row, needs, as_of) for row in rows]
    facts = {
        "as_of": as_of,
        "rows": told,
        "overlaps": {kind: list(phases) for kind, phases in overlaps.items()},
    }
    sheet = sheet_of(_("Phases"), _COLUMNS, told)
    return Listing(_("Phases"), meaning, summary, [_section(rows, needs, as_of, here)], [sheet], facts)


def left_words(days: int | None) -> str:
    """How many days are left, or that it was due."""
    if days is None:
        return "–"
    if days < 0:
        return _("was due")
    return ngettext("{count} day", "{count} days", days).format(count=number(days))


def is_late(row: PhaseRow, as_of: str) -> bool:
    """Whether the row is past its due time and not all of it is at its place."""
    return (row.days_left(as_of) or 0) < 0 and not row.is_done


def _phase_lines(rows: Sequence[PhaseRow], as_of: str, here: str) -> Iterator[str]:
    """A line for each phase: when it is due, and how much of it has come and is at its place."""
    for phase in dict.fromkeys(row.phase.code for row in rows if row.phase):
        own = [row for row in rows if row.phase and row.phase.code == phase]
        first = own[0].phase
        due = first.due if first else None
        days = max(own, key=lambda row: row.due or "").days_left(as_of)
        when = _("no due time")
        if due and days is not None:
            words = _("was due {time}") if days < 0 else _("due {time}, left: {left}")
            when = words.format(time=local_time(due, here), left=left_words(days))
        words = _("Phase {phase}: {when}; arrived {arrived}, ordered {ordered}; at their place {there} of {registered}")
        ordered = [row.ordered for row in own if row.ordered is not None]
        yield words.format(
            phase=printable(phase, 40),
            when=when,
            arrived=number(sum(row.arrived or 0 for row in own)),
            ordered=shown(sum(ordered) if len(ordered) == len(own) else None),
            there=number(sum(row.there for row in own)),
            registered=number(sum(row.registered for row in own)),
        )


def _overlap_lines(rows: Sequence[PhaseRow], overlaps: Mapping[str, Sequence[str]], needs: Needs) -> Iterator[str]:
    counted = {row.kind: row.phase.code if row.phase else "-" for row in rows}
    words = _(
        "{kind} is in phase {phase} and, by a station that did not know of that, in {others}; it counts in {phase}. "
        "Load the table of phases again."
    )
    for kind, others in sorted(overlaps.items()):
        named = ", ".join(printable(other, 40) or "-" for other in others)
        yield words.format(kind=kind_name(needs, kind), phase=printable(counted.get(kind, "-"), 40), others=named)


def _section(rows: Sequence[PhaseRow], needs: Needs, as_of: str, here: str) -> Section:
    titles = [
        _("Phase"),
        _("Kind"),
        _("Due"),
        _("Left"),
        _("Need"),
        _("Ordered"),
        _("Arrived"),
        _("Late"),
        _("Registered"),
        _("Labelled"),
        _("Sent"),
        _("At its place"),
    ]
    lines = [
        [
            printable(row.phase.code, 40) if row.phase else "–",
            kind_name(needs, row.kind),
            local_time(row.due, here) if row.due else "–",
            left_words(row.days_left(as_of)),
            shown(row.need),
            shown(row.ordered),
            shown(row.arrived),
            *map(number, (row.late, row.registered, row.labelled, row.sent, row.there)),
        ]
        for row in rows
    ]
    grave = frozenset(at for at, row in enumerate(rows) if is_late(row, as_of))
    widths = (13.0, 37.0, 52.0, 23.0, *([16.75] * 8))
    return Section(_("By phase and kind"), titles, lines, widths, left=4, grave=grave)
