"""Events: the only evidence. Reading a stored body into an `Event`, and what each type of event may hold.

Building is the caller's; nothing becomes an event that this module would not read back.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from custody.errors import N_, TamperError
from custody.ledger import FORMAT_VERSION, Signature, entry_bytes, leaf_digest, read_canonical

Body = Mapping[str, Any]
_Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Event:
    """A recorded event: its stored bytes, its identity and what it says.

    `leaf` is the leaf digest as 64 hex digits. `body` is the parsed JSON; treat it as read-only.
    """

    leaf: str
    body: Body

    @property
    def log(self) -> str:
        return str(self.body["log"])

    @property
    def seq(self) -> int:
        return int(self.body["seq"])

    @property
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


def read_event(body: bytes, signatures: tuple[Signature, ...]) -> Event:
    """Read a stored entry.

    Raises:
        TamperError: bytes that are not canonical, a key that this version does not know, a missing or wrong value.
    """
    parsed = read_canonical(body)
    check_body(parsed)
    return Event(leaf_digest(entry_bytes(body, signatures)).hex(), parsed)


def stored_event(leaf: bytes, body: bytes) -> Event:
    """An event from our own ledger, checked when it was recorded; `verify` reads the same bytes with `read_event`."""
    return Event(leaf.hex(), json.loads(body))


def check_body(body: Body) -> None:
    """Refuse a body that is not a version 1 event, naming the field.

    Raises:
        TamperError: an unknown type, an unknown or missing key, or a value out of its range.
    """
    fields = FIELDS.get(str(body.get("type")))
    if fields is None or body.get("v") != FORMAT_VERSION:
        raise _wrong("type")
    if field := _first_wrong(body, {**COMMON, **fields}):
        raise _wrong(field)


def _wrong(field: str) -> TamperError:
    return TamperError(
        N_("an event has a wrong or unknown field: {field}"),
        hint=N_("It was written by a newer Serah or by another program; do not record it."),
        field=field,
    )


def _rows(body: Body) -> Iterator[Body]:
    match body["type"]:
        case "register" | "handover" | "reassign":
            yield from body["items"]
        case "print":
            yield from ({"code": code, "print": body["print"]} for code in body["codes"])
        case "pack":
            yield from ({"code": code} for code in (body["parent"], *body["children"]))
        case "inspect":
            yield body["item"]
        case _:
            return


# --- what each type may hold ------------------------------------------------------------------------------------

_HEX_64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z", re.ASCII)
MAX_COUNT = 2**53 - 1


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _leaf(value: Any) -> bool:
    return isinstance(value, str) and _HEX_64.fullmatch(value) is not None


def _time(value: Any) -> bool:
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_COUNT


def _positive(value: Any) -> bool:
    return _count(value) and value > 0


def _one_of(*words: str) -> _Check:
    return lambda value: isinstance(value, str) and value in words


def _maybe(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _list(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(check(entry) for entry in value)


def _row(fields: Mapping[str, _Check]) -> _Check:
    return lambda value: isinstance(value, dict) and not _first_wrong(value, fields)


def _first_wrong(body: Body, fields: Mapping[str, _Check]) -> str:
    for name in sorted(body.keys() ^ fields.keys()):
        return name
    return next((name for name, check in fields.items() if not check(body[name])), "")


POWERS = ("admit", "plan")
"""What root may let another station do: admit and revoke stations, say what should exist and go where."""

_HOW = _one_of("camera", "typed", "wedge")
_REF = _row({"log": _text, "seq": _positive, "leaf": _leaf})
_TOUCHED = {"code": _text, "print": _maybe(_positive), "after": _maybe(_count), "how": _HOW}
_RANGE = _row({"prefix": _text, "first": _count, "last": _count, "width": _count})
_PLACE_ROW = {
    "row": _one_of("place"),
    "code": _text,
    "name": _text,
    "level": _text,
    "parent": _maybe(_text),
    "due": _maybe(_time),
}
_NEED_ROW = {
    "row": _one_of("need"), "kind": _text, "name_id": _text, "name_en": _text, "level": _text, "per_place": _count,
    "unit": _text, "tracked_as": _one_of("item", "pack"), "elections": _list(_text),
}  # fmt: skip
_REGISTERED = {
    "code": _text, "kind": _text, "to": _text, "k": _positive, "n": _positive, "quantity": _positive,
    "election": _maybe(_text), "range": _maybe(_RANGE),
}  # fmt: skip
_EXTRA = _row({"kind": _text, "count": _positive, "note": _text})
_PARTIES = _row({"giver": _text, "receiver": _text})

COMMON: Mapping[str, _Check] = {
    "v": _positive, "type": _text, "log": _text, "seq": _positive, "prev": _maybe(_leaf), "refs": _list(_REF),
    "id": _text, "at": _time, "by": _text, "app": _text,
}  # fmt: skip

FIELDS: Mapping[str, Mapping[str, _Check]] = {
    "genesis": {
        "election": _text, "root": _text, "station": _text, "place": _text, "public_key": _text,
        "continues": _maybe(_text),
    },
    "admit": {"station": _text, "place": _text, "key": _leaf, "powers": _list(_one_of(*POWERS))},
    "revoke": {
        "station": _text, "key": _leaf, "last_good": _list(_row({"log": _text, "size": _count})), "reason": _text,
    },
    "plan": {
        "rows": _list(lambda row: isinstance(row, dict) and (_row(_PLACE_ROW)(row) or _row(_NEED_ROW)(row))),
        "source": _text, "source_digest": _leaf, "part": _positive, "parts": _positive,
    },
    "register": {"items": _list(_row(_REGISTERED)), "held_by": _text, "out_of": _maybe(_text)},
    "reassign": {"items": _list(_row(_TOUCHED)), "to": _text, "reason": _text},
    "print": {
        "codes": _list(_text), "print": _positive, "sheet": _text, "reason": _maybe(_text), "second": _maybe(_text),
    },
    "handover": {
        "from": _text, "to": _text, "bound": _list(_text), "items": _list(_row(_TOUCHED)), "counted": _maybe(_count),
        "extras": _list(_EXTRA), "parties": _PARTIES, "witnesses": _list(_text), "vehicle": _text, "note": _text,
        "occurred": _maybe(_time), "bast": _text, "part": _positive, "parts": _positive,
    },
    "pack": {"parent": _text, "children": _list(_text), "action": _one_of("add", "remove")},
    "inspect": {
        "item": _row(_TOUCHED), "condition": _one_of("good", "light", "heavy", "wet", "missing"),
        "photo": _maybe(_leaf), "note": _text,
    },
    "correct": {
        "target": _leaf, "reason": _one_of("did_not_occur", "incorrect_data"), "corrective": _list(_leaf),
        "note": _text,
    },
    "witness": {"head": _text},
}  # fmt: skip
"""The own fields of each type of event (docs/ledger-format.md has them in words). All must be there, no others.

Types that later versions write (seal, incident, checklist) join this table with the code
that writes them; until then they are refused, as every unknown type is.
"""
