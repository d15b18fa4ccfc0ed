"""Commands that change where things are bound for: reassign, and balance, which finds out what should be."""

from pathlib import Path

import click

from commands.context import Station, note, one_line, print_json, set_worker
from commands.item_codes import read_touches
from commands.record.inspect import recorded_json, show_recorded_events
from commands.report.listing_report import show_listing
from custody.errors import N_, InputError
from language import _, ngettext
from language.text import number
from reports.lists.balance_list import balance_report, by_ends
from reports.words import place_path
from services.plan.custodians import find_custodian, optional_custodian, optional_kind
from services.records.reassigning import balance_of, even_out, record_reassignment

_LONGEST_REASON = 300
_SHOWN_WAYS = 20


def reassign(station: Station, codes: tuple[str, ...], to: str, reason: str, by: str | None, as_json: bool) -> None:

    why = one_line("--reason", reason, _LONGEST_REASON)
    if not why:
        raise InputError(N_("--reason says nothing"), hint=N_("Say why, for whoever reads the chain later."))
    with station.store(write=True) as store:
        set_worker(store, by)
        touches = read_touches(codes, store.vendor_codes.item_of)
        recorded = record_reassignment(store, touches, find_custodian(store, to), why)
        moved = [code for event in recorded.events for code in event.rows]
        if as_json:
            target = recorded.events[0].body["to"]
            print_json({"items": moved, "to": target} | recorded_json(store, recorded.events, recorded.findings))
            return
        count = ngettext("{count} item", "{count} items", len(moved)).format(count=number(len(moved)))
        place = place_path(store.state.places, recorded.events[0].body["to"])
        click.echo(_("RECORDED: {count}, now bound for {place}").format(count=count, place=place))
        if left := len(touches) - len(moved):
            click.echo(_("Bound for it already: {count}").format(count=number(left)))
        show_recorded_events(store, recorded.events, recorded.findings)


def balance(
    station: Station,
    place: str | None,
    kind: str | None,
    does: bool,
    reason: str,
    out: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    if reason and not does:
        raise InputError(N_("--reason goes with --do alone"), hint=N_("Add --do to record the moves."))
    with station.store(write=does) as store:
        set_worker(store, by)
        top, only = optional_custodian(store, place), optional_kind(store, kind)
        needs = store.state.kinds()
        events: list[str] = []
        if does:
            why = one_line("--reason", reason, _LONGEST_REASON) or _("shortage and surplus evened out")
            found, events = even_out(store, why, under=top, kind=only)
        else:
            found = balance_of(store, under=top, kind=only)
        places = store.state.places.tree()
        listing = balance_report(found, places, needs)
        if does and isinstance(listing.facts, dict):
            listing.facts["events"] = events
        show_listing(store, listing, out, as_json=as_json)
        if out is not None:
            note(_("Written: {path}").format(path=out))
        if as_json:
            return
        if does:
            done = sum(not move.is_reassigned for move in found.moves)
            click.echo(_("RECORDED: new destinations; things: {count}.").format(count=number(done)))
        if found.moves and (does or out is None):
            click.echo(_("They move by a handover, with a scan:") if does else _("To record the moves: add --do"))
        if does:
            ways = by_ends(found.moves)
            for (giver, to), count in list(ways.items())[:_SHOWN_WAYS]:
                click.echo(
                    f"  {giver} > {to}: {number(count)}  ({place_path(places, giver)} > {place_path(places, to)})"
                )
            if (more := len(ways) - _SHOWN_WAYS) > 0:
                click.echo("  " + _("and {count} more").format(count=number(more)))
