"""The command by which a station sends to its hub: sync."""

from pathlib import Path

import click

from commands.context import Station, note, print_json
from language import _, ngettext
from language.text import error_text, number, printable
from services.exchange.hub_client import HubClient
from services.exchange.invitation import known_hub, knows_hub, read_invitation, remember_hub
from services.exchange.sync import Synced, ask_own
from services.exchange.sync import sync as sync_with
from services.exchange.trust_anchors import kept_policy
from services.exchange.watching import keep_syncing
from services.exchange.witness_policy import keep_policy


def sync(station: Station, hub: tuple[str, ...], policy: Path | None, watch: bool, as_json: bool) -> None:
    asked = keep_policy(station.home, policy) if policy else kept_policy(station.home)
    if asked is not None and not (hub or watch or knows_hub(station.home)):
        with station.store(write=True) as store:
            _show(ask_own(store, asked), as_json)
        return
    found = read_invitation(" ".join(hub), note) if hub else known_hub(station.home)
    with station.store(write=True) as store:
        if not watch:
            done = sync_with(store, HubClient(found), asked)
            remember_hub(station.home, done.address)
            _show(done, as_json)
            return
        said: list[str] = []
        for outcome in keep_syncing(store, found, asked):
            if isinstance(outcome, Synced):
                remember_hub(station.home, outcome.address)
                if said or outcome.sent or outcome.taken or outcome.cosigned:
                    _show(outcome, as_json)
                said = []
            elif [error_text(outcome)] != said:  # once, however long it lasts
                said = [error_text(outcome)]
                note(said[0])


def _show(done: Synced, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(done))
        return
    if done.hub:
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
    for witness, log, size in done.cosigned or ():
        words = _("Cosigned by witness {name}: {log} up to number {number}")
        click.echo("  " + words.format(name=printable(witness), log=log, number=number(size)))
    for line in done.notes:
        note(line)


def _as_json(done: Synced) -> dict[str, object]:
    told: dict[str, object] = {
        "hub": done.hub or None,
        "sent": done.sent,
        "taken": done.taken,
        "waiting": done.waiting,
        "receipts": [{"log": log, "size": size} for log, size in done.receipts],
    }
    if done.cosigned is not None:
        told["cosigned"] = [{"witness": name, "log": log, "size": size} for name, log, size in done.cosigned]
    return told
