"""The command for the register of critical points: point adds, moves, closes one, loads many, or lists them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands.context import Station, one_line, print_json
from custody.errors import N_, InputError
from db.store import Store
from language import _
from language.text import number
from reports.lists.points import point_json, point_line, points_zone
from services.moments import moment_of
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian
from services.records.field_records import change_point, load_points, points_of

_LONGEST_TITLE = 300


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
        _show_point(store, one_line("NAME", name), title, owner, due, place, state, note, as_json=as_json)


def _show_point(
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
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = one_line("--title", title, _LONGEST_TITLE)
    if owner is not None:
        changes["owner"] = one_line("--owner", owner)
    if due is not None:
        changes["due"] = moment_of("--due", due, store)
    if place is not None:
        changes["place"] = find_custodian(store, place)
    if state is not None:
        changes["is_done"] = state == "done"
    events = change_point(store, name, note=one_line("--note", note, LONGEST_NOTE), **changes)
    if not as_json and not events:
        click.echo(_("Nothing changed, so nothing was recorded."))
    _show(store, name, as_json=as_json)


def _show(store: Store, name: str, *, as_json: bool) -> None:
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
    loaded = load_points(store, path)
    if as_json:
        print_json({"file": path.name, **asdict(loaded)})
        return
    click.echo(
        _("{file}: {added} added, {changed} changed, {same} as they were").format(
            file=path.name, **{name: number(count) for name, count in asdict(loaded).items()}
        )
    )
