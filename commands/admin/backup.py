"""The command that makes a safe copy of the ledger: backup."""

from functools import partial
from pathlib import Path

import click

from commands.context import Station, note, print_json, progress
from custody.errors import N_
from language import _
from language.text import fill, number
from services.exchange.backup import copy_ledger


def backup(station: Station, file: Path, as_json: bool) -> None:
    with station.store() as store:
        copied = copy_ledger(store, file, progress=partial(progress, quiet=as_json))
    if as_json:
        print_json({"out": str(file), "events": copied.entries, "bytes": copied.bytes})
        return
    click.echo(_("Copied to {path} and read back; entries: {count}.").format(count=number(copied.entries), path=file))
    note(_("The station's key is not in it: keep station.key apart."))
    note(fill(N_("A ledger that is put back from this copy goes on with a new log: {way}"), {"way": "continue"}))
