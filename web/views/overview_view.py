"""What the dashboard shows of a place and all below it, as plain values in the language of who asks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from custody.errors import N_, InputError
from custody.format.codes import show_code
from custody.measures.progress import Amounts, PhaseRow, Pieces, StockSums
from custody.measures.timing import STATES, DueRow, most_pressing
from custody.plan.field import Incident, Point, Readiness
from custody.plan.levels import ABOVE_ENDS, BELOW_STORES, END, GROUPS, TREE
from custody.plan.places import Place, Ways, is_under
from custody.plan.store_space import STORAGE
from db.store import Store
from language import _
from language.text import local_time, printable, share, short_time
from reports.lists.late_list import pace_words, state_word
from reports.lists.need_list import open_words
from reports.lists.phase_list import left_words
from reports.lists.readiness import question_words
from reports.words import custodian_name, finding_text, kind_name, place_path, severity_word, zone_code
from services.plan.custodians import station_clock
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without
from services.reporting.overview import Irregular, Overview
from services.scanning.advice import advice
from web.views.scorecard_view import score_board

WITHIN_H = 6
_PRESSING = ("late", "will_be_late", "soon")
FIRST = slice(0, 12)
"""The rows of a list that stand on the dashboard itself."""
_GRAVE = {"critical": 0, "warning": 1, "info": 2}


def top_place(store: Store) -> str:
    """Where the dashboard begins: the own place, or the first of the plan where that has none."""
    own, places = store.ledger.own_log().place, store.state.places.tree()
    return own if own in places else next(iter(places), own)


def overview_of(
    store: Store, overview: Overview, code: str, *, with_staff: bool, part: slice = FIRST
) -> dict[str, Any]:
    """Everything that the dashboard shows of one place, and of its lists this part.

    `with_staff`: the names of who answers for what, too.

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
    now, is_whole = store.around.now_utc(), overview.share >= 1
    here = zone_code(code, station_clock(store))
    rows = overview.due_rows(now, WITHIN_H) if is_whole else []
    due, amounts = most_pressing(rows), amounts_of(store, overview)
    inside = [row for row in rows if place in ways.to(row.place.code)]
    children = [child for child in places.values() if child.parent == code and child.level in TREE]
    return {
        "place": {"code": code, "name": place.name, "level": place.level, "above": _above(places, place)},
        "as_of": local_time(now, here),
        "share": share(int(1000 * overview.share), 1000),
        "is_whole": is_whole,
        "amounts": amounts.get(code, Amounts()),
        "own": _row(place, amounts, due.get(code), here),
        "children": [_row(child, amounts, due.get(child.code), here) for child in children],
        "level": children[0].level if children else "",
        "states": _states(inside),
        "pressing": _pressing(inside, here, code, part),
        "things": _things(store, place),
        "needs": _needs(store, overview, place, now),
        "unwitnessed": store.heads.unwitnessed(),
        "irregular": _irregular(store, overview, place, here, part) if is_whole else None,
        "scores": score_board(overview, place, places, now, here, part),
        "field": field_board(store, place, now, here, part, with_staff=with_staff),
    }


def amounts_of(store: Store, overview: Overview) -> Mapping[str, Amounts]:
    """How far the supplies for each place have come, over all kinds."""
    if overview.share >= 1:
        return overview.amounts()
    return _sums(store).amounts  # until then what the table of items tells


def _sums(store: Store) -> StockSums:
    def count() -> StockSums:
        sums = StockSums(Ways(store.state.places.tree()))
        for group in store.state.stock():
            sums.add(group)
        return sums

    return store.ledger.memory.remember("amounts", count)


def _needs(store: Store, overview: Overview, place: Place, now: str) -> list[dict[str, Any]]:
    """What the place and all below it need of each kind, what is registered and what has arrived, in pieces; where the
    plan has phases, in their order, with the days left.
    """
    if place.level not in ABOVE_ENDS:
        return []
    rules, groups = store.state.need_rules(), store.state.places.alike(place.code)
    names = {need.kind: need for need in rules.needs}
    found = overview.pieces(place.code) if overview.share >= 1 else _sums(store).pieces.get(place.code, {})
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
        "due": _due(due, here) if due else short_time(time, here) if time else "",
        "due_utc": time,
        "came_late": due.came_late if due else 0,
        "missing": due.missing if due else None,
        "expected": short_time(due.expected, here) if due and due.expected else "",
        "expected_utc": due.expected if due else None,
        "pace": pace_words(due.pace, here) if due else "",
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


def _states(rows: Iterable[DueRow]) -> dict[str, dict[str, int]]:
    """For each level how many places are in each state."""
    counts: dict[str, Counter[str]] = {level: Counter() for level in BELOW_STORES}
    for row in most_pressing(rows).values():
        counts[row.place.level][row.state] += 1
    return {level: {state: of_level[state] for state in STATES} for level, of_level in counts.items()}


def _pressing(rows: Sequence[DueRow], here: str, code: str, part: slice) -> dict[str, Any]:
    """What is late, will be or is due soon below a place: sub-districts and villages first, stations counted."""
    pressing = [row for row in rows if row.state in _PRESSING and row.place.code != code]
    shown = [row for row in pressing if row.place.level != END]
    shown += [row for row in pressing if row.place.level == END]
    return {
        "count": len(pressing),
        "more": max(len(pressing) - part.stop, 0),
        "rows": [
            {
                "code": row.place.code,
                "name": row.place.name,
                "state": row.state,
                "word": state_word(row.state),
                "due": _due(row, here),
                "missing": row.missing,
                "bound": row.bound,
                "expected": short_time(row.expected, here) if row.expected else "",
            }
            for row in shown[part]
        ],
    }


def _due(row: DueRow, here: str) -> str:
    time = short_time(row.due, here)
    return _("{time} (phase {phase})").format(time=time, phase=printable(row.phase, 40)) if row.phase else time


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


def irregular_under(overview: Overview, place: Place | None) -> list[Irregular]:
    """What is irregular of all that is bound for a place or below it, the gravest first; None: all there is."""
    is_all = place is None or place.parent is None
    found = [one for one in overview.irregular() if is_all or place in overview.ways.to(one.place)]
    return sorted(found, key=lambda one: (_GRAVE[one.finding.severity], one.finding.code, one.place))


def _irregular(store: Store, overview: Overview, place: Place, here: str, part: slice) -> dict[str, Any]:
    found = irregular_under(overview, place)
    needs = store.state.kinds()
    places = store.state.places
    kinds = Counter(one.finding.code for one in found)
    return {
        "count": len(found),
        "critical": sum(one.finding.severity == "critical" for one in found),
        "more": max(len(found) - part.stop, 0),
        "kinds": sorted(kinds.items(), key=lambda kind: -kind[1]),
        "rows": [
            {
                "code": one.finding.code,
                "severity": one.finding.severity,
                "word": severity_word(one.finding.severity),
                "text": finding_text(one.finding, needs, here),
                "advice": advice(one.finding, store),
                "item": one.finding.item or "",
                "shown": show_code(one.finding.item) if one.finding.item else "",
                "bast": one.bast,
                "place": place_path(places, one.place) if one.place else "",
                "is_provisional": one.finding.is_provisional,
            }
            for one in found[part]
        ],
    }


# --- What the dashboard shows of a place's work besides items: obstacles, readiness and critical points ---------------

_POINTS = {"overdue": "wrong", "due": "watch", "green": "right", "done": "right"}


def field_board(store: Store, place: Place, now: str, here: str, part: slice, *, with_staff: bool) -> dict[str, Any]:
    """Return what is open at a place and all below it; for the top, also what is about no place."""
    places = store.state.places

    def is_here(code: str | None) -> bool:
        return place.parent is None or (code is not None and is_under(places, code, place.code))

    def where(code: str | None) -> str:
        return place_path(places, code) if code else ""

    remember = store.ledger.memory.remember
    obstacles = remember("incidents", lambda: incidents_of(store))
    checked = remember("readiness", lambda: readiness_of(store))
    open_ones = [one for one in obstacles if one.is_open and is_here(one.body["place"])]
    lists = [one for one in checked if is_here(one.place)]
    register = [one for one in points_of(store, as_of=now) if is_here(one.body["place"])]
    unready = [one for one in lists if not one.is_ready]
    unchecked = stores_without(store, lists, under=None if place.parent is None else place.code)
    return {
        "incidents": {
            "count": len(open_ones),
            "more": max(len(open_ones) - part.stop, 0),
            "rows": [_incident_row(one, where(one.body["place"]), here) for one in open_ones[part]],
        },
        "readiness": {
            "count": len(lists),
            "ready": len(lists) - len(unready),
            "more": max(len(unready) - part.stop, 0),
            "unchecked": len(unchecked),
            "rows": [_readiness_row(one, where(one.place), here) for one in unready[part]],
        },
        "points": {
            "count": len(register),
            "more": max(len(register) - part.stop, 0),
            **{status: sum(one.status == status for one in register) for status in ("overdue", "due", "done")},
            "rows": [_point_row(one, where(one.body["place"]), here, with_staff=with_staff) for one in register[part]],
        },
    }


def _incident_row(incident: Incident, where: str, here: str) -> dict[str, Any]:
    return {
        "text": incident.body["text"],
        "stage": incident.body["stage"],
        "place": where,
        "at": short_time(incident.opened.happened, here) if incident.opened else "",
        "items": len(incident.body["items"]),
    }


def _readiness_row(checked: Readiness, where: str, here: str) -> dict[str, Any]:
    return {
        "place": where,
        "about": "" if checked.about == STORAGE else checked.about,
        "at": short_time(checked.event.happened, here),
        "missing": [_answer(answer) for answer in checked.missing],
    }


def _point_row(point: Point, where: str, here: str, *, with_staff: bool) -> dict[str, Any]:
    body = point.body
    return {
        "title": body["title"] or point.name,
        "owner": body["owner"] if with_staff else "",
        "place": where,
        "due": short_time(body["due"], here) if body["due"] else "",
        "status": point.status,
        "word": _point_word(point.status),
        "mark": _POINTS[point.status],
    }


def _answer(answer: Any) -> str:
    """Describe a question of a checklist that was not answered with yes, with the answer and its remark."""
    words = {"no": _("no"), "unknown": _("not known")}.get(answer["answer"], answer["answer"])
    note = f" ({answer['note']})" if answer["note"] else ""
    return f"{question_words(answer['question'])} {words}{note}"


def _point_word(status: str) -> str:
    return {"overdue": _("overdue"), "due": _("due soon"), "green": _("in time"), "done": _("done")}[status]
