"""How far the supplies of every place have come, as the table of items tells it: for ledgers of any size.

What is bound for one place is counted by one question to the database, and again when a record names one of it: so a
record costs what its places have, and a nation costs one walk through the table, once.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import msgspec

from custody.chain.linking import destinations_named
from custody.measures.progress import Amounts, Pieces, StockGroup, StockSums
from custody.plan.places import Ways
from db.log.memory import Mark
from db.prepared import batches
from db.state.plan_counts import destinations
from db.store import Store

_BATCH = 400
_GROUPS = msgspec.msgpack.Decoder(list[tuple[str, str, int, int, int, tuple[str, ...], int]])


class Stock:
    """The sums of one ledger; `advance` brings them up to date. For the thread that the store belongs to."""

    def __init__(self) -> None:
        self._mark: Mark | None = None
        self._plan: Mark | None = None
        self._sizes: dict[str, int] = {}
        self._to_count: dict[str, None] = {}
        self._total = 0
        self._counted: dict[str, bytes] = {}
        """By destination what was counted of it, packed: there are as many as polling stations."""
        self.ways = Ways({})
        """The delivery tree."""
        self._sums = StockSums(self.ways)
        self.items = 0
        """How many things were counted."""

    @property
    def share(self) -> float:
        """How much is counted, 0 to 1."""
        return 1.0 if not self._to_count else max(0.0, 1 - len(self._to_count) / max(self._total, 1))

    @property
    def amounts(self) -> Mapping[str, Amounts]:
        """By place, the ends too, over all kinds."""
        return self._sums.amounts

    @property
    def changed(self) -> set[str]:
        """The codes of places of which something was counted; who has looked at them takes them out."""
        return self._sums.changed

    def pieces(self, code: str) -> Mapping[str, Pieces]:
        """The pieces that are bound for a place or below it, by kind."""
        return self._sums.pieces.get(code, {})

    def advance(self, store: Store, most_s: float) -> bool:
        """Take in what was recorded since, for about so long; whether everything is counted now."""
        end = time.monotonic() + most_s
        self._look(store)
        while self._to_count:
            some = list(islice(self._to_count, _BATCH))
            self._count(store, some)
            for place in some:
                del self._to_count[place]
            if time.monotonic() >= end:
                break
        return not self._to_count

    def _look(self, store: Store) -> None:
        """See what is to be counted: where things go that new records name, or everything where the plan is another."""
        ledger, before = store.ledger, self._mark
        mark, plan = ledger.memory.mark(), ledger.memory.rules_mark()
        if mark == before:
            return
        sizes = ledger.sizes()
        if before is None or plan != self._plan or (mark[0], *mark[2:]) != (before[0], *before[2:]):
            self.ways, self.items = Ways(store.state.places.tree()), 0
            known, self._sums = self._sums.amounts, StockSums(self.ways)
            self.changed.update(known)
            self._counted, self._to_count = {}, {}
            self._add(destinations(store.state))
        else:
            codes: dict[str, None] = {}
            for event in ledger.events_since(self._sizes):
                codes |= dict.fromkeys(event.named)
            for some in batches(codes, _BATCH):
                self._add(self._destinations(store, some))
        self._mark, self._plan, self._sizes = mark, plan, sizes

    def _add(self, places: Iterable[str]) -> None:
        if not self._to_count:
            self._total = 0
        before = len(self._to_count)
        self._to_count |= dict.fromkeys(places)
        self._total += len(self._to_count) - before

    @staticmethod
    def _destinations(store: Store, codes: Iterable[str]) -> Iterator[str]:
        """Wherever these things, and what is packed in them, are or were bound for by any record."""
        families = store.state.families.of(codes, with_children=True, with_strangers=True)
        for code, events in families.items():
            yield from destinations_named(code, events)
        yield from (row.bound_for for row in store.state.item_rows(families))

    def _count(self, store: Store, places: list[str]) -> None:
        """Count what is bound for these places, in place of what was counted of it before."""
        for place in places:
            for group in _unpacked(place, self._counted.pop(place, b"\x90")):
                self._sums.take_out(group)
                self.items -= group.count
        found: dict[str, list[StockGroup]] = {}
        for group in store.state.stock(at=places):
            found.setdefault(group.to, []).append(group)
            self._sums.add(group)
            self.items += group.count
        for place, groups in found.items():
            self._counted[place] = _packed(groups)


def _packed(groups: Iterable[StockGroup]) -> bytes:
    rows = [(g.kind, g.held_by, g.count, g.labelled, g.sent, g.before, g.amount) for g in groups]
    return msgspec.msgpack.encode(rows)


def _unpacked(place: str, data: bytes) -> Iterator[StockGroup]:
    for kind, held_by, count, labelled, sent, before, pieces in _GROUPS.decode(data):
        yield StockGroup(place, kind, held_by, count, labelled, sent, before, pieces)
