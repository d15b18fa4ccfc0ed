"""The command that prints handover forms ahead, for when nothing works: form."""

from collections.abc import Mapping
from pathlib import Path

import click

from commands.context import (
    Station,
    print_json,
)
from commands.report.handover_paper import check_paper_name
from custody.errors import N_, InputError
from custody.plan.places import Place, below
from db.store import Store
from language import _
from language.text import number
from reports.handover.blank_form import Form, FormPaper, write_forms
from services.plan.custodians import find_custodian, optional_custodian, optional_kind
from services.reporting.bast_letters import chosen_template
from services.reporting.made_by import made_of
from tables.output.safe_file import safe_file

_MOST_EMPTY = 100


def form(
    station: Station,
    giver: str | None,
    to: str,
    bound: tuple[str, ...],
    each: str | None,
    kind: str | None,
    empty: int,
    out: Path,
    as_json: bool,
) -> None:

    check_paper_name(out)
    if not 0 <= empty <= _MOST_EMPTY:
        raise InputError(
            N_("--empty {count} is not from 0 to {most}"),
            hint=N_("Give another number."),
            count=empty,
            most=_MOST_EMPTY,
        )
    template = chosen_template(station.home)
    with station.store() as store:
        tops = [find_custodian(store, text) for text in bound]
        forms = _forms(
            store, optional_custodian(store, giver), find_custodian(store, to), tops, each, optional_kind(store, kind)
        )
        if not empty and not any(one.items for one in forms):
            raise InputError(
                N_("nothing is bound for there, and no empty rows are asked for"), hint=N_("Add --empty 20.")
            )
        needs = store.state.kinds()
        shared = FormPaper(template, store.state.places.tree(), needs, made_of(store), empty)
        with safe_file(out) as file:
            write_forms(file, forms, shared)
    count = sum(len(one.items) for one in forms)
    if as_json:
        print_json({"out": str(out), "forms": len(forms), "items": count})
    else:
        words = _("Forms written to {path}: {forms}; things on them: {count}")
        click.echo(words.format(forms=number(len(forms)), count=number(count), path=out))


def _forms(
    store: Store, giver: str | None, to: str, bound: list[str], each: str | None, kind: str | None
) -> list[Form]:
    places = store.state.places.tree()
    if each is None:
        tops = bound or [to]
        items = [item for top in tops for item in store.state.find_items(kind=kind, under=top)]
        return [Form(_giver(giver, to, places), to, items, tuple(bound))]
    if bound:
        raise InputError(N_("--each and --bound do not go together"), hint=N_("Leave one of them away."))
    found = [place.code for place in below(places, to) if place.level == each]
    if not found:
        raise InputError(N_("there is no such place below {place}"), hint=N_("Choose another level."), place=to)
    return [
        Form(_giver(giver, code, places), code, list(store.state.find_items(kind=kind, under=code))) for code in found
    ]


def _giver(giver: str | None, to: str, places: Mapping[str, Place]) -> str:
    if giver is not None:
        return giver
    place = places.get(to)
    return (place.parent or "") if place else ""
