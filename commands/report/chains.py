"""Chains of custody of many items, a part at a time, with a progress bar."""

from collections.abc import Iterable, Iterator

from commands.context import progress
from custody.chain.chain import Chain
from db.store import Store
from language import _


class Chains(Iterable["Chain"]):
    """Chains folded again on each walk, so that a report of many keeps none of them in memory."""

    def __init__(self, store: Store, codes: list[str], *, as_of: str | None = None) -> None:
        self._store, self.codes = store, codes
        self._as_of = as_of or store.around.now_utc()

    def __iter__(self) -> Iterator[Chain]:
        with progress(len(self.codes), _("Folding"), quiet=len(self.codes) == 1) as done:
            for chain in self._store.state.chains(self.codes, as_of=self._as_of):
                yield chain
                done(1)
