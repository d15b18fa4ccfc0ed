"""What must hold of a plan however its records arrive: the cache is the fold, and no order of logs changes it."""

import itertools
from collections.abc import Callable

from db.store import Store
from tests.support.checked_ledger import told
from tests.support.ledger_examples import cache_of
from tests.support.merge_examples import Bundle, bundle_of, event_of, join, take
from tests.support.sampling import examples


def sound(store: Store) -> bool:
    """Whether the cache is the fold: `verify` finds nothing, and a rebuild changes nothing."""
    before = cache_of(store)
    store.projection.rebuild()
    return told(store) == [] and cache_of(store) == before


def comes_out_alike(root: Store, fresh: Callable[[], str], held: Callable[[Store], object]) -> None:
    """Hold a station that takes the logs of `root` one by one against it, in the orders in which they may arrive.

    A full run has all orders; a quick one has each log first and last, and any two of them either way round.
    """
    whole = bundle_of(root)
    logs = [Bundle((row,), tuple(raw for raw in whole.entries if event_of(raw).log == row.log)) for row in whole.rows]
    turned = [(*logs[at:], *logs[:at]) for at in range(len(logs))]
    orders = {*turned, *(order[::-1] for order in turned)}
    for order in itertools.permutations(logs) if examples(2, 1) == 2 else orders:
        third = join(fresh(), 6, root, place="51.08.02", name="PPK 2")
        with third.close_after_test:  # type: ignore[attr-defined]
            for bundle in order:
                take(third, bundle)
            assert held(third) == held(root) and sound(third)
