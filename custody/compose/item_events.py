"""Composing events about the plan, items, labels, packs and new destinations, each at most 64 KiB.

Pure: the ledger adds log, seq, prev, time and signature when it records them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from custody.compose.compose import ITEMS_PER_EVENT, NewEvent, Ref, Touch, parts, readable, touched
from custody.format.item_facts import Item
from custody.plan.phases import Phase, phase_rows
from custody.plan.places import Need, Place

ROWS_PER_EVENT = 250
_ROW_BYTES_PER_EVENT = 50 * 1024
"""Of 64 KiB: the rest is room for the refs to the plans of some hundred other logs."""
REGISTERED_PER_EVENT = 300
CODES_PER_PRINT = 2000


def plan_events(
    places: Sequence[Place],
    needs: Sequence[Need],
    *,
    source: str,
    digest: str,
    phases: Sequence[Phase] = (),
    refs: tuple[Ref, ...] = (),
    under: str | None = None,
) -> list[NewEvent]:
    """Events that say what should exist, go where, and when. `digest` is the SHA-256 of the file `source`, hex.

    Args:
        refs: the newest plan event of each other log, which this plan comes after.
        under: the place below which it counts; None: wherever the station may plan.
    """
    told = [part.name for part in fields(Place)]
    rows: list[dict[str, Any]] = [{"row": "place", **{name: getattr(place, name) for name in told}} for place in places]
    told = [part.name for part in fields(Need) if part.name != "under"]
    rows += [
        {"row": "need", **{name: getattr(need, name) for name in told}, "elections": list(need.elections)}
        for need in needs
    ]
    pieces = _rows_that_fit([*rows, *phase_rows(phases)])
    return [
        NewEvent(
            "plan",
            {
                "rows": [row for row in piece if "row" in row],
                "phases": [row for row in piece if "row" not in row],
                "source": source,
                "source_digest": digest,
                "part": i,
                "parts": len(pieces),
                "under": under,
            },
            refs,
        )
        for i, piece in enumerate(pieces, 1)
    ]


def withdraw_events(rows: Sequence[dict[str, Any]], *, note: str = "", refs: tuple[Ref, ...] = ()) -> list[NewEvent]:
    """Events that take these rows (`withdraw` of docs/ledger-format.md) out of the plan.

    Args:
        refs: the newest event of the plan of each other log, and of each point that is withdrawn.
    """
    pieces = _rows_that_fit(rows)
    return [
        NewEvent("withdraw", {"rows": list(piece), "note": note, "part": i, "parts": len(pieces)}, refs)
        for i, piece in enumerate(pieces, 1)
    ]


def _rows_that_fit(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rows of a plan or withdrawal in pieces that fit into one event, however long the names are; one empty piece
    of none.
    """
    pieces: list[list[dict[str, Any]]] = [[]]
    room = _ROW_BYTES_PER_EVENT
    for row in rows:
        size = len(json.dumps(row, ensure_ascii=False).encode(errors="surrogatepass"))
        if pieces[-1] and (size > room or len(pieces[-1]) == ROWS_PER_EVENT):
            pieces.append([])
            room = _ROW_BYTES_PER_EVENT
        pieces[-1].append(row)
        room -= size
    return pieces


def register_events(items: Sequence[Item], *, refs: tuple[Ref, ...] = (), out_of: str | None = None) -> list[NewEvent]:
    """Events that say these items exist, in pieces that share a holder.

    Args:
        refs: the prints of the labels that they are registered under, where these were blank; or the newest event of
            the pack that they come out of.
        out_of: the code of that pack.
    """
    by_holder: dict[str, list[Item]] = {}
    for item in items:
        by_holder.setdefault(item.held_by, []).append(item)
    return [
        NewEvent(
            "register", {"items": [_registered(item) for item in piece], "held_by": holder, "out_of": out_of}, refs
        )
        for holder, held in by_holder.items()
        for piece in parts(held, REGISTERED_PER_EVENT)
    ]


def _registered(item: Item) -> dict[str, Any]:
    serials = item.serials
    return {
        "code": item.code,
        "kind": item.kind,
        "to": item.to,
        "k": item.k,
        "n": item.n,
        "quantity": item.quantity,
        "election": item.election,
        "range": None
        if serials is None
        else {"prefix": serials.prefix, "first": serials.first, "last": serials.last, "width": serials.width},
    }


def print_events(
    codes: Sequence[str], *, number: int, sheet: str, reason: str | None = None, second: str | None = None
) -> list[NewEvent]:
    """Events that say labels were printed; a reprint has a reason and a second person's name."""
    return [
        NewEvent("print", {"codes": list(piece), "print": number, "sheet": sheet, "reason": reason, "second": second})
        for piece in parts(codes, CODES_PER_PRINT)
    ]


def void_events(
    labels: Sequence[tuple[str, int]],
    latest: Mapping[str, Ref],
    *,
    reason: str,
    note: str = "",
    second: str | None = None,
) -> list[NewEvent]:
    """Events that say these prints (code, number) must not be used.

    Args:
        latest: the newest known event of each code, which this comes after.
        reason: `spoiled`, `lost` or `unused`.
    """
    return [
        NewEvent(
            "void",
            {
                "labels": [{"code": code, "print": number} for code, number in piece],
                "reason": reason,
                "note": note,
                "second": second,
            },
            tuple(dict.fromkeys(latest[code] for code, _number in piece if code in latest)),
        )
        for piece in parts(labels, ITEMS_PER_EVENT)
    ]


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
