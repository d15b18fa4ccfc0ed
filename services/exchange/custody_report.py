"""The custody report of items and its proof, for commands and the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from custody.chain.chain import Chain
from custody.errors import N_, InputError
from custody.format.codes import show_code
from custody.format.events import Event
from db.state.queries import State
from db.store import Store
from evidence.checkpoint import Checkpoint, claimed_checkpoint
from evidence.custody_proof import CustodyProof
from evidence.proof import make_proof
from evidence.tree import Tree
from reports.chain.chain_file import save_chains
from reports.output import LogHead
from services.progress_bar import Progress
from services.reporting.chains import Chains
from services.reporting.made_by import made_of

# --- Proof files: the records of items with the proofs that they are in their logs, made from what is held here -------


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof file, and how many records it cannot prove: newer than any signed head known, or of a second history."""

    proof: CustodyProof
    left_out: int


def prove(state: State, codes: Sequence[str]) -> Proved:
    """Prove all records of these items: against each log's newest signed head that is held here with its entries."""
    events = {
        event.leaf: event for family in state.families.of(codes, with_strangers=True).values() for event in family
    }
    logs = {event.log for event in events.values()}
    events |= {event.leaf: event for event in _word_on(state, logs)}
    by_log: dict[str, list[Event]] = {}
    for event in sorted(events.values(), key=lambda event: (event.log, event.seq, event.leaf)):
        by_log.setdefault(event.log, []).append(event)
    proofs = [text for log, some in sorted(by_log.items()) for text in _proofs(state, log, some)]
    return Proved(CustodyProof(tuple(codes), tuple(proofs)), len(events) - len(proofs))


def _word_on(state: State, logs: Iterable[str]) -> list[Event]:
    """What says whose these logs are: their first entries, the word on their keys, and so on up to the root's."""
    ledger, found = state.ledger, dict[str, Event]()
    wanted, keys = set(logs), ledger.keys()
    said, joins = ledger.on_topic(("admit", "revoke")), ledger.on_topic(("join",))
    while new := [e for e in said if e.leaf not in found and e.body["key"] in {keys[log].hex() for log in wanted}]:
        found |= {event.leaf: event for event in new}
        wanted |= {event.log for event in new}
    begun = [event for log in sorted(wanted) for event in ledger.at(log, 1)]
    return [*found.values(), *(event for event in joins if event.log in wanted), *begun]


def _proofs(state: State, log: str, events: Iterable[Event]) -> list[str]:
    """The proofs of a log's events, of those that the head covers."""
    ledger = state.ledger
    tree = Tree(ledger.leaves(log))
    note, head = _newest_head(state, log, tree)
    if head is None:
        return []
    found = []
    for event in events:
        index = event.seq - 1
        if index < head.size and tree.leaf(index).hex() == event.leaf:
            path = tree.inclusion_proof(index, head.size)
            found.append(make_proof(ledger.entry(event.leaf), index, path, note))
    return found


def _newest_head(state: State, log: str, tree: Tree) -> tuple[str, Checkpoint | None]:
    """The newest signed head of a log that what is held here leads to."""
    known = [(claimed_checkpoint(note), note) for note in state.ledger.signed_heads.known(log)]
    fitting = {
        head.size: (note, head) for head, note in known if head.size <= tree.size and tree.root(head.size) == head.root
    }
    if not fitting:
        return "", None
    return fitting[max(fitting)]


# --- The custody report of items and its proof, for commands and the page ---------------------------------------------

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
    return store.vendor_codes.told(chain)


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
    needs = store.state.kinds()
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


def save_custody(store: Store, out: Path, codes: list[str], progress: Progress) -> None:
    """Write the reports of these items to a file, as its suffix asks (`save_chains`), one at a time in memory; in a PDF
    of a few items is their proof.
    """
    chains = Chains(store, codes, progress=progress)
    found = proved(store, codes) if out.suffix == ".pdf" else None
    save_chains(
        out,
        chains,
        store.state.places,
        store.state.kinds(),
        made_of(store),
        heads=log_heads(store),
        proof=str(found.proof).encode() if found else None,
    )
