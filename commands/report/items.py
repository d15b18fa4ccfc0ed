"""The command items: the list of things."""

from collections.abc import Sequence

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from custody.format.codes import show_code
from language import _
from language.text import fill, printable
from reports.words import condition_word, kind_name
from services.plan.custodians import may_load_plan, optional_custodian, optional_kind

_LONGEST_CODES = 200


def items(station: Station, kind: str | None, to: str | None, held_by: str | None, as_json: bool) -> None:
    with station.store() as store:
        needs = store.state.kinds()
        found = store.state.find_items(
            kind=optional_kind(store, kind, registered=True),
            under=optional_custodian(store, to),
            held_by=optional_custodian(store, held_by),
            with_withdrawn=True,
        )
        vendors, count = store.vendor_codes.by_item(), 0
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
                        "vendor_codes": list(vendors.get(item.code, ())),
                    }
                )
            else:
                which = item.election or ""
                name = kind_name(needs, item.kind)
                click.echo(
                    f"{show_code(item.code)}  {name:<16} {which:<10} {item.to:<20} {item.k}/{item.n}  "
                    f"{item.held_by:<18} {condition_word(item.condition)}"
                    f"{_vendor_words(vendors.get(item.code, ()))}"
                )
        has_needs, may_plan, is_filled = bool(store.state.needs()), may_load_plan(store), store.ledger.code_count() > 0
    if not count and not as_json:
        words = fill(N_("No items. Register them with: {way}"), {"way": "plan"})
        if is_filled:
            words = fill(N_("None of the items is so. All of them: {way}"), {"way": "items"})
        note(words if has_needs or is_filled else _("No items.") + " " + way_to_a_plan(may_plan))


def _vendor_words(codes: Sequence[str]) -> str:
    """What vendors call it, behind what else is said of it."""
    return "  " + _("Vendor's code") + ": " + printable(", ".join(codes), _LONGEST_CODES) if codes else ""


def way_to_a_plan(may_plan: bool) -> str:
    """How tables of places and needs come to a station."""
    if may_plan:
        return fill(N_("Load them with: {way}"), {"way": "load"})
    return fill(N_("Take in a bundle that has the plan: {way}"), {"way": "import"})
