"""The lists of the dashboard: what is late or irregular, handovers and trucks, obstacles, readiness and points."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from custody.format.codes import show_code
from custody.measures.timing import STATES, DueRow, by_place_above
from custody.measures.traffic import HandoverLine, OpenLoad
from custody.plan.critical_points import Point
from custody.plan.field import Incident, Readiness
from custody.plan.levels import END
from custody.plan.places import Place, is_under
from custody.plan.store_space import STORAGE
from db.store import Store
from language import _
from language.in_words import level_short
from language.text import printable, short_time
from reports.chain.finding_rows import finding_title
from reports.lists.late_list import state_word
from reports.lists.readiness import question_words
from reports.words import custodian_name, finding_text, place_path, severity_word
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without
from services.reporting.overview import Irregular, Overview
from services.scanning.advice import advice
from web.views.place_table import PRESSING

FIRST = slice(0, 12)
"""The rows of a list that stand on the dashboard itself."""
_GRAVE = {"critical": 0, "warning": 1, "info": 2}
_FEW_GROUPS = 5
_FEW_ENDS = 60


def pressing_list(rows: Sequence[DueRow], here: str, code: str, part: slice) -> dict[str, Any]:
    """Return a part of what is late or due soon below a place, polling stations last, with the count of all."""
    pressing = [row for row in rows if row.state in PRESSING and row.place.code != code]
    shown = [row for row in pressing if row.place.level != END]
    shown += [row for row in pressing if row.place.level == END]
    return {
        "count": len(pressing),
        "more": max(len(pressing) - part.stop, 0),
        "rows": [_due_row(row, here) for row in shown[part]],
    }


def late_groups(rows: Sequence[DueRow], places: Mapping[str, Place], here: str, code: str) -> dict[str, Any]:
    """Group due rows but for the place's own: a line for each place above the ends, and one for all ends of a place."""
    pressing = [row for row in rows if row.place.code != code]
    found = [(row, [row]) for row in pressing if row.place.level != END]
    found += [(group[0], group) for group in by_place_above(pressing).values()]
    found.sort(key=lambda entry: (STATES.index(entry[0].state), entry[0].due))
    return {
        "count": len(pressing),
        "more": sum(len(group) for _row, group in found[_FEW_GROUPS:]),
        "groups": [_group(row, group, places, here) for row, group in found[:_FEW_GROUPS]],
    }


def _group(row: DueRow, group: Sequence[DueRow], places: Mapping[str, Place], here: str) -> dict[str, Any]:
    return {
        **_due_row(row, here),
        "above": row.place.parent or "",
        "place": custodian_name(places, row.place.parent or ""),
        "level": level_short(row.place.level),
        "count": len(group),
        "missing": sum(one.missing for one in group),
        "bound": sum(one.bound for one in group),
        "ends": [_due_row(one, here) for one in group[:_FEW_ENDS]] if row.place.level == END else [],
        "more": max(len(group) - _FEW_ENDS, 0),
    }


def _due_row(row: DueRow, here: str) -> dict[str, Any]:
    return {
        "code": row.place.code,
        "name": row.place.name,
        "state": row.state,
        "word": state_word(row.state),
        "due": due_short(row, here),
        "missing": row.missing,
        "bound": row.bound,
        "expected": short_time(row.expected, here) if row.expected else "",
    }


def due_short(row: DueRow, here: str) -> str:
    """Return briefly when a row is due, with the phase where that sets the time and not the place."""
    time = short_time(row.due, here)
    return _("{time} (phase {phase})").format(time=time, phase=printable(row.phase, 40)) if row.phase else time


def handover_rows(store: Store, lines: Sequence[HandoverLine], *, with_staff: bool) -> list[dict[str, Any]]:
    """Return handovers as lists show them; `way`: the page of an own one, the letter of another station's."""
    places, own = store.state.places, store.ledger.own_log().name

    def way(line: HandoverLine) -> str:
        if line.log == own and with_staff:
            return f"/handover?{urlencode({'number': line.bast})}"
        name = quote(f"BAST-{line.bast.replace('/', '-')}.pdf")
        return f"/handover/letter/{name}?{urlencode({'number': line.record})}"

    return [
        {
            "bast": line.bast,
            "giver": custodian_name(places, line.giver),
            "to": custodian_name(places, line.to),
            "at": line.happened,
            "taken": line.taken,
            "refused": line.refused,
            "unlabelled": line.unlabelled,
            "people": " · ".join(dict.fromkeys(name for name in line.people[:2] if name)) if with_staff else "",
            "station": line.log.split("/")[2],
            "way": way(line),
        }
        for line in lines
    ]


def load_rows(store: Store, loads: Sequence[OpenLoad], now: str, here: str) -> list[dict[str, Any]]:
    """Return loads under way as lists show them, in the order given."""
    places = store.state.places
    return [
        {
            "truck": custodian_name(places, one.load.truck),
            "code": one.load.truck,
            "giver": custodian_name(places, one.load.giver),
            "bast": one.load.bast,
            "left": short_time(one.left, here) if one.left else "",
            "count": one.count,
            "stops": [custodian_name(places, stop) for stop in one.stops],
            "stop_codes": one.stops,
            "due": short_time(one.due, here) if one.due else "",
            "is_late": one.due is not None and one.due < now,
        }
        for one in loads
    ]


def irregular_under(overview: Overview, place: Place | None) -> list[Irregular]:
    """Return findings about what is bound for a place or below it, the gravest first; None: about all items."""
    is_all = place is None or place.parent is None
    found = [one for one in overview.irregular() if is_all or place in overview.ways.to(one.place)]
    return sorted(found, key=lambda one: (_GRAVE[one.finding.severity], one.finding.code, one.place))


def irregular_list(
    store: Store, overview: Overview, place: Place, here: str, part: slice, kind: str = ""
) -> dict[str, Any]:
    """Return a part of the findings at a place and below it, with the count of each kind; `kind`: of this one alone."""
    everything = irregular_under(overview, place)
    kinds = Counter((one.finding.code, one.finding.severity) for one in everything)
    found = [one for one in everything if one.finding.code == kind] if kind else everything
    needs = store.state.kinds()
    places = store.state.places
    return {
        "count": len(everything),
        "critical": sum(one.finding.severity == "critical" for one in everything),
        "more": max(len(found) - part.stop, 0),
        "kinds": [
            {"code": code, "title": finding_title(code), "severity": severity, "count": count}
            for (code, severity), count in kinds.items()
        ],
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
