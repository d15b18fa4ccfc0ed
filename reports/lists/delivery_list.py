"""What vendors delivered against contract and need: for the terminal, as JSON, and as files for the level above."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from custody.format.events import Event
from custody.plan.deliveries import DeliveryAccount, DeliveryRow
from custody.plan.field import Delivered
from language import _
from language.text import local_time, number, printable
from reports.listing import Listing, Section
from reports.lists.need_list import against_need, open_words
from reports.output import keyed_in_later, record_name
from reports.words import Needs, Places, custodian_name, kind_name, zone_code
from tables.output.write import Cell, Sheet, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[DeliveryRow, Places, Needs], Cell]] = {
    "place": lambda row, places, needs: row.place,
    "place_name": lambda row, places, needs: custodian_name(places, row.place),
    "kind": lambda row, places, needs: row.kind,
    "kind_name": lambda row, places, needs: kind_name(needs, row.kind),
    "contracted": lambda row, places, needs: row.contracted,
    "arrived": lambda row, places, needs: row.supply.arrived,
    "damaged": lambda row, places, needs: row.supply.damaged,
    "usable": lambda row, places, needs: row.usable,
    "to_come": lambda row, places, needs: row.supply.to_come,
    "need": lambda row, places, needs: row.need,
    "short": lambda row, places, needs: row.short,
}
CONTRACT_HEADERS = ("place", "kind", "vendor", "contract", "contracted", "arrived", "damaged", "to_come", "records")
_RECORD_COLUMNS: Mapping[str, Callable[[Event], Cell]] = {
    "record": lambda event: record_name(event),
    "happened_utc": lambda event: event.happened,
    "place": lambda event: event.body["place"],
    "kind": lambda event: event.body["kind"],
    "vendor": lambda event: event.body["vendor"],
    "contract": lambda event: event.body["contract"],
    "paper": lambda event: event.body["paper"],
    "contracted": lambda event: event.body["contracted"],
    "arrived": lambda event: event.body["arrived"],
    "damaged": lambda event: event.body["damaged"],
    "giver": lambda event: event.body["parties"]["giver"],
    "receiver": lambda event: event.body["parties"]["receiver"],
    "note": lambda event: event.body["note"],
    "keyed_in_later_utc": lambda event: keyed_in_later(event),
}


def row_sentence(row: DeliveryRow, places: Places, needs: Needs) -> str:
    """One kind at one place as a sentence: what arrived so far, what is to come, what is short."""
    said = _("{kind} at {place}: {arrived} arrived so far, {damaged} of them damaged").format(
        kind=kind_name(needs, row.kind),
        place=custodian_name(places, row.place),
        arrived=number(row.supply.arrived),
        damaged=number(row.supply.damaged),
    )
    if row.supply.to_come is not None:
        said += "; " + _("{count} of the contract still to come").format(count=number(row.supply.to_come))
    if row.open:
        said += "; " + _("need") + " " + open_words(row.open, lacks_voters=row.lacks_voters)
    elif row.short is not None and row.short > 0:
        said += "; " + against_need(row.need or 0, row.usable)
    elif row.short is not None:
        said += "; " + _("the need of {need} is met").format(need=number(row.need or 0))
    return said


def account_json(account: DeliveryAccount) -> dict[str, Any]:
    """The account as JSON has it: rows with their contracts, every record, delivery notes recorded more than once."""
    return {
        "rows": [
            {
                "place": row.place,
                "kind": row.kind,
                "contracted": row.contracted,
                "arrived": row.supply.arrived,
                "damaged": row.supply.damaged,
                "usable": row.usable,
                "to_come": row.supply.to_come,
                "need": row.need,
                "need_open_at": row.open,
                "short": row.short,
                "contracts": [
                    dict(zip(CONTRACT_HEADERS[2:-1], _contract_cells(part)[2:-1], strict=True))
                    | {"told_differently": part.contracts_differ, "records": [record_name(e) for e in part.events]}
                    for part in row.contracts
                ],
            }
            for row in account.rows
        ],
        "records": [row_of(_RECORD_COLUMNS, event) | {"leaf": event.leaf} for event in records_of(account)],
        "repeated": [[record_name(event) for event in records] for records in account.repeated],
    }


def records_of(account: DeliveryAccount) -> list[Event]:
    """Every record behind the rows, in their order."""
    return [event for row in account.rows for part in row.contracts for event in part.events]


def delivery_report(account: DeliveryAccount, places: Places, needs: Needs) -> Listing:
    """The account as a report: what came against need and contract, its contracts, every record."""
    here = zone_code(*(row.place for row in account.rows[:1]))
    meaning = _(
        "Arrived counts the damaged too. Short is the need less what arrived whole. To come is what the contract "
        "orders less what arrived; a dash stands where nobody has recorded it."
    )
    contracts = [part for row in account.rows for part in row.contracts]
    sheets = [
        sheet_of(_("Deliveries"), _COLUMNS, (row_of(_COLUMNS, row, places, needs) for row in account.rows)),
        Sheet(_("Contracts"), CONTRACT_HEADERS, list(map(_contract_cells, contracts))),
        sheet_of(_("Records"), _RECORD_COLUMNS, (row_of(_RECORD_COLUMNS, event) for event in records_of(account))),
    ]
    summary = [row_sentence(row, places, needs) for row in account.rows] or [_("No delivery has been recorded yet.")]
    sections = [
        supply_section(account, places, needs),
        _contracts(contracts, places, needs),
        _records(account, places, needs, here),
    ]
    return Listing(_("Deliveries"), meaning, summary, sections, sheets, account_json(account))


def supply_section(account: DeliveryAccount, places: Places, needs: Needs) -> Section:
    """What arrived against need and contract, by place and kind."""
    rows = [
        [
            custodian_name(places, row.place),
            kind_name(needs, row.kind),
            *map(
                shown, (row.contracted, row.supply.arrived, row.supply.damaged, row.supply.to_come, row.need, row.short)
            ),
        ]
        for row in account.rows
    ]
    titles = [_("Place"), _("Kind"), _("Contract"), _("Arrived"), _("Damaged"), _("To come"), _("Need"), _("Short")]
    grave = frozenset(at for at, row in enumerate(account.rows) if row.short)
    return Section(_("Against contract and need"), titles, rows, (76.0, 53.0, *([22.0] * 6)), left=2, grave=grave)


def _contracts(parts: Sequence[Delivered], places: Places, needs: Needs) -> Section:
    rows = []
    for part in parts:
        words = vendor_words(part, places)
        if part.contracts_differ:
            words += " · " + _("The contract's quantity is told differently in its records; the last one counts.")
        rows.append(
            [
                words,
                kind_name(needs, part.kind),
                *map(shown, (part.contracted, part.arrived, part.damaged, part.to_come)),
            ]
        )
    titles = [_("Vendor and contract"), _("Kind"), _("Contract"), _("Arrived"), _("Damaged"), _("To come")]
    return Section(_("Contracts"), titles, rows, (120.0, 53.0, *([22.0] * 4)), left=2)


def _records(account: DeliveryAccount, places: Places, needs: Needs, here: str) -> Section:
    repeated = {event.leaf for records in account.repeated for event in records}
    rows = []
    for event in records_of(account):
        body = event.body
        note = " · ".join(
            words
            for words in (
                custodian_name(places, body["vendor"]),
                printable(body["paper"], 60),
                printable(body["note"], 200),
            )
            if words
        )
        if keyed := keyed_in_later(event):
            note += " · " + _("keyed in later, on {time}").format(time=local_time(keyed, here))
        if event.leaf in repeated:
            note += " · " + _("this delivery note was recorded more than once")
        rows.append(
            [
                local_time(event.happened, here),
                kind_name(needs, body["kind"]),
                note,
                printable(record_name(event), 100),
                number(body["arrived"]),
                number(body["damaged"]),
            ]
        )
    titles = [_("When"), _("Kind"), _("Vendor and delivery note"), _("Record"), _("Arrived"), _("Damaged")]
    return Section(_("Records"), titles, rows, (42.0, 34.0, 91.0, 58.0, 18.0, 18.0), left=4)


def shown(value: int | None) -> str:
    """A count, or a dash where it is not known."""
    return "–" if value is None else number(value)


def vendor_words(part: Delivered, places: Places) -> str:
    """Who delivers under which contract."""
    vendor = custodian_name(places, part.vendor)
    if not part.contract:
        return vendor
    return _("{vendor}, contract {contract}").format(vendor=vendor, contract=printable(part.contract, 60))


def _contract_cells(part: Delivered) -> list[Cell]:
    return [
        part.place,
        part.kind,
        part.vendor,
        part.contract,
        part.contracted,
        part.arrived,
        part.damaged,
        part.to_come,
        " ".join(map(record_name, part.events))[:30_000],
    ]
