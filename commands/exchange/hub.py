"""The command by which stations send to this one: hub."""

from pathlib import Path

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from language import _
from language.text import fill
from services.exchange.witness_policy import keep_policy, kept_policy
from web.hub_server import Hub


def hub(station: Station, listen: str | None, port: int | None, policy: Path | None, as_json: bool) -> None:
    if policy:
        keep_policy(station.home, policy)
    kept_policy(station.home)  # what is wrong with it is said here
    with station.store(write=True) as store:  # what is wrong with ledger or key is said here
        store.ledger.own_log()
    running = Hub(station.home, lambda: station.store(write=True), listen, port, tell=note)
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
