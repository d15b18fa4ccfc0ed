"""The command that writes reports."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.context import (
    Station,
    note,
    print_json,
)
from commands.record.inspect import report_condition
from commands.record.seal import report_seals
from commands.report.bast import report_bast
from commands.report.chains import Chains
from commands.report.custody import needs_of, save_chains_of
from commands.report.field_reports import report_incidents, report_points, report_readiness, report_returns
from commands.report.handover_paper import save_paper
from commands.report.late import ClockOptions, report_late, report_pace
from commands.report.ledger_reports import report_discrepancies, report_evaluation, report_scorecard
from commands.report.show import show_listing
from custody.errors import N_, InputError
from custody.measures.progress import ProgressRow
from db.store import Store
from labels.content import leaving_order
from language import _
from reports.chain.chain_facts import chain_json
from reports.lists.delivery_list import delivery_report
from reports.lists.print_account import print_report
from reports.lists.progress_list import print_progress, progress_json, save_progress
from services.plan.custodians import optional_custodian, optional_kind
from services.records import vendor_deliveries
from services.records.label_prints import account as account_of
from services.reporting.evaluation_chapters import progress_rows
from services.reporting.made_by import made_of


def report(
    station: Station,
    /,
    kind: str,
    number: str | None,
    template: Path | None,
    to: str | None,
    item_kind: str | None,
    held_by: str | None,
    out: Path | None,
    as_json: bool,
    **times: Any,
) -> None:
    clock = ClockOptions(**times)
    with station.store() as store:
        if kind == "handover":
            _report_handover(store, number, out)
            return
        if kind == "bast":
            report_bast(store, number, out, template, as_json=as_json)
            return
        top, only = optional_custodian(store, to), optional_kind(store, item_kind)
        if kind == "prints":
            _refuse_selection(top, only, held_by)
            _report_prints(store, out, as_json=as_json)
        elif kind == "deliveries":
            _refuse_selection(top, only, held_by)
            _report_deliveries(store, out, as_json=as_json)
        elif kind == "progress":
            _report_progress(store, top, only, out, as_json=as_json)
        elif kind == "condition":
            report_condition(store, top, only, out, as_json=as_json)
        elif kind in ("incidents", "readiness", "points"):
            _refuse_items(only, held_by)
            _report_field(store, kind, top, out, clock, as_json=as_json)
        elif kind == "seals":
            _refuse_selection(top, only, held_by)
            report_seals(store, out, as_json=as_json)
        elif kind == "returns":
            report_returns(store, top, only, out, as_json=as_json)
        elif kind in ("discrepancies", "scorecard", "evaluation"):
            _refuse_selection(top, only, held_by)
            _report_judged(store, kind, out, clock.as_of, as_json=as_json)
        elif kind == "late":
            report_late(store, top, only, out, clock, as_json=as_json)
        elif kind == "pace":
            report_pace(store, out, clock, as_json=as_json)
        else:
            _report_custody(store, top, only, optional_custodian(store, held_by), out, as_json=as_json)
    if out is not None:
        note(_("Written: {path}").format(path=out))


def _report_handover(store: Store, number: str | None, out: Path | None) -> None:
    if out is None:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out handover.pdf"))
    save_paper(store, out, number)
    note(_("Written: {path}").format(path=out))


def _report_custody(
    store: Store, top: str | None, kind: str | None, held_by: str | None, out: Path | None, *, as_json: bool
) -> None:
    if out is None and not as_json:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out custody.pdf, .csv, .xlsx or .json"))
    items = leaving_order(store.state.find_items(kind=kind, under=top, held_by=held_by), store.state.places.tree())
    if not items:
        raise InputError(N_("there is no item to report on"), hint=N_("Widen the selection, or register items first."))
    chains = Chains(store, [item.code for item in items])
    if out is not None:
        save_chains_of(store, out, chains, scope=top)
    if as_json:
        needs = needs_of(store)
        for chain in chains:
            print_json(chain_json(chain, store.state.places, needs))


def _report_progress(store: Store, top: str | None, kind: str | None, out: Path | None, *, as_json: bool) -> None:
    rows = progress_rows(store, top, kind)
    if out is not None:
        save_progress_of(store, out, rows)
    if as_json:
        for row in progress_json(rows):
            print_json(row)
    elif out is None:
        print_progress(rows, needs_of(store), sys.stdout, with_groups=top is not None)
        if top is None:
            note(_("By village: add --to and the code of a sub-district, or --out FILE."))


def save_progress_of(store: Store, out: Path, rows: Sequence[ProgressRow]) -> None:
    """Write the rows to the file that its suffix asks for, with who made it."""

    save_progress(out, rows, needs_of(store), made_of(store))


def _report_field(
    store: Store, kind: str, top: str | None, out: Path | None, clock: ClockOptions, *, as_json: bool
) -> None:
    if kind == "points":
        report_points(store, top, out, as_of=clock.as_of, within_h=clock.within_h, as_json=as_json)
    else:
        {"incidents": report_incidents, "readiness": report_readiness}[kind](store, top, out, as_json=as_json)


def _report_judged(store: Store, kind: str, out: Path | None, as_of: str | None, *, as_json: bool) -> None:
    tell_of = {
        "discrepancies": report_discrepancies,
        "scorecard": report_scorecard,
        "evaluation": report_evaluation,
    }[kind]
    tell_of(store, out, as_of=as_of, as_json=as_json)


def _refuse_items(*given: str | None) -> None:
    if any(given):
        raise InputError(
            N_("this report is not of items: --kind and --held-by do not go with it"), hint=N_("Leave them away.")
        )


def _refuse_selection(*given: str | None) -> None:
    if any(given):
        raise InputError(
            N_("this account is of everything: --to, --kind and --held-by do not go with it"),
            hint=N_("Filter the rows in a spreadsheet: --out account.xlsx"),
        )


def _report_prints(store: Store, out: Path | None, *, as_json: bool) -> None:
    places, needs = store.state.places.tree(), needs_of(store)
    listing = print_report(account_of(store), places, needs, has_records=out is not None)
    show_listing(store, listing, out, as_json=as_json)


def _report_deliveries(store: Store, out: Path | None, *, as_json: bool) -> None:
    listing = delivery_report(vendor_deliveries.account(store), store.state.places.tree(), needs_of(store))
    show_listing(store, listing, out, as_json=as_json)
