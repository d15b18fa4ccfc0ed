"""Events: the only evidence. Reading a stored body into an `Event`; `custody.forms` says what each type may hold.

Building is the caller's; nothing becomes an event that this module would not read back.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from custody.errors import N_, TamperError
from custody.forms import COMMON, FORMS, NEWEST, POWERS, Body, first_wrong, row_of
from custody.ledger import Signature, entry_bytes, leaf_digest, read_canonical

__all__ = ["COMMON", "FORMS", "NEWEST", "POWERS", "Body", "Event", "check_body", "read_event", "stored_event"]

_CHECKS = {form: (row_of(fields), fields) for form, own in FORMS.items() if (fields := {**COMMON, **own})}


@dataclass(frozen=True)
class Event:
    """A recorded event: its stored bytes, its identity and what it says.

    `leaf` is the leaf digest as 64 hex digits. `body` is the parsed JSON; treat it as read-only.
    """

    leaf: str
    body: Body

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


def read_event(body: bytes, signatures: tuple[Signature, ...]) -> Event:
    """Read a stored entry.

    Raises:
        TamperError: bytes that are not canonical, a key that this version does not know, a missing or wrong value.
    """
    return Event(leaf_digest(entry_bytes(body, signatures)).hex(), read_body(body))


def read_body(data: bytes) -> Body:
    """Read a stored body.

    Raises:
        TamperError: bytes that are not canonical, a key that this version does not know, a missing or wrong value.
    """
    body = read_canonical(data)
    check_body(body)
    return body


def stored_event(leaf: bytes, body: bytes) -> Event:
    """An event from our own ledger, checked when it was recorded; `verify` reads the same bytes with `read_event`."""
    return Event(leaf.hex(), json.loads(body))


def check_body(body: Body) -> None:
    """Refuse a body that is not an event in a form of `custody.forms`, naming the field.

    Raises:
        TamperError: an unknown type or version, an unknown or missing key, or a value out of its range.
    """
    type_, version = body.get("type"), body.get("v")
    form = _CHECKS.get((type_, version)) if isinstance(type_, str) and isinstance(version, int) else None
    if form is None:
        raise _wrong("v" if isinstance(type_, str) and type_ in NEWEST else "type")
    is_right, fields = form
    if not is_right((body,)):
        raise _wrong(first_wrong(body, fields))


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
