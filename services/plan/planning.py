"""The items that the needs ask for and that are not registered yet: count and register them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.errors import N_, ConflictError
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.places import Need
from db.state.plan_counts import items_by_kind, places_by_level
from db.store import Store
from language import _
from services.plan.plan_records import register_items, unregistered_items
from services.progress_bar import Progress, unseen


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
    """A row of the needs, how many items it asks for in all, and how many of its kind are registered."""

    need: Need
    asked: int
    registered: int


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How much the plan has: places by level, and the needs counted."""

    places: Mapping[str, int]
    needs: Sequence[NeedCount]


def plan_counts(store: Store) -> PlanCounts:
    """What the plan has by now."""
    places, items = places_by_level(store.state), items_by_kind(store.state)
    counted = (
        NeedCount(need, need.per_place * places.get(need.level, 0), items.get(need.kind, 0))
        for need in store.state.needs()
    )
    return PlanCounts(places, list(counted))


def missing(store: Store, top: str | None = None, kind: str | None = None) -> Missing:
    """What is needed at a place and below it, of a kind, and does not exist yet; nothing is recorded."""
    store.state.places.refresh()
    items = unregistered_items(store, under=top, kind=kind)
    there = {serials[0] for serials in store.state.serial_ranges()}
    wanted = {need.kind for need in store.state.needs() if need.tracked_as == "pack" and kind in (None, need.kind)}
    return Missing(items, sorted(wanted - there))


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
