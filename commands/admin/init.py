"""The command that begins a station: init."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from commands.admin import passphrase as passphrases
from commands.context import (
    Station,
    confirm,
    in_groups,
    note,
    one_line,
    print_json,
    progress,
)
from commands.errors import EXIT_USAGE
from custody.errors import N_, InputError
from custody.format.codes import parse_custodian
from custody.format.events import Event
from evidence.fingerprint_words import words_of
from language import _
from services.access.new_station import Begun, StationHome, begin, go_on, may_restart, set_aside, takes_passphrase
from services.exchange.trust_anchors import read_fingerprint
from services.plan.profile_file import read_profile


def init(
    station: Station,
    place: str | None,
    name: str | None,
    election: str,
    profile: str | None,
    root: str | None,
    goes_on: bool,
    bundles: tuple[Path, ...],
    new_key: bool,
    yes: bool,
    passphrase: bool,
    as_json: bool,
) -> None:
    words = passphrases.given(station.passphrase_file)
    at = StationHome(station.home, station.db_url, station.around(), lambda: station.signer)
    if takes_passphrase(at, goes_on=goes_on, new_key=new_key, is_wanted=passphrase):
        words = passphrases.choose(station.passphrase_file)
    read = None if profile is None else read_profile(profile)
    followed = None if root is None else read_fingerprint(root)
    code = None if place is None else parse_custodian(place)
    name, election = None if name is None else one_line("--station", name), one_line("--election", election)
    if goes_on and read is not None:
        raise InputError(
            N_("--profile does not go with --continue: the profile that was recorded holds on"),
            hint=N_("Change it with: {way}"),
            way="profile",
        )
    if goes_on:
        begun = go_on(
            at,
            place=code,
            name=name,
            root=followed,
            new_key=new_key,
            passphrase=words,
            bundles=bundles,
            progress=progress,
        )
    elif new_key:
        raise InputError(N_("--new-key goes with --continue alone"), hint=N_("A station that begins has a new key."))
    elif bundles:
        raise InputError(
            N_("--from goes with --continue alone"), hint=N_("A station that begins goes on from nothing.")
        )
    elif code is None:
        raise InputError(N_("the place of the station is missing"), hint=N_("Give its code with --place, as 51.08."))
    elif not name or not election:
        raise InputError(N_("a station and an election need a name"), hint=N_("Give --station NAME."))
    else:
        with ExitStack() as stack:
            if may_restart(at):
                _ask_restart(yes=yes)
                aside = stack.enter_context(set_aside(at))
                note(_("What had begun here lies in: {folder}").format(folder=aside))
            begun = begin(at, election=election, name=name, place=code, root=followed, passphrase=words, profile=read)
    if as_json:
        print_json(_begun_json(station, begun))
    else:
        _show_begun(station, begun)


def _begun_json(station: Station, begun: Begun) -> dict[str, Any]:
    genesis = begun.genesis
    return {
        "log": genesis.log,
        "election": genesis.body["election"],
        "station": genesis.body["station"],
        "place": genesis.body["place"],
        "fingerprint": begun.fingerprint,
        "root": genesis.body["root"],
        "continues": genesis.body["continues"],
        "key_file": str(begun.card),
        "secret_file": str(begun.secret),
        "key_sheet": str(begun.sheet),
        "db": station.db_url,
        "profile": begun.profile.name,
    }


def _show_begun(station: Station, begun: Begun) -> None:
    """Print what a station that has begun must know: its log, its key's fingerprint, its root, its files."""
    genesis, fingerprint = begun.genesis, begun.fingerprint
    click.echo(
        _("Station {station} at {place} has begun its log.").format(
            station=genesis.body["station"], place=genesis.body["place"]
        )
    )
    click.echo(_("Log: {log}").format(log=genesis.log))
    click.echo(_("Profile: {profile}").format(profile=begun.profile))
    if genesis.body["continues"] is not None:
        click.echo(_("It goes on from: {head}").format(head=genesis.body["continues"]))
    click.echo(_("Fingerprint of its key, to be written down and witnessed:"))
    click.echo("  " + in_groups(fingerprint))
    _show_root(genesis, fingerprint)
    click.echo(_("Its card, for the election's root to admit it: {path}").format(path=begun.card))
    click.echo(_("Its key sheet, to be printed and signed by witnesses: {path}").format(path=begun.sheet))
    if not begun.is_locked:
        note(
            _("The key {path} is not protected by a passphrase: whoever copies it can sign as this station.").format(
                path=begun.secret
            )
        )


def _ask_restart(*, yes: bool) -> None:
    """Ask before a station that has begun, and recorded nothing, begins again.

    Raises:
        InputError: the input is no terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(
            N_("a station has begun here already; it has recorded nothing yet"),
            hint=N_(
                "Add --yes to begin again: the old key and ledger are kept in a folder beside it. Or choose another "
                "folder with --home."
            ),
        )
    words = _("A station has begun here already; it has recorded nothing yet. Its key and ledger would be kept aside.")
    if not confirm(words + " " + _("Begin again?"), default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)


def _show_root(genesis: Event, fingerprint: str) -> None:
    """Print which root the station follows, to be compared while a wrong one can still be corrected."""

    root = str(genesis.body["root"])
    if root != fingerprint:
        click.echo(_("The election's root, which it follows:"))
        click.echo("  " + in_groups(root))
        click.echo("  " + " · ".join(words_of(root)))
        click.echo(
            _(
                "Compare words and digits with the warehouse's key sheet. If they differ, run init again now: "
                "while nothing is recorded, it begins again."
            )
        )
    elif genesis.body["place"].count(".") >= 2 and genesis.body["continues"] is None:
        note(  # it stands below a regency's warehouse
            _(
                "This station is a root of its own. A sub-district's or village's station (PPK, PPS) follows the "
                "warehouse: run init again now, with --root and the fingerprint on the warehouse's key sheet."
            )
        )
