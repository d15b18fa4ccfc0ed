"""Facts of handovers to write letters about: signed records of any size, and the items that they name."""

from collections.abc import Sequence
from typing import Any

from custody.chain.chain import chains_then, custody
from custody.format.encoding import read_signatures
from custody.format.events import Event, read_event
from custody.format.paper_codes import Sheet
from custody.handover.handover_facts import handover_facts
from custody.handover.handover_history import around_then, looks_of
from reports.bast.letter_facts import BastFacts, bast_facts
from tests.support.paper_examples import codes, handover_body, signed_sheet
from tests.support.report_examples import NEEDS, PLACES, PPK, TPS, TRUCK, WAREHOUSE, Book

GOODS = ("box", "ink")
WHERE = (TPS, "51.08.06.1010.015")


def handover2(named: Sequence[str], **more: Any) -> dict[str, Any]:
    """The body of a handover in the form that is written now."""
    body = handover_body(list(named), refs=0)
    del body["vehicle"]
    parties = {
        "giver": "I Made Arya Wijaya",
        "giver_office": "Kepala Gudang",
        "receiver": "Ni Luh Putu Sukerti",
        "receiver_office": "Ketua PPK",
    }
    carriage = {"vehicle": "Truk boks", "driver": "I Ketut Darma", "escort": "Briptu Gede", "stops": ["Seririt"]}
    return (
        body
        | {"v": 2, "bound": [PPK, "51.08.06"], "refused": [], "remarks": [], "parties": parties, "carriage": carriage}
        | {"acknowledged": []}
        | more
    )


def recorded(named: Sequence[str], each: int = 200, **more: Any) -> tuple[list[Event], list[Sheet]]:
    """The signed parts of a handover of these items."""
    pieces = [named[first : first + each] for first in range(0, len(named), each)] or [[]]
    counted = more.pop("counted", len(named))
    sheets = []
    for part, piece in enumerate(pieces, 1):
        numbers = {"part": part, "parts": len(pieces), "seq": 86 + part}
        last = {"counted": counted if part == len(pieces) else None}
        rows = {name: [row for row in rows if row["code"] in piece] for name, rows in more.items() if name == "remarks"}
        if part < len(pieces):
            rows["acknowledged"] = []
        sheets.append(signed_sheet(handover2(piece, **(more | rows | numbers | last))))
    return [event_of(sheet) for sheet in sheets], sheets


def event_of(sheet: Sheet) -> Event:
    """The event that a sheet carries."""
    return read_event(sheet.body, read_signatures(sheet.signatures))


def registered(named: Sequence[str], held_by: str = WAREHOUSE, to: Sequence[str] = WHERE) -> list[Event]:
    """A registration of each, of every kind and destination in turn."""
    book = Book()
    for place, code in enumerate(named):
        book.code = code
        row = {
            "code": code,
            "kind": GOODS[place % 2],
            "to": to[place % len(to)],
            "k": place // 2 % 5 + 1,
            "n": 5,
            "quantity": 1,
            "election": ("PPWP", "DPR")[place % 4 // 2] if place % 2 == 0 else None,
            "range": None,
        }
        book.hour = 0
        book.add("GDG-01", "register", items=[row], held_by=held_by, out_of=None)
    return book.events


def facts_of(records: Sequence[Event], known: Sequence[Event], also: Sequence[str] = (), **more: Any) -> BastFacts:
    """The facts of a handover when these other events are known; `also` might have been expected."""
    named = [code for record in records for code in record.rows]
    every = [*known, *records]
    corrections = [event for event in known if event.type == "correct"]
    packs = [event.body for event in known if event.type == "pack"]
    histories: dict[str, list[Event]] = {}
    for code in (*named, *also):
        family = {code, *(pack["parent"] for pack in packs if code in pack["children"])}
        histories[code] = [event for event in every if family & event.rows.keys()] + corrections
    given = {"election": "Pemilu 2024", "station": "Gudang-1", "office": WAREHOUSE, "places": PLACES, "needs": NEEDS}
    chains = [custody(code, histories[code], PLACES) for code in named]
    before, then = chains_then(records, histories)
    looks = [look.body for look in looks_of(records, histories)]
    around = around_then(records, before, PLACES)
    facts = handover_facts([record.body for record in records], looks, around, PLACES)
    return bast_facts(records, then, chains, facts, **(given | more))


def example(count: int, **more: Any) -> tuple[BastFacts, list[Sheet]]:
    """A handover of so many items from the warehouse to a truck bound for two sub-districts, and its sheets."""
    named = codes(count)
    records, sheets = recorded(named, **({"to": TRUCK} | more))
    return facts_of(records, registered(named)), sheets
