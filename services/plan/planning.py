"""The items that the needs ask for and that are not registered yet: count and register them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from custody.errors import N_, ConflictError, InputError
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.needs import Total
from custody.plan.places import Need, Place, below
from db.state.plan_counts import items_by_kind
from db.store import Store
from language import _
from services.plan.plan_records import register_items, unregistered_items
from services.progress_bar import Progress, unseen

SHOWN_PLACES = 10


@dataclass(frozen=True, slots=True)
class Missing:
    """The items that are needed and not registered, and the kinds of packs that no table of items has named yet."""

    items: Sequence[Item]
    packs: Sequence[str]

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
    groups, items, rules = store.state.places.alike(), items_by_kind(store.state), store.state.need_rules()
    counted = [NeedCount(need, rules.total(groups, need.kind), *items.get(need.kind, (0, 0))) for need in rules.needs]
    levels: Counter[str] = Counter()
    for (level, _voters), count in groups.items():
        levels[level] += count
    return PlanCounts(levels, counted)


def explained(store: Store, top: str, kind: str | None = None) -> Explanation:
    """What a place and all below it need of each kind, or of one, and how each number came about.

    Raises:
        InputError: the plan has no such place.
    """
    places, rules = store.state.places.tree(), store.state.need_rules()
    if top not in places:
        raise InputError(N_("there is no place {code} in the plan"), code=top)
    groups = store.state.places.alike(top)
    totals = {one: rules.total(groups, one) for one in rules.kinds if kind in (None, one)}
    lacking = rules.lacking(below(places, top), kind)
    shown = {one: total for one, total in totals.items() if total.lines}
    return Explanation(places[top], shown, tuple(islice(lacking, SHOWN_PLACES)))


def missing(store: Store, top: str | None = None, kind: str | None = None) -> Missing:
    """What is needed at a place and below it, of a kind, and does not exist yet; nothing is recorded."""
    store.state.places.refresh()
    items = unregistered_items(store, under=top, kind=kind)
    there = {serials[0] for serials in store.state.serial_ranges()}
    packed = [need for need in store.state.needs() if need.tracked_as == "pack" and kind in (None, need.kind)]
    there |= {need.kind for need in packed if need.pack}
    return Missing(items, sorted({need.kind for need in packed} - there))


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
