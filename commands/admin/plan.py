"""Commands of the plan: plan, items."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from commands.context import (
    Station,
    kind_argument,
    note,
    print_json,
    progress,
)
from custody.format.codes import show_code
from custody.format.events import Event
from language import _, ngettext
from language.text import number
from reports.words import condition_word, kind_name
from services.plan.custodians import may_load_plan, optional_custodian
from services.plan.planning import missing, register_missing


def plan(station: Station, place: str | None, kind: str | None, dry_run: bool, as_json: bool) -> None:
    events: Sequence[Event]
    with station.store(write=not dry_run) as store:
        top, only = optional_custodian(store, place), kind_argument(store, kind)
        if dry_run:
            found, events = missing(store, top, only), ()
        else:
            found, events = register_missing(store, top, only, progress=partial(progress, quiet=as_json))
        needs, may_plan = store.state.needs(), may_load_plan(store)
    items, counts, packs = found.items, found.by_kind, found.packs
    if as_json:
        print_json(
            {
                "place": top,
                "missing": len(items),
                "registered": 0 if dry_run else len(items),
                "by_kind": dict(counts),
                "packs_not_planned": packs,
                "events": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events],
            }
        )
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
    return kind_name(needs, kind)


def _number(value: int) -> str:
    return number(value)


def items(station: Station, kind: str | None, to: str | None, held_by: str | None, as_json: bool) -> None:
    with station.store() as store:
        needs = {need.kind: need for need in store.state.needs()}
        found = store.state.find_items(
            kind=kind_argument(store, kind),
            under=optional_custodian(store, to),
            held_by=optional_custodian(store, held_by),
        )
        count = 0
        for item in found:
            count += 1
            if as_json:
                print_json(
                    {
                        "code": item.code,
                        "kind": item.kind,
                        "to": item.to,
                        "k": item.k,
                        "n": item.n,
                        "held_by": item.held_by,
                        "condition": item.condition or None,
                        "election": item.election,
                        "print": item.print,
                        "quantity": item.quantity,
                        "serials": str(item.serials) if item.serials else None,
                    }
                )
            else:
                which = item.election or ""
                name = _kind_name(needs, item.kind)
                click.echo(
                    f"{show_code(item.code)}  {name:<16} {which:<10} {item.to:<20} {item.k}/{item.n}  "
                    f"{item.held_by:<18} {condition_word(item.condition)}"
                )
        has_needs, may_plan, is_filled = bool(store.state.needs()), may_load_plan(store), store.ledger.code_count() > 0
    if not count and not as_json:
        words = _("No items. Register them with: python main.py plan")
        if is_filled:
            words = _("None of the items is so. All of them: python main.py items")
        note(words if has_needs or is_filled else _("No items.") + " " + _way_to_a_plan(may_plan))
