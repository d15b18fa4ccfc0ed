"""What the dashboard shows of a place's work besides items: obstacles, readiness and critical points."""

from typing import Any

from custody.plan.field import Incident, Point, Readiness
from custody.plan.places import Place, is_under
from custody.plan.store_space import STORAGE
from db.store import Store
from language import _
from language.text import short_time
from reports.lists.readiness import question_words
from reports.words import place_path
from services.records.field_records import incidents_of, points_of, readiness_of, stores_without

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
