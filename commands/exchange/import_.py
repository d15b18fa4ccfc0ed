"""Commands by which stations meet: import, admit, revoke."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands.context import Station, confirm, in_groups, note, one_line, print_json, progress
from commands.errors import EXIT_USAGE
from custody.errors import N_, InputError
from custody.format.events import Event
from evidence.audit_findings import EvidenceFinding
from language import _, ngettext
from language.text import error_text, fill, number
from reports.chain.finding_rows import named_finding
from services.access.admission_notice import still_to_join
from services.exchange.photo_files import import_photos, split_photos
from services.exchange.transfer import import_bundles, other_root_words, outside_words
from services.exchange.watching import keep_importing
from services.records.introducing import branch_of, card_named, read_card_file
from services.records.membership import StationCard, easily_taken_for
from services.records.membership import admit as record_admit
from services.records.membership import join as record_join
from services.records.membership import revoke as record_revoke


def import_(station: Station, files: tuple[Path, ...], watch: Path | None, as_json: bool) -> None:
    if not files and watch is None:
        hint = N_("Name the bundles, or a folder to watch{typed}.")
        raise InputError(N_("no file is named"), hint=hint, typed="--watch")
    if files:
        _import_files(station, files, as_json)
    if watch is not None:
        _watch(station, watch, as_json)


def _watch(station: Station, folder: Path, as_json: bool) -> None:
    if folder.is_dir():
        note(_("Every bundle that comes to {folder} is taken in. Ctrl-C ends it.").format(folder=folder))
    with station.store() as store:
        for one in keep_importing(store, folder):
            if one.merged is None:
                note(f"{one.path.name}: {error_text(one.error) if one.error else ''}")
            elif as_json:
                print_json({"file": str(one.path), "new": one.merged.new, "known": one.merged.known})
            else:
                said = _("{file}: records taken in: {new}; here already: {known}")
                click.echo(said.format(file=one.path.name, new=one.merged.new, known=one.merged.known))


def _import_files(station: Station, files: tuple[Path, ...], as_json: bool) -> None:
    bundles, pictures = split_photos(files)
    with station.store() as store:
        bar = partial(progress, quiet=as_json)
        merged = import_bundles(store, bundles, progress=bar)
        photos = import_photos(store, pictures, progress=bar)
        other_root, outside = other_root_words(store), outside_words(store)
    if as_json:
        print_json(
            {
                "new": merged.new,
                "known": merged.known,
                "quarantined": merged.quarantined,
                "waiting": merged.waiting,
                "findings": [_finding_json(finding) for finding in merged.findings],
            }
            | ({"photos": photos} if pictures else {})
            | ({"outside": outside} if outside else {})
        )
        return
    click.echo(
        _("Records taken in: {new}; here already: {known}; set apart: {quarantined}").format(
            new=number(merged.new), known=number(merged.known), quarantined=number(merged.quarantined)
        )
    )
    if pictures:
        click.echo(
            _("Photographs taken in: {count} of {total}").format(count=number(photos), total=number(len(pictures)))
        )
    if merged.waiting:
        words = ngettext(
            "{count} of them is of a station that is not admitted: it is kept and counts nowhere until then.",
            "{count} of them are of stations that are not admitted: they are kept and count nowhere until then.",
            merged.waiting,
        )
        click.echo(words.format(count=number(merged.waiting)))
    for finding in merged.findings:
        click.echo(f"  {named_finding(finding.code)}: {fill(finding.message, finding.values)}")
    for line in outside:
        note(line)
    if other_root:
        note(other_root)


def admit(
    station: Station, keyfile: Path, power: tuple[str, ...], under: tuple[str, ...], yes: bool, as_json: bool
) -> None:
    with station.store(write=True) as store:
        kept = None if keyfile.exists() else card_named(store, str(keyfile))
        card = kept or read_card_file(keyfile)
        tops = [branch_of(store, place, card) for place in under]
        if not yes and (alike := easily_taken_for(store, card)):
            _ask_whether_it_is_another(card, alike)
        events = record_admit(store, card, power, tops)
        to_join = still_to_join(store, card)
    if as_json:
        print_json(
            {
                "station": card.station,
                "place": card.place,
                "log": card.log,
                "fingerprint": card.fingerprint,
                "powers": sorted(set(power)),
                "under": sorted(tops),
                "events": _shown(events),
            }
        )
        return
    said = _("{station} at {place} is admitted.") if events else _("{station} at {place} was admitted already.")
    click.echo(said.format(station=card.station, place=card.place))
    if to_join:
        note(to_join)
    click.echo(_("Compare its fingerprint with the paper that was signed when it began:"))
    click.echo("  " + in_groups(card.fingerprint))


def join(station: Station, keyfile: Path, yes: bool, as_json: bool) -> None:
    card = read_card_file(keyfile)
    with station.store(write=True) as store:
        if not yes:
            _ask_whether_it_is_the_office(card)
        events = record_join(store, card)
    if as_json:
        fingerprint = {"station": card.station, "place": card.place, "log": card.log, "fingerprint": card.fingerprint}
        print_json({**fingerprint, "events": _shown(events)})
        return
    said = (
        _("This office has joined {station} at {place}.") if events else _("This office had joined {station} already.")
    )
    click.echo(said.format(station=card.station, place=card.place))


def _ask_whether_it_is_the_office(card: StationCard) -> None:
    """Show whom this office would join, and ask.

    Raises:
        InputError: the input is no terminal.
    """
    if not sys.stdin.isatty():
        raise InputError(
            N_("this office would join {station} at {place}, for good"),
            hint=N_("Compare its fingerprint with its key sheet: {fingerprint}. Is it right, add --yes."),
            station=card.station,
            place=card.place,
            fingerprint=in_groups(card.fingerprint),
        )
    note(_("This office would join {station} at {place}, for good:").format(station=card.station, place=card.place))
    note("  " + in_groups(card.fingerprint))
    if not confirm(_("Does the key sheet of that office show this fingerprint?"), default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)


def _ask_whether_it_is_another(card: StationCard, alike: Sequence[tuple[str, str]]) -> None:
    """Show that the name looks like one admitted before, and ask.

    Raises:
        InputError: the input is no terminal.
    """
    others = ", ".join(_("{station} at {place}").format(station=name, place=place) for name, place in alike)
    if not sys.stdin.isatty():
        raise InputError(
            N_("{station} at {place} is easily taken for a station that counts already, {others}, and has another key"),
            hint=N_("Compare its fingerprint with the paper: {fingerprint}. Is it right, add --yes."),
            station=card.station,
            place=card.place,
            others=others,
            fingerprint=in_groups(card.fingerprint),
        )
    said = _("{station} at {place} is easily taken for a station that counts already, {others}, and has another key.")
    note("! " + said.format(station=card.station, place=card.place, others=others))
    note("  " + in_groups(card.fingerprint))
    if not confirm(_("Does the paper that was signed there show this fingerprint?"), default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)


def revoke(station: Station, name: str, last_good: int | None, reason: str, as_json: bool) -> None:
    with station.store(write=True) as store:
        [event] = record_revoke(store, name, reason=one_line("--reason", reason, 500), last_good=last_good)
    ends = event.body["last_good"]
    if as_json:
        print_json(
            {"station": event.body["station"], "key": event.body["key"], "last_good": ends, "events": _shown([event])}
        )
        return
    click.echo(_("The key of {station} counts no longer.").format(station=event.body["station"]))
    for end in ends:
        words = ngettext("{log}: {size} entry stands", "{log}: {size} entries stand", end["size"])
        click.echo("  " + words.format(log=end["log"], size=number(end["size"])))


def _finding_json(finding: EvidenceFinding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "log": finding.log,
        "seq": finding.seq,
        "severity": finding.severity,
        "detail": fill(finding.message, finding.values),
    }


def _shown(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [{"log": event.log, "seq": event.seq, "leaf": event.leaf} for event in events]
