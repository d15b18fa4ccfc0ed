"""The command custody: the chain of custody of one item; and the report of many."""

from collections.abc import Sequence
from pathlib import Path

import click

from commands.context import Station, note, print_json, progress
from commands.exchange.proofs import proof_of, save_proof
from commands.report.options import Asked
from custody.chain.chain import Chain
from custody.errors import N_, InputError
from custody.format.codes import ItemLabel, parse_entry
from db.store import Store
from labels.content import leaving_order
from language import _
from reports.chain.chain_facts import chain_json
from reports.chain.chain_file import save_chains
from reports.chain.chain_text import chain_text
from services.exchange.custody_report import known_chain, log_heads
from services.plan.custodians import find_custodian, optional_custodian
from services.reporting.chains import Chains
from services.reporting.made_by import made_of


def custody(
    station: Station, code: str | None, under: str | None, out: Path | None, proof: Path | None, as_json: bool
) -> None:
    if (code is None) == (under is None):
        raise InputError(N_("name one item by its code, or a place with --under"), hint=N_("See: custody --help"))
    if under is not None:
        if proof is not None:
            raise InputError(
                N_("--proof is of one item"),
                hint=N_("Of a whole branch, give the records with export --out FILE.serah."),
            )
        with station.store() as store:
            _tell_many(store, find_custodian(store, under), None, None, out=out, as_json=as_json)
            if out is not None:
                note(_("Written: {path}").format(path=out))
        return
    assert code is not None
    label = parse_entry(code)
    if not isinstance(label, ItemLabel):
        raise InputError(N_("{code} is a place; only items have a chain"), hint=N_("Give an item's code."), code=code)
    with station.store() as store:
        chain = known_chain(store, label.code)
        needs = store.state.kinds()
        if out is not None:
            save_chains_of(store, out, [chain])
            note(_("Written: {path}").format(path=out))
        if proof is not None:
            save_proof(store, proof, [chain.code])
            note(_("Written: {path}").format(path=proof))
        if as_json:
            print_json(chain_json(chain, store.state.places, needs))
        elif out is None and proof is None:
            click.echo(chain_text(chain, store.state.places, needs))


def report_custody(store: Store, asked: Asked) -> None:
    """Tell the chains of all items that were chosen."""
    held_by = optional_custodian(store, asked.held_by)
    _tell_many(store, asked.top, asked.item_kind, held_by, out=asked.out, as_json=asked.as_json)


def _tell_many(
    store: Store, top: str | None, kind: str | None, held_by: str | None, *, out: Path | None, as_json: bool
) -> None:
    if out is None and not as_json:
        raise InputError(
            N_("no file is named for the report"), hint=N_("Add --out custody.pdf, .zip, .csv, .xlsx or .json")
        )
    found = store.state.find_items(kind=kind, under=top, held_by=held_by)
    codes = [item.code for item in leaving_order(found, store.state.places.tree())]
    del found  # of many items, more than the report itself takes
    if not codes:
        raise InputError(N_("there is no item to report on"), hint=N_("Widen the selection, or register items first."))
    chains = Chains(store, codes, progress=progress)
    if out is not None:
        save_chains_of(store, out, chains, scope=top)
    if as_json:
        needs = store.state.kinds()
        for chain in chains:
            print_json(chain_json(chain, store.state.places, needs))


def save_chains_of(store: Store, out: Path, chains: Chains | Sequence[Chain], *, scope: str | None = None) -> None:
    """Write chains to the file that its suffix asks for, with who made it and from which logs; a PDF with its proof."""

    codes = chains.codes if isinstance(chains, Chains) else [chain.code for chain in chains]
    save_chains(
        out,
        chains,
        store.state.places,
        store.state.kinds(),
        made_of(store),
        heads=log_heads(store),
        scope=scope,
        proof=proof_of(store, codes) if out.suffix.lower() == ".pdf" else None,
    )
