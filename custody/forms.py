"""What each type of event may hold, in each version of its form (docs/ledger-format.md has it in words).

A form, once released, stays as it is: what was written in it is read for ever. A type that changes gets a new form,
under the version of the format in which it changed.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

Body = Mapping[str, Any]
Check = Callable[[Collection[Any]], bool]
"""Whether all of some values are right. What is of one kind is asked together, in one call: the 500 codes of a truck,
the nine texts of an event. That lets a ledger be verified nearly as quickly as its signatures."""
Fields = Mapping[str, Check]

_HEX_64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z", re.ASCII)
MAX_COUNT = 2**53 - 1


def _are(values: Collection[Any], kind: type) -> bool:
    return set(map(type, values)) <= {kind}


def _text(values: Collection[Any]) -> bool:
    return _are(values, str)


def _leaf(values: Collection[Any]) -> bool:
    return _are(values, str) and all(map(_HEX_64.fullmatch, values))


def _time(values: Collection[Any]) -> bool:
    if not _are(values, str) or not all(map(_TIME.fullmatch, values)):
        return False
    try:
        for value in values:
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _count(values: Collection[Any]) -> bool:
    return _are(values, int) and (not values or (min(values) >= 0 and max(values) <= MAX_COUNT))


def _positive(values: Collection[Any]) -> bool:
    return _count(values) and 0 not in values


@cache
def _one_of(*words: str) -> Check:
    return lambda values: _are(values, str) and set(values).issubset(words)


@cache
def _maybe(check: Check) -> Check:
    return lambda values: check([value for value in values if value is not None])


@cache
def _list(check: Check) -> Check:
    return lambda values: _are(values, list) and check([*chain.from_iterable(values)])


def _either(*checks: Check) -> Check:
    return lambda values: all(any(check((value,)) for check in checks) for value in values)


def row_of(fields: Fields) -> Check:
    """Whether rows have just these fields, each right."""
    kinds = {kind: [name for name in fields if fields[name] is kind] for kind in fields.values()}

    def check(rows: Collection[Any]) -> bool:
        if not rows:
            return True
        if not _are(rows, dict) or set(map(len, rows)) != {len(fields)}:
            return False
        try:
            return all(kind([row[name] for row in rows for name in asked]) for kind, asked in kinds.items())
        except KeyError:  # as many fields, and another name
            return False

    return check


def first_wrong(body: Body, fields: Fields) -> str:
    """The name of the first field that is missing, unknown or out of its range; empty where none is."""
    for name in sorted(body.keys() ^ fields.keys()):
        return name
    return next((name for name, check in fields.items() if not check((body[name],))), "")


POWERS = ("admit", "plan")
"""What root may let another station do: admit and revoke stations, say what should exist and go where."""

_REF = row_of({"log": _text, "seq": _positive, "leaf": _leaf})
_READ = {"code": _text, "print": _maybe(_positive), "after": _maybe(_count)}
_TOUCHED = row_of(_READ | {"how": _one_of("camera", "typed", "wedge")})
_TOUCHED_2 = row_of(_READ | {"how": _one_of("camera", "typed", "wedge", "matched")})
_RANGE = row_of({"prefix": _text, "first": _count, "last": _count, "width": _count})
_PLACE_ROW = {
    "row": _one_of("place"), "code": _text, "name": _text, "level": _text, "parent": _maybe(_text),
    "due": _maybe(_time),
}  # fmt: skip
_PLACE_ROW_2 = _PLACE_ROW | {"dapil": _maybe(_text)}
_NEED_ROW = {
    "row": _one_of("need"), "kind": _text, "name_id": _text, "name_en": _text, "level": _text, "per_place": _count,
    "unit": _text, "tracked_as": _one_of("item", "pack"), "elections": _list(_text),
}  # fmt: skip
_REGISTERED = {
    "code": _text, "kind": _text, "to": _text, "k": _positive, "n": _positive, "quantity": _positive,
    "election": _maybe(_text), "range": _maybe(_RANGE),
}  # fmt: skip
_EXTRA = row_of({"kind": _text, "count": _positive, "note": _text})
_PARTIES = {"giver": _text, "receiver": _text}
_PARTIES_2 = _PARTIES | {"giver_office": _text, "receiver_office": _text}
_ACKNOWLEDGED = row_of({
    "party": _one_of("giver", "receiver", "witness"), "name": _text, "how": _one_of("drawn", "pin", "paper"),
    "digest": _maybe(_leaf),
})  # fmt: skip
_CARRIAGE = {"vehicle": _text, "driver": _text, "escort": _text, "stops": _list(_text)}

COMMON: Fields = {
    "v": _positive, "type": _text, "log": _text, "seq": _positive, "prev": _maybe(_leaf), "refs": _list(_REF),
    "id": _text, "at": _time, "by": _text, "app": _text,
}  # fmt: skip
"""The fields of every event."""

_HANDED = {
    "from": _text, "to": _text, "bound": _list(_text), "counted": _maybe(_count), "extras": _list(_EXTRA),
    "witnesses": _list(_text), "note": _text, "occurred": _maybe(_time), "bast": _text, "part": _positive,
    "parts": _positive,
}  # fmt: skip

_PLANNED = {"source": _text, "source_digest": _leaf, "part": _positive, "parts": _positive}

FORMS: Mapping[tuple[str, int], Fields] = {
    ("genesis", 1): {
        "election": _text, "root": _text, "station": _text, "place": _text, "public_key": _text,
        "continues": _maybe(_text),
    },
    ("admit", 1): {"station": _text, "place": _text, "key": _leaf, "powers": _list(_one_of(*POWERS))},
    ("revoke", 1): {
        "station": _text, "key": _leaf, "last_good": _list(row_of({"log": _text, "size": _count})), "reason": _text,
    },
    ("plan", 1): _PLANNED | {"rows": _list(_either(row_of(_PLACE_ROW), row_of(_NEED_ROW)))},
    ("plan", 2): _PLANNED | {"rows": _list(_either(row_of(_PLACE_ROW_2), row_of(_NEED_ROW)))},
    ("register", 1): {"items": _list(row_of(_REGISTERED)), "held_by": _text, "out_of": _maybe(_text)},
    ("reassign", 1): {"items": _list(_TOUCHED), "to": _text, "reason": _text},
    ("print", 1): {
        "codes": _list(_text), "print": _positive, "sheet": _text, "reason": _maybe(_text), "second": _maybe(_text),
    },
    ("void", 2): {
        "labels": _list(row_of({"code": _text, "print": _positive})), "reason": _one_of("spoiled", "lost", "unused"),
        "note": _text, "second": _maybe(_text),
    },
    ("handover", 1): _HANDED | {"items": _list(_TOUCHED), "parties": row_of(_PARTIES), "vehicle": _text},
    ("handover", 2): _HANDED | {
        "items": _list(_TOUCHED_2), "refused": _list(_TOUCHED_2),
        "remarks": _list(row_of({"code": _text, "text": _text})), "parties": row_of(_PARTIES_2),
        "carriage": row_of(_CARRIAGE), "acknowledged": _list(_ACKNOWLEDGED),
    },
    ("pack", 1): {"parent": _text, "children": _list(_text), "action": _one_of("add", "remove")},
    ("pack", 2): {
        "parent": _text, "children": _list(_text), "action": _one_of("add", "remove", "open", "check"),
        "scope": _maybe(_one_of("full", "sample")), "items": _list(_TOUCHED), "names": _list(_text), "note": _text,
        "occurred": _maybe(_time),
    },
    ("seal", 2): {
        "item": _TOUCHED, "place": _text,
        "action": _one_of("apply", "check", "remove", "replace", "spoil", "return"), "serials": _list(_text),
        "result": _maybe(_one_of("intact", "broken", "mismatch", "none")), "names": _list(_text), "witness": _text,
        "photo": _maybe(_leaf), "note": _text, "occurred": _maybe(_time),
    },
    ("inspect", 1): {
        "item": _TOUCHED, "condition": _one_of("good", "light", "heavy", "wet", "missing"),
        "photo": _maybe(_leaf), "note": _text,
    },
    ("delivery", 2): {
        "place": _text, "vendor": _text, "contract": _text, "kind": _text, "contracted": _maybe(_count),
        "arrived": _count, "damaged": _count, "paper": _text, "parties": row_of(_PARTIES), "note": _text,
        "occurred": _maybe(_time),
    },
    ("incident", 2): {
        "action": _one_of("open", "close"), "opened": _maybe(_leaf), "place": _text, "stage": _text,
        "items": _list(_TOUCHED), "text": _text, "occurred": _maybe(_time),
    },
    ("checklist", 2): {
        "place": _text, "about": _text,
        "answers": _list(row_of({"question": _text, "answer": _one_of("yes", "no", "unknown"), "note": _text})),
        "names": _list(_text), "note": _text, "occurred": _maybe(_time),
    },
    ("point", 2): {
        "point": _text, "title": _text, "owner": _text, "due": _maybe(_time), "place": _maybe(_text),
        "state": _one_of("open", "done"), "note": _text,
    },
    ("correct", 1): {
        "target": _leaf, "reason": _one_of("did_not_occur", "incorrect_data"), "corrective": _list(_leaf),
        "note": _text,
    },
    ("witness", 1): {"head": _text},
    ("clock", 2): {"expected": _time, "codes": _list(_text)},
}  # fmt: skip
"""The own fields of each type of event, by the version of the format in which the type took this form.

All must be there, no others. A type or version that is not here is refused: a later program wrote it.
"""

NEWEST: Mapping[str, int] = {type_: max(v for t, v in FORMS if t == type_) for type_, _ in FORMS}
"""The version in which each type is written now."""
