"""What the first page shows of today: what is due, trucks on a board, and what came from other stations."""

from datetime import datetime, timedelta
from typing import Any

from custody.measures.timing import DueRow
from custody.measures.traffic import HandoverLine
from custody.plan.places import is_carrier
from language.text import short_time, zone
from reports.words import custodian_name
from services.scanning.open_drafts import ends_in_words
from web.views.overview_lists import handover_rows, late_groups, load_rows
from web.views.overview_view import Seen, adding_words, loads_of
from web.views.place_table import PRESSING

_CARDS, _RECENT = 6, 6
_LATELY_H = 24


def today_of(look: Seen) -> dict[str, Any]:
    """Today's work at a place and below it, by the functions of the dashboard."""
    overview = look.overview
    until = _end_of_day(look)
    rows = [row for row in look.rows if _is_today(row, until)]
    lines = overview.handovers()
    since = _before(look.now, _LATELY_H)
    lately = [line for line in lines if since <= line.happened <= look.now]
    own = look.store.state.stations.now().own
    others = [line for line in lately if line.log not in own]
    return {
        "code": look.place.code,
        "is_whole": overview.share >= 1,
        "adding": adding_words(overview),
        "has_dues": bool(look.rows),
        "late": late_groups(rows, look.store.state.places, look.here, ""),
        "board": _board(look, lately),
        "others": handover_rows(look.store, others[:_RECENT], with_staff=look.with_staff),
        "other_count": len(others),
    }


def _is_today(row: DueRow, until: str) -> bool:
    """Whether something is late or will be, or is due before today ends."""
    return row.state in PRESSING or (row.state == "open" and row.due < until)


def _end_of_day(look: Seen) -> str:
    ahead = timedelta(hours=zone(look.place.code)[1])
    local = datetime.fromisoformat(look.now) + ahead
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - ahead).strftime("%Y-%m-%dT%H:%M:%SZ")


def _before(now: str, hours: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _board(look: Seen, lately: list[HandoverLine]) -> dict[str, Any]:
    """The trucks by how far they are: loading here, under way, overdue, come within a day."""
    store, places = look.store, look.store.state.places
    loads = load_rows(store, loads_of(look), look.now, look.here)
    loading = [
        {"words": ends_in_words(store, info, " → "), "id": info.id, "count": info.scan_count}
        for info in store.drafts.all()
        if info.receiver and is_carrier(places, info.receiver)
    ]
    came = [line for line in lately if is_carrier(places, line.giver) and look.is_at(line.to)]
    arrived = [
        {
            "truck": custodian_name(places, line.giver),
            "to": custodian_name(places, line.to),
            "count": line.taken,
            "at": short_time(line.happened, look.here),
        }
        for line in came
    ]
    columns: dict[str, list[dict[str, Any]]] = {
        "loading": loading,
        "left": [load for load in loads if not load["is_late"]],
        "overdue": [load for load in loads if load["is_late"]],
        "arrived": arrived,
    }
    own = store.ledger.own_log().place
    return {
        "is_empty": not any(columns.values()),
        "columns": {name: cards[:_CARDS] for name, cards in columns.items()},
        "counts": {name: len(cards) for name, cards in columns.items()},
        "expected": [load for load in loads if own in load["stop_codes"]],
    }
