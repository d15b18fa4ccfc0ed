"""Parents in the ledger: what is put into what, taken out, looked into; and packs of seals opened into smaller ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from custody.chain.findings import Finding, name_of
from custody.chain.item_state import judge_contents
from custody.compose import item_events
from custody.compose.compose import NewEvent, Touch
from custody.compose.splitting import Part, refuse_circle, rest_of
from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from db.store import Store
from services.records.inspecting import Recorded, found_by
from services.records.sealing import opened_packs


@dataclass(frozen=True, slots=True)
class Opened:
    """A pack that was opened: what was recorded, and the packs that came out of it."""

    recorded: Recorded
    items: tuple[Item, ...]


def record_packing(
    store: Store,
    parent: Touch,
    children: Sequence[Touch],
    action: str,
    *,
    scope: str | None = None,
    names: Sequence[str] = (),
    note: str = "",
    occurred: str | None = None,
    draft: str | None = None,
) -> Recorded:
    """Record what was put into a thing, taken out of it, or found in it; one transaction.

    Args:
        action: `add`, `remove`, `open` (nothing is in it any more) or `check`.
        scope: `full` or `sample`, of a check; after a check in full, what was not found is in it no longer.
        draft: the session that took the labels; it ends with the record.

    Raises:
        InputError: nothing is named, or the session is gone.
        RuleError: it cannot be true: a thing in itself, something taken out that is not in it, an unregistered parent.
    """
    with store.transaction():
        store.state.places.refresh()
        if draft is not None:
            store.drafts.get(draft)
            children = store.drafts.touches(draft)
        children = [touch for touch in {t.code: t for t in reversed(children)}.values() if touch.code != parent.code]
        children.reverse()
        if not children and action in ("add", "remove"):
            raise InputError(N_("no item is named"), hint=N_("Scan or type the labels of what is put in or taken out."))
        outer = registered(store, parent.code)
        items = store.state.items_of(touch.code for touch in children)
        if action in ("add", "check"):
            refuse_circle(outer, items, store.state.item)
        inside = store.state.contents.packed(parent.code)
        if action == "remove":
            _refuse_strangers(outer, [touch.code for touch in children if touch.code not in inside])
        elsewhere = list(_held_elsewhere(store, outer, items.values())) if action in ("add", "check") else []
        latest = store.state.latest([parent.code, *(touch.code for touch in children)])
        new = item_events.pack_events(
            parent, children, latest, action, scope=scope, names=names, note=note, occurred=occurred
        )
        events = store.record(new, id=draft)
        if draft is not None:
            store.drafts.drop(draft)
    unseen = inside if action == "check" and scope == "full" else ()
    return Recorded(tuple(events), (*elsewhere, *found_by(store, events, unseen)))


def registered(store: Store, code: str) -> Item:
    """Return the item into which others are put.

    Raises:
        RuleError: it is not registered.
    """
    item = store.state.item(code)
    if item is None:
        raise RuleError(
            N_("{item} is registered nowhere, so nothing can be put into it"),
            hint=N_("Print a label for each set or sack by a need of that kind, or claim a blank one: {way}"),
            way="claim",
            item=show_code(code),
        )
    return item


def _refuse_strangers(outer: Item, codes: Sequence[str]) -> None:
    if codes:
        raise RuleError(
            N_("{item} is not in {parent}"),
            hint=N_("What is really in it says: {way}"),
            way="pack_check",
            item=", ".join(show_code(code) for code in codes[:6]),
            parent=show_code(outer.code),
        )


def _held_elsewhere(store: Store, outer: Item, items: Iterable[Item]) -> list[Finding]:
    """That things are put in which, by what is known here, are in other hands; said now, judged by their handovers."""
    held = N_("{item} is not in the hands of {giver} but of {holder}")
    places = store.state.places
    return [
        Finding(
            "NOT_HELD",
            held,
            {
                "item": show_code(item.code),
                "giver": name_of(places, outer.held_by),
                "holder": name_of(places, item.held_by),
            },
            item.code,
            is_provisional=store.state.held is not None or not store.state.has_met(outer.held_by),
        )
        for item in items
        if item.held_by != outer.held_by
    ]


def judge_added(store: Store, outer: Item, item: Item | None, code: str) -> list[Finding]:
    """What is wrong with putting a thing in, at the moment of scanning."""
    if item is None:
        unknown = N_("{item} is registered nowhere that this station knows of")
        return [Finding("UNKNOWN_CODE", unknown, {"item": show_code(code)}, code)]
    return [*_held_elsewhere(store, outer, [item]), *judge_contents(item, outer, store.state.places)]


# --- packs of many ------------------------------------------------------------------------------------------------


def open_pack(
    store: Store,
    pack: Touch,
    parts: Sequence[Part],
    *,
    names: Sequence[str] = (),
    note: str = "",
    occurred: str | None = None,
) -> Opened:
    """Open a pack of seals or the like into smaller packs or single pieces, each registered with a code of its own.

    What the parts do not name is packs of its own too, so that the quantities sum. The opened pack stays where it is.

    Raises:
        RuleError: it cannot be true: numbers that are not in the pack, or in two parts; more than there are; opened
            before.
    """
    with store.transaction():
        outer = registered(store, pack.code)
        if pack.code in opened_packs(store):
            raise RuleError(
                N_("{item} was opened before"), hint=N_("Open one of the packs out of it."), item=show_code(pack.code)
            )
        all_parts = [*parts, *rest_of(outer, parts)]
        if len(all_parts) < 2 and not (outer.quantity == 1 and all_parts):
            raise RuleError(
                N_("{item} would be opened into itself"), hint=N_("Name smaller parts."), item=show_code(pack.code)
            )
        items = [
            Item(
                store.around.new_code(),
                outer.kind,
                part.to or outer.to,
                k=k,
                n=len(all_parts),
                election=outer.election,
                quantity=part.quantity,
                serials=part.serials,
                held_by=outer.held_by,
            )
            for k, part in enumerate(all_parts, 1)
        ]
        latest = store.state.latest([pack.code])
        refs = (latest[pack.code],)
        new: list[NewEvent] = item_events.register_events(items, refs=refs, out_of=pack.code)
        new += item_events.pack_events(pack, (), latest, "open", names=names, note=note, occurred=occurred)
        if outer.to != outer.held_by:  # an empty wrapper is expected nowhere
            new += item_events.reassign_events([pack], latest, outer.held_by, note)
        events = store.record(new)
    return Opened(Recorded(tuple(events), tuple(found_by(store, events))), tuple(items))
