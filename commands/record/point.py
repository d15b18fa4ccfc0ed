"""The command for the register of critical points: point adds, moves, closes one, loads many, or lists them."""

from pathlib import Path

import click

from commands.context import Input, Station, json_option, one_line, pass_station, print_json
from commands.report.late import moment_of
from custody.errors import N_, Fault, InputError
from db.store import Store
from language import _
from language.text import number
from reports.lists.points import point_json, point_line, points_zone
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian
from services.records.field_records import PointRow, check_new_point, point_rows, points_of, record_points
from tables.field_rows import parse_points
from tables.read import read_table

_LONGEST_TITLE = 300


@click.command()
@click.argument("name", required=False, metavar=_("[NAME]"))
@click.option("--title", metavar=_("TEXT"), help=_("What must be done or in order."))
@click.option("--owner", metavar=_("NAME"), help=_("Who answers for it."))
@click.option("--due", metavar=_("TIME"), help=_('Until when: "2023-11-03 23:59 WITA".'))
@click.option("--place", metavar=_("PLACE"), help=_("Where, if it belongs to a place."))
@click.option("--done", "state", flag_value="done", default=None, help=_("It is done."))
@click.option("--open", "state", flag_value="open", help=_("It is open again."))
@click.option("--note", default="", metavar=_("TEXT"), help=_("Why it was moved, how it was done."))
@click.option(
    "--load",
    "table",
    type=Input(),
    metavar=_("FILE"),
    help=_("A .csv or .xlsx with point, title, owner, and due, place, state: all or nothing."),
)
@json_option
@pass_station
def point(
    station: Station,
    name: str | None,
    title: str | None,
    owner: str | None,
    due: str | None,
    place: str | None,
    state: str | None,
    note: str,
    table: Path | None,
    as_json: bool,
) -> None:
    said = (title, owner, due, place, state, note or None)
    if table is not None:
        if name is not None or any(value is not None for value in said):
            raise InputError(
                N_("--load takes the points from the table alone"), hint=N_("Leave the name and other options away.")
            )
        with station.store(write=True) as store:
            _load(store, table, as_json=as_json)
        return
    if name is None:
        if any(value is not None for value in said):
            raise InputError(N_("the point has no name"), hint=N_("Give it one, like TK-01, before the options."))
        with station.store() as store:
            _list(store, as_json=as_json)
        return
    with station.store(write=True) as store:
        _say(store, one_line("NAME", name), title, owner, due, place, state, note, as_json=as_json)


def _say(
    store: Store,
    name: str,
    title: str | None,
    owner: str | None,
    due: str | None,
    place: str | None,
    state: str | None,
    note: str,
    *,
    as_json: bool,
) -> None:
    from dataclasses import replace

    with store.transaction():
        before = point_rows(store).get(name)
        row = before or PointRow(name, "", "")
        if title is not None:
            row = replace(row, title=one_line("--title", title, _LONGEST_TITLE))
        if owner is not None:
            row = replace(row, owner=one_line("--owner", owner))
        if due is not None:
            row = replace(row, due=moment_of("--due", due, store))
        if place is not None:
            row = replace(row, place=find_custodian(store, place))
        if state is not None:
            row = replace(row, is_done=state == "done")
        check_new_point(row)
        events = record_points(store, [row], note=one_line("--note", note, LONGEST_NOTE))
    if not as_json and not events:
        click.echo(_("Nothing changed, so nothing was recorded."))
    _tell(store, name, as_json=as_json)


def _tell(store: Store, name: str, *, as_json: bool) -> None:
    found = next(row for row in points_of(store, as_of=store.around.now_utc()) if row.name == name)
    if as_json:
        print_json(point_json(found, store.state.places))
        return
    click.echo(point_line(found, points_zone([found], store.ledger.own_log().place)))
    newest = found.events[-1]
    click.echo(_("Event {log}:{seq}").format(log=newest.log, seq=newest.seq))


def _list(store: Store, *, as_json: bool) -> None:
    rows = points_of(store, as_of=store.around.now_utc())
    here = points_zone(rows, store.ledger.own_log().place)
    for row in rows:
        if as_json:
            print_json(point_json(row, store.state.places))
        else:
            click.echo(point_line(row, here))
    if not rows and not as_json:
        click.echo(_("No critical point has been recorded yet."))


def _load(store: Store, path: Path, *, as_json: bool) -> None:
    """Record every point of a table that is new or says something else than before; all or nothing.

    Raises:
        InputError: the table has faults.
    """

    rows, faults = parse_points(read_table(path, ("points",)))
    with store.transaction():
        places, known = store.state.places.all(), point_rows(store)
        faults += [
            row.fault("place", N_("{text} is no place of the plan"), text=row.value.place)
            for row in rows
            if row.value.place is not None and row.value.place not in places
        ]
        if faults:
            raise _faults(path, faults)
        told = [PointRow(v.point, v.title, v.owner, v.due, v.place, v.is_done) for v in (row.value for row in rows)]
        events = record_points(store, told)
    added = sum(row.point not in known for row in told)
    counts = {"added": added, "changed": len(events) - added, "same": len(told) - len(events)}
    if as_json:
        print_json({"file": path.name, **counts})
        return
    click.echo(
        _("{file}: {added} added, {changed} changed, {same} as they were").format(
            file=path.name, **{name: number(count) for name, count in counts.items()}
        )
    )


def _faults(path: Path, faults: list[Fault]) -> InputError:
    return InputError(
        N_("nothing was loaded; faults in {files}: {count}"),
        hint=N_("Correct them in the file and load it again."),
        faults=tuple(faults),
        files=path.name,
        count=len(faults),
    )
