"""The reports that count: progress, prints, deliveries, conditions, seals."""

import sys
from collections.abc import Sequence
from pathlib import Path

from commands.context import note, print_json
from commands.report.options import Asked
from commands.report.show import show_listing
from custody.measures.progress import ProgressRow
from db.store import Store
from language import _
from reports.lists.condition import condition_report
from reports.lists.delivery_list import delivery_report
from reports.lists.phase_list import phase_report
from reports.lists.print_account import print_report
from reports.lists.progress_list import print_progress, progress_json, save_progress
from reports.lists.seal_account import seals_report
from services.records import sealing, vendor_deliveries
from services.records.inspecting import conditions
from services.records.label_prints import account as account_of
from services.records.searching import progress_rows
from services.records.vendor_deliveries import phases_of
from services.reporting.made_by import made_of


def report_progress(store: Store, asked: Asked) -> None:
    """Tell how far things have come, by place and kind."""

    rows = progress_rows(store, asked.top, asked.item_kind)
    if asked.out is not None:
        save_progress_of(store, asked.out, rows)
    if asked.as_json:
        for row in progress_json(rows):
            print_json(row)
    elif asked.out is None:
        print_progress(rows, store.state.kinds(), sys.stdout, with_groups=asked.top is not None)
        if asked.top is None:
            note(_("By village: add --to and the code of a sub-district, or --out FILE."))


def save_progress_of(store: Store, out: Path, rows: Sequence[ProgressRow]) -> None:
    """Write the rows to the file that its suffix asks for, with who made it."""

    save_progress(out, rows, store.state.kinds(), made_of(store))


def report_prints(store: Store, asked: Asked) -> None:
    """Account for every printed label."""

    places, needs = store.state.places.tree(), store.state.kinds()
    listing = print_report(account_of(store), places, needs, has_records=asked.out is not None)
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def report_deliveries(store: Store, asked: Asked) -> None:
    """Account for what vendors delivered."""

    listing = delivery_report(vendor_deliveries.account(store), store.state.places.tree(), store.state.kinds())
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def report_phases(store: Store, asked: Asked) -> None:
    """Tell how far each phase has come, by kind."""

    rows, now, kind = phases_of(store, asked.top, asked.item_kind), store.around.now_utc(), asked.item_kind
    overlaps = {one: other for one, other in store.state.plan.phased.overlaps.items() if kind in (None, one)}
    listing = phase_report(rows, overlaps, store.state.kinds(), as_of=now, here=store.ledger.own_log().place)
    show_listing(store, listing, asked.out, as_json=asked.as_json)


def report_condition(store: Store, asked: Asked) -> None:
    """Tell in which condition things are, by who holds them and their kind."""

    rows = conditions(store, under=asked.top, kind=asked.item_kind)
    show_listing(
        store, condition_report(rows, store.state.places.tree(), store.state.kinds()), asked.out, as_json=asked.as_json
    )


def report_seals(store: Store, asked: Asked) -> None:
    """Account for every seal number of every pack."""

    uses, places = list(store.state.seals.all()), store.state.places.tree()
    show_listing(
        store, seals_report(sealing.account(store), places, store.state.kinds(), uses), asked.out, as_json=asked.as_json
    )
