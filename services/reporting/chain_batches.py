"""Chains of custody of many items, never all of them in memory."""

from collections.abc import Iterator, Sequence

from custody.chain.chain import Chain
from db.batches import batches
from db.store import Store

_FOLDED_TOGETHER = 2000
"""Items of one handover stand together, so that each record is read once for all of them, and no more are in memory."""


def chains_of(store: Store, codes: Sequence[str], *, as_of: str | None = None) -> Iterator[Chain]:
    """The chain of each of these items, in their order.

    Args:
        as_of: the moment up to which what happened counts, UTC; None: all that is recorded.
    """
    for batch in batches(codes, _FOLDED_TOGETHER):
        yield from store.state.chains(batch, as_of=as_of)


def every_chain(store: Store, as_of: str) -> Iterator[Chain]:
    """The chain of every item that any record names."""
    return chains_of(store, list(store.ledger.codes()), as_of=as_of)
