"""The BAST letter of a handover: the facts of a recorded one, by the office's template, to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import note, print_json
from custody.errors import N_, InputError
from language import _

if TYPE_CHECKING:
    from db.letters import FoundHandover
    from db.store import Store
    from reports.bast_facts import BastFacts
    from reports.bast_template import Template


def report_bast(
    store: "Store", home: Path, number: str | None, out: Path | None, template: Path | None, *, as_json: bool
) -> None:
    """Write the letter of that number, or of our own last handover; with `as_json` its facts go to the screen too.

    Raises:
        InputError: there is no such handover, the template has a fault, or the file cannot be written.
        StoreError: the disk is full.
    """
    from db.letters import find_handover
    from reports.bast_file import bast_json, save_bast

    if out is None and not as_json:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out bast.pdf, .xlsx, .csv or .json"))
    words = chosen_template(home, template)
    found = find_handover(store.state, number)
    facts = facts_of(store, found)
    if out is not None:
        save_bast(out, facts, words, found.sheets)
        note(_("Written: {path}").format(path=out))
        if out.suffix.lower() == ".pdf" and None in found.sheets:
            note(_("No signed head of that log is known here, so the letter carries no codes to scan."))
    if as_json:
        print_json(bast_json(facts))


def chosen_template(home: Path, named: Path | None) -> "Template":
    """The template that is named, else the office's own in the station's folder, else the shipped one.

    Raises:
        InputError: it cannot be read or has faults.
    """
    from reports.bast_template import find_template, read_template, shipped_template

    path = named or find_template(home)
    return read_template(path) if path else shipped_template()


def facts_of(store: "Store", found: "FoundHandover") -> "BastFacts":
    """The facts of a handover as this ledger tells them."""
    from reports.bast_facts import bast_facts, expected_tops

    state = store.state
    state.places.refresh()
    first = found.parts[0].body
    named = [code for part in found.parts for code in part.rows]
    asked = dict.fromkeys(named)
    for top in expected_tops(first):
        asked |= dict.fromkeys(item.code for item in state.find_items(under=top))
    return bast_facts(
        found.parts, state.families(asked), (state.chain(code, as_of=found.parts[-1].at) for code in named),
        election=found.election, station=found.log.station, office=found.log.place, places=state.places,
        needs={need.kind: need for need in state.needs()}, met_giver=store.has_met(first["from"]), roots=state.roots,
    )  # fmt: skip
