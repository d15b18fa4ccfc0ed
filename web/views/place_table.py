"""The dashboard's one table: its rows filtered and sorted as the address asks, and those without any goods folded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import quote, urlencode

from custody.measures.timing import STATES
from language import _
from reports.lists.late_list import state_word

View = Literal["table", "clock", "tree", "map", "need", "findings", "handovers", "field", "scores"]
VIEWS: tuple[View, ...] = get_args(View)
PRESSING = ("late", "will_be_late", "soon")
_LAST = "~"
"""Sorts behind every time and every name."""


class Asked(NamedTuple):
    """What the address of a dashboard asks for; `sort` has a - before it for the other way round."""

    view: View = "table"
    sort: str = "state"
    q: str = ""
    state: str = ""

    def link(self, **changes: Any) -> str:
        """The address of the same page with something changed; what goes without saying is not said."""
        said = self._replace(**changes)._asdict()
        return "?" + urlencode({name: word for name, word in said.items() if word != self._field_defaults[name]})

    def to(self, code: str) -> str:
        """The address of another place in the same view."""
        return f"/dashboard/{quote(code)}" + (f"?view={self.view}" if self.view != "table" else "")


def place_table(children: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    """The rows to show and those to fold: places that nothing has left for, and that are not pressing."""
    found = [row for row in children if _is_wanted(row, asked)]
    column = asked.sort.lstrip("-")
    rows = sorted((row for row in found if not is_still(row)), key=lambda row: _key(row, column))
    if asked.sort.startswith("-"):
        rows.reverse()
    return {
        "rows": rows,
        "still": [row for row in found if is_still(row)],
        "columns": [
            {
                "name": name,
                "title": title,
                "link": asked.link(sort=f"-{name}" if asked.sort == name else name),
                "order": _order(asked.sort, name),
            }
            for name, title in _columns()
        ],
        "states": [(state, state_word(state)) for state in STATES],
        "is_filtered": bool(asked.q or asked.state),
        "count": len(children),
    }


def is_still(row: Mapping[str, Any]) -> bool:
    """Whether nothing has left for a place, and nothing presses there."""
    amounts = row["amounts"]
    return not (amounts.there or amounts.on_the_way or row["state"] in PRESSING)


def moving(rows: Iterable[Mapping[str, Any]], least: int) -> tuple[list[Mapping[str, Any]], int]:
    """For the wall: what is late first, and how many places are left out because nothing has left for them; so many
    rows at least, where there are.
    """
    ordered = sorted(rows, key=lambda row: (is_still(row), _key(row, "state")))
    shown = max(sum(not is_still(row) for row in ordered), least)
    return ordered[:shown], max(len(ordered) - shown, 0)


def _columns() -> list[tuple[str, str]]:
    return [
        ("name", _("Place")),
        ("there", _("There")),
        ("way", _("On the way")),
        ("state", _("State")),
        ("due", _("Due")),
        ("expected", _("Expected")),
    ]


def _order(sort: str, name: str) -> str:
    """How a column is sorted, as ARIA has it; empty where the table is not sorted by it."""
    return {name: "ascending", f"-{name}": "descending"}.get(sort, "")


def _is_wanted(row: Mapping[str, Any], asked: Asked) -> bool:
    words = asked.q.casefold().split()
    name = f"{row['name']} {row['code']}".casefold()
    return (not asked.state or row["state"] == asked.state) and all(word in name for word in words)


def _key(row: Mapping[str, Any], column: str) -> Any:
    amounts = row["amounts"]
    if column == "name":
        return str(row["name"]).casefold()
    if column == "there":
        return amounts.there / amounts.total if amounts.total else 0
    if column == "way":
        return amounts.on_the_way
    if column == "state":
        return STATES.index(row["state"]) if row["state"] else len(STATES)
    return row["due_utc" if column == "due" else "expected_utc"] or _LAST
