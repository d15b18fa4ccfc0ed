"""The command that begins a station: init."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from commands.admin import passphrase as passphrases
from commands.admin.recover import recovered
from commands.context import Station, confirm, in_groups, note, one_line, print_json, progress
from commands.errors import EXIT_USAGE
from custody.errors import N_, InputError
from custody.format.codes import parse_custodian
from custody.format.events import Event
from evidence.fingerprint_words import words_of
from language import _
from language.text import fill
from services.access.new_station import Begun, StationHome, begin, go_on, may_restart, set_aside, takes_passphrase
from services.exchange.trust_anchors import read_fingerprint
from services.plan.profile_file import read_profile
from services.plan.profiles import ReadProfile


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
    passphrase: bool | None,
    token: Path | None,
    recover: bool,
    shares: tuple[Path, ...],
    as_json: bool,
) -> None:
    _refuse_mixed(goes_on, recover or bool(shares), new_key, bool(bundles), profile is not None)
    _refuse_token(token, goes_on=goes_on and not new_key, recovers=recover or bool(shares))
    at = StationHome(station.home, station.db_url, station.around(), lambda: station.signer)
    asks = passphrase if passphrase is not None else root is None and not goes_on and sys.stdin.isatty()
    asks = takes_passphrase(at, goes_on=goes_on, new_key=new_key, is_wanted=asks)

    def words() -> str | None:
        if token is not None:
            return passphrases.ask(station.passphrase_file, is_pin=True)
        chosen = passphrases.choose if asks else passphrases.given
        return None if passphrase is False and not asks else chosen(station.passphrase_file)

    read = None if profile is None else read_profile(profile)
    followed = None if root is None else read_fingerprint(root)
    code = None if place is None else parse_custodian(place)
    name, election = None if name is None else one_line("--station", name), one_line("--election", election)
    begun: Begun | str
    if recover or shares:
        begun = recovered(at, place=code, name=name, root=followed, bundles=bundles, files=shares, passphrase=words)
    elif goes_on:
        begun = go_on(
            at,
            place=code,
            name=name,
            root=followed,
            new_key=new_key,
            passphrase=words(),
            token=token,
            bundles=bundles,
            progress=progress,
        )
    else:
        begun = _begin(at, code, name, election, followed, words, token, read, yes=yes)
    if isinstance(begun, str):
        _show_recovered(station, at, begun, as_json)
    elif as_json:
        print_json(_begun_json(station, begun))
    else:
        _show_begun(station, begun)


def _refuse_mixed(goes_on: bool, recovers: bool, new_key: bool, has_bundles: bool, has_profile: bool) -> None:
    """Raise InputError where options do not go together."""
    if recovers and (goes_on or new_key or has_profile):
        raise InputError(
            N_("--recover makes the key that there was: --continue, --new-key and --profile do not go with it"),
            hint=N_("First bring the key back; then do the other."),
        )
    if goes_on and has_profile:
        raise InputError(
            N_("--profile does not go with --continue: the profile that was recorded holds on"),
            hint=N_("Change it with: {way}"),
            way="profile",
        )
    if new_key and not goes_on:
        raise InputError(N_("--new-key goes with --continue alone"), hint=N_("A station that begins has a new key."))
    if has_bundles and not goes_on and not recovers:
        raise InputError(
            N_("--from goes with --continue alone"), hint=N_("A station that begins goes on from nothing.")
        )


def _refuse_token(token: Path | None, *, goes_on: bool, recovers: bool) -> None:
    """Raise InputError where no key is made that a token could keep."""
    if token is not None and (goes_on or recovers):
        raise InputError(
            N_("--pkcs11 makes a new key: it goes with a station that begins, or with --continue --new-key"),
            hint=N_("Omit it: the station's key file says where its key is."),
        )


def _begin(
    at: StationHome,
    place: str | None,
    name: str | None,
    election: str,
    root: str | None,
    words: Callable[[], str | None],
    token: Path | None,
    profile: ReadProfile | None,
    *,
    yes: bool,
) -> Begun:
    """Begin a station; what had begun here and recorded nothing is set aside."""
    if place is None:
        raise InputError(N_("the place of the station is missing"), hint=N_("Give its code with --place, as 51.08."))
    if not name or not election:
        raise InputError(N_("a station and an election need a name"), hint=N_("Give --station NAME."))
    with ExitStack() as stack:
        if may_restart(at):
            _ask_restart(yes=yes)
            aside = stack.enter_context(set_aside(at))
            note(_("What had begun here lies in: {folder}").format(folder=aside))
        at.refuse_key()
        return begin(
            at,
            election=election,
            name=name,
            place=place,
            root=root,
            passphrase=words(),
            token=token,
            profile=profile,
        )


def _show_recovered(station: Station, at: StationHome, fingerprint: str, as_json: bool) -> None:
    """Print that the key is here again; nothing was recorded for it."""
    if as_json:
        print_json({"recovered": True, "fingerprint": fingerprint, "key_file": str(at.key_file), "db": station.db_url})
        return
    click.echo(_("The key is here again: {path}").format(path=at.key_file))
    click.echo("  " + in_groups(fingerprint))
    note(
        fill(
            N_("Where the ledger is an older copy, go on with a new log before anything is recorded: {way}"),
            {"way": "continue"},
        )
    )


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
    if genesis.body["root"] == fingerprint and not begun.is_in_token:
        told = N_("Nobody stands above the root: print sheets now from which its key can be made again: {way}")
        note(fill(told, {"way": "recovery"}))


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
