"""Plans of regencies, and what must hold of a plan however its records arrive."""

import itertools
from collections.abc import Callable

from custody.plan.places import Need, Place
from db.store import Store
from tests.support.checked_ledger import told
from tests.support.ledger_examples import cache_of
from tests.support.merge_examples import Bundle, bundle_of, event_of, join, take
from tests.support.sampling import examples


def tree(top: str, count: int) -> list[Place]:
    """A regency: its warehouse, two sub-districts of a village each, and so many polling stations in the first."""
    found = [Place(top, f"Gudang {top}", "warehouse", None)]
    for d in (1, 2):
        found.append(Place(f"{top}.0{d}", f"PPK {d}", "district", top))
        found.append(Place(f"{top}.0{d}.2001", f"Desa {d}", "village", f"{top}.0{d}"))
    found += [
        Place(f"{top}.01.2001.{n:03d}", f"TPS {n}", "polling_station", f"{top}.01.2001") for n in range(1, count + 1)
    ]
    return found


def needs_of(number: int) -> list[Need]:
    """What the regency of that number needs: as many boxes as no other one, and a kind of its own."""
    box = Need("box", f"Kotak {number}", "Box", "polling_station", number + 1, "buah", "item")
    return [box, Need(f"own-{number}", "Sendiri", "Own", "polling_station", 1, "buah", "item")]


def asked(number: int) -> dict[str, int]:
    """How many of each kind the regency of that number needs, of itself and by the province's word."""
    count = number + 2
    return {"box": count * (number + 1), f"own-{number}": count, "ink": 2 * count}


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
