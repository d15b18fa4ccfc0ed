"""What people said of a session, as its draft keeps it until it is recorded: one JSON value."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from custody.compose.compose import Handover, SealLook, Touch, how_read
from custody.format.item_facts import Carriage
from custody.handover.draft import Details, ItemDetails, Signed
from db.drafts import PURPOSE
from db.store import Store
from services.scanning.handover_details import read_extra, read_look

S = TypeVar("S", bound=msgspec.Struct)
_KEPT = "details"
"""The name under which a draft keeps it."""
_DETAILS = msgspec.json.Decoder(Details)


def details_of(store: Store, draft: str) -> Details:
    """What people said of a session; nothing of one that is gone."""
    return _read(store.drafts.details(draft))


def change_details(store: Store, draft: str, change: Callable[[Details], Details]) -> Details:
    """Keep what a change makes of what people said, in one transaction; durable when it returns.

    Raises:
        InputError: the session is gone.
    """
    with store.transaction():
        said = store.drafts.details(draft)
        details = change(_read(said))
        kept = "" if details == Details() else msgspec.json.encode(details).decode()
        store.drafts.describe(draft, {**dict.fromkeys(said.keys() - {PURPOSE}, ""), _KEPT: kept})
    return details


def with_items(details: Details, items: Mapping[str, ItemDetails]) -> Details:
    """The details where this is all that is said of these items."""
    both = {**details.items, **items}
    return msgspec.structs.replace(details, items={code: both[code] for code in sorted(both) if both[code] != _NOTHING})


def change_item(store: Store, draft: str, code: str, **said: object) -> None:
    """Keep what is said of one item, by the names of `ItemDetails`; the rest stays."""

    def change(details: Details) -> Details:
        return with_items(details, {code: msgspec.structs.replace(details.of(code), **said)})

    change_details(store, draft, change)


def forget_item(store: Store, draft: str, code: str) -> bool:
    """Take back all that is said of one item; False where nothing was."""
    if code not in details_of(store, draft).items:
        return False
    change_details(store, draft, lambda details: with_items(details, {code: ItemDetails()}))
    return True


def taken_from(details: Details, read: Details, names: Iterable[str]) -> Details:
    """The details with those fields as they were read; what they said before is gone, also where that is empty."""
    return msgspec.structs.replace(details, **{name: getattr(read, name) for name in names})


def with_goods(details: Details, to_go: tuple[str, tuple[str, ...]]) -> Details:
    """The details where this phase and these kinds are to go, and no list is."""
    phase, kinds = to_go
    return msgspec.structs.replace(details, phase=phase, kinds=kinds, load=())


def keep_details(store: Store, draft: str, handover: Handover) -> None:
    """Keep in a draft all that a command says of its handover, over what was said of the same before.

    Things without a label are added to those that are kept; told once more in the same words, they are the same things.

    Raises:
        InputError: the session is gone.
    """
    told = details_from(handover)

    def add(before: Details) -> Details:
        more = Counter(told.extras) - Counter(before.extras)
        items = {code: _over(before.of(code), item) for code, item in told.items.items()}
        both = _over(before, msgspec.structs.replace(told, extras=(*before.extras, *more.elements()), items={}))
        if told.load or told.kinds:  # the last word on what is to go
            both = msgspec.structs.replace(both, load=told.load, phase=told.phase, kinds=told.kinds)
        return with_items(both, items)

    change_details(store, draft, add)
    if handover.bound:
        store.drafts.set_ends(draft, bound=handover.bound)


def with_details(handover: Handover, details: Details) -> Handover:
    """The handover with what people said of it: names, count, carriage, note, and the state of single items."""
    items = {code: details.items[code] for code in sorted(details.items)}
    return replace(
        handover,
        giver_name=details.giver_name,
        receiver_name=details.receiver_name,
        giver_office=details.giver_office,
        receiver_office=details.receiver_office,
        witnesses=details.witnesses,
        counted=details.counted,
        carriage=Carriage(details.vehicle, details.driver, details.escort, details.stops),
        note=details.note,
        occurred=details.occurred,
        conditions={code: item.condition for code, item in items.items() if item.condition},
        remarks=_remarks(items),
        refused=tuple(_refused(code, item.read_as) for code, item in items.items() if item.is_refused),
        seals={code: read_look(f"{item.seals}:{item.serials}") for code, item in items.items() if item.seals},
        photos={code: item.photo for code, item in items.items() if item.photo},
        extras=details.extras,
        number=details.number,
        load=details.load,
        phase=details.phase,
        kinds=details.kinds,
    )


def details_from(handover: Handover) -> Details:
    """What is said of a handover; `with_details` gives all of it back.

    Its ends and where it is bound for stand in the draft itself, and who acknowledged it is kept as each one signs.
    """
    carriage, refused = handover.carriage, {touch.code: touch for touch in handover.refused}
    said = (handover.conditions, handover.remarks, handover.seals, handover.photos, refused)
    items = {}
    for code in sorted({code for of_items in said for code in of_items}):
        look, touch = handover.seals.get(code, SealLook("")), refused.get(code)
        items[code] = ItemDetails(
            condition=handover.conditions.get(code, ""),
            remark=handover.remarks.get(code, ""),
            is_refused=touch is not None,  # why is a remark
            read_as="" if touch is None else _read_as(touch),
            seals=look.result,
            serials=" ".join(look.serials),
            photo=handover.photos.get(code, ""),
        )
    return Details(
        giver_name=handover.giver_name,
        receiver_name=handover.receiver_name,
        giver_office=handover.giver_office,
        receiver_office=handover.receiver_office,
        witnesses=handover.witnesses,
        counted=handover.counted,
        vehicle=carriage.vehicle,
        driver=carriage.driver,
        escort=carriage.escort,
        stops=carriage.stops,
        note=handover.note,
        occurred=handover.occurred,
        extras=handover.extras,
        number=handover.number,
        load=handover.load,
        phase=handover.phase,
        kinds=handover.kinds,
        items=items,
    )


_NOTHING = ItemDetails()


def _over(before: S, told: S) -> S:
    """The one with all that the other says."""
    empty = type(told)()
    said = {name: getattr(told, name) for name in told.__struct_fields__}
    return msgspec.structs.replace(
        before, **{name: value for name, value in said.items() if value != getattr(empty, name)}
    )


def _read_as(touch: Touch) -> str:
    """How the label of a refused thing was read, and its print; empty where its code alone was typed."""
    read = f"{touch.how} {touch.print or ''}".strip()
    return "" if read == "typed" else read


def _refused(code: str, read_as: str) -> Touch:
    """A refused thing, as its label was read."""
    how, _space, number = read_as.partition(" ")
    return Touch(code, int(number) if number else None, how_read(how))


def _remarks(items: Mapping[str, ItemDetails]) -> dict[str, str]:
    """What is said of single items, the reason why one was refused first."""
    refused = [code for code, item in items.items() if item.is_refused]
    both = ((code, (items[code].reason, items[code].remark)) for code in dict.fromkeys([*refused, *items]))
    return {code: "; ".join(filter(None, texts)) for code, texts in both if any(texts)}


def _read(said: Mapping[str, str]) -> Details:
    return _DETAILS.decode(said[_KEPT]) if _KEPT in said else _read_rows(said)


def _read_rows(said: Mapping[str, str]) -> Details:
    """The same of a draft of an earlier version: a text for each name, behind a colon the item's code."""
    items: dict[str, dict[str, str]] = {}
    signed = {}
    for name, text in said.items():
        what, colon, code = name.partition(":")
        if what == "signed":
            signed[code] = msgspec.json.decode(text, type=Signed)
        elif colon:
            items.setdefault(code, {})[what] = text
    lines = {name: tuple(said.get(name, "").splitlines()) for name in ("witnesses", "stops", "extras", "half_read")}
    names = ("giver_name", "receiver_name", "giver_office", "receiver_office", "vehicle", "driver", "escort", "note")
    texts: dict[str, Any] = {name: said.get(name, "") for name in names}
    return Details(
        **texts,
        witnesses=lines["witnesses"],
        counted=int(said["counted"]) if said.get("counted") else None,
        stops=lines["stops"],
        occurred=said.get("occurred"),
        extras=tuple(map(read_extra, lines["extras"])),
        number=said.get("number", ""),
        load=tuple(said.get("load", "").split()),
        items={code: _read_item(items[code]) for code in sorted(items)},
        signed=signed,
        is_paused="paused" in said,
        half_read=lines["half_read"],
    )


def _read_item(said: Mapping[str, str]) -> ItemDetails:
    look = read_look(said["seal"]) if "seal" in said else SealLook("")
    return ItemDetails(
        condition=said.get("condition", ""),
        remark=said.get("remark", ""),
        is_refused="refused" in said,
        reason=said.get("refused", "").strip(),
        read_as=said.get("refused-as", ""),
        seals=look.result,
        serials=said.get("seal", "").partition(":")[2],
        photo=said.get("photo", ""),
    )
