"""Where everything stands in the dashboard's drawings: the delivery tree, and places against the clock.

Only geometry, in units of the drawing; templates make SVG of it, and style sheets colour it by `state`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

from custody.measures.trend import Points, Trend

_ROW, _DOT, _GAP, _LINE = 34, 14, 5, 17
_TREE_WIDTH, _TRUNK, _NODE_LEFT, _NODE_WIDTH = 900, 120, 190, 250
_DOTS_LEFT = _NODE_LEFT + _NODE_WIDTH + 24
_CLOCK_WIDTH, _CLOCK_LEFT, _CLOCK_TOP, _CLOCK_ROW, _TICKS = 760, 190, 32, 26, 6
_APART_H = (
    1,
    2,
    3,
    6,
    12,
    24,
    48,
    24 * 7,
    24 * 14,
    24 * 30,
    24 * 91,
    24 * 182,
    24 * 365,
    24 * 365 * 5,
    24 * 365 * 20,
    24 * 365 * 100,
)
_NAME_LETTERS, _NAME_LINES = 14, 3
_TREND_WIDTH, _TREND_HEIGHT, _TREND_LEFT, _TREND_TOP, _TREND_FOOT, _STEPS = 640, 240, 52, 12, 54, 24


def tree_drawing(
    top: Mapping[str, Any], branches: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]
) -> dict[str, Any]:
    """The schematic delivery tree: the top on the left, its branches in rows, what lies below each as squares.

    Args:
        top, branches: rows as `web.views.overview_view` makes them; of each branch, the row and those of the places
        below it.
    """
    a_line = max((_TREE_WIDTH - _DOTS_LEFT) // (_DOT + _GAP), 1)
    nodes, y = [], _GAP
    for row, below in branches:
        lines = max(-(-len(below) // a_line), 1)
        height = max(_ROW, lines * (_DOT + _GAP) + _GAP)
        first = y + (height - lines * (_DOT + _GAP) + _GAP) / 2
        dots = [
            {"row": dot, "x": _DOTS_LEFT + at % a_line * (_DOT + _GAP), "y": first + at // a_line * (_DOT + _GAP)}
            for at, dot in enumerate(below)
        ]
        nodes.append(
            {
                "row": row,
                "y": y,
                "height": height,
                "middle": y + height / 2,
                "dots": dots,
                "filled": _NODE_WIDTH * row["amounts"].share / 100,
            }
        )
        y += height + _GAP
    name = wrap(str(top["name"]), _NAME_LETTERS, max_lines=_NAME_LINES, placeholder="…")
    half = _LINE * (len(name) + 1) / 2 + 10
    whole = max(float(y), 2 * half)
    middle = whole / 2
    return {
        "width": _TREE_WIDTH,
        "height": whole,
        "middle": middle,
        "top": top,
        "half": half,
        "name": [(line, middle - half + 5 + _LINE * number) for number, line in enumerate(name, 1)],
        "nodes": nodes,
        "trunk": _TRUNK,
        "left": _NODE_LEFT,
        "node_width": _NODE_WIDTH,
        "dots_left": _DOTS_LEFT,
        "dot": _DOT,
    }


def clock_drawing(rows: Sequence[Mapping[str, Any]], now: str, ahead_h: int = 0) -> dict[str, Any] | None:
    """Places against the clock: when each is due, and when it is expected to have all; None where nothing is due.

    Args:
        rows: as `web.views.overview_view` makes them. What is expected much later than anything is due is drawn at the
        edge. now: RFC 3339, UTC.
        ahead_h: hours that the place is ahead of UTC, so that the axis has its round hours.
    """
    timed = [row for row in rows if row["due_utc"]]
    if not timed:
        return None
    dues = [datetime.fromisoformat(row["due_utc"]) for row in timed]
    moment = datetime.fromisoformat(now)
    begin, end = min([moment, *dues]), max([moment, *dues])
    span = max(end - begin, timedelta(hours=6))
    begin, end = begin - span * 0.04, end + span * 0.3

    def x(time: datetime) -> float:
        share = min(max((time - begin) / (end - begin), 0), 1)
        return round(_CLOCK_LEFT + share * (_CLOCK_WIDTH - _CLOCK_LEFT - 12), 1)

    drawn = []
    for at, (row, due) in enumerate(zip(timed, dues, strict=True)):
        expected = datetime.fromisoformat(row["expected_utc"]) if row["expected_utc"] else None
        drawn.append(
            {
                "row": row,
                "y": at * _CLOCK_ROW + _CLOCK_TOP,
                "due": x(due),
                "expected": x(expected) if expected else None,
                "is_beyond": expected is not None and expected > end,
            }
        )
    return {
        "width": _CLOCK_WIDTH,
        "height": len(timed) * _CLOCK_ROW + _CLOCK_TOP + 14,
        "top": _CLOCK_TOP,
        "left": _CLOCK_LEFT,
        "now": x(moment),
        "row_height": _CLOCK_ROW,
        "rows": drawn,
        "ticks": [{"x": x(tick), "utc": tick.strftime("%Y-%m-%dT%H:%M:%SZ")} for tick in _hours(begin, end, ahead_h)],
    }


def trend_drawing(trend: Trend, now: str, ahead_h: int = 0) -> dict[str, Any]:
    """Plan against done over the hours, as steps, and the forecast as a band between its slowest and its fastest.

    Where now lies far behind all that was planned and done, the drawing ends before it, and has no forecast.

    Args:
        trend: with a plan.
        now: RFC 3339, UTC.
        ahead_h: as of `clock_drawing`.
    """
    moment = datetime.fromisoformat(now)
    times = [datetime.fromisoformat(time) for time, _count in (*trend.plan, *trend.done)]
    begin, end = min(times), max(times)
    span = max(end - begin, timedelta(hours=6))
    is_near = trend.is_running(now)
    if is_near:
        begin, end = min(begin, moment), max(end, moment)
        end = max(end, min(moment + timedelta(hours=min(trend.hours_left[1], 10_000)), end + span * 0.6))
    span = max(end - begin, timedelta(hours=6))
    begin, end = begin - span * 0.04, end + span * 0.06
    width, height = _TREND_WIDTH - _TREND_LEFT - 14, _TREND_HEIGHT - _TREND_TOP - _TREND_FOOT

    def x(time: datetime) -> float:
        return round(_TREND_LEFT + min(max((time - begin) / (end - begin), 0), 1) * width, 1)

    def y(count: float) -> float:
        return round(_TREND_TOP + height * (1 - count / max(trend.total, 1)), 1)

    def steps(points: Points, until: datetime) -> str:
        path = f"M{x(begin)} {y(0)}"
        for time, count in points:
            path += f" H{x(datetime.fromisoformat(time))} V{y(count)}"
        return f"{path} H{x(until)}"

    band = ""
    if is_near and trend.ahead and trend.there < trend.total:
        hours = [(end - moment) / timedelta(hours=1) * step / _STEPS for step in range(_STEPS + 1)]
        edge = [(x(moment + timedelta(hours=hour)), *map(y, trend.after(hour))) for hour in hours]
        there = [f"{at} {fast}" for at, _slow, fast in edge] + [f"{at} {slow}" for at, slow, _fast in reversed(edge)]
        band = "M" + " L".join(there) + "Z"
    until = moment if is_near else end
    done = steps(trend.done, until)
    return {
        "width": _TREND_WIDTH,
        "height": _TREND_HEIGHT,
        "left": _TREND_LEFT,
        "right": _TREND_WIDTH - 14,
        "top": _TREND_TOP,
        "floor": y(0),
        "plan": steps(trend.plan, end),
        "done": done,
        "area": f"{done} V{y(0)} H{x(begin)} Z",
        "band": band,
        "now": x(moment) if is_near else None,
        "levels": [(y(count), count) for count in sorted({0, trend.total // 2, trend.total})],
        "ticks": [{"x": x(tick), "utc": tick.strftime("%Y-%m-%dT%H:%M:%SZ")} for tick in _hours(begin, end, ahead_h)][
            :_TICKS
        ],
    }


def _hours(begin: datetime, end: datetime, ahead_h: int) -> list[datetime]:
    """A few whole hours between two moments, evenly apart; those a day or more apart are midnights."""
    apart = next(hours for hours in _APART_H if (end - begin) / timedelta(hours=hours) <= _TICKS)
    first = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    first += timedelta(hours=-(first.hour + ahead_h) % min(apart, 24))
    found: list[datetime] = []
    while first < end and len(found) < 2 * _TICKS:
        found.append(first)
        first += timedelta(hours=apart)
    return found
