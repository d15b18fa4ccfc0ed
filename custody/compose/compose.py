"""Composing new events of a handover, split so that each part is one event of at most 64 KiB: and what all events about
things share, looks and seals.

Pure: the ledger adds log, seq, prev, time and signature when it records them.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from custody.format.codes import ItemLabel
from custody.format.item_facts import NO_CARRIAGE, Carriage, carriage_fields

T = TypeVar("T")
How = Literal["camera", "typed", "wedge", "matched", "completed"]
ITEMS_PER_EVENT = 200
"""With a reference for each item, and the longest log names, this stays under 64 KiB."""
SERIALS_PER_EVENT = 500
"""Of 60 letters at most, in UTF-8."""
_HOWS: Mapping[str, How] = {how: how for how in get_args(How)}
_HANDED_BYTES = 54 * 1024
"""Of 64 KiB, what a handover's rows may take with all that is said of them; the rest is for its note and people."""
_ROW_BYTES, _REF_BYTES, _RUN_BYTES, _CODE_BYTES = 85, 110, 40, 16
"""What a row of a handover takes at most, with its code among those that were not meant to go; a reference besides its
log's name; where a row goes, besides the place's code, or the frame of a remark; and one code in a list.
"""


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
    was seen in part, and of all texts one that was expected fits.
    """

    code: str
    print: int | None
    how: How


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
        action: as the events have it; `replace` takes all others off, so what follows it is `apply`.
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


def touched(touches: Iterable[Touch], latest: Mapping[str, Ref]) -> tuple[list[dict[str, Any]], tuple[Ref, ...]]:
    """The rows of an event for items as they were read, and the references that the rows' `after` count in."""
    refs: dict[Ref, int] = {}
    rows = []
    for touch in touches:
        ref = latest.get(touch.code)
        after = None if ref is None else refs.setdefault(ref, len(refs))
        rows.append({"code": touch.code, "print": touch.print, "after": after, "how": touch.how})
    return rows, tuple(refs)


def readable(touch: Touch) -> Touch:
    """Return the touch as an inspection can record it: one whose label was not read counts as typed, with no print."""
    return Touch(touch.code, None, "typed") if touch.how in ("matched", "completed") else touch


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
