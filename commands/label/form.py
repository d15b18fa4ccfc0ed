"""The command that prints handover forms ahead, for when nothing works: form."""

from pathlib import Path

import click

from commands.context import Station, print_json
from commands.report.handover_paper import check_paper_name
from custody.errors import N_, InputError
from language import _
from language.text import number
from reports.handover.blank_form import FormPaper, write_forms
from services.plan.custodians import find_custodian, optional_custodian, optional_kind
from services.reporting.bast_letters import chosen_template
from services.reporting.blank_forms import forms_for
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
    if each is not None and bound:
        raise InputError(N_("--each and --bound do not go together"), hint=N_("Leave one of them away."))
    template = chosen_template(station.home)
    with station.store() as store:
        tops = [find_custodian(store, text) for text in bound]
        forms = forms_for(
            store,
            optional_custodian(store, giver),
            find_custodian(store, to),
            tops,
            each,
            optional_kind(store, kind),
            empty,
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
