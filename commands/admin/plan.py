"""Commands of the plan: plan, withdraw, twins."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from commands.context import Station, confirm, note, one_line, print_json, progress
from commands.errors import EXIT_USAGE
from commands.report.items import way_to_a_plan
from custody.errors import N_, InputError
from custody.format.codes import fold_beginning, show_code
from custody.format.events import Event
from db.store import Store
from language import _, ngettext
from language.text import number, printable
from reports.lists.need_list import total_json, total_words, unknown_words
from reports.words import kind_name
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian, find_kind, may_load_plan, optional_custodian, optional_kind
from services.plan.merging import merge_twins, twins_of
from services.plan.registering import explained, missing, register_missing
from services.plan.withdrawing import Withdrawal, record_withdrawal, withdrawal_of
from tables.headings import parse_level


def plan(
    station: Station, place: str | None, kind: str | None, dry_run: bool, explain: str | None, as_json: bool
) -> None:
    if explain is not None:
        with station.store() as store:
            _explain(store, explain, kind, as_json=as_json)
        return
    events: Sequence[Event]
    with station.store(write=not dry_run) as store:
        top, only = optional_custodian(store, place), optional_kind(store, kind)
        if dry_run:
            found, events = missing(store, top, only), ()
        else:
            found, events = register_missing(store, top, only, progress=partial(progress, quiet=as_json))
        needs, may_plan = store.state.needs(), may_load_plan(store)
    items, counts, packs = found.items, found.by_kind, found.packs
    if found.top and top is None and not as_json:
        note(_("Counted below {place}, this station's branch.").format(place=found.top))
    if as_json:
        print_json(
            {
                "place": found.top,
                "missing": len(items),
                "registered": 0 if dry_run else len(items),
                "by_kind": dict(counts),
                "packs_not_planned": packs,
                "not_known": [total_json(one, total) for one, total in found.open.items()],
                "events": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events],
            }
        )
        return
    names = {need.kind: need for need in needs}
    for kind_code, count in sorted(counts.items()):
        is_pack = kind_code in names and names[kind_code].tracked_as == "pack"
        name = _kind_name(names, kind_code)
        click.echo(f"{number(count):>8}  " + (_("{kind} (packs)").format(kind=name) if is_pack else name))
    if not needs:
        click.echo(_("No needs are known here, so it is not known what is missing.") + " " + way_to_a_plan(may_plan))
    elif not items and not found.open:
        click.echo(_("Nothing is missing: every needed item is registered already."))
    elif dry_run:
        click.echo(_("Items missing: {count}; nothing was recorded.").format(count=number(len(items))))
    else:
        click.echo(
            ngettext("{count} item registered.", "{count} items registered.", len(items)).format(
                count=number(len(items))
            )
        )
    for line in unknown_words(found.open, names):
        note(line)
    if packs:
        words = _(
            "The packs of these kinds are not planned: {kinds}. Say in the table of needs how many are in a pack, "
            "or load the list that comes with them as a table of items."
        )
        note(words.format(kinds=", ".join(_kind_name(names, code) for code in packs)))


def _explain(store: Store, place: str, kind: str | None, *, as_json: bool) -> None:
    found = explained(store, find_custodian(store, place), optional_kind(store, kind))
    names = store.state.kinds()
    if as_json:
        print_json(
            {
                "place": found.place.code,
                "name": found.place.name,
                "kinds": [total_json(one, total) for one, total in found.totals.items()],
                "without_voters": [lacking.code for lacking in found.lacking],
            }
        )
        return
    click.echo(f"{printable(found.place.name, 80)} ({found.place.code})")
    for one, total in found.totals.items():
        for line in total_words(one, total, names):
            click.echo(line)
    if not found.totals:
        click.echo(_("The needs ask for nothing there."))
    if found.lacking:
        shown = ", ".join(f"{lacking.name} ({lacking.code})" for lacking in found.lacking)
        note(_("Without a number of voters, among others: {places}").format(places=printable(shown, 600)))


def _kind_name(needs: dict[str, Any], kind: str) -> str:
    return kind_name(needs, kind)


def withdraw(
    station: Station, what: str, names: tuple[str, ...], level: str | None, remark: str, yes: bool, as_json: bool
) -> None:
    remark = one_line("--note", remark, LONGEST_NOTE)
    if level is not None and what != "kind":
        raise InputError(N_("--level goes with a kind alone"), hint=N_("Leave it out."))
    with station.store(write=True) as store:
        if what == "place":
            found = withdrawal_of(store, places=[find_custodian(store, name) for name in names])
        elif what == "kind":
            kinds = [find_kind(store, name) for name in names]
            found = withdrawal_of(store, kinds=kinds, level=None if level is None else _level(level))
        else:
            found = withdrawal_of(store, points=[one_line("NAME", name) for name in names])
        if not yes:
            _ask_to_withdraw(found)
        events = record_withdrawal(store, found, note=remark)
    if as_json:
        print_json(
            {
                **{f"{sort}s": found.count(sort) for sort in ("place", "need", "point")},
                "things": found.things,
                "records": found.records,
                "events": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events],
            }
        )
        return
    words = _("Withdrawn from the plan: places {places}, kinds {kinds}, critical points {points}. Event {event}.")
    first = events[0]
    click.echo(words.format(**found.counts, event=f"{first.log}:{first.seq}"))
    note(found.hanging_words)


def twins(station: Station, under: str | None, kind: str | None, keep: str | None, yes: bool, as_json: bool) -> None:
    with station.store(write=keep is not None) as store:
        top, only = optional_custodian(store, under), optional_kind(store, kind, registered=True)
        found = twins_of(store, top, only)
        needs = store.state.kinds()
        if keep is not None:
            code = fold_beginning(keep)
            if not yes:
                _ask_to_merge(keep, len(found))
            kept = code if code and any(code in one.codes for one in found) else keep
            events, left = merge_twins(store, kept, top, only)
    if keep is not None:
        count = sum(len(event.body["rows"]) for event in events)
        if as_json:
            told = [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events]
            print_json({"merged": count, "left": left, "events": told})
            return
        click.echo(_("Taken out of the plan: {count}.").format(count=number(count)))
        if left:
            words = _("Left as they are, for the other one was handed over too: {count}. Merge them by their codes.")
            note(words.format(count=number(left)))
        return
    for one in found:
        if as_json:
            items = [{"code": code, "station": one.stations[code]} for code in one.codes]
            print_json({"kind": one.counted.kind, "to": one.counted.to, "k": one.counted.k, "items": items})
            continue
        codes = "; ".join(f"{show_code(code)} {printable(one.stations[code], 40)}" for code in one.codes)
        click.echo(f"{_kind_name(needs, one.counted.kind)} {one.counted.to} {one.counted.k}: {codes}")
    if not as_json:
        words = _("Registered twice: {count}. The first of each line counts, until somebody merges them with --keep.")
        note(words.format(count=number(len(found))) if found else _("Nothing is registered twice."))


def _ask_to_merge(keep: str, count: int) -> None:
    """Ask whether what is registered twice is to be merged.

    Raises:
        InputError: the input is no terminal.
    """
    told = _("Registered twice: {count}. Keep {keep}, and take its twins out of the plan?")
    words = told.format(count=number(count), keep=printable(keep, 60))
    if not sys.stdin.isatty():
        raise InputError(
            N_("nothing is merged without a yes: {words}"), hint=N_("Add --yes, if that is meant."), words=words
        )
    if not confirm(words, default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)


def _level(word: str) -> str:
    level = parse_level(word)
    if level is None:
        raise InputError(N_("{text} is no level"), hint=N_("The levels are PPK, PPS and TPS."), text=word)
    return level


def _ask_to_withdraw(found: Withdrawal) -> None:
    """Show what hangs on it, and ask.

    Raises:
        InputError: the input is no terminal.
    """
    told = f"{found.words} {found.hanging_words}"
    if not sys.stdin.isatty():
        raise InputError(
            N_("nothing is withdrawn without a yes: {words}"), hint=N_("Add --yes, if that is meant."), words=told
        )
    if not confirm(f"{told} " + _("Withdraw it from the plan?"), default=False):
        note(_("Nothing was recorded."))
        raise click.exceptions.Exit(EXIT_USAGE)
