"""What is to come at a handover, by the ledger and by the papers that were read."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from custody.compose.compose import Handover
from custody.format.item_facts import Item
from custody.handover.handover_facts import expected_items, stated
from db.log.memory import Mark
from db.log.paper_records import Waybill
from db.store import Store
from services.scanning.handover_context import around_now, ends_of, meant_now, tops_of


class Expectation(NamedTuple):
    """What is to go in a handover, by code, None where nobody can know; and the codes of those of it that other laptops
    took or refused under the same number. `may_change`: whether it hangs on what is scanned next.
    """

    items: dict[str, Item] | None
    elsewhere: frozenset[str]
    may_change: bool = False


def heard_mark(store: Store) -> tuple[Mark, int]:
    """Changes whenever a record or a paper has come, so that what was judged before may be judged otherwise now."""
    return store.ledger.memory.mark(), store.papers.count()


def expected_now(
    store: Store, giver: str, to: str, bound: Sequence[str] = (), *, load: Sequence[str] = (), number: str = ""
) -> list[Item] | None:
    """What is to go in a handover and has not gone by another laptop yet; None where this station cannot know.

    Args:
        load: the codes that are to go, where somebody has listed them; nothing else is expected then.
        number: a BAST number that several laptops share.
    """
    found = expectation(store, Handover(giver, to, tuple(bound), load=tuple(load), number=number))
    return None if found.items is None else [i for c, i in found.items.items() if c not in found.elsewhere]


def expectation(store: Store, handover: Handover, offered: Collection[str] = ()) -> Expectation:
    """What is to go in a handover as the ledger is now, in order.

    Args:
        offered: the codes of what has been scanned so far.
    """
    around = around_now(store, handover, scanned=offered)
    ends = ends_of(handover)
    own = meant_now(handover, around, offered)
    lists = stated(around.others)
    meant = around.listed if own is None and lists is None else [*(own or ()), *(lists or ())]
    items = expected_items(ends, meant, around, store.state.places)
    return Expectation(items, frozenset(around.elsewhere) & (items or {}).keys(), around.may_change)


def waybill_for(store: Store, handover: Handover) -> Waybill:
    """What papers say is to come at this handover."""
    return store.papers.waybill(handover.giver, handover.to, tops_of(handover, store.state.places))
