"""The command for obstacles (kendala): incident opens one, closes one, or lists them."""

import click

from commands.context import Station, one_line, print_json
from custody.errors import N_, InputError
from db.store import Store
from language import _
from language.text import command_line, local_time, number, printable
from reports.lists.incidents import duration_words, hours_open, incident_json
from reports.words import place_path, zone_code
from services.code_lines import parse_codes
from services.plan.custodians import optional_custodian
from services.records.correcting import find_event
from services.records.field_records import LONGEST_TEXT, close_incident, incidents_of, open_incident
from services.scanning.handover_details import read_occurred


def incident(
    station: Station,
    text: str | None,
    place: str | None,
    stage: str,
    item: tuple[str, ...],
    close: str | None,
    with_closed: bool,
    occurred: str | None,
    as_json: bool,
) -> None:
    said = "" if text is None else one_line("TEXT", text, LONGEST_TEXT)
    if not said:
        if close is not None or item or stage or occurred:
            raise InputError(
                N_("the text is missing: what hinders the work, or how it was overcome"),
                hint=N_("Add it in quotes: {way}"),
                way="incident_add",
            )
        with station.store() as store:
            _list(store, optional_custodian(store, place), with_closed=with_closed, as_json=as_json)
        return
    if close is not None and (place or stage or item):
        raise InputError(
            N_("--close says how an obstacle was overcome; its place, stage and things stay as they were told"),
            hint=N_("Leave --place, --stage and --item away."),
        )
    with station.store(write=True) as store:
        moment = read_occurred(occurred, store.around.now_utc())
        if close is not None:
            event = close_incident(store, find_event(store, close.strip()), said, occurred=moment)
        else:
            where = optional_custodian(store, place) or store.ledger.own_log().place
            event = open_incident(
                store, said, place=where, stage=one_line("--stage", stage), codes=_codes(item), occurred=moment
            )
    if as_json:
        print_json({"event": f"{event.log}:{event.seq}", "leaf": event.leaf, "action": event.body["action"]})
        return
    click.echo(_("RECORDED: the obstacle is closed.") if close else _("RECORDED: an obstacle."))
    click.echo(_("Event {log}:{seq}").format(log=event.log, seq=event.seq))
    if not close:
        close_it = command_line("incident_close", seq=event.seq)
        click.echo(_("When it is overcome: {command}").format(command=close_it))


def _codes(texts: tuple[str, ...]) -> list[str]:
    return [label.code for label in parse_codes(texts)]


def _list(store: Store, top: str | None, *, with_closed: bool, as_json: bool) -> None:
    places, now = store.state.places.tree(), store.around.now_utc()
    found = incidents_of(store, under=top)
    shown = [row for row in found if with_closed or row.is_open]
    for row in shown:
        if as_json:
            print_json(incident_json(row, places, now))
            continue
        told = row.opened or row.closed
        assert told is not None
        stage = f"{printable(row.body['stage'], 60)}: " if row.body["stage"] else ""
        click.echo(f"{told.log}:{told.seq}  {place_path(places, row.body['place'])}")
        click.echo(f"  {stage}{printable(row.body['text'], LINE)}")
        since = local_time(told.happened, zone_code(row.body["place"], store.ledger.own_log().place))
        if row.closed is None:
            click.echo(
                "  "
                + _("open since {time} ({duration})").format(time=since, duration=duration_words(hours_open(row, now)))
            )
        else:
            click.echo("  " + _("closed: {text}").format(text=printable(row.closed.body["text"], LINE)))
    if not shown and not as_json:
        click.echo(_("No obstacle is open."))
    if not as_json and (closed := len(found) - len(shown)):
        click.echo(_("Closed and not shown: {count}; --all shows them.").format(count=number(closed)))


LINE = 600
