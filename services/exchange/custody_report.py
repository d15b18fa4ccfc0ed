"""The custody report of items and its proof, for commands and the page."""

from collections.abc import Sequence
from typing import BinaryIO

from custody.chain.chain import Chain
from custody.errors import N_, InputError
from custody.format.codes import show_code
from db.store import Store
from reports.output import LogHead
from services.records.proof_files import Proved, prove
from services.reporting.made_by import made_of

MOST_PROVEN = 20
"""Items in one proof; each brings its handovers, and these name hundreds of others. Bundles are for more."""


def known_chain(store: Store, code: str) -> Chain:
    """The chain of an item as it stands now.

    Raises:
        InputError: no record names this code.
    """

    chain = store.state.chain(code, as_of=store.around.now_utc())
    if not chain.shown:
        raise InputError(
            N_("nothing is known of {code}"),
            hint=N_("List what is registered with: {way}"),
            way="items",
            code=show_code(code),
        )
    return chain


def proved(store: Store, codes: Sequence[str]) -> Proved | None:
    """The proof file of these items; None where they are too many."""

    return prove(store.state, codes) if len(codes) <= MOST_PROVEN else None


def log_heads(store: Store) -> list[LogHead]:
    """How far each log is known whose entries all count."""

    signed = store.ledger.signed_heads
    return [
        LogHead(head["log"], head["station"], head["size"], signed.root(head["log"], head["size"]).hex())
        for head in store.state.stations.sure_heads()
    ]


def write_custody_pdf(out: BinaryIO, store: Store, code: str) -> None:
    """Write the report of one item, its proof inside.

    Raises:
        InputError: no record names this code.
    """
    from reports.chain.chain_pdf import write_chain_pdf

    chain = known_chain(store, code)
    needs = {need.kind: need for need in store.state.needs()}
    proof = proved(store, [code])
    write_chain_pdf(
        out,
        [chain],
        store.state.places,
        needs,
        made_of(store),
        heads=log_heads(store),
        proof=str(proof.proof).encode() if proof else None,
    )
