"""Obstacles as a report: what is open, what was overcome and how, for the evaluation."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from custody.format.codes import show_code
from custody.plan.field import Incident
from language import _
from language.in_words import time_in_words
from language.text import number, printable
from reports.listing import Listing, Section
from reports.output import happened_words, keyed_in_later, record_name
from reports.words import Places, place_path, zone_code
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Incident, Places, str], Cell]] = {
    "record": lambda row, places, as_of: record_name(row.opened) if row.opened else None,
    "state": lambda row, places, as_of: "open" if row.is_open else "closed",
    "place": lambda row, places, as_of: row.body["place"],
    "place_name": lambda row, places, as_of: place_path(places, row.body["place"]),
    "stage": lambda row, places, as_of: row.body["stage"],
    "text": lambda row, places, as_of: row.body["text"] if row.opened else "",
    "items": lambda row, places, as_of: " ".join(show_code(item["code"]) for item in row.body["items"]),
    "opened_utc": lambda row, places, as_of: row.opened.happened if row.opened else None,
    "opened_by": lambda row, places, as_of: row.opened.body["by"] if row.opened else None,
    "closed_utc": lambda row, places, as_of: row.closed.happened if row.closed else None,
    "closed_by": lambda row, places, as_of: row.closed.body["by"] if row.closed else None,
    "closed_text": lambda row, places, as_of: row.closed.body["text"] if row.closed else None,
    "closed_record": lambda row, places, as_of: record_name(row.closed) if row.closed else None,
    "hours_open": lambda row, places, as_of: None if (hours := hours_open(row, as_of)) is None else round(hours, 1),
    "keyed_in_later_utc": lambda row, places, as_of: keyed_in_later(row.opened) if row.opened else None,
}


def incident_report(rows: Sequence[Incident], places: Places, *, as_of: str) -> Listing:
    """The report of these obstacles, the open ones first."""
    open_, closed = [row for row in rows if row.is_open], [row for row in rows if not row.is_open]
    here = zone_code(*(row.body["place"] for row in rows), *places)
    told = [incident_json(row, places, as_of) for row in rows]
    facts = {"as_of": as_of, "rows": told}
    summary = [_("{open} open, {closed} closed.").format(open=number(len(open_)), closed=number(len(closed)))]
    if stages := _by_stage(rows):
        summary.append(_("By stage: {stages}.").format(stages=stages))
    titles = [_("Place"), _("Stage"), _("Obstacle"), _("Things"), _("Since"), _("Open for")]
    sections = [
        Section(
            _("Open"),
            titles,
            [_cells(row, places, here, as_of) for row in open_],
            (52.0, 28.0, 89.0, 14.0, 52.0, 26.0),
            left=3,
            grave=frozenset(range(len(open_))),
            empty=_("No obstacle is open."),
        ),
        Section(
            _("Closed"),
            [*titles[:3], _("How it was overcome"), _("Since"), _("Open for")],
            [_closed_cells(row, places, here, as_of) for row in closed],
            (46.0, 26.0, 61.0, 56.0, 48.0, 24.0),
            left=4,
        ),
    ]
    meaning = _("As the stations recorded them. Open for: until it was closed, or until {time}.").format(
        time=time_in_words(as_of, here)
    )
    table = sheet_of(_("Obstacles"), _COLUMNS, told)
    return Listing(_("Obstacles"), meaning, summary, sections, [table], facts)


def incident_json(row: Incident, places: Places, as_of: str) -> dict[str, Cell]:
    """One obstacle as JSON and tables have it."""
    return row_of(_COLUMNS, row, places, as_of)


def hours_open(row: Incident, as_of: str) -> float | None:
    """How many hours an obstacle stood; None where its opening is not known, or clocks make no sense of it."""
    if row.opened is None:
        return None
    try:
        end = datetime.fromisoformat(row.closed.happened if row.closed else as_of)
        return max((end - datetime.fromisoformat(row.opened.happened)).total_seconds(), 0) / 3600
    except ValueError:
        return None


def duration_words(hours: float | None) -> str:
    """A time in the unit that people would say: 25 min, 7 h, 3 d."""
    if hours is None:
        return "–"
    if hours < 1:
        return _("{count} min").format(count=number(round(hours * 60)))
    if hours < 48:
        return _("{count} h").format(count=number(round(hours)))
    return _("{count} d").format(count=number(round(hours / 24)))


def _by_stage(rows: Sequence[Incident]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        stage = row.body["stage"]
        counts[stage] = counts.get(stage, 0) + 1
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:8]
    unnamed = _("not named")
    return ", ".join(f"{printable(stage, 40) or unnamed} {number(count)}" for stage, count in ranked)


def _cells(row: Incident, places: Places, here: str, as_of: str) -> list[str]:
    body = row.body
    since = happened_words(row.opened, here) if row.opened else "–"
    return [
        place_path(places, body["place"]),
        printable(body["stage"], 60) or "–",
        printable(body["text"], 600),
        number(len(body["items"])) if body["items"] else "–",
        since,
        duration_words(hours_open(row, as_of)),
    ]


def _closed_cells(row: Incident, places: Places, here: str, as_of: str) -> list[str]:
    assert row.closed is not None
    place, stage, text, _things, since, hours = _cells(row, places, here, as_of)
    told = text if row.opened else _("(its opening is in a log that has not been met)")
    return [place, stage, told, printable(row.closed.body["text"], 600), since, hours]
