"""The command that writes reports. Of each kind only the module is imported that tells it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from commands.context import Station, note
from commands.program import named_in
from commands.report.options import Asked
from custody.errors import N_, InputError
from db.store import Store
from language import _
from services.plan.custodians import optional_custodian, optional_kind

_TOLD_IN = {
    "custody": "custody",
    "progress": "listing_report",
    "handover": "handover_paper",
    "bast": "bast",
    "evaluation": "listing_report",
}
"""Of these kinds the module beside this one with the function `report_` and its name; the others are listings."""


def report(
    station: Station,
    /,
    kind: str,
    to: str | None,
    item_kind: str | None,
    held_by: str | None,
    out: Path | None,
    **more: Any,
) -> None:
    tell = _teller(kind)
    with station.store() as store:
        top = only = None
        if kind not in ("handover", "bast"):  # which have a number
            top, only = optional_custodian(store, to), optional_kind(store, item_kind)
            _refuse_selection(kind, top, only, held_by)
        tell(store, Asked(top=top, item_kind=only, held_by=held_by, out=out, **more))
    if out is not None:
        note(_("Written: {path}").format(path=out))


def _teller(kind: str) -> Callable[[Store, Asked], None]:
    """What tells a report; imported with it alone."""
    if kind in _TOLD_IN:
        return named_in(f"report.{_TOLD_IN[kind]}", f"report_{kind}")
    return partial(named_in("report.listing_report", "show_listed"), kind)


def _refuse_selection(kind: str, top: str | None, only: str | None, held_by: str | None) -> None:
    """Refuse options that choose what this report does not tell apart."""
    if kind in ("incidents", "readiness", "points") and (only or held_by):
        raise InputError(
            N_("this report is not of items: --kind and --held-by do not go with it"), hint=N_("Leave them away.")
        )
    if kind == "phases" and held_by:
        raise InputError(
            N_("phases are told by place and kind: --held-by does not go with it"), hint=N_("Leave it away.")
        )
    of_everything = ("prints", "deliveries", "seals", "discrepancies", "scorecard", "evaluation")
    if kind in of_everything and (top or only or held_by):
        raise InputError(
            N_("this account is of everything: --to, --kind and --held-by do not go with it"),
            hint=N_("Filter the rows in a spreadsheet: --out account.xlsx"),
        )
