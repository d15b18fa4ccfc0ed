"""The command that prints a station's key in shares: recovery."""

from pathlib import Path

import click

from commands.admin.passphrase import ask
from commands.context import Station, note, print_json
from custody.errors import N_
from language import _
from language.text import fill, number
from services.access.key_shares import read_scheme
from services.access.recovery_sheets import save_recovery_sheets


def recovery(station: Station, scheme: str, out: Path, as_json: bool) -> None:
    needed, total = read_scheme(scheme)
    with station.store() as store:
        fingerprint = save_recovery_sheets(
            store, station.home, lambda: ask(station.passphrase_file), needed, total, out
        )
    if as_json:
        print_json({"file": str(out), "fingerprint": fingerprint, "needed": needed, "shares": total})
        return
    click.echo(
        _("{total} sheets, of which {needed} make the key again: {path}").format(
            total=number(total), needed=number(needed), path=out
        )
    )
    note(_("Print them here, on a printer that keeps nothing, and then delete the file: whoever has it has the key."))
    note(fill(N_("Sheets printed before make the same key still. To make it again: {way}"), {"way": "recover"}))
