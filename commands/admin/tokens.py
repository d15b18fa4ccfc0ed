"""The commands about people's PINs and observers' tokens: pins, token."""

import time

import click

from commands.context import Station, note, print_json
from custody.errors import N_, InputError
from language import _
from language.text import local_time, printable
from services.access.observers import Observers
from services.access.pins import Pins


def pins(station: Station, forget: str | None, as_json: bool) -> None:
    kept = Pins(station.home, time.time)
    if forget is not None:
        kept.forget(forget)
        note(_("Forgotten. {name} sets a new PIN at the next signature.").format(name=printable(forget, 120)))
    if as_json:
        print_json({"names": kept.names()})
        return
    for name in kept.names():
        click.echo(printable(name, 120))


def token(station: Station, name: str | None, days: int, revoke: str | None, as_json: bool) -> None:
    if name is not None and revoke is not None:
        raise InputError(N_("--name and --revoke do not go together"), hint=N_("Give one of them."))
    with station.store() as store:
        here = store.ledger.own_log().place
    observers = Observers(station.home, station.now_utc)
    if name is not None:
        made, secret = observers.make(name, days=days)
        if as_json:
            print_json({"name": made.name, "token": secret, "made_at": made.made_at, "expires_at": made.expires_at})
            return
        click.echo(secret)
        note(
            _("For {name}, until {time}. It is shown this once.").format(
                name=printable(made.name), time=local_time(made.expires_at, here)
            )
        )
        note(_("They open the page's address with /observe behind it, and paste it there."))
        return
    if revoke is not None:
        observers.revoke(revoke)
        note(_("Revoked: {name}").format(name=printable(revoke)))
    told = [
        {
            "name": one.name,
            "made_at": one.made_at,
            "expires_at": one.expires_at,
            "revoked_at": one.revoked_at,
            "is_valid": observers.is_valid(one),
        }
        for one in observers.all()
    ]
    if as_json:
        print_json(told)
        return
    for one in observers.all():
        until = _("revoked {time}") if one.revoked_at else _("until {time}")
        time = local_time(one.revoked_at or one.expires_at, here)
        click.echo(f"{printable(one.name)}\t{until.format(time=time)}")
