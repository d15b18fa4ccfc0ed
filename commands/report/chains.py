"""Chains of custody of many items, a part at a time."""

from collections.abc import Iterable, Iterator

from commands.context import progress
from custody.chain.chain import Chain
from db.batches import batches
from db.store import Store
from language import _

_FOLDED_TOGETHER = 2000
"""Items of one handover stand together, so that each record is read once for all of them, and no more are in memory."""


class Chains(Iterable["Chain"]):
    """Chains folded anew on each walk, so that a report of many keeps none of them in memory."""

    def __init__(self, store: Store, codes: list[str], *, as_of: str | None = None) -> None:
        self._store, self.codes = store, codes
        self._as_of = as_of or store.around.now_utc()

    def __iter__(self) -> Iterator[Chain]:
        with progress(len(self.codes), _("Folding"), quiet=len(self.codes) == 1) as done:
            for batch in batches(self.codes, _FOLDED_TOGETHER):
                for chain in self._store.state.chains(batch, as_of=self._as_of):
                    yield chain
                    done(1)
