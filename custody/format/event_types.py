"""What each type of event may hold, in each version of its form (docs/ledger-format.md has it in words).

A form is the type of a JSON object: all of its fields must be there and no others, each of its own type. Once released
it stays as it is: what was written in it is read for ever. A type that changes gets a new form, under the version of
the format in which it changed.
"""

from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import Meta

Body = Mapping[str, Any]
Fields = Mapping[str, Any]
"""The type of each field, as msgspec takes it."""

MAX_COUNT = 2**53 - 1

_LEAP_YEAR = "[0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00"
_DAY = (
    "(?!0000)([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|[0-9]{{4}}-02-(0[1-9]|1[0-9]|2[0-8])|({_LEAP_YEAR})-02-29)"
)
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"

_text: Any = str
_leaf: Any = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_time: Any = Annotated[str, Meta(pattern=rf"^{_DAY}T{_CLOCK}Z\Z")]
_count: Any = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
_positive: Any = Annotated[int, Meta(ge=1, le=MAX_COUNT)]
_literal: Any = Literal
_typed_dict: Any = TypedDict


def _one_of(*words: str) -> Any:
    return _literal[words]


def _list(kind: Any) -> Any:
    return GenericAlias(list, (kind,))


def object_of(fields: Fields) -> Any:
    """The type of an object with these fields. msgspec drops what else it holds; whoever reads compares the bytes."""
    return _typed_dict("Object", fields)


def _row(tag: str, fields: Fields) -> Any:
    """The type of one of several kinds of object in a list, told apart by its field `row`."""
    return msgspec.defstruct("Row", [*fields.items()], forbid_unknown_fields=True, tag_field="row", tag=tag)


def fields_of(type_: str, version: int) -> Fields:
    """All fields of an event of this type in the form that the type took in this version, its own name among them.

    Raises:
        KeyError: no such form.
    """
    named = {"type": _literal[type_], "v": _literal[version]}
    return {**COMMON, **named, **FORMS[type_, version]}


def first_wrong(body: Body, fields: Fields) -> str | None:
    """Return the name of the first field that is missing, unknown or out of its range; None where all are right.

    The name may be empty, as an attacker can choose it.
    """
    for name in sorted(body.keys() ^ fields.keys()):
        return name
    return next((name for name, kind in fields.items() if not _is(kind, body[name])), None)


def _is(kind: Any, value: Any) -> bool:
    try:
        taken = msgspec.to_builtins(msgspec.convert(value, kind))
        msgspec.json.encode(taken)  # half of a surrogate pair is text to Python alone
    except (ValueError, RecursionError):
        return False
    return bool(taken == value)


POWERS = ("admit", "plan")
"""What root may let another station do: admit and revoke stations, say what should exist and go where."""

_REF = object_of({"log": _text, "seq": _positive, "leaf": _leaf})
_READ = {"code": _text, "print": _positive | None, "after": _count | None}
_TOUCHED = object_of(_READ | {"how": _one_of("camera", "typed", "wedge")})
_TOUCHED_2 = object_of(_READ | {"how": _one_of("camera", "typed", "wedge", "matched")})
_TOUCHED_7 = object_of(_READ | {"how": _one_of("camera", "typed", "wedge", "matched", "completed")})
_RANGE = object_of({"prefix": _text, "first": _count, "last": _count, "width": _count})
_PLACE_ROW = {
    "code": _text,
    "name": _text,
    "level": _text,
    "parent": _text | None,
    "due": _time | None,
}
_PLACE_ROW_2 = _PLACE_ROW | {"dapil": _text | None}
_PLACE_ROW_4 = _PLACE_ROW_2 | {"voters": _count | None}
_NEED_ROW = {
    "kind": _text,
    "name_id": _text,
    "name_en": _text,
    "level": _text,
    "per_place": _count,
    "unit": _text,
    "tracked_as": _one_of("item", "pack"),
    "elections": _list(_text),
}
_NEED_ROW_4 = _NEED_ROW | {
    "per": _one_of("place", "voter", "piece", "election"),
    "follows": _text,
    "reserve": _count,
    "pack": _positive | None,
    "serial": _text,
    "rule": _text,
}
_REGISTERED = {
    "code": _text,
    "kind": _text,
    "to": _text,
    "k": _positive,
    "n": _positive,
    "quantity": _positive,
    "election": _text | None,
    "range": _RANGE | None,
}
_EXTRA = object_of({"kind": _text, "count": _positive, "note": _text})
_PARTIES = {"giver": _text, "receiver": _text}
_PARTIES_2 = _PARTIES | {"giver_office": _text, "receiver_office": _text}
_ACKNOWLEDGED = object_of(
    {
        "party": _one_of("giver", "receiver", "witness"),
        "name": _text,
        "how": _one_of("drawn", "pin", "paper"),
        "digest": _leaf | None,
    }
)
_CARRIAGE = {"vehicle": _text, "driver": _text, "escort": _text, "stops": _list(_text)}

_TWO_NAMES = {"name_id": _text, "name_en": _text}
_LEVEL = _TWO_NAMES | {
    "level": _text,
    "many_id": _text,
    "many_en": _text,
    "short": _text,
    "words": _list(_text),
}

COMMON: Fields = {
    "v": _positive,
    "type": _text,
    "log": _text,
    "seq": _positive,
    "prev": _leaf | None,
    "refs": _list(_REF),
    "id": _text,
    "at": _time,
    "by": _text,
    "app": _text,
}
"""The fields of every event."""

_HANDED = {
    "from": _text,
    "to": _text,
    "bound": _list(_text),
    "counted": _count | None,
    "extras": _list(_EXTRA),
    "witnesses": _list(_text),
    "note": _text,
    "occurred": _time | None,
    "bast": _text,
    "part": _positive,
    "parts": _positive,
}
_HANDED_2 = _HANDED | {
    "items": _list(_TOUCHED_2),
    "refused": _list(_TOUCHED_2),
    "remarks": _list(object_of({"code": _text, "text": _text})),
    "parties": object_of(_PARTIES_2),
    "carriage": object_of(_CARRIAGE),
    "acknowledged": _list(_ACKNOWLEDGED),
}

_RUN = object_of({"to": _text, "count": _positive})
_LISTED = object_of({"absent": _list(_text), "beyond": _list(_text)})

_HANDED_5 = _HANDED_2 | {
    "destinations": _list(_RUN),
    "phase": _text | None,
    "kinds": _list(_text),
    "meant": _LISTED | None,
}
_HANDED_6 = _HANDED_5 | {
    "expected": object_of({"count": _count, "absent": _count, "by": _one_of("list", "records")}) | None,
}

_PLANNED = {"source": _text, "source_digest": _leaf, "part": _positive, "parts": _positive}

_WITHDRAWN = {"note": _text, "part": _positive, "parts": _positive}
_GONE = (
    _row("place", {"code": _text})
    | _row("need", {"kind": _text, "level": _text | None})
    | _row("point", {"point": _text})
)

FORMS: Mapping[tuple[str, int], Fields] = {
    ("genesis", 1): {
        "election": _text,
        "root": _text,
        "station": _text,
        "place": _text,
        "public_key": _text,
        "continues": _text | None,
    },
    ("admit", 1): {"station": _text, "place": _text, "key": _leaf, "powers": _list(_one_of(*POWERS))},
    ("admit", 5): {
        "station": _text,
        "place": _text,
        "key": _leaf,
        "powers": _list(object_of({"power": _one_of(*POWERS), "under": _text | None})),
    },
    ("join", 5): {"station": _text, "place": _text, "key": _leaf},
    ("revoke", 1): {
        "station": _text,
        "key": _leaf,
        "last_good": _list(object_of({"log": _text, "size": _count})),
        "reason": _text,
    },
    ("plan", 1): _PLANNED | {"rows": _list(_row("place", _PLACE_ROW) | _row("need", _NEED_ROW))},
    ("plan", 2): _PLANNED | {"rows": _list(_row("place", _PLACE_ROW_2) | _row("need", _NEED_ROW))},
    ("plan", 4): _PLANNED | {"rows": _list(_row("place", _PLACE_ROW_4) | _row("need", _NEED_ROW_4))},
    ("plan", 5): _PLANNED
    | {
        "rows": _list(_row("place", _PLACE_ROW_4) | _row("need", _NEED_ROW_4)),
        "phases": _list(object_of({"phase": _text, "name": _text, "kind": _text, "due": _time | None})),
        "under": _text | None,
    },
    ("withdraw", 4): _WITHDRAWN | {"rows": _list(_GONE)},
    ("withdraw", 5): _WITHDRAWN | {"rows": _list(_GONE | _row("item", {"code": _text}))},
    ("profile", 5): {
        "name": _text,
        "name_id": _text,
        "name_en": _text,
        "codes": _one_of("official", "free"),
        "zone": _one_of("", "WIB", "WITA", "WIT", "UTC"),
        "levels": _list(object_of(_LEVEL)),
        "phases": _list(object_of(_TWO_NAMES | {"code": _text, "kinds": _list(_text), "days": _count | None})),
        "conditions": _list(object_of(_TWO_NAMES | {"condition": _text})),
        "checklists": _list(object_of({"about": _text, "questions": _list(object_of(_TWO_NAMES | {"key": _text}))})),
        "words": _list(object_of({"language": _one_of("id", "en"), "word": _text, "instead": _text})),
        "letter": _list(object_of({"language": _one_of("id", "en"), "key": _text, "lines": _list(_text)})),
        "source": _text,
        "source_digest": _leaf,
    },
    ("register", 1): {"items": _list(object_of(_REGISTERED)), "held_by": _text, "out_of": _text | None},
    ("reassign", 1): {"items": _list(_TOUCHED), "to": _text, "reason": _text},
    ("print", 1): {
        "codes": _list(_text),
        "print": _positive,
        "sheet": _text,
        "reason": _text | None,
        "second": _text | None,
    },
    ("void", 2): {
        "labels": _list(object_of({"code": _text, "print": _positive})),
        "reason": _one_of("spoiled", "lost", "unused"),
        "note": _text,
        "second": _text | None,
    },
    ("handover", 1): _HANDED | {"items": _list(_TOUCHED), "parties": object_of(_PARTIES), "vehicle": _text},
    ("handover", 2): _HANDED_2,
    ("handover", 3): _HANDED_2
    | {
        "destinations": _list(_RUN),
        "meant": object_of(
            {
                "absent": _list(_text),
                "beyond": _list(_text),
                "phase": _text | None,
                "kinds": _list(_text),
            }
        )
        | None,
    },
    ("handover", 5): _HANDED_5,
    ("handover", 6): _HANDED_6,
    ("handover", 7): _HANDED_6 | {"items": _list(_TOUCHED_7), "refused": _list(_TOUCHED_7)},
    ("pack", 1): {"parent": _text, "children": _list(_text), "action": _one_of("add", "remove")},
    ("pack", 2): {
        "parent": _text,
        "children": _list(_text),
        "action": _one_of("add", "remove", "open", "check"),
        "scope": _one_of("full", "sample") | None,
        "items": _list(_TOUCHED),
        "names": _list(_text),
        "note": _text,
        "occurred": _time | None,
    },
    ("seal", 2): {
        "item": _TOUCHED,
        "place": _text,
        "action": _one_of("apply", "check", "remove", "replace", "spoil", "return"),
        "serials": _list(_text),
        "result": _one_of("intact", "broken", "mismatch", "none") | None,
        "names": _list(_text),
        "witness": _text,
        "photo": _leaf | None,
        "note": _text,
        "occurred": _time | None,
    },
    ("inspect", 1): {
        "item": _TOUCHED,
        "condition": _one_of("good", "light", "heavy", "wet", "missing"),
        "photo": _leaf | None,
        "note": _text,
    },
    ("delivery", 2): {
        "place": _text,
        "vendor": _text,
        "contract": _text,
        "kind": _text,
        "contracted": _count | None,
        "arrived": _count,
        "damaged": _count,
        "paper": _text,
        "parties": object_of(_PARTIES),
        "note": _text,
        "occurred": _time | None,
    },
    ("incident", 2): {
        "action": _one_of("open", "close"),
        "opened": _leaf | None,
        "place": _text,
        "stage": _text,
        "items": _list(_TOUCHED),
        "text": _text,
        "occurred": _time | None,
    },
    ("checklist", 2): {
        "place": _text,
        "about": _text,
        "answers": _list(object_of({"question": _text, "answer": _one_of("yes", "no", "unknown"), "note": _text})),
        "names": _list(_text),
        "note": _text,
        "occurred": _time | None,
    },
    ("point", 2): {
        "point": _text,
        "title": _text,
        "owner": _text,
        "due": _time | None,
        "place": _text | None,
        "state": _one_of("open", "done"),
        "note": _text,
    },
    ("correct", 1): {
        "target": _leaf,
        "reason": _one_of("did_not_occur", "incorrect_data"),
        "corrective": _list(_leaf),
        "note": _text,
    },
    ("witness", 1): {"head": _text},
    ("clock", 2): {"expected": _time, "codes": _list(_text)},
}
"""The own fields of each type of event, by the version of the format in which the type took this form.

All must be there, no others. A type or version that is not here is refused: a later program wrote it.
"""

NEWEST: Mapping[str, int] = {type_: max(v for t, v in FORMS if t == type_) for type_, _ in FORMS}
"""The version in which each type is written now."""
