"""The command that records what a vendor delivered: receive."""

from pathlib import Path

import click

from commands.context import Station, one_line, print_json
from custody.errors import N_, InputError
from custody.people import named_twice_in
from language import _
from language.text import number
from reports.lists.delivery_list import account_json, row_sentence
from reports.words import people_json, people_words
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_kind
from services.records.vendor_deliveries import account, late_words, load_deliveries, record_delivery
from services.scanning.handover_details import read_occurred


def receive(
    station: Station,
    vendor: str | None,
    item_kind: str | None,
    arrived: int | None,
    damaged: int,
    contracted: int | None,
    contract: str,
    paper: str,
    giver: str,
    receiver: str,
    remark: str,
    occurred: str | None,
    table: Path | None,
    as_json: bool,
) -> None:
    if table is not None:
        _load(station, table, as_json=as_json)
        return
    named, item_kind, arrived = _said(vendor, item_kind, arrived)
    with station.store(write=True) as store:
        item_kind = find_kind(store, item_kind)
        kinds = store.state.kinds()
        event = record_delivery(
            store,
            vendor=named,
            kind=item_kind,
            arrived=arrived,
            damaged=damaged,
            contracted=contracted,
            contract=one_line("--contract", contract),
            paper=one_line("--paper", paper),
            giver=one_line("--giver", giver),
            receiver=one_line("--receiver", receiver),
            note=one_line("--note", remark, LONGEST_NOTE),
            occurred=read_occurred(occurred, store.around.now_utc()),
        )
        told = account(store)
        row = next(row for row in told.rows if (row.place, row.kind) == (event.body["place"], item_kind))
        is_repeated = any(event.leaf in {record.leaf for record in records} for records in told.repeated)
        places, late = store.state.places.tree(), late_words(store, [row])
    twice = named_twice_in(event.body["parties"]["giver"], event.body["parties"]["receiver"], ())
    if as_json:
        more = {"event": f"{event.log}:{event.seq}", "named_twice": people_json(twice)}
        print_json(account_json(told)["rows"][told.rows.index(row)] | more)
        return
    click.echo(
        _("RECORDED: {arrived} arrived, {damaged} damaged").format(arrived=number(arrived), damaged=number(damaged))
    )
    click.echo(row_sentence(row, places, kinds))
    for words in (*late, *people_words(twice)):
        click.echo("  ! " + words)
    if is_repeated:
        click.echo("  ! " + _("a delivery note of this number was recorded before: {paper}").format(paper=paper))
    click.echo(_("Event {log}:{seq}").format(log=event.log, seq=event.seq))


def _said(vendor: str | None, kind: str | None, arrived: int | None) -> tuple[str, str, int]:
    """Who delivered, what, and how many.

    Raises:
        InputError: one of them is not told.
    """
    if vendor is None or kind is None or arrived is None:
        raise InputError(
            N_("--from, --kind and --arrived say what came, and one of them is missing"),
            hint=N_("Give all three, or a table with --load."),
        )
    if not (named := one_line("--from", vendor)):
        raise InputError(N_("--from names no vendor"), hint=N_("Give the vendor's name."))
    return named, kind, arrived


def _load(station: Station, table: Path, *, as_json: bool) -> None:
    with station.store(write=True) as store:
        added, same = load_deliveries(store, table)
        told = account(store)
        places, kinds = store.state.places.tree(), store.state.kinds()
        late = late_words(store, told.rows)
    if as_json:
        print_json({"file": table.name, "added": added, "same": same, "rows": account_json(told)["rows"]})
        return
    words = _("{file}: {added} deliveries recorded, {same} were recorded before")
    click.echo(words.format(file=table.name, added=number(added), same=number(same)))
    for row in told.rows:
        click.echo(row_sentence(row, places, kinds))
    for line in late:
        click.echo("  ! " + line)
