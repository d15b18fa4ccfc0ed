"""All that is irregular, as a report: how much of what kind and where, and the gravest one by one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from custody.format.codes import show_code
from custody.measures.discrepancies import Discrepancy
from custody.plan.levels import AREA
from custody.plan.places import Ways
from language import _
from language.in_words import level_title, time_in_words
from language.text import local_time, number
from reports.chain.finding_rows import GRAVITY, finding_title, named_finding
from reports.listing import Listing, Section
from reports.output import short_record
from reports.words import Needs, finding_text, place_path, severity_word, zone_code
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Discrepancy, Ways, Needs], Cell]] = {
    "finding": lambda one, ways, needs: one.finding.code,
    "severity": lambda one, ways, needs: one.finding.severity,
    "state": lambda one, ways, needs: _state(one),
    "item": lambda one, ways, needs: show_code(one.finding.item) if one.finding.item else "",
    "area": lambda one, ways, needs: area.code if (area := ways.area(one.place)) else "",
    "place": lambda one, ways, needs: one.place,
    "place_name": lambda one, ways, needs: place_path(ways.places, one.place),
    "what": lambda one, ways, needs: _sentence(one, needs),
    "happened_utc": lambda one, ways, needs: one.happened,
    "record": lambda one, ways, needs: one.record,
    "bast": lambda one, ways, needs: one.bast,
}
_MOST_ROWS, _MOST_EXAMPLES = 60, 2


def discrepancy_report(found: Sequence[Discrepancy], ways: Ways, needs: Needs, *, as_of: str, here: str) -> Listing:
    """Return the report of these findings, the gravest first; those of severity info are only counted.

    Args:
        here: the code of the place whose time zone is used.
    """
    ordered = sorted(found, key=_order)
    rows = [row_of(_COLUMNS, one, ways, needs) for one in ordered]
    facts = {"as_of": as_of, "rows": rows}
    sections = [by_kind(ordered, ways, needs), by_area(ordered, ways), _one_by_one(ordered, ways, needs, here)]
    meaning = _(
        "Derived from the records, never typed in. Provisional: a log that has not been met may explain it. Settled: "
        "put right, or only for the record. Each sentence stands with its record in the .xlsx."
    )
    table = sheet_of(_("Discrepancies"), _COLUMNS, rows)
    summary = [_("As of {time}.").format(time=time_in_words(as_of, here)), summary_line(found)]
    return Listing(_("Discrepancies"), meaning, summary, sections, [table], facts)


def summary_line(found: Iterable[Discrepancy]) -> str:
    """How many are open, of them grave, and how many settled."""
    open_ = [one.finding for one in found if one.finding.is_open and one.finding.severity != "info"]
    if not open_:
        return _("Nothing is open.")
    grave = sum(finding.severity == "critical" for finding in open_)
    waiting = sum(finding.is_provisional for finding in open_)
    return _("Open: {count}, of them critical {grave}; provisional {waiting}.").format(
        count=number(len(open_)), grave=number(grave), waiting=number(waiting)
    )


def state_word(one: Discrepancy) -> str:
    """Open, provisional or settled, in a word."""
    return {"open": _("open"), "provisional": _("provisional"), "settled": _("settled")}[_state(one)]


def by_kind(found: Sequence[Discrepancy], ways: Ways, needs: Needs) -> Section:
    """How many of each kind are open, provisional and settled, with examples."""
    groups: dict[str, list[Discrepancy]] = {}
    for one in found:
        groups.setdefault(one.finding.code, []).append(one)
    worst = {
        code: min((one.finding.severity for one in ones), key=GRAVITY.__getitem__) for code, ones in groups.items()
    }
    ranked = sorted(groups.items(), key=lambda entry: (GRAVITY[worst[entry[0]]], -len(entry[1]), entry[0]))
    rows, grave = [], set()
    for at, (code, ones) in enumerate(ranked):
        states = Counter(map(_state, ones))
        if worst[code] == "critical" and states["open"]:
            grave.add(at)
        examples = "; ".join(_sentence(one, needs) for one in ones[:_MOST_EXAMPLES])
        rows.append(
            [
                named_finding(code),
                severity_word(worst[code]),
                examples,
                *(number(states[state]) for state in ("open", "provisional", "settled")),
            ]
        )
    titles = [_("What"), _("How grave"), _("For example"), _("Open"), _("Provisional"), _("Settled")]
    return Section(
        _("By kind"),
        titles,
        rows,
        (42.0, 22.0, 136.0, 18.0, 23.0, 20.0),
        left=3,
        grave=frozenset(grave),
        empty=_("Nothing irregular is known."),
    )


def by_area(found: Sequence[Discrepancy], ways: Ways) -> Section:
    """How many are open in each sub-district, kind by kind."""
    areas: dict[str, Counter[str]] = {}
    for one in found:
        if one.finding.is_open and one.finding.severity != "info":
            area = ways.area(one.place)
            areas.setdefault(area.code if area else "", Counter())[one.finding.code] += 1
    rows = []
    for code, counts in sorted(areas.items(), key=lambda entry: (-entry[1].total(), entry[0])):
        told = ", ".join(f"{finding_title(kind)} {number(count)}" for kind, count in counts.most_common())
        rows.append([place_path(ways.places, code) if code else _("outside of them"), number(counts.total()), told])
    titles = [level_title(AREA), _("Open"), _("Of them")]
    return Section(_("Open, by sub-district"), titles, rows, (56.0, 20.0, 185.0), left=3)


def _one_by_one(found: Sequence[Discrepancy], ways: Ways, needs: Needs, here: str) -> Section:
    shown = [one for one in found if one.finding.is_open and one.finding.severity != "info"]
    cells = [
        [
            finding_title(one.finding.code),
            _sentence(one, needs),
            place_path(ways.places, one.place),
            local_time(one.happened, here) if one.happened else "–",
            " ".join(word for word in (short_record(one.record), one.bast) if word),
        ]
        for one in shown[:_MOST_ROWS]
    ]
    heading = _("Open, one by one")
    if len(shown) > _MOST_ROWS:
        heading = _("{heading}: the {count} gravest; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(len(shown) - _MOST_ROWS)
        )
    titles = [_("What"), _("What was found"), _("Place"), _("When"), _("Record")]
    grave = frozenset(at for at, one in enumerate(shown[:_MOST_ROWS]) if one.finding.severity == "critical")
    return Section(heading, titles, cells, (36.0, 102.0, 50.0, 34.0, 39.0), left=5, grave=grave)


def _order(one: Discrepancy) -> tuple[object, ...]:
    finding = one.finding
    return (
        not finding.is_open,
        GRAVITY[finding.severity],
        finding.is_provisional,
        finding.code,
        one.happened,
        one.place,
        finding.item or "",
        one.record,
    )


def _state(one: Discrepancy) -> str:
    if not one.finding.is_open:
        return "settled"
    return "provisional" if one.finding.is_provisional else "open"


def _sentence(one: Discrepancy, needs: Needs) -> str:
    return finding_text(one.finding, needs, zone_code(one.place))
