"""The way back as a report: what has not come back, who holds it, how the seals were found on the way."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from custody.errors import N_
from custody.measures.returning import STATES, Return, ReturnRow, ReturnState
from custody.plan.levels import AREA, GROUPS
from language import _
from language.in_words import time_in_words
from language.text import local_time, number, share
from reports.listing import Listing, Section
from reports.output import record_name
from reports.words import Needs, Places, kind_name, place_path, show_custodian, zone_code
from tables.output.write import Cell, row_of, sheet_of


def _in_state(state: ReturnState, row: ReturnRow) -> Cell:
    return row.counts.get(state, 0)


_COLUMNS: Mapping[str, Callable[[ReturnRow], Cell]] = {
    "place": lambda row: row.place.code,
    "name": lambda row: row.place.name,
    "level": lambda row: row.place.level,
    "kind": lambda row: row.kind,
    "delivered": lambda row: row.delivered,
    **{state: partial(_in_state, state) for state in STATES},
    "not_back": lambda row: row.not_back,
    "seals_intact": lambda row: row.seals.get("intact", 0),
    "seals_faulty": lambda row: row.seals.get("faulty", 0),
    "seals_unchecked": lambda row: row.seals.get("unchecked", 0),
}
_ITEM_COLUMNS: Mapping[str, Callable[[Return, Places], Cell]] = {
    "code": lambda one, places: one.item.code,
    "kind": lambda one, places: one.item.kind,
    "election": lambda one, places: one.item.election,
    "home": lambda one, places: one.home,
    "home_name": lambda one, places: place_path(places, one.home),
    "state": lambda one, places: one.state,
    "holder": lambda one, places: one.holder,
    "since_utc": lambda one, places: one.holder_event.happened,
    "record": lambda one, places: record_name(one.holder_event),
    "seals": lambda one, places: one.seals,
    "condition": lambda one, places: one.item.condition,
    "emptied": lambda one, places: one.is_emptied,
    "looked_at": lambda one, places: one.is_looked_at,
}
_STATES = {
    "there": N_("still there"),
    "on_the_way": N_("on the way"),
    "back": N_("back"),
    "stock": N_("in stock"),
    "gone": N_("given away"),
}
_MOST_ROWS = 120


def returns_report(
    rows: Sequence[ReturnRow], returns: Sequence[Return], places: Places, needs: Needs, *, as_of: str
) -> Listing:
    """The report of what was delivered; `rows` are sums of `returns`."""
    here = zone_code(*(row.place.code for row in rows[:1]), *places)
    counts = Counter(one.state for one in returns)
    away = [one for one in returns if one.state in ("there", "on_the_way")]
    summary = [
        _("As of {time}; delivered: {count}.").format(time=time_in_words(as_of, here), count=number(len(returns))),
        ", ".join(f"{_(_STATES[state])} {number(counts[state])}" for state in STATES) if returns else "",
    ]
    looks = Counter(one.seals for one in returns)
    if looks["intact"] or looks["faulty"] or looks["unchecked"]:
        summary.append(
            _("Seals on the way back: {intact} found intact, {faulty} not, {unchecked} not looked at.").format(
                intact=number(looks["intact"]), faulty=number(looks["faulty"]), unchecked=number(looks["unchecked"])
            )
        )
    if stored := [one for one in returns if one.state in ("back", "stock")]:
        summary.append(
            _("At the warehouse: {count}; emptied {emptied}, folded or looked at {looked}.").format(
                count=number(len(stored)),
                emptied=number(sum(one.is_emptied for one in stored)),
                looked=number(sum(one.is_looked_at for one in stored)),
            )
        )
    top = [row for row in rows if row.place.level not in GROUPS]
    titles = [_("Place"), _("Kind"), _("Delivered"), *(_(_STATES[state]) for state in STATES), _("Back, %")]
    sections = [
        Section(
            _("By sub-district"),
            titles,
            [_cells(row, needs) for row in top],
            (72.0, 49.0, 22.0, 22.0, 22.0, 20.0, 18.0, 20.0, 16.0),
            left=2,
            grave=frozenset(at for at, row in enumerate(top) if row.not_back and row.place.level == AREA),
            empty=_("Nothing has been delivered yet, so nothing is to come back."),
        ),
        _holders(away, places, needs, here),
    ]
    meaning = _(
        "Of what was delivered to where it was bound for. Still there: not given back. On the way: with PPS, PPK or a "
        "vehicle. Back: at the warehouse. In stock: back, and bound for a warehouse (reassign). Given away: destroyed, "
        "or handed to somebody outside."
    )
    told = [row_of(_COLUMNS, row) for row in rows]
    items = [row_of(_ITEM_COLUMNS, one, places) for one in returns]
    tables = [
        sheet_of(_("Way back"), _COLUMNS, told),
        sheet_of(_("Things"), _ITEM_COLUMNS, items),
    ]
    facts = {
        "as_of": as_of,
        "rows": told,
        "not_back": [i for i in items if i["state"] in ("there", "on_the_way")],
        "given_away": [item for item in items if item["state"] == "gone"],
    }
    return Listing(_("The way back"), meaning, [line for line in summary if line], sections, tables, facts)


def _holders(away: Sequence[Return], places: Places, needs: Needs, here: str) -> Section:
    """Who holds what has not come back, those with the most first."""
    groups: dict[str, list[Return]] = {}
    for one in away:
        groups.setdefault(one.holder, []).append(one)
    ranked = sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    cells = []
    for holder, held in ranked[:_MOST_ROWS]:
        kinds = Counter(one.item.kind for one in held)
        since = min(one.holder_event.happened for one in held)
        told = ", ".join(f"{kind_name(needs, kind)} {number(count)}" for kind, count in sorted(kinds.items()))
        name = place_path(places, holder) if holder in places else show_custodian(holder)
        cells.append([name, told, local_time(since, here), number(len(held))])
    heading = _("Who holds what has not come back")
    if len(ranked) > _MOST_ROWS:
        heading = _("{heading}: the {count} most pressing; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(len(ranked) - _MOST_ROWS)
        )
    titles = [_("Holder"), _("Which things"), _("Since"), _("Things")]
    return Section(heading, titles, cells, (96.0, 95.0, 50.0, 20.0), left=3)


def _cells(row: ReturnRow, needs: Needs) -> list[str]:
    returned = row.delivered - row.not_back
    return [
        row.place.name,
        kind_name(needs, row.kind),
        number(row.delivered),
        *(number(row.counts.get(state, 0)) for state in STATES),
        share(returned, row.delivered),
    ]
