"""GS1 EPCIS 2.0 (JSON-LD): one EPCIS event for each record of something that happened to things.

The events have items, places and times. Names of people and free texts stay in the ledger and on the letters.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha1
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from custody.errors import N_, InputError
from custody.format.codes import is_plate
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.places import Need, Place
from language.text import zone

# --- The URIs by which EPCIS names things, places, kinds and records (GS1 CBV 2.0 §8) ---------------------------------
# An office without a GS1 company prefix may not make up GS1 keys. Then a UUID URN is made of the election and the code
# (RFC 9562 §5.5), so that two stations give one thing the same name; or the office gives an address of its own.

_KEPT = 200_000
"""URIs kept at hand, some 30 MB: the things of a regency with all its seals."""
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_COMPANY_PREFIX = re.compile(r"[0-9]{6,12}", re.ASCII)
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Uris:
    """Names for one election. `is_readable`: whether an item's URI has its code in it.

    Args:
        election: what tells this election from all others, like the fingerprint of its root's key.
        base: an address of the office, `https://...`, under which it names things; empty for UUIDs.
        company_prefix: the office's GS1 company prefix: items then are GIAI keys as GS1 Digital Links; empty for none.

    Raises:
        InputError: an address or a prefix that cannot be one.
    """

    def __init__(self, election: str, base: str = "", company_prefix: str = "") -> None:
        if base and not _BASE.fullmatch(base):
            raise InputError(
                N_("{text} is no address under which things can be named"),
                hint=N_("Give one of your office's own, like https://kpu.example.go.id/id"),
                text=base,
            )
        if company_prefix and not _COMPANY_PREFIX.fullmatch(company_prefix):
            raise InputError(
                N_("{text} is no GS1 company prefix"),
                hint=N_("It has 6 to 12 digits; leave it away where the office has none."),
                text=company_prefix,
            )
        self._base, self._company = base.rstrip("/"), company_prefix
        self._namespace = uuid5(NAMESPACE_URL, f"serah:{election}").bytes
        self.is_readable = bool(base or company_prefix)
        self.of: Callable[[str, str], str] = lru_cache(_KEPT)(self._of)
        self.item: Callable[[str], str] = lru_cache(_KEPT)(partial(self._of, "item"))
        """One physical thing, by its code."""
        self.place: Callable[[str], str] = lru_cache(_KEPT)(partial(self._of, "place"))
        """A place, vendor or vehicle, by its code."""

    @property
    def vocabulary(self) -> str:
        """The namespace of what EPCIS has no word for."""
        return f"{self.of('vocabulary', 'v1')}#"

    def _of(self, what: str, name: str) -> str:
        if what == "item" and self._company:
            return f"https://id.gs1.org/8004/{self._company}{quote(name, safe='')}"
        if self._base:
            return f"{self._base}/{what}/{quote(name, safe='')}"
        digits = sha1(self._namespace + f"{what}/{name}".encode(), usedforsecurity=False).hexdigest()
        variant = _VARIANT[digits[16]]
        return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


# --- GS1 EPCIS 2.0 (JSON-LD): one EPCIS event for each record of something that happened to things --------------------

Epcis = dict[str, Any]
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_CONDITIONS = {
    "good": "conformant",
    "light": "damaged",
    "heavy": "damaged",
    "wet": "damaged",
    "missing": "non_conformant",
}
_ITEM_FIELDS = {name: f"serah:{name}" for name in ("code", "kind", "to", "k", "n", "quantity", "election")}
_PACKING = {"add": ("ADD", "packing"), "remove": ("DELETE", "unpacking"), "check": ("OBSERVE", "inspecting")}


def epcis_event(event: Event, uris: Uris, *, here: str = "") -> Epcis | None:
    """Return the record as an EPCIS event; None for one about no items: keys, plans, checklists, heads.

    Args:
        here: a place's code, whose time zone is used where the record names no place.
    """
    form = _FORMS.get(event.type)
    told = form(event, event.body, uris) if form else None
    if told is None:
        return None
    where = next((code for code in _where(event.body) if code and zone(code)[0] != "UTC"), here)
    codes = told.pop("codes", ())
    return {
        "type": told.pop("type", "ObjectEvent"),
        "eventID": uris.of("event", event.leaf),
        "eventTime": event.happened,
        "eventTimeZoneOffset": f"+{zone(where)[1]:02d}:00",
        "recordTime": event.at,
        **told,
        **({"serah:codes": list(codes)} if codes and not uris.is_readable else {}),
        **({"serah:lateEntry": True} if event.body.get("occurred") else {}),
        "serah:record": f"{event.log}:{event.seq}",
        "serah:leaf": event.leaf,
    }


def declared_wrong(told: Epcis, correction: Event, uris: Uris) -> Epcis:
    """The same EPCIS event with the declaration that it is in error (EPCIS 2.0 §7.4.1.4), by a record that counts."""
    correct = [uris.of("event", leaf) for leaf in correction.body["corrective"]]
    declaration = {"declarationTime": correction.at, "reason": correction.body["reason"]}
    return told | {"errorDeclaration": declaration | ({"correctiveEventIDs": correct} if correct else {})}


def write_epcis(
    out: BinaryIO,
    events: Iterable[Epcis],
    uris: Uris,
    *,
    made_at_utc: str,
    places: Mapping[str, Place],
    needs: Sequence[Need],
) -> None:
    """Write an EPCIS document as the events come, one a line; places and kinds are its master data."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    head = {
        "@context": [CONTEXT, {"serah": uris.vocabulary}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": made_at_utc,
    }

    def put(words: str) -> None:
        out.write(words.encode())

    def put_rows(rows: Iterable[Epcis]) -> None:
        between = "\n"
        for row in rows:
            put(f"{between}{encode(row)}")
            between = ",\n"

    put(f'{encode(head)[:-1]},"epcisHeader":{{"epcisMasterData":{{"vocabularyList":[')
    put('{"type":"urn:epcglobal:epcis:vtype:Location","vocabularyElementList":[')
    put_rows(_located(uris, place) for place in places.values())
    put(']},\n{"type":"urn:epcglobal:epcis:vtype:EPCClass","vocabularyElementList":[')
    put_rows(_kind(uris, need) for need in needs)
    put(']}]}},\n"epcisBody":{"eventList":[')
    put_rows(events)
    put("\n]}}\n")


def _located(uris: Uris, place: Place) -> Epcis:
    named = {"urn:epcglobal:cbv:mda:name": place.name, "serah:code": place.code, "serah:level": place.level}
    return _element(uris.place(place.code), named)


def _kind(uris: Uris, need: Need) -> Epcis:
    named = {"urn:epcglobal:cbv:mda:descriptionShort": need.name_id, "serah:code": need.kind}
    return _element(uris.of("kind", need.kind), named)


def _element(uri: str, named: Mapping[str, str]) -> Epcis:
    return {"id": uri, "attributes": [{"id": id_, "attribute": words} for id_, words in named.items()]}


def _where(body: Body) -> Iterable[str | None]:
    """The places a record names, the one where it happened first."""
    return (
        body.get("to") if isinstance(body.get("to"), str) else None,
        body.get("place"),
        body.get("held_by"),
        *body.get("bound", ()),
        body.get("from"),
    )


def _at(uris: Uris, code: str) -> Epcis:
    """Where it happened, and where the things are from then on; a vehicle is no place."""
    return {} if is_plate(code) else {"readPoint": {"id": uris.place(code)}, "bizLocation": {"id": uris.place(code)}}


def _seen(uris: Uris, codes: Sequence[str], step: str, **more: Any) -> Epcis:
    return {"epcList": [*map(uris.item, codes)], "action": "OBSERVE", "bizStep": step, **more, "codes": codes}


def _between(uris: Uris, giver: str, to: str) -> Epcis:
    return {
        "sourceList": [{"type": "possessing_party", "source": uris.place(giver)}],
        "destinationList": [{"type": "possessing_party", "destination": uris.place(to)}],
    }


def _counts(uris: Uris, counts: Iterable[tuple[str, int]]) -> list[Epcis]:
    return [{"epcClass": uris.of("kind", kind), "quantity": count} for kind, count in counts]


def _register(event: Event, body: Body, uris: Uris) -> Epcis:
    items = [_item(row) for row in body["items"]]
    from_pack = {"serah:outOf": uris.item(body["out_of"])} if body["out_of"] else {}
    return _seen(uris, [row["code"] for row in body["items"]], "commissioning", **_at(uris, body["held_by"])) | {
        "action": "ADD",
        "disposition": "active",
        "codes": (),
        "serah:items": items,
        **from_pack,
    }


def _item(row: Body) -> Epcis:
    said = {name: row[field] for field, name in _ITEM_FIELDS.items() if row[field] is not None}
    return said | {"serah:serials": _range_words(row["range"])} if row["range"] else said


def _range_words(serials: Body) -> str:
    first, last = (str(serials[name]).zfill(serials["width"]) for name in ("first", "last"))
    return f"{serials['prefix']}{first}-{serials['prefix']}{last}"


def _reassign(event: Event, body: Body, uris: Uris) -> Epcis:
    to = [{"type": "location", "destination": uris.place(body["to"])}]
    return _seen(uris, list(event.rows), "other", destinationList=to)


def _print(event: Event, body: Body, uris: Uris) -> Epcis:
    return _seen(uris, body["codes"], "encoding", disposition="encoded") | {"serah:print": body["print"]}


def _void(event: Event, body: Body, uris: Uris) -> Epcis:
    voids = [{"serah:code": row["code"], "serah:print": row["print"]} for row in body["labels"]]
    codes = [row["code"] for row in body["labels"]]
    return _seen(uris, codes, "other") | {"serah:voidLabels": voids, "serah:reason": body["reason"]}


def _handover(event: Event, body: Body, uris: Uris) -> Epcis:
    giver, to, codes = body["from"], body["to"], list(event.moved)
    is_shipped = is_plate(to)
    told: Epcis = {
        "type": "TransactionEvent",
        "bizTransactionList": [
            {"type": "bol" if is_shipped else "recadv", "bizTransaction": uris.of("bast", body["bast"])}
        ],
        "epcList": [*map(uris.item, codes)],
        "action": "ADD",
        "bizStep": "shipping" if is_shipped else "receiving",
        "disposition": "in_transit" if is_shipped else "in_progress",
        **({} if is_plate(giver) or not is_shipped else {"readPoint": {"id": uris.place(giver)}}),
        **_at(uris, to),
        **_between(uris, giver, to),
    }
    if body["extras"]:
        told["quantityList"] = _counts(uris, ((extra["kind"], extra["count"]) for extra in body["extras"]))
    if refused := sorted(event.refused):
        told["serah:refused"] = [*map(uris.item, refused)]
    if event.absent:
        told["serah:absent"] = [*map(uris.item, sorted(event.absent))]
    if body.get("meant") is not None:  # empty as well: a list was stated
        told["serah:beyond"] = [*map(uris.item, sorted(event.beyond))]
    if expected := body.get("expected"):
        told["serah:expected"] = {"count": expected["count"], "absent": expected["absent"], "by": expected["by"]}
    if body.get("phase"):
        told["serah:phase"] = body["phase"]
    if kinds := body.get("kinds"):  # none in older forms
        told["serah:kinds"] = [uris.of("kind", kind) for kind in kinds]
    if body["counted"] is not None:
        told["serah:counted"] = body["counted"]
    return told | {"codes": codes, "serah:bast": body["bast"]}


def _pack(event: Event, body: Body, uris: Uris) -> Epcis:
    children = body["children"]
    if body["action"] == "open":
        action, step, children = "DELETE", "unpacking", ()  # without children it means all of them (EPCIS 2.0 §7.4.3)
    else:
        action, step = _PACKING[body["action"]]
    if not children and action != "DELETE":
        return _seen(uris, [body["parent"]], step) | {"serah:action": body["action"]}
    return {
        "type": "AggregationEvent",
        "parentID": uris.item(body["parent"]),
        **({"childEPCs": [*map(uris.item, children)]} if children else {}),
        "action": action,
        "bizStep": step,
        **({"serah:seen": [*map(uris.item, body["children"])]} if body["action"] == "open" else {}),
        "codes": (body["parent"], *children),
    }


def _seal(event: Event, body: Body, uris: Uris) -> Epcis:
    action, result = body["action"], body["result"]
    disposition = {"apply": "container_closed", "replace": "container_closed", "remove": "container_open"}.get(action)
    if result in ("intact", "broken"):
        disposition = "container_closed" if result == "intact" else "container_open"
    seals: Epcis = {"serah:action": action, "serah:serials": body["serials"]}
    return _seen(
        uris,
        [body["item"]["code"]],
        "inspecting" if action == "check" else "other",
        **({"disposition": disposition} if disposition else {}),
        **(_at(uris, body["place"]) if body["place"] else {}),
    ) | {"serah:seals": seals | ({"serah:result": result} if result else {})}


def _inspect(event: Event, body: Body, uris: Uris) -> Epcis:
    seen = _seen(uris, [body["item"]["code"]], "inspecting", disposition=_CONDITIONS[body["condition"]])
    return seen | {"serah:condition": body["condition"]}


def _delivery(event: Event, body: Body, uris: Uris) -> Epcis:
    orders = [{"type": "po", "bizTransaction": uris.of("contract", body["contract"])}] if body["contract"] else []
    return {
        "quantityList": _counts(uris, [(body["kind"], body["arrived"])]),
        "action": "OBSERVE",
        "bizStep": "receiving",
        **_at(uris, body["place"]),
        **({"bizTransactionList": orders} if orders else {}),
        **_between(uris, body["vendor"], body["place"]),
        "serah:damaged": body["damaged"],
    }


def _incident(event: Event, body: Body, uris: Uris) -> Epcis | None:
    if not event.rows:
        return None
    where = _at(uris, body["place"]) if body["place"] else {}
    return _seen(uris, list(event.rows), "other", **where) | {"serah:obstacle": body["action"]}


_FORMS: Mapping[str, Callable[[Event, Body, Uris], Epcis | None]] = {
    "register": _register,
    "reassign": _reassign,
    "print": _print,
    "void": _void,
    "handover": _handover,
    "pack": _pack,
    "seal": _seal,
    "inspect": _inspect,
    "delivery": _delivery,
    "incident": _incident,
}
