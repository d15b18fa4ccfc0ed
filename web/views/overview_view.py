"""What the dashboard shows of a place and all below it, as plain values in the language of who asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from custody.errors import N_, InputError
from custody.format.codes import show_code
from custody.measures.progress import Amounts, PhaseRow, Pieces
from custody.measures.timing import STATES, DueRow, most_pressing
from custody.measures.traffic import OpenLoad
from custody.measures.trend import Trend
from custody.plan.levels import ABOVE_ENDS, AREA, BELOW_STORES, END, GROUPS, TREE
from custody.plan.places import Place, Ways
from db.store import Store
from language import _
from language.in_words import level_short
from language.text import local_time, number, printable, share, short_time
from reports.lists.late_list import state_word
from reports.lists.need_list import open_words
from reports.lists.phase_list import left_words
from reports.words import custodian_name, kind_name, zone_code
from services.plan.custodians import station_clock
from services.reporting.overview import Overview
from web.views.overview_lists import (
    FIRST,
    due_short,
    field_board,
    handover_rows,
    irregular_list,
    late_groups,
    load_rows,
    pressing_list,
)
from web.views.place_table import PRESSING, Asked, place_table
from web.views.scorecard_view import score_board

_FEED, _FARTHEST_H = 30, 24 * 365
WITHIN_H = 6


def top_place(store: Store) -> str:
    """Where the dashboard begins: the own place, or the first of the plan where that has none."""
    own, places = store.ledger.own_log().place, store.state.places.tree()
    return own if own in places else next(iter(places), own)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the parts of the dashboard are made of: the place, all that is due below it, and the moment."""

    store: Store
    overview: Overview
    place: Place
    rows: list[DueRow]
    now: str
    here: str
    with_staff: bool

    def is_inside(self, place: Place) -> bool:
        """Whether a place is this one or lies below it; below the top lies everything."""
        return self.place.parent is None or self.place in self.overview.ways.to(place.code)

    def is_at(self, code: str) -> bool:
        """The same of the code of a custodian, who may be no place."""
        return self.place.parent is None or self.place in self.overview.ways.to(code)


def seen(store: Store, overview: Overview, code: str, *, with_staff: bool) -> Seen:
    """Look at a place; `with_staff`: the names of who answers for what are told, too.

    Raises:
        InputError: the plan has no such place, and this station is not at it.
    """
    places, ways = store.state.places.tree(), overview.ways
    place = places.get(code)
    if place is None and code == store.ledger.own_log().place:
        place = Place(code, code, "")  # the plan is not here yet; what is found is shown all the same
    if place is None:
        raise InputError(
            N_("there is no place {code} in the plan"), hint=N_("Go up to the whole and choose another."), code=code
        )
    now = store.around.now_utc()
    rows = overview.due_rows(now, WITHIN_H) if overview.share >= 1 else []
    inside = [row for row in rows if place in ways.to(row.place.code)]
    return Seen(store, overview, place, inside, now, zone_code(code, station_clock(store)), with_staff)


def overview_of(look: Seen, asked: Asked) -> dict[str, Any]:
    """What the dashboard shows of one place: its figures, the trend, what presses, and the view asked for."""
    store, overview, place, now, here = look.store, look.overview, look.place, look.now, look.here
    places, is_whole = store.state.places.tree(), overview.share >= 1
    due, amounts = most_pressing(look.rows), amounts_of(store, overview)
    children = [child for child in places.values() if child.parent == place.code and child.level in TREE]
    shown = [_row(child, amounts, due.get(child.code), here) for child in children]
    found = irregular_list(store, overview, place, here, FIRST) if is_whole else None
    board = field_board(store, place, now, here, FIRST, with_staff=look.with_staff)
    facts = {
        **_heading(look),
        "amounts": amounts.get(place.code, Amounts()),
        "own": _row(place, amounts, due.get(place.code), here),
        "children": shown,
        "level": children[0].level if children else "",
        "states": _states(due),
        "late": late_groups([row for row in look.rows if row.state in PRESSING], places, here, place.code),
        "irregular": found,
        "field": board,
        "loads": load_rows(store, loads_of(look), now, here) if is_whole else [],
        "unwitnessed": store.heads.unwitnessed(),
    }
    level = facts["level"] if facts["level"] in BELOW_STORES else AREA
    trend = _trend(look, level) if is_whole and children else None
    facts |= {"trend": trend, "trend_level": level_short(level), "trend_words": trend_words(trend, now, here)}
    return facts | _view(look, asked, facts)


def _view(look: Seen, asked: Asked, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What one view alone needs."""
    store, overview, place, here = look.store, look.overview, look.place, look.here
    children = facts["children"]
    if asked.view == "table":
        return {"table": place_table(children, asked), "things": _things(store, place)}
    if asked.view in ("tree", "map"):
        is_deep = facts["level"] in (AREA, *GROUPS)
        below = rows_below(store, overview, [child["code"] for child in children]) if is_deep else {}
        return {"branches": [(child, below.get(child["code"], [])) for child in children]}
    if asked.view == "need":
        return {"needs": _needs(store, overview, place, look.now)}
    if asked.view == "handovers":
        lines = [line for line in overview.handovers() if look.is_at(line.giver) or look.is_at(line.to)]
        return {"handovers": handover_rows(store, lines[:_FEED], with_staff=look.with_staff)}
    if asked.view == "scores":
        return {"scores": score_board(overview, place, store.state.places.tree(), look.now, here, FIRST)}
    return {}


def list_of(look: Seen, what: str, part: slice, kind: str = "") -> dict[str, Any]:
    """A part of one of the lists that stand on pages of their own: `listed` is None until everything is added up."""
    store, overview, place, here = look.store, look.overview, look.place, look.here
    listed: dict[str, Any] | None = None
    if what in ("incidents", "readiness", "points"):
        listed = field_board(store, place, look.now, here, part, with_staff=look.with_staff)[what]
    elif overview.share >= 1 and what == "pressing":
        listed = pressing_list(look.rows, here, place.code, part)
    elif overview.share >= 1 and what == "irregular":
        listed = irregular_list(store, overview, place, here, part, kind)
    elif what == "scores":
        listed = score_board(overview, place, store.state.places.tree(), look.now, here, part)
    return _heading(look) | {"listed": listed}


def _heading(look: Seen) -> dict[str, Any]:
    place, overview = look.place, look.overview
    above = _above(look.store.state.places.tree(), place)
    return {
        "place": {"code": place.code, "name": place.name, "level": place.level, "above": above},
        "as_of": local_time(look.now, look.here),
        "adding": adding_words(overview),
        "is_whole": overview.share >= 1,
    }


def adding_words(overview: Overview) -> str:
    """Why something is not told yet, or not here."""
    if overview.is_too_large:
        words = _("Here are {count} things: what is due and what is irregular is on the dashboard of each regency.")
        return words.format(count=number(overview.stock.items))
    done = overview.share if overview.stock.share >= 1 else overview.stock.share
    return _("Adding up: {share}").format(share=share(int(1000 * done), 1000))


def loads_of(look: Seen) -> list[OpenLoad]:
    """The loads under way to a place or from it, or below it."""
    found = look.overview.open_loads()
    return [one for one in found if look.is_at(one.load.giver) or any(look.is_at(stop) for stop in one.stops)]


def _trend(look: Seen, level: str) -> Trend | None:
    """Plan against done at the places of a level at a place and below it; None where nothing there is due."""
    found = look.overview.trend(level, look.is_inside, look.now)
    return found if found.total and found.plan else None


def trend_words(trend: Trend | None, now: str, here: str) -> str:
    """What the drawing of the trend shows, in words."""
    if trend is None:
        return ""
    words = [
        _("Of {total}, {planned} were to be there by now; {there} are.").format(
            total=number(trend.total), planned=number(trend.planned(now)), there=number(trend.there)
        )
    ]
    if trend.is_running(now) and trend.hours_left[1]:
        fast, slow = (short_time(_after(now, hours), here) for hours in trend.hours_left)
        if fast == slow:
            told = _("What moves is there at {fast}, at the pace of the last hours.")
        else:
            told = _("What moves is there between {fast} and {slow}, by the fastest and the slowest of the last hours.")
        words.append(told.format(fast=fast, slow=slow))
    return " ".join(words)


def _after(now: str, hours: float) -> str:
    """A moment so many hours later, a year at most."""
    later = datetime.fromisoformat(now) + timedelta(hours=min(hours, _FARTHEST_H))
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def amounts_of(store: Store, overview: Overview) -> Mapping[str, Amounts]:
    """How far the supplies for each place have come, over all kinds."""
    if overview.share >= 1:
        return overview.amounts()
    return overview.stock.amounts  # until then what the table of items tells


def _needs(store: Store, overview: Overview, place: Place, now: str) -> list[dict[str, Any]]:
    """What the place and all below it need of each kind, what is registered and what has arrived, in pieces; where the
    plan has phases, in their order, with the days left.
    """
    if place.level not in ABOVE_ENDS:
        return []
    rules, groups = store.state.need_rules(), store.state.places.alike(place.code)
    names = {need.kind: need for need in rules.needs}
    found = overview.stock.pieces(place.code)
    rows = []
    phased = {kind: PhaseRow(phase, kind) for phase in store.state.phases for kind in phase.kinds}
    for kind in sorted(rules.kinds, key=lambda kind: [*phased, kind].index(kind)):  # those in no phase last
        total, pieces = rules.total(groups, kind), found.get(kind, Pieces())
        if total.known or total.open:
            rows.append(
                {
                    "kind": kind_name(names, kind),
                    "phase": _phase_words(phased.get(kind), now) if phased else "",
                    "need": total.count,
                    "registered": pieces.bound,
                    "here": pieces.here,
                    "short": None if total.count is None else max(total.count - pieces.here, 0),
                    "open": open_words(total.open, lacks_voters=total.lacks_voters) if total.open else "",
                }
            )
    return rows


def _phase_words(row: PhaseRow | None, now: str) -> str:
    """The phase of a kind, and how many days are left: `I, 5 days`."""
    if row is None or row.phase is None:
        return "–"
    code = printable(row.phase.code, 40)
    return f"{code}, {left_words(row.days_left(now))}" if row.due else code


def _above(places: Mapping[str, Place], place: Place) -> list[dict[str, str]]:
    return [{"code": step.code, "name": step.name} for step in Ways(places).to(place.code)[:-1]]


def _row(place: Place, amounts: Mapping[str, Amounts], due: DueRow | None, here: str) -> dict[str, Any]:
    """One place in a table, on the map and on the wall; by what is most pressing there."""
    time = due.due if due else place.due
    return {
        "code": place.code,
        "name": place.name,
        "level": place.level,
        "is_group": place.level in GROUPS,
        "amounts": amounts.get(place.code, Amounts()),
        "state": due.state if due else "",
        "word": state_word(due.state) if due else "",
        "due": due_short(due, here) if due else short_time(time, here) if time else "",
        "due_utc": time,
        "came_late": due.came_late if due else 0,
        "missing": due.missing if due else None,
        "expected": short_time(due.expected, here) if due and due.expected else "",
        "expected_utc": due.expected if due else None,
    }


def rows_below(store: Store, overview: Overview, codes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """For each of these places the rows of the places right below it."""
    now, here = store.around.now_utc(), zone_code(*codes, station_clock(store))
    rows = overview.due_rows(now, WITHIN_H) if overview.share >= 1 else []
    due, amounts = most_pressing(rows), amounts_of(store, overview)
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
    for place in store.state.places.tree().values():
        if place.parent in found and place.level in TREE:
            found[place.parent].append(_row(place, amounts, due.get(place.code), here))
    return found


def _states(rows: Mapping[str, DueRow]) -> dict[str, dict[str, int]]:
    """For each level how many places are in each state, by the most pressing row of each."""
    counts: dict[str, Counter[str]] = {level: Counter() for level in BELOW_STORES}
    for row in rows.values():
        counts[row.place.level][row.state] += 1
    return {level: {state: of_level[state] for state in STATES} for level, of_level in counts.items()}


def _things(store: Store, place: Place) -> list[dict[str, Any]]:
    """The items of one polling station."""
    if place.level != END:
        return []
    needs = store.state.kinds()
    places = store.state.places
    return [
        {
            "code": item.code,
            "shown": show_code(item.code),
            "kind": kind_name(needs, item.kind),
            "k": item.k,
            "n": item.n,
            "holder": custodian_name(places, item.held_by),
            "condition": item.condition,
            "is_there": item.held_by == place.code,
        }
        for item in store.state.find_items(under=place.code)
    ]
