"""The items that the needs ask for: counted, explained, and those that are not registered yet registered."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from custody.chain.seals import overlapping
from custody.compose import item_events
from custody.errors import N_, ConflictError, Fault, InputError
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.missing_items import missing_items
from custody.plan.needs import Total
from custody.plan.places import Need, Place
from db.state.plan_counts import items_by_branch, kinds_with_serials, last_serials, pack_stock, serial_ranges
from db.store import Store
from language import _
from language.text import printable
from services.plan.planning import own_top
from services.progress_bar import Progress, unseen
from services.records.sealing import whole_packs
from tables.cells import Located
from tables.rows import ItemRow

SHOWN_PLACES = 10


@dataclass(frozen=True, slots=True)
class Missing:
    """The items that are needed and not registered, the kinds of packs that no table of items has named yet, and the
    totals of the kinds of which it is not known how many are needed.
    """

    items: Sequence[Item]
    packs: Sequence[str]
    open: Mapping[str, Total]
    top: str | None = None
    """The place below which it was counted; None: everywhere."""

    @property
    def by_kind(self) -> Mapping[str, int]:
        """How many of each kind."""
        return Counter(item.kind for item in self.items)


@dataclass(frozen=True, slots=True)
class NeedCount:
    """A row of the needs, how many pieces its kind needs in all, and how many are registered, in how many things."""

    need: Need
    asked: Total
    registered: int
    pieces: int


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How much the plan has: places by level, and the needs counted."""

    places: Mapping[str, int]
    needs: Sequence[NeedCount]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a place needs with all below it, by kind, and how it came about; some of the places without their voters."""

    place: Place
    totals: Mapping[str, Total]
    lacking: tuple[Place, ...]


def plan_counts(store: Store) -> PlanCounts:
    """What the plan has by now."""
    groups, items, rules = store.state.places.alike(), items_by_branch(store.state), store.state.need_rules()
    counted = []
    for need in rules.needs:
        inside = {branch for _l, _v, branch in groups if need in rules.in_force(branch)}
        asked = rules.total({group: count for group, count in groups.items() if group[2] in inside}, need.kind)
        there = [items.get((need.kind, branch), (0, 0)) for branch in inside]
        counted.append(NeedCount(need, asked, sum(one[0] for one in there), sum(one[1] for one in there)))
    levels: Counter[str] = Counter()
    for (level, _voters, _branch), count in groups.items():
        levels[level] += count
    return PlanCounts(levels, counted)


def explained(store: Store, top: str, kind: str | None = None) -> Explanation:
    """What a place and all below it need of each kind, or of one, and how each number came about.

    Raises:
        InputError: the plan has no such place.
    """
    inside, rules = store.state.places.inside(top), store.state.need_rules()
    if not inside:
        raise InputError(N_("there is no place {code} in the plan"), code=top)
    groups = store.state.places.alike(top)
    lacking = rules.lacking(inside, kind)
    shown = {one: total for one, total in rules.totals(groups, kind).items() if total.lines}
    return Explanation(inside[0], shown, tuple(islice(lacking, SHOWN_PLACES)))


def missing(store: Store, top: str | None = None, kind: str | None = None) -> Missing:
    """What is needed at a place and below it, of a kind, and does not exist yet; nothing is recorded.

    Args:
        top: None: below the place that this station counts (`own_top`).
    """
    store.state.places.refresh()
    top = own_top(store) if top is None else top
    items = unregistered_items(store, under=top, kind=kind)
    groups, rules = store.state.places.alike(top), store.state.need_rules()
    needs = {need for branch in {group[2] for group in groups} for need in rules.in_force(branch)}
    packed = [need for need in needs if need.tracked_as == "pack" and kind in (None, need.kind)]
    unsized = {need.kind for need in packed} - {need.kind for need in packed if need.pack}
    unknown = {one: total for one, total in rules.totals(groups, kind).items() if total.open}
    return Missing(items, sorted(unsized - kinds_with_serials(store.state, unsized)), unknown, top)


def register_missing(
    store: Store,
    top: str | None = None,
    kind: str | None = None,
    *,
    seen: int | None = None,
    progress: Progress = unseen,
) -> tuple[Missing, Sequence[Event]]:
    """Register the missing items, all or none.

    Args:
        seen: the number that was shown to the user; None: none was.

    Raises:
        ConflictError: it is another number by now; nothing was registered.
    """
    # Under the write lock from the first look on: two that plan at once would register everything twice.
    with store.transaction():
        found = missing(store, top, kind)
        if seen is not None and seen != len(found.items):
            raise ConflictError(
                N_("the plan was changed since this was shown, so nothing was registered"), hint=N_("Look at it again.")
            )
        with progress(len(found.items), _("Registering")) as done:
            return found, register_items(store, found.items, progress=done)


def unregistered_items(store: Store, *, under: str | None = None, kind: str | None = None) -> list[Item]:
    """The items and packs that the needs ask for and that nobody registered yet, each with a new code, in our hands."""
    state = store.state
    places = list(state.places.all().values()) if under is None else state.places.inside(under)
    return missing_items(
        places,
        state.need_rules(),
        state.slots(under=under),
        pack_stock(state, under),
        last_serials(state),
        kind=kind,
        held_by=store.ledger.own_log().place,
        draw_code=store.around.new_code,
    )


def register_items(
    store: Store, items: Sequence[Item], *, progress: Callable[[int], None] | None = None
) -> list[Event]:
    """Record that these items exist, all or none.

    Args:
        progress: called with the number of items done since the last call.
    """
    events: list[Event] = []
    with store.transaction():
        for new in item_events.register_events(items):
            events += store.record([new])
            if progress:
                progress(len(new.fields["items"]))
    return events


def new_items(
    store: Store, rows: Sequence[Located[ItemRow]]
) -> tuple[list[Item], int, list[Fault], list[tuple[Located[ItemRow], str]]]:
    """The items of a table that are not registered yet, how many are, what is wrong with the others, and of each row
    with a vendor's code the item's code.

    A row is known by its code, by its serial numbers, or by k of n.
    """
    own = store.ledger.own_log().place
    codes = store.state.items_of(row.value.code for row in rows if row.value.code)
    slots, ranges = store.state.slots(), serial_ranges(store.state)
    new, same, faults, barcodes = [], 0, [], []
    packs = whole_packs(store)
    for row in rows:
        value, serials = row.value, row.value.serials
        item = Item(
            code=value.code or store.around.new_code(),
            kind=value.kind,
            to=value.to,
            k=value.k or 1,
            n=value.n or value.k or 1,
            quantity=value.quantity,
            serials=serials,
            held_by=value.held_by or own,
        )
        if value.code is not None:
            is_known = value.code in codes
            if is_known and _differs(codes[value.code], item):
                faults.append(row.fault("code", N_("{code} is registered already, as something else"), code=value.code))
        elif serials is not None:
            is_known = (value.kind, serials.prefix, serials.first, serials.last) in ranges
        elif value.k is not None:
            is_known = (value.kind, value.to, None, value.k) in slots
        else:
            message = N_("has no code, no serial numbers and no k: loading it twice would register it twice")
            faults.append(row.fault("", message))
            continue
        if value.vendor_code:
            known = store.vendor_codes.item_for(value.kind, value.to, value.k, serials)
            barcodes.append((row, known if known and is_known and not value.code else item.code))
        if is_known:
            same += 1
            continue
        if serials is not None:
            for other in overlapping(serials, (pack for pack in packs if pack.kind == value.kind)):
                shared = N_("holds numbers that the registered pack {code} holds too: {range}")
                faults.append(row.fault("first", shared, code=show_code(other.code), range=str(other.serials)))
        new.append(item)
    return new, same, faults, barcodes


def new_vendor_codes(store: Store, rows: Sequence[tuple[Located[Any], str, str]]) -> tuple[dict[str, str], list[Fault]]:
    """What vendors' codes mean that mean nothing yet, and what is wrong with the others: one code, two items.

    Args:
        rows: each with its vendor's code, folded, and its item's code.
    """
    known, faults = store.vendor_codes.items(text for _row, text, _code in rows), list[Fault]()
    fresh: dict[str, str] = {}
    for row, text, code in rows:
        other = known.get(text) or fresh.setdefault(text, code)
        if other != code:
            message = N_("{text} stands for {code} already: a vendor's code means one item")
            faults.append(row.fault("vendor_code", message, text=printable(text, 60), code=show_code(other)))
    return fresh, faults


def _differs(known: Item, item: Item) -> bool:
    """Whether a row says something else of an item than was registered; where it is now is no such thing."""
    return replace(
        known, held_by="", condition="", print=0, voids=(), election=None, to="", seal="", parent=""
    ) != replace(item, held_by="", to="")
