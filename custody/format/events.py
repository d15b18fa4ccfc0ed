"""Events: the only evidence. Reading a stored body into an `Event`; `custody.format.event_types` says what each type
may hold.

Building is the caller's; nothing becomes an event that this module would not read back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from custody.errors import N_, TamperError
from custody.format.encoding import (
    MAX_BODY_BYTES,
    Signature,
    canonical,
    entry_bytes,
    is_written_as,
    leaf_digest,
    read_canonical,
    sorted_json,
)
from custody.format.event_types import FORMS, NEWEST, Body, fields_of, first_wrong, object_of
from custody.format.item_facts import destinations_of

_FIELDS = {form: fields_of(*form) for form in FORMS}
_FORM = re.compile(rb'"type":"([a-z]+)",(?:"under":(?:null|"[^"\\]*"),)?"v":([0-9]+)')
"""Where a body says its form: only a plan's `under` sorts between the two, and no text in it can look like this."""


_NO_LIST: Mapping[str, Any] = {}
_NOWHERE: Mapping[str, str] = {}


def _told() -> Any:
    """A field that follows from the body, and is no part of an event's identity."""
    return field(init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Event:
    """A recorded event: its stored bytes, its identity and what it says.

    Attributes:
        leaf: the leaf digest as 64 hex digits.
        body: the parsed JSON; treat it as read-only, as all that follows from it.
        at: when the station says it recorded this: RFC 3339, UTC.
        happened: when it happened: `occurred` where it was keyed in later, else `at`.
        rows: what it says of each item it names, by code. A withdrawal names none: its target does.
        refused: the items of a handover that the receiver did not take: they stayed with the giver.
        moved: the rows of those items whose custody a handover moved; of all that it names but the refused.
        absent: the items that were to go in a handover by a list and were not scanned; empty without a list.
        beyond: the items that were offered at a handover and are not on the list of what was to go.
        named: all items in whose chain this event is: its row, None for each that it lists as absent.
        destinations: where the items of a handover are bound for as its station knew it; empty where it says nothing.
    """

    leaf: str
    body: Body
    log: str = _told()
    seq: int = _told()
    type: str = _told()
    at: str = _told()
    happened: str = _told()
    rows: Mapping[str, Body] = _told()
    refused: frozenset[str] = _told()
    moved: Mapping[str, Body] = _told()
    absent: frozenset[str] = _told()
    beyond: frozenset[str] = _told()
    named: Mapping[str, Body | None] = _told()
    destinations: Mapping[str, str] = _told()

    def __post_init__(self) -> None:
        body = self.body
        type_, at, meant = body["type"], body["at"], body.get("meant") or _NO_LIST
        rows = moved = {row["code"]: row for row in rows_in(body)}
        refused = frozenset[str]()
        if offered := body.get("refused"):
            refused = frozenset({row["code"] for row in offered} - {row["code"] for row in body["items"]})
            moved = {code: row for code, row in rows.items() if code not in refused}
        absent, beyond = frozenset(meant.get("absent", ())), frozenset(meant.get("beyond", ()))
        self.__dict__.update(
            log=body["log"],
            seq=body["seq"],
            type=type_,
            at=at,
            happened=body.get("occurred") or at,
            rows=rows,
            refused=refused,
            moved=moved,
            absent=absent,
            beyond=beyond,
            named={**dict.fromkeys(absent), **rows} if absent else rows,
            destinations=destinations_of(body) if type_ == "handover" else _NOWHERE,
        )

    def __hash__(self) -> int:
        return hash(self.leaf)


def read_event(body: bytes, signatures: tuple[Signature, ...]) -> Event:
    """Decode the stored bytes of an entry, and check their form.

    Raises:
        TamperError: bytes that are not canonical, a key that this version does not know, a missing or wrong value.
    """
    return Event(leaf_digest(entry_bytes(body, signatures)).hex(), read_body(body))


def read_body(data: bytes) -> Body:
    """Decode the stored bytes of an event's body, and check their form.

    Raises:
        TamperError: bytes that are not canonical, a key that this version does not know, a missing or wrong value.
    """
    body = _read_at_once(data)
    if body is None:
        body = read_canonical(data)
        check_body(body)
    return body


def write_body(body: Body) -> tuple[bytes, Body]:
    """The canonical bytes of a new event, and what they say: nothing is written that `read_body` would not read back.

    Raises:
        TamperError: an unknown type or version, an unknown or missing key, or a value out of its range.
        TooLargeError: over 64 KiB.
    """
    try:
        data = sorted_json(body)
        if (said := _read_at_once(data)) == body and said is not None:  # equal: of no value another one was made
            return data, said
    except (TypeError, ValueError, RecursionError):
        pass  # the slower way names what is wrong
    check_body(body)
    data = canonical(body)
    return data, read_body(data)


def _read_at_once(data: bytes) -> Body | None:
    """The body of an event in a known form, decoded and checked in one pass, eight times as quick; None where that is
    not so, whatever the reason: `read_canonical` and `check_body` judge and name it.

    A key that the form does not have is dropped, and then the bytes differ.
    """
    found = _FORM.search(data)
    form = (found[1].decode(), int(found[2][:9])) if found else ("", 0)
    if form not in _FIELDS or len(data) > MAX_BODY_BYTES:
        return None
    try:
        body: Body = _decoder(form).decode(data)
        if not is_written_as(body, data):
            return None
    except (ValueError, RecursionError):
        return None
    return dict(msgspec.to_builtins(body)) if "rows" in body else body  # those of a plan are of several kinds


@cache
def _decoder(form: tuple[str, int]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(object_of(_FIELDS[form]))


def stored_event(leaf: bytes, body: bytes) -> Event:
    """An event from our own ledger, checked when it was recorded; `verify` reads the same bytes with `read_event`."""
    return Event(leaf.hex(), msgspec.json.decode(body))


def check_body(body: Body) -> None:
    """Refuse a body that is not an event in a form of `custody.format.event_types`, naming the field.

    Raises:
        TamperError: an unknown type or version, an unknown or missing key, or a value out of its range.
    """
    type_, version = body.get("type"), body.get("v")
    fields = _FIELDS.get((type_, version)) if isinstance(type_, str) and type(version) is int else None
    if fields is None:
        raise _wrong("v" if isinstance(type_, str) and type_ in NEWEST else "type")
    wrong = first_wrong(body, fields)
    if wrong is not None:
        raise _wrong(wrong)


def _wrong(field: str) -> TamperError:
    return TamperError(
        N_("an event has a wrong or unknown field: {field}"),
        hint=N_("It was written by a newer Serah or by another program; do not record it."),
        field=field,
    )


def rows_in(body: Body) -> Iterator[Body]:
    """What a body says of each item it names; of one that a handover refused and took, the latter last."""
    match body["type"]:
        case "register" | "reassign" | "incident":
            yield from body["items"]
        case "handover":
            yield from (*body.get("refused", ()), *body["items"])  # named in both, it was taken
        case "print":
            yield from ({"code": code, "print": body["print"]} for code in body["codes"])
        case "void":
            yield from body["labels"]
        case "clock":
            yield from ({"code": code} for code in body["codes"])
        case "pack":
            yield from ({"code": code} for code in (body["parent"], *body["children"]))
            yield from body.get("items", ())
        case "inspect" | "seal":
            yield body["item"]
        case _:
            return
