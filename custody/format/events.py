"""Events: the only evidence. Reading a stored body into an `Event`; `custody.format.event_types` says what each type
may hold.

Building is the caller's; nothing becomes an event that this module would not read back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
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
_FORM = re.compile(rb'"type":"([a-z]+)","v":([0-9]+)')
"""Where a body says its form: no key sorts between the two, and no text in it can look like this."""


@dataclass(frozen=True)
class Event:
    """A recorded event: its stored bytes, its identity and what it says.

    `leaf` is the leaf digest as 64 hex digits. `body` is the parsed JSON; treat it as read-only.
    """

    leaf: str
    body: Body

    def __hash__(self) -> int:
        return hash(self.leaf)

    @cached_property
    def log(self) -> str:
        return str(self.body["log"])

    @cached_property
    def seq(self) -> int:
        return int(self.body["seq"])

    @cached_property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def at(self) -> str:
        """When the station says it recorded this: RFC 3339, UTC."""
        return str(self.body["at"])

    @property
    def happened(self) -> str:
        """When it happened: `occurred` where it was keyed in later, else `at`."""
        return str(self.body.get("occurred") or self.body["at"])

    @cached_property
    def rows(self) -> Mapping[str, Body]:
        """What this event says of each item it names, by code. A withdrawal names none: its target does."""
        return {str(row["code"]): row for row in _rows(self.body)}

    @cached_property
    def refused(self) -> frozenset[str]:
        """The items of a handover that the receiver did not take: they stayed with the giver."""
        refused = {row["code"] for row in self.body.get("refused", ())}
        return frozenset(refused - {row["code"] for row in self.body["items"]} if refused else ())

    @cached_property
    def moved(self) -> Mapping[str, Body]:
        """The rows of those items whose custody a handover moved; of all that it names but the refused."""
        return {code: row for code, row in self.rows.items() if code not in self.refused} if self.refused else self.rows

    @cached_property
    def absent(self) -> frozenset[str]:
        """The items that were to go in a handover by a list and were not scanned; empty without a list."""
        return frozenset((self.body.get("meant") or {}).get("absent", ()))

    @cached_property
    def beyond(self) -> frozenset[str]:
        """The items that were offered at a handover and are not on the list of what was to go."""
        return frozenset((self.body.get("meant") or {}).get("beyond", ()))

    @cached_property
    def destinations(self) -> Mapping[str, str]:
        """Where the items of a handover are bound for as its station knew it, by code; empty where it says nothing."""
        return destinations_of(self.body) if self.type == "handover" else {}

    @property
    def named(self) -> Mapping[str, Body | None]:
        """All items in whose chain this event is, by code: its row, None for each that it lists as absent."""
        return {**dict.fromkeys(self.absent), **self.rows} if self.absent else self.rows


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


def _rows(body: Body) -> Iterator[Body]:
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
