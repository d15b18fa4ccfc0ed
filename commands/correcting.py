"""The command that puts a record right: correct."""

import click

from commands.base import Station, json_option, one_line, pass_station, print_json, repeatable
from custody.errors import N_, InputError
from language import _, ngettext

_REASONS = {"did-not-occur": "did_not_occur", "incorrect-data": "incorrect_data"}


@click.command()
@click.argument("event", metavar=_("EVENT"))
@click.option("--to", metavar=_("CUSTODIAN"), help=_("Who received it in truth."))
@repeatable("--remove", _("An item that was not in it. May be given several times."), metavar=_("CODE"))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(_REASONS)),
    help=_("Whether it never happened, or was recorded wrongly."),
)
@click.option("--note", default="", metavar=_("TEXT"), help=_("What was wrong, for whoever reads the chain later."))
@json_option
@pass_station
def correct(
    station: Station, event: str, to: str | None, remove: tuple[str, ...], reason: str, note: str, as_json: bool
) -> None:
    from custody.codes import ItemLabel, parse_entry
    from db.correcting import correct as record_correction
    from db.correcting import find_event

    codes = []
    for text in remove:
        label = parse_entry(text)
        if not isinstance(label, ItemLabel):
            raise InputError(
                N_("{code} is a place; only items can be removed"), hint=N_("Give an item's code."), code=text
            )
        codes.append(label.code)
    with station.store(write=True) as store:
        done = record_correction(
            store, find_event(store, event.strip()), reason=_REASONS[reason], note=one_line("--note", note, 500),
            to=None if to is None else store.custodian(to), remove=codes,
        )  # fmt: skip
    if as_json:
        print_json({
            name: [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in events]
            for name, events in (
                ("withdrawn", done.withdrawn), ("corrective", done.corrective), ("events", done.corrections),
            )
        })  # fmt: skip
        return
    count = len(done.withdrawn)
    click.echo(ngettext("{count} record withdrawn.", "{count} records withdrawn.", count).format(count=count))
    for old, new in zip(done.withdrawn, done.corrective or done.corrections, strict=True):
        words = _("{old} is replaced by {new}") if done.corrective else _("{old} is withdrawn by {new}")
        click.echo("  " + words.format(old=f"{old.log}:{old.seq}", new=f"{new.log}:{new.seq}"))
