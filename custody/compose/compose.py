"""Composing new events: what is to be recorded, split so that each part is one event of at most 64 KiB.

Pure: the ledger adds log, seq, prev, time and signature when it records them.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import groupby
from typing import Any, Literal

from custody.compose.item_events import ITEMS_PER_EVENT as ITEMS_PER_EVENT
from custody.compose.item_events import How as How
from custody.compose.item_events import NewEvent as NewEvent
from custody.compose.item_events import Ref as Ref
from custody.compose.item_events import Touch as Touch
from custody.compose.item_events import how_entered as how_entered
from custody.compose.item_events import how_read as how_read
from custody.compose.item_events import inspect_events as inspect_events
from custody.compose.item_events import pack_events as pack_events
from custody.compose.item_events import parts as parts
from custody.compose.item_events import reassign_events as reassign_events
from custody.compose.item_events import seal_events as seal_events
from custody.compose.item_events import told_completed
from custody.compose.item_events import touched as touched
from custody.format.item_facts import NO_CARRIAGE, Carriage, Item, carriage_fields
from custody.plan.phases import Phase, phase_rows
from custody.plan.places import Need, Place

_HANDED_BYTES = 54 * 1024
"""Of 64 KiB, what a handover's rows may take with all that is said of them; the rest is for its note and people."""
ROWS_PER_EVENT = 250
_ROW_BYTES_PER_EVENT = 50 * 1024
"""Of 64 KiB: the rest is room for the refs to the plans of some hundred other logs."""
_ROW_BYTES, _REF_BYTES, _RUN_BYTES, _CODE_BYTES = 85, 110, 40, 16
"""What a row of a handover takes at most, with its code among those that were not meant to go; a reference besides its
log's name; where a row goes, besides the place's code, or the frame of a remark; and one code in a list.
"""
REGISTERED_PER_EVENT = 300
CODES_PER_PRINT = 2000


@dataclass(frozen=True, slots=True)
class Extra:
    """Things that came without a readable label: what kind, how many, and a remark."""

    kind: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SealLook:
    """What a look at the seals of an item found (`custody.chain.seals.RESULTS`), and the numbers that were read."""

    result: str
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One person's word that a handover was as it is recorded: for which party, by name, and how it was given.

    `drawn`: a signature drawn on the screen, `digest` is the SHA-256 of its picture. `pin`: the PIN set for this
    name at the station. `paper`: signed on paper; `digest` is that of a photograph of it, or None.
    """

    party: Literal["giver", "receiver", "witness"]
    name: str
    how: Literal["drawn", "pin", "paper"]
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What people state about a handover, besides its items. `counted` is the giver's own count, None without one.

    `bound` are the places a carrier goes to, empty when `to` is no carrier or it is not known. `refused` are things
    that the receiver did not take: they stay with the giver. `remarks` are said of single items, taken or refused, by
    code; so are `conditions`, looks at `seals`, and the SHA-256 of `photos` that show either. `occurred` is given when
    it is keyed in later: RFC 3339, UTC. `number` is a BAST number that several stations at one truck share, empty for
    the next one of this station. `load` are the codes that a truck is to take, empty where it is not listed.
    `phase` and `kinds` are those that are to go in it, where somebody said so: all that is there of these kinds.
    """

    giver: str
    to: str
    bound: tuple[str, ...] = ()
    counted: int | None = None
    extras: tuple[Extra, ...] = ()
    giver_name: str = ""
    receiver_name: str = ""
    giver_office: str = ""
    receiver_office: str = ""
    witnesses: tuple[str, ...] = ()
    carriage: Carriage = NO_CARRIAGE
    note: str = ""
    occurred: str | None = None
    refused: tuple[Touch, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    seals: Mapping[str, SealLook] = field(default_factory=dict)
    photos: Mapping[str, str] = field(default_factory=dict)
    acknowledged: tuple[Acknowledged, ...] = ()
    number: str = ""
    load: tuple[str, ...] = ()
    phase: str = ""
    kinds: tuple[str, ...] = ()


def apart(handover: Handover, touches: Sequence[Touch]) -> tuple[Handover, list[Touch]]:
    """What was taken of what was offered, each once, and the handover with what was refused of it as it was read."""
    offered = {touch.code: touch for touch in reversed(touches)}
    refused = {touch.code: offered.get(touch.code, touch) for touch in handover.refused}
    taken = [touch for touch in dict.fromkeys(offered[touch.code] for touch in touches) if touch.code not in refused]
    return replace(handover, refused=tuple(refused.values())), taken


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


def handover_events(
    handover: Handover,
    touches: Sequence[Touch],
    latest: Mapping[str, Ref],
    *,
    bast: str,
    destinations: Mapping[str, str] | None = None,
    meant: Collection[str] | None = None,
) -> list[NewEvent]:
    """Return the events of one handover: its parts under one BAST number, and an inspection for each condition noted.

    Items are ordered by destination, which keeps the list of destinations short.

    Args:
        touches: what was taken; what was refused stands in the handover.
        latest: the newest known event of each item, for the items that have one.
        destinations: where items are bound for, by code, for those of which it is known.
        meant: the codes of what was to go, where they were listed; None where there is no list.
    """
    handover = replace(handover, remarks=told_completed([*touches, *handover.refused], handover.remarks))
    to = destinations or {}
    offered = sorted([*touches, *handover.refused], key=lambda touch: (touch.code not in to, to.get(touch.code, "")))
    beyond = frozenset() if meant is None else {touch.code for touch in offered} - frozenset(meant)
    absent = [code for code in dict.fromkeys(meant or ()) if code not in {touch.code for touch in offered}]
    pieces = _pieces(offered, handover.remarks, latest, to, absent)
    taken, shared = {touch.code for touch in touches}, _handover_fields(handover, bast)
    events = []
    for number, (piece, missed) in enumerate(pieces, 1):
        rows, refs = touched(piece, latest)
        is_last = number == len(pieces)
        named = [touch.code for touch in piece]
        listed = {"absent": missed, "beyond": [code for code in named if code in beyond]}
        extras, acknowledged = (handover.extras, handover.acknowledged) if is_last else ((), ())
        fields = shared | {
            "items": [row for row in rows if row["code"] in taken],
            "refused": [row for row in rows if row["code"] not in taken],
            "remarks": [{"code": code, "text": handover.remarks[code]} for code in named if handover.remarks.get(code)],
            "counted": handover.counted if is_last else None,
            "extras": [{"kind": extra.kind, "count": extra.count, "note": extra.note} for extra in extras],
            "part": number,
            "parts": len(pieces),
            "acknowledged": [asdict(row) for row in acknowledged],
            "destinations": destination_runs([to.get(code, "") for code in named if code in taken]),
            "meant": None if meant is None else listed,
            "expected": None,
        }
        events.append(NewEvent("handover", fields, refs))
    return events + _observed_events(handover, [*touches, *handover.refused], latest)


def _handover_fields(handover: Handover, bast: str) -> dict[str, Any]:
    """The fields that are the same in every part of a handover."""
    return {
        "from": handover.giver,
        "to": handover.to,
        "bound": list(handover.bound),
        "parties": {
            "giver": handover.giver_name,
            "giver_office": handover.giver_office,
            "receiver": handover.receiver_name,
            "receiver_office": handover.receiver_office,
        },
        "witnesses": list(handover.witnesses),
        "carriage": carriage_fields(handover.carriage),
        "note": handover.note,
        "occurred": handover.occurred,
        "bast": bast,
        "phase": handover.phase or None,
        "kinds": list(handover.kinds),
    }


def _observed_events(handover: Handover, touches: Sequence[Touch], latest: Mapping[str, Ref]) -> list[NewEvent]:
    """An inspection for each condition that a handover notes, and a check of each seal that was looked at."""
    events: list[NewEvent] = []
    for touch in touches:
        if condition := handover.conditions.get(touch.code):
            events += inspect_events([touch], latest, condition, photo=handover.photos.get(touch.code))
        if look := handover.seals.get(touch.code):
            events += seal_events(
                touch,
                latest,
                "check",
                look.serials,
                place=handover.to,
                result=look.result,
                names=[name for name in (handover.giver_name, handover.receiver_name) if name],
                witness=", ".join(handover.witnesses),
                photo=handover.photos.get(touch.code),
                occurred=handover.occurred,
            )
    return events


def destination_runs(destinations: Iterable[str]) -> list[dict[str, Any]]:
    """Where the items of a handover go, one after another, as runs of the same place; none where it is known of none.

    Args:
        destinations: the place of each item, empty where it is not known.
    """
    runs = [{"to": to, "count": len(list(same))} for to, same in groupby(destinations)]
    return runs if any(run["to"] for run in runs) else []


def _pieces(
    touches: Sequence[Touch],
    remarks: Mapping[str, str],
    latest: Mapping[str, Ref],
    to: Mapping[str, str],
    absent: Sequence[str],
) -> list[tuple[list[Touch], list[str]]]:
    """Split a handover into parts that fit into an event: the touches of each, and the codes listed as absent in it."""
    pieces: list[tuple[list[Touch], list[str]]] = [([], [])]
    room, seen = [_HANDED_BYTES], set[object]()
    for touch in touches:
        ref, place = latest.get(touch.code), to.get(touch.code, "")
        more = _ROW_BYTES + (0 if ref in seen else _REF_BYTES + len(ref.log) if ref else 0)
        more += 0 if place in seen else _RUN_BYTES + len(place.encode())
        if remark := remarks.get(touch.code):
            more += _RUN_BYTES + len(json.dumps(remark, ensure_ascii=False).encode())
        if pieces[-1][0] and (room[-1] < more or len(pieces[-1][0]) == ITEMS_PER_EVENT):
            pieces.append(([], []))
            room.append(_HANDED_BYTES)
            seen = set()
        pieces[-1][0].append(touch)
        room[-1] -= more
        seen |= {ref, place}
    left = list(absent)
    while left:
        fits = max(room[-1] // _CODE_BYTES, 0)
        pieces[-1][1].extend(left[:fits])
        left = left[fits:]
        if left:
            pieces.append(([], []))
            room.append(_HANDED_BYTES)
    return pieces
