"""The command by which stations send to this one: hub."""

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from language import _
from language.text import fill
from web.hub_server import Hub


def hub(station: Station, listen: str | None, port: int | None, as_json: bool) -> None:
    with station.store(write=True) as store:  # what is wrong with ledger or key is said here
        store.ledger.own_log()
    running = Hub(station.home, lambda: station.store(write=True), listen, port)
    try:
        lines = [str(address) for address in running.invitations]
        if as_json:
            print_json({"addresses": lines, "fingerprint": running.pin})
        else:
            click.echo(
                fill(N_("The hub is open. At each station, once: {way}"), {"way": "sync_at", "address": lines[0]})
            )
            for line in lines[1:]:
                note(_("or: {line}").format(line=line))
            note(_("Leave this window open. Ctrl-C ends it."))
        running.run()
    finally:
        running.close()
    note(_("The hub is closed. What was sent is kept."))
