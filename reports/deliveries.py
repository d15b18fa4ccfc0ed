"""What vendors delivered against contract and need: for the terminal, as JSON, and as files for the level above."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from custody.deliveries import DeliveryAccount, DeliveryRow
from custody.events import Event
from custody.field import Delivered
from language import _
from language.text import number, printable
from reports.made import Made, record_name, save_report
from reports.words import Needs, Places, custodian_name, kind_name
from tables.write import Cell, Sheet

HEADERS = (
    "place", "place_name", "kind", "kind_name", "contracted", "arrived", "damaged", "usable", "to_come", "need",
    "short",
)  # fmt: skip
CONTRACT_HEADERS = ("place", "kind", "vendor", "contract", "contracted", "arrived", "damaged", "to_come", "records")
RECORD_HEADERS = (
    "record", "happened_utc", "place", "kind", "vendor", "contract", "paper", "contracted", "arrived", "damaged",
    "giver", "receiver", "note",
)  # fmt: skip
"""Column names stay English, as JSON's do, so that what reads them need not know the reader's language."""


def figure_titles() -> list[str]:
    """The titles of a row's figures."""
    return [_("Contract"), _("Arrived"), _("Damaged"), _("To come"), _("Need"), _("Short")]


def figures(row: DeliveryRow) -> list[str]:
    """The figures of a row, in the order of their titles; what is not known stands as a dash."""
    sums = row.supply
    return [shown(value) for value in (row.contracted, sums.arrived, sums.damaged, sums.to_come, row.need, row.short)]


def shown(value: int | None) -> str:
    """A count, or a dash where it is not known."""
    return "–" if value is None else number(value)


def row_sentence(row: DeliveryRow, places: Places, needs: Needs) -> str:
    """One kind at one place as a sentence: what arrived so far, what is to come, what is short."""
    said = _("{kind} at {place}: {arrived} arrived so far, {damaged} of them damaged").format(
        kind=kind_name(needs, row.kind), place=custodian_name(places, row.place), arrived=number(row.supply.arrived),
        damaged=number(row.supply.damaged),
    )  # fmt: skip
    if row.supply.to_come is not None:
        said += "; " + _("{count} of the contract still to come").format(count=number(row.supply.to_come))
    if row.short is not None and row.short > 0:
        said += "; " + _("short {count} of {need}").format(count=number(row.short), need=number(row.need or 0))
    elif row.short is not None:
        said += "; " + _("the need of {need} is met").format(need=number(row.need or 0))
    return said


def account_json(account: DeliveryAccount) -> dict[str, Any]:
    """The account as JSON has it: rows with their contracts, every record, delivery notes recorded more than once."""
    return {
        "rows": [
            {
                "place": row.place, "kind": row.kind, "contracted": row.contracted, "arrived": row.supply.arrived,
                "damaged": row.supply.damaged, "usable": row.usable, "to_come": row.supply.to_come, "need": row.need,
                "short": row.short,
                "contracts": [
                    dict(zip(CONTRACT_HEADERS[2:-1], _contract_cells(part)[2:-1], strict=True))
                    | {"told_differently": part.contracts_differ, "records": [record_name(e) for e in part.events]}
                    for part in row.contracts
                ],
            }
            for row in account.rows
        ],
        "records": [
            dict(zip(RECORD_HEADERS, _record_cells(event), strict=True)) | {"leaf": event.leaf}
            for event in records_of(account)
        ],
        "repeated": [[record_name(event) for event in records] for records in account.repeated],
    }  # fmt: skip


def records_of(account: DeliveryAccount) -> list[Event]:
    """Every record behind the rows, in their order."""
    return [event for row in account.rows for part in row.contracts for event in part.events]


def print_deliveries(account: DeliveryAccount, places: Places, needs: Needs, out: TextIO) -> None:
    """Print a sentence for each kind and place."""
    for row in account.rows:
        out.write(row_sentence(row, places, needs) + "\n")
    if not account.rows:
        out.write(_("No delivery has been recorded yet.") + "\n")


def save_deliveries(
    path: Path,
    account: DeliveryAccount,
    places: Places,
    needs: Needs,
    made: Made,
) -> None:
    """Write the account as .pdf, .xlsx, .csv or .json, whole or not at all. A .csv has the rows alone.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """
    contracts = (_contract_cells(part) for row in account.rows for part in row.contracts)
    sheets = [
        Sheet(_("Deliveries"), HEADERS, _rows(account, places, needs)),
        Sheet(_("Contracts"), CONTRACT_HEADERS, contracts),
        Sheet(_("Records"), RECORD_HEADERS, map(_record_cells, records_of(account))),
    ]

    def pdf(file: BinaryIO) -> None:
        from reports.deliveries_pdf import write_deliveries_pdf

        write_deliveries_pdf(file, account, places, needs, made)

    save_report(path, pdf=pdf, sheets=sheets, facts=lambda: account_json(account))


def vendor_words(part: Delivered, places: Places) -> str:
    """Who delivers under which contract."""
    vendor = custodian_name(places, part.vendor)
    if not part.contract:
        return vendor
    return _("{vendor}, contract {contract}").format(vendor=vendor, contract=printable(part.contract, 60))


def _rows(account: DeliveryAccount, places: Places, needs: Needs) -> Iterator[list[Cell]]:
    for row in account.rows:
        yield [
            row.place, custodian_name(places, row.place), row.kind, kind_name(needs, row.kind), row.contracted,
            row.supply.arrived, row.supply.damaged, row.usable, row.supply.to_come, row.need, row.short,
        ]  # fmt: skip


def _contract_cells(part: Delivered) -> list[Cell]:
    return [
        part.place, part.kind, part.vendor, part.contract, part.contracted, part.arrived, part.damaged, part.to_come,
        " ".join(map(record_name, part.events))[:30_000],
    ]  # fmt: skip


def _record_cells(event: Event) -> list[Cell]:
    body: Mapping[str, Any] = event.body
    return [
        record_name(event), event.happened, body["place"], body["kind"], body["vendor"], body["contract"],
        body["paper"],
        body["contracted"], body["arrived"], body["damaged"], body["parties"]["giver"], body["parties"]["receiver"],
        body["note"],
    ]  # fmt: skip
