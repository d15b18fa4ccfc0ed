"""Commands that set up a station and its plan: init, load, plan, items."""

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import (
    Input,
    Station,
    confirm,
    in_groups,
    json_option,
    kind_argument,
    note,
    one_line,
    pass_station,
    place_argument,
    print_json,
    progress,
)
from commands.edge import EXIT_USAGE
from custody.errors import N_, InputError
from language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custody.events import Event


@click.command()
@click.option("--place", metavar=_("CODE"), help=_("Code of the place where the station stands, for example 51.08."))
@click.option("--station", "name", metavar=_("NAME"), help=_("Name of the station, for example Gudang-1."))
@click.option("--election", default="Pemilu", show_default=True, metavar=_("NAME"), help=_("Name of the election."))
@click.option(
    "--root",
    metavar=_("FINGERPRINT"),
    help=_("Fingerprint of the election's root, from its key sheet. Without it, this station is its own root."),
)
@click.option(
    "--continue",
    "goes_on",
    is_flag=True,
    help=_("Go on with a new log that names the old one: after a restored copy, a lost key, a new installation."),
)
@click.option(
    "--from",
    "bundles",
    multiple=True,
    type=Input(),
    metavar=_("FILE"),
    help=_("With --continue, where the ledger itself is lost: another station's bundle that holds its log."),
)
@click.option("--new-key", is_flag=True, help=_("With --continue: make a new key, and keep the old one aside."))
@click.option(
    "--yes", is_flag=True, help=_("Begin anew without asking where nothing is recorded yet; the old files are kept.")
)
@click.option("--passphrase", is_flag=True, help=_("Lock the key with a passphrase, which is asked for twice."))
@json_option
@pass_station
def init(
    station: Station,
    place: str | None,
    name: str | None,
    election: str,
    root: str | None,
    goes_on: bool,
    bundles: tuple[Path, ...],
    new_key: bool,
    yes: bool,
    passphrase: bool,
    as_json: bool,
) -> None:
    from commands import passphrase as passphrases
    from commands.beginning import begin, go_on, may_begin_anew, set_aside
    from custody.codes import parse_custodian
    from db.station_key import FILE_NAME, is_protected
    from station.anchors import read_fingerprint

    words = passphrases.given(station.passphrase_file)
    has_key = goes_on and (station.home / FILE_NAME).exists()
    if (passphrase and (new_key or not has_key)) or (new_key and has_key and is_protected(station.home)):
        words = passphrases.choose(station.passphrase_file)
    followed = None if root is None else read_fingerprint(root)
    code = None if place is None else parse_custodian(place)
    name, election = None if name is None else one_line("--station", name), one_line("--election", election)
    if goes_on:
        begun = go_on(station, place=code, name=name, root=followed, new_key=new_key, passphrase=words, bundles=bundles)
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
            if may_begin_anew(station):
                _ask_anew(yes=yes)
                aside = stack.enter_context(set_aside(station))
                note(_("What had begun here lies in: {folder}").format(folder=aside))
            begun = begin(station, election=election, name=name, place=code, root=followed, passphrase=words)
    genesis, fingerprint = begun.genesis, begun.fingerprint
    if as_json:
        print_json({
            "log": genesis.log, "election": genesis.body["election"], "station": genesis.body["station"],
            "place": genesis.body["place"], "fingerprint": fingerprint, "root": genesis.body["root"],
            "continues": genesis.body["continues"], "key_file": str(begun.card), "secret_file": str(begun.secret),
            "key_sheet": str(begun.sheet), "db": station.db_url,
        })  # fmt: skip
        return
    click.echo(
        _("Station {station} at {place} has begun its log.").format(
            station=genesis.body["station"], place=genesis.body["place"]
        )
    )
    click.echo(_("Log: {log}").format(log=genesis.log))
    if goes_on:
        click.echo(_("It goes on from: {head}").format(head=genesis.body["continues"]))
    click.echo(_("Fingerprint of its key, to be written down and witnessed:"))
    click.echo("  " + in_groups(fingerprint))
    _say_root(genesis, fingerprint)
    click.echo(_("Its card, for the election's root to admit it: {path}").format(path=begun.card))
    click.echo(_("Its key sheet, to be printed and signed by witnesses: {path}").format(path=begun.sheet))
    if not is_protected(station.home):
        note(
            _("The key {path} is not protected by a passphrase: whoever copies it can sign as this station.").format(
                path=begun.secret
            )
        )


def _ask_anew(*, yes: bool) -> None:
    """Ask before a station that has begun, and recorded nothing, begins anew.

    Raises:
        InputError: nobody is there to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(
            N_("a station has begun here already; it has recorded nothing yet"),
            hint=N_("Add --yes to begin anew: the old key and ledger are kept in a folder beside. Or choose another "
                    "folder with --home."),
        )  # fmt: skip
    words = _("A station has begun here already; it has recorded nothing yet. Its key and ledger would be kept aside.")
    if not confirm(words + " " + _("Begin anew?"), default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)


def _say_root(genesis: "Event", fingerprint: str) -> None:
    """Which root the station follows, to be compared while a wrong one can still be mended."""
    from evidence.fingerprint_words import words_of

    root = str(genesis.body["root"])
    if root != fingerprint:
        click.echo(_("The election's root, which it follows:"))
        click.echo("  " + in_groups(root))
        click.echo("  " + " · ".join(words_of(root)))
        click.echo(_("Compare words and digits with the warehouse's key sheet. If they differ, run init again now: "
                     "while nothing is recorded, it begins anew."))  # fmt: skip
    elif genesis.body["place"].count(".") >= 2 and genesis.body["continues"] is None:
        note(  # it stands below a regency's warehouse
            _("This station is a root of its own. A sub-district's or village's station (PPK, PPS) follows the "
              "warehouse: run init again now, with --root and the fingerprint on the warehouse's key sheet.")
        )  # fmt: skip


@click.command()
@click.option("--place", metavar=_("CODE"), help=_("Only for this place and all below it."))
@click.option("--kind", metavar=_("KIND"), help=_("Only of this kind."))
@click.option("--dry-run", is_flag=True, help=_("Only count them; record nothing."))
@json_option
@pass_station
def plan(station: Station, place: str | None, kind: str | None, dry_run: bool, as_json: bool) -> None:
    from station.planning import missing, register_missing

    events: Sequence[Event]
    with station.store(write=not dry_run) as store:
        top, only = place_argument(store, place), kind_argument(store, kind)
        if dry_run:
            found, events = missing(store, top, only), ()
        else:
            found, events = register_missing(store, top, only, progress=partial(progress, quiet=as_json))
        needs, may_plan = store.state.needs(), store.may_plan
    items, counts, packs = found.items, found.by_kind, found.packs
    if as_json:
        print_json({
            "place": top, "missing": len(items), "registered": 0 if dry_run else len(items), "by_kind": dict(counts),
            "packs_not_planned": packs, "events": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events],
        })  # fmt: skip
        return
    names = {need.kind: need for need in needs}
    for kind_code, count in sorted(counts.items()):
        click.echo(f"{count:>8}  {_kind_name(names, kind_code)}")
    if not needs:
        click.echo(_("No needs are known here, so it is not known what is missing.") + " " + _way_to_a_plan(may_plan))
    elif not items:
        click.echo(_("Nothing is missing: every needed item is registered already."))
    elif dry_run:
        click.echo(_("{count} items are missing; nothing was recorded.").format(count=_number(len(items))))
    else:
        click.echo(
            ngettext("{count} item registered.", "{count} items registered.", len(items)).format(
                count=_number(len(items))
            )
        )
    if packs:
        words = _(
            "Packs are not planned but registered from the list that comes with them: "
            "load a table of items for {kinds}."
        )
        note(words.format(kinds=", ".join(_kind_name(names, code) for code in packs)))


def _way_to_a_plan(may_plan: bool) -> str:
    """How tables of places and needs come to a station."""
    if may_plan:
        return _("Load them with: python main.py load FILE")
    return _("Take in a bundle that has the plan: python main.py import FILE")


def _kind_name(needs: dict[str, Any], kind: str) -> str:
    from reports.words import kind_name

    return kind_name(needs, kind)


def _number(value: int) -> str:
    from language.text import number

    return number(value)


@click.command()
@click.option("--kind", metavar=_("KIND"), help=_("Only of this kind."))
@click.option("--to", "to", metavar=_("PLACE"), help=_("Only those bound for this place or below it."))
@click.option("--held-by", metavar=_("CUSTODIAN"), help=_("Only those in the hands of this place, vendor or vehicle."))
@json_option
@pass_station
def items(station: Station, kind: str | None, to: str | None, held_by: str | None, as_json: bool) -> None:
    from custody.codes import show_code
    from reports.words import condition_word

    with station.store() as store:
        needs = {need.kind: need for need in store.state.needs()}
        found = store.state.find_items(
            kind=kind_argument(store, kind), under=place_argument(store, to), held_by=place_argument(store, held_by)
        )
        count = 0
        for item in found:
            count += 1
            if as_json:
                print_json({
                    "code": item.code, "kind": item.kind, "to": item.to, "k": item.k, "n": item.n,
                    "held_by": item.held_by, "condition": item.condition or None, "election": item.election,
                    "print": item.print, "quantity": item.quantity,
                    "serials": str(item.serials) if item.serials else None,
                })  # fmt: skip
            else:
                which = item.election or ""
                name = _kind_name(needs, item.kind)
                click.echo(
                    f"{show_code(item.code)}  {name:<16} {which:<10} {item.to:<20} {item.k}/{item.n}  "
                    f"{item.held_by:<18} {condition_word(item.condition)}"
                )
        has_needs, may_plan, is_filled = bool(store.state.needs()), store.may_plan, store.ledger.code_count() > 0
    if not count and not as_json:
        words = _("No items. Register them with: python main.py plan")
        if is_filled:
            words = _("None of the items is so. All of them: python main.py items")
        note(words if has_needs or is_filled else _("No items.") + " " + _way_to_a_plan(may_plan))
