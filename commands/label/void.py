"""The command that says which printed labels must not be used: void."""

import click

from commands.context import Station, one_line, people_named, print_json
from commands.label.claim import given_labels
from custody.errors import N_, InputError
from custody.format.codes import show_code
from language import ngettext
from language.text import number
from services.records.label_prints import record_void

LONGEST_NOTE = 500


def void(
    station: Station,
    code: tuple[str, ...],
    codes: str | None,
    reason: str,
    remark: str,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    names = people(by, most=2)
    remark = one_line("--note", remark, LONGEST_NOTE)
    with station.store(write=True) as store:
        wanted = given_labels(code, codes)
        store.around = store.around.worked_by(names)
        second = names[1] if len(names) > 1 else None
        labels = record_void(store, wanted, reason=reason, note=remark, second=second)
    if as_json:
        print_json({"reason": reason, "labels": [{"code": code, "print": shown} for code, shown in labels]})
        return
    for item, shown in labels:
        click.echo(f"{show_code(item)}  {shown:02d}")
    said = ngettext("{count} label recorded as void.", "{count} labels recorded as void.", len(labels))
    click.echo(said.format(count=number(len(labels))))


def people(by: tuple[str, ...], *, most: int) -> list[str]:
    """The names that --by gives, each once.

    Raises:
        InputError: more than `most`.
    """
    names = people_named("--by", by)
    if len(names) > most:
        raise InputError(
            N_("--by is given for {count} people; {most} is the most"),
            hint=N_("Name those who answer for it."),
            count=len(names),
            most=most,
        )
    return names
