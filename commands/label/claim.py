"""The command that says what labels printed blank are on: claim."""

import click

from commands.context import Station, note, one_line, print_json, set_worker
from commands.lines import read_lines
from custody.errors import N_, InputError
from custody.format.codes import ItemLabel, show_code
from language import ngettext
from language.text import number
from reports.words import kind_name
from services.code_lines import parse_codes
from services.plan.custodians import find_custodian, find_kind, optional_custodian
from services.records.label_prints import claim as record_claim


def claim(
    station: Station,
    code: tuple[str, ...],
    codes: str | None,
    kind: str,
    to: str,
    quantity: int,
    election: str | None,
    held_by: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    with station.store(write=True) as store:
        wanted = list(dict.fromkeys(label.code for label in given_labels(code, codes)))
        set_worker(store, by)
        items = record_claim(
            store,
            wanted,
            kind=find_kind(store, kind),
            to=find_custodian(store, to),
            quantity=quantity,
            election=None if election is None else one_line("--election", election),
            held_by=optional_custodian(store, held_by),
        )
        needs = store.state.kinds()
    for item in items:
        if as_json:
            print_json(
                {
                    "code": item.code,
                    "kind": item.kind,
                    "to": item.to,
                    "k": item.k,
                    "n": item.n,
                    "election": item.election,
                    "quantity": item.quantity,
                    "held_by": item.held_by,
                }
            )
        else:
            words = [kind_name(needs, item.kind), *([item.election] if item.election else []), f"{item.k}/{item.n}"]
            click.echo(f"{show_code(item.code)}  {' '.join(words)}  {item.to}")
    if not as_json:
        said = ngettext("{count} item registered.", "{count} items registered.", len(items))
        note(said.format(count=number(len(items))))


def given_labels(arguments: tuple[str, ...], file: str | None) -> list[ItemLabel]:
    """The labels that a command was given, as arguments and in a file, each once.

    Raises:
        InputError: a line is no code, or there is none at all.
    """

    lines = [*arguments, *(read_lines(file) if file else ())]
    found = list(dict.fromkeys(parse_codes(lines, file or "")))
    if not found:
        raise InputError(
            N_("no code is given"), hint=N_("Name the codes, or a file with --codes FILE; - reads a USB scanner.")
        )
    return found
