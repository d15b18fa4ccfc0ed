"""The commands by which stations send by themselves: hub and sync."""

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from language import _, ngettext
from language.text import error_text, fill, number
from services.exchange.hub_client import HubClient, read_address
from services.exchange.sync import Synced, known_hub, remember_hub
from services.exchange.sync import sync as sync_with
from services.exchange.watching import keep_syncing


def hub(station: Station, listen: str | None, port: int | None, as_json: bool) -> None:
    from web.hub_server import Hub

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


def sync(station: Station, address: str | None, watch: bool, as_json: bool) -> None:
    found = read_address(address) if address else known_hub(station.home)
    with station.store(write=True) as store:
        if not watch:
            done = sync_with(store, HubClient(found))
            remember_hub(station.home, found)
            _show(done, as_json)
            return
        said: list[str] = []
        for outcome in keep_syncing(store, found):
            if isinstance(outcome, Synced):
                remember_hub(station.home, found)
                if said or outcome.sent or outcome.taken:
                    _show(outcome, as_json)
                said = []
            elif [error_text(outcome)] != said:  # once, however long it lasts
                said = [error_text(outcome)]
                note(said[0])


def _show(done: Synced, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(done))
        return
    click.echo(
        _("Hub {hub}. Sent: {sent}; taken in: {taken}; own records still waiting: {waiting}").format(
            hub=done.hub, sent=number(done.sent), taken=number(done.taken), waiting=number(done.waiting)
        )
    )
    if done.waits:
        note(_("The hub keeps the records of this station; they count once root has admitted it."))
    for log, size in done.receipts:
        words = ngettext("Receipt: {count} entry of {log}", "Receipt: {count} entries of {log}", size)
        click.echo("  " + words.format(count=number(size), log=log))
    for line in done.notes:
        note(line)


def _as_json(done: Synced) -> dict[str, object]:
    return {
        "hub": done.hub,
        "sent": done.sent,
        "taken": done.taken,
        "waiting": done.waiting,
        "receipts": [{"log": log, "size": size} for log, size in done.receipts],
    }
