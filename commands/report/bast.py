"""The BAST letter of a handover: written when it is recorded or later, by the office's template."""

from pathlib import Path

import click

from commands.context import Station, note, print_json
from commands.report.handover_paper import check_paper_name
from commands.report.options import Asked
from custody.errors import N_, InputError
from db.store import Store
from language import _
from reports.bast.letter_facts import BastFacts
from reports.bast.letter_file import bast_json
from services.exchange.trust_anchors import kept_policy
from services.reporting.bast_letters import chosen_template, letter_of, save_letter


def check_letter(path: Path | None) -> None:
    """Refuse a file's name that no letter can have, and a template with faults, before anything is recorded.

    Raises:
        InputError: it does not end in .pdf, its folder is not there, or the office's template has faults.
    """

    check_paper_name(path)
    if path is not None:
        chosen_template(_home())


def write_letter(store: Store, out: Path | None, number: str | None = None, template: Path | None = None) -> BastFacts:
    """Write the letter of that number, or of our own last handover, to a file if one is named; returns its facts.

    Raises:
        InputError: there is no such handover, the template has a fault, or the file cannot be written.
        StoreError: the disk is full.
    """
    words, policy = chosen_template(_home(), template), kept_policy(_home())
    if out is None:
        return letter_of(store, number, policy).facts
    letter = save_letter(store, out, words, number, policy)
    if out.suffix.lower() == ".pdf" and None in letter.sheets:
        note(_("No signed head of that log is known here, so the letter carries no codes to scan."))
    return letter.facts


def report_bast(store: Store, asked: Asked) -> None:
    """The report of that name; with `as_json` its facts go to the screen too."""

    if asked.out is None and not asked.as_json:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out bast.pdf, .xlsx, .csv or .json"))
    facts = write_letter(store, asked.out, asked.number, asked.template)
    if asked.as_json:
        print_json(bast_json(facts))


def _home() -> Path:
    """The folder of the station that the command runs at."""
    station = click.get_current_context().find_object(Station)
    assert station is not None  # every command has one
    return station.home
