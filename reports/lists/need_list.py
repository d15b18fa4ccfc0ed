"""How a number that is needed came about, in words and as JSON; the words come from `custody.plan.needs` alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from custody.measures.progress import ProgressRow
from custody.plan.levels import LEVELS
from custody.plan.needs import Line, Total
from custody.plan.places import Need
from language import _, chosen
from language.in_words import level_word
from language.text import number, printable
from reports.words import Needs, kind_name


def progress_meaning() -> str:
    """What the columns of progress count."""
    return _(
        "Registered: bound for the place or below it. Labelled: a label was printed. Sent: has left where it was "
        "registered. Arrived: has come to the place or below it, be it on the way back; for the total, to the "
        "sub-district."
    )


def bearer_words(need: Need, names: Needs) -> str:
    """What a need is counted by, with its reserve: Voters, TPS + 2%."""
    words = _base_words(need, names)
    return f"{words} + {percent_words(need.reserve)}" if need.reserve else words


def _base_words(need: Need, names: Needs) -> str:
    if need.per == "election":
        return _("elections of {kind}").format(kind=kind_name(names, need.follows))
    if need.source:
        return kind_name(names, need.source)
    level = level_word(need.level)
    return _("Voters, {level}").format(level=level) if need.per == "voter" else level


def percent_words(reserve: int) -> str:
    """A reserve, in hundredths of a per cent, as people write it: 2%, 2,5%."""
    whole, rest = divmod(reserve, 100)
    part = f"{rest:02d}".rstrip("0")
    return f"{number(whole)}{(',' if chosen() == 'id' else '.') + part if part else ''}%"


def total_words(kind: str, total: Total, names: Needs) -> Iterator[str]:
    """A kind's number as a line, and below it a line for each row of the needs that it comes from."""
    unit = next((printable(line.need.unit, 20) for line in total.lines if line.need.unit), "")
    count = _("not known") if total.count is None else f"{number(total.count)} {unit}".strip()
    yield f"{kind_name(names, kind)}: {count}"
    for words in dict.fromkeys(_line_words(line, names) for line in total.lines):
        yield "  " + words
    if total.full and not total.open:
        words = _("  in {packs} packs of {full}; what is left at each place is in a last one")
        yield words.format(packs=number(total.packs), full=number(total.full))


def shown_need(row: ProgressRow) -> str:
    """The need; a question mark where it is not known, a dash where the plan does not name the kind."""
    return number(row.need) if row.need is not None else "?" if row.open else "–"


def against_need(need: int, here: int) -> str:
    """What arrived against what is needed, in pieces."""
    words = _("need {need}, arrived {here}, short {short}")
    return words.format(need=number(need), here=number(here), short=number(max(need - here, 0)))


def open_words(places: int, *, lacks_voters: bool) -> str:
    """Why a need is not known."""
    if lacks_voters:
        return _("not known at {places} places: their number of voters is missing").format(places=number(places))
    return _("not known at {places} places: the kinds follow each other in a circle").format(places=number(places))


def unknown_words(totals: Mapping[str, Total], names: Needs) -> Iterator[str]:
    """A line for each kind of which it is not known how many are needed, and what to do where voters are missing."""
    for kind, total in totals.items():
        yield f"{kind_name(names, kind)}: {open_words(total.open, lacks_voters=total.lacks_voters)}"
    if any(total.lacks_voters for total in totals.values()):
        yield _("Load a list of these places with their number of voters, then plan again.")


def _line_words(line: Line, names: Needs) -> str:
    need = line.need
    if line.open:
        return open_words(line.open, lacks_voters=line.lacks_voters)
    words = f"{number(line.each)} × {number(line.base)} ({_base_words(need, names)}) = {number(line.base * line.each)}"
    if line.election:
        words = f"{printable(line.election, 40)}: {words}"
    if need.reserve:
        words += "; " + _("reserve {percent}, rounded up for each place: {reserve}; together {count}").format(
            percent=percent_words(need.reserve), reserve=number(line.reserve), count=number(line.count)
        )
    return f"{words} [{printable(need.rule, 80)}]" if need.rule else words


def total_json(kind: str, total: Total) -> dict[str, Any]:
    """The same as JSON has it; `need` is null while it is not known at `open` places."""
    return {
        "kind": kind,
        "need": total.count,
        "open": total.open,
        "lacks_voters": total.lacks_voters,
        "packs": total.packs if total.full else None,
        "pack": total.full,
        "lines": [
            {
                "level": line.need.level if line.need.level in LEVELS else None,
                "per": line.need.per if not line.need.source or line.need.per == "election" else "piece",
                "follows": line.need.source or None,
                "election": line.election,
                "each": line.each,
                "base": line.base,
                "reserve_hundredths_of_a_percent": line.need.reserve,
                "reserve": line.reserve,
                "count": line.count,
                "rule": line.need.rule,
                "places": line.places,
                "open": line.open,
            }
            for line in total.lines
        ],
    }
