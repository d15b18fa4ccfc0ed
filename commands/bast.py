"""The BAST letter of a handover: the facts of a recorded one, by the office's template, to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import note, print_json
from custody.errors import N_, InputError
from language import _

if TYPE_CHECKING:
    from db.store import Store


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
    from station.letters import chosen_template, letter_facts

    if out is None and not as_json:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out bast.pdf, .xlsx, .csv or .json"))
    words = chosen_template(home, template)
    found = find_handover(store.state, number)
    facts = letter_facts(store, found)
    if out is not None:
        save_bast(out, facts, words, found.sheets)
        note(_("Written: {path}").format(path=out))
        if out.suffix.lower() == ".pdf" and None in found.sheets:
            note(_("No signed head of that log is known here, so the letter carries no codes to scan."))
    if as_json:
        print_json(bast_json(facts))
