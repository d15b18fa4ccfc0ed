"""Composing events about single things: what they share, and looks, seals, packings, new destinations.

Pure: the ledger adds log, seq, prev, time and signature when it records them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from custody.format.codes import ItemLabel
from custody.format.item_facts import with_completed

T = TypeVar("T")
How = Literal["camera", "typed", "wedge", "matched", "completed"]

ITEMS_PER_EVENT = 200
"""With a reference for each item, and the longest log names, this stays under 64 KiB."""
SERIALS_PER_EVENT = 500
"""Of 60 letters at most, in UTF-8."""


class Ref(NamedTuple):
    """An earlier event, by the log and number that people name it with and the digest that identifies it (hex)."""

    log: str
    seq: int
    leaf: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be recorded: its type, its own fields, and the earlier events it relies on."""

    type: str
    fields: Mapping[str, Any]
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """One item as it was read: its code, the print number on the label (None: typed without), and how.

    `matched`: its label could not be read, and people chose which of the expected things it is. `completed`: its label
    was seen in part, and of all texts one that was expected fits; records call that `typed`, with a remark.
    """

    code: str
    print: int | None
    how: How


_HOWS: Mapping[str, How] = {how: how for how in get_args(How)}


def how_entered(label: ItemLabel) -> How:
    """Return how a line without timing was entered: a symbol's text by a scanner, anything else by hand."""
    return "wedge" if label.is_symbol else "typed"


def how_read(text: str) -> How:
    """How a label was read, as it was kept; `typed` where it is none of the known ways."""
    return _HOWS.get(text, "typed")


def parts(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    """The rows in pieces of at most `size`; one empty piece when there are none."""
    return [rows[i : i + size] for i in range(0, len(rows), size)] or [rows]


def inspect_events(
    touches: Sequence[Touch], latest: Mapping[str, Ref], condition: str, *, photo: str | None = None, note: str = ""
) -> list[NewEvent]:
    """Events that say in which condition these items were found, one for each.

    Args:
        photo: the SHA-256 (hex) of a photograph that shows them.
    """
    events = []
    for touch in touches:
        rows, refs = touched([readable(touch)], latest)
        fields = {"item": rows[0], "condition": condition, "photo": photo, "note": note}
        events.append(NewEvent("inspect", fields, refs))
    return events


def seal_events(
    touch: Touch,
    latest: Mapping[str, Ref],
    action: str,
    serials: Sequence[str],
    *,
    place: str,
    result: str | None = None,
    names: Sequence[str] = (),
    witness: str = "",
    photo: str | None = None,
    note: str = "",
    occurred: str | None = None,
) -> list[NewEvent]:
    """Events about the seals of one item; more numbers than one event holds stand in several.

    Args:
        action: one of `custody.chain.seals.ACTIONS`; `replace` takes all others off, so what follows it is `apply`.
        place: where it was done.
        result: of a check.
    """
    rows, refs = touched([readable(touch)], latest)
    events = []
    for number, piece in enumerate(parts(serials, SERIALS_PER_EVENT)):
        fields = {
            "item": rows[0],
            "place": place,
            "action": "apply" if number and action == "replace" else action,
            "serials": list(piece),
            "result": result,
            "names": list(names),
            "witness": witness,
            "photo": photo,
            "note": note,
            "occurred": occurred,
        }
        events.append(NewEvent("seal", fields, refs))
    return events


def pack_events(
    parent: Touch,
    children: Sequence[Touch],
    latest: Mapping[str, Ref],
    action: str,
    *,
    scope: str | None = None,
    names: Sequence[str] = (),
    note: str = "",
    occurred: str | None = None,
) -> list[NewEvent]:
    """Return the events that record what was put into a parent, taken out, or found in it.

    A full check is about everything inside, so it is always one event; labels that do not fit into it are recorded in
    samples before it.

    Args:
        action: `add`, `remove`, `open` or `check`.
        scope: `full` or `sample`, of a check.
    """
    said = {"names": list(names), "note": note, "occurred": occurred, "parent": parent.code}

    def event(piece: Sequence[Touch], action: str, scope: str | None) -> NewEvent:
        rows, refs = touched([readable(touch) for touch in (parent, *piece)], latest)
        codes = [touch.code for touch in piece]
        return NewEvent("pack", {**said, "children": codes, "action": action, "scope": scope, "items": rows}, refs)

    pieces = parts(children, ITEMS_PER_EVENT - 1)
    if len(pieces) == 1 or scope != "full":
        return [event(piece, action, scope) for piece in pieces]
    whole = event((), "check", "full")
    whole = NewEvent("pack", {**whole.fields, "children": [touch.code for touch in children]}, whole.refs)
    return [*(event(piece, "check", "sample") for piece in pieces), whole]


def reassign_events(touches: Sequence[Touch], latest: Mapping[str, Ref], to: str, reason: str) -> list[NewEvent]:
    """Events that say these items are now bound for another place, and why."""
    events = []
    for piece in parts([readable(touch) for touch in touches], ITEMS_PER_EVENT):
        rows, refs = touched(piece, latest)
        events.append(NewEvent("reassign", {"items": rows, "to": to, "reason": reason}, refs))
    return events


def touched(touches: Iterable[Touch], latest: Mapping[str, Ref]) -> tuple[list[dict[str, Any]], tuple[Ref, ...]]:
    """The rows of an event for items as they were read, and the references that the rows' `after` count in."""
    refs: dict[Ref, int] = {}
    rows = []
    for touch in touches:
        ref = latest.get(touch.code)
        after = None if ref is None else refs.setdefault(ref, len(refs))
        how = "typed" if touch.how == "completed" else touch.how
        rows.append({"code": touch.code, "print": touch.print, "after": after, "how": how})
    return rows, tuple(refs)


def told_completed(touches: Iterable[Touch], remarks: Mapping[str, str]) -> Mapping[str, str]:
    """The remarks of a handover, with one for each thing whose label was completed: its row says `typed`."""
    completed = [touch.code for touch in touches if touch.how == "completed"]
    return {**remarks, **{code: with_completed(remarks.get(code, "")) for code in completed}} if completed else remarks


def readable(touch: Touch) -> Touch:
    """Return the touch as an inspection can record it: one whose label was not read counts as typed, with no print."""
    return Touch(touch.code, None, "typed") if touch.how in ("matched", "completed") else touch
