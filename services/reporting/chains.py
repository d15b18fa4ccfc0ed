"""Chains of custody of many items, a part at a time, with a progress bar."""

from collections.abc import Iterable, Iterator

from custody.chain.chain import Chain
from db.store import Store
from language import _
from services.progress_bar import Progress, unseen


class Chains(Iterable[Chain]):
    """Chains folded again on each walk, so that a report of many keeps none of them in memory."""

    def __init__(
        self, store: Store, codes: list[str], *, as_of: str | None = None, progress: Progress = unseen
    ) -> None:
        self._store, self.codes = store, codes
        self._as_of, self._progress = as_of or store.around.now_utc(), progress

    def __iter__(self) -> Iterator[Chain]:
        has_vendors = self._store.vendor_codes.are_there()
        with self._progress(len(self.codes), _("Folding")) as done:
            for chain in self._store.state.chains(self.codes, as_of=self._as_of):
                yield self._store.vendor_codes.told(chain) if has_vendors else chain
                done(1)
