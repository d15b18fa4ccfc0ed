"""Chains to report on: events written by hand, folded by the real fold, with the names of Buleleng."""

import hashlib
import json
from typing import Any

from custody.chain.chain import Chain, custody
from custody.format.event_types import FORMS
from custody.format.events import Event, check_body
from custody.plan.places import Need, Place

BOX = "7Q2M9X4T5B8C6"
SET = "0000000000001"
WAREHOUSE, PPK, PPS, TPS = "51.08", "51.08.01", "51.08.01.2009", "51.08.01.2009.001"
TRUCK = "DK8123AB"
MADE_AT = "2024-02-14T00:30:00Z"

PLACES = {
    place.code: place
    for place in (
        Place(WAREHOUSE, "Gudang KPU Kabupaten Buleleng", "warehouse"),
        Place(PPK, "PPK Gerokgak", "district", WAREHOUSE, "2024-02-12T10:00:00Z"),
        Place(PPS, "PPS Gerokgak", "village", PPK, "2024-02-13T04:00:00Z"),
        Place(TPS, "TPS 001 Gerokgak", "polling_station", PPS, "2024-02-13T15:59:00Z"),
        Place("51.08.06", "PPK Buleleng", "district", WAREHOUSE),
        Place("51.08.06.1010", "PPS Kampung Singaraja", "village", "51.08.06"),
        Place("51.08.06.1010.015", "TPS 015 Kampung Singaraja", "polling_station", "51.08.06.1010"),
        Place(TRUCK, "Truk Bali Logistik Nusantara", "carrier"),
    )
}
NEEDS = {
    "box": Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ("PPWP", "DPR")),
    "ink": Need("ink", "Tinta", "Ink bottle", "polling_station", 2, "botol", "item"),
    "seal": Need("seal", "Segel plastik", "Plastic seal", "polling_station", 30, "buah", "pack"),
}


class Book:
    """A stack of hand-written events: each method adds one, an hour after the one before."""

    def __init__(self, code: str = BOX) -> None:
        self.code = code
        self.events: list[Event] = []
        self._sizes: dict[str, int] = {}
        self.hour = 0

    def add(self, log: str, kind: str, by: str = "Made Arya", **own: Any) -> Event:
        seq = self._sizes[log] = self._sizes.get(log, 0) + 1
        refs = [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in self.events[-1:]]
        at = f"2024-02-{10 + self.hour // 24:02d}T{self.hour % 24:02d}:05:00Z"
        body = {
            "v": min(form for name, form in FORMS if name == kind),
            "type": kind,
            "log": log,
            "seq": seq,
            "prev": None,
            "refs": refs,
            "id": f"{log}-{seq}",
            "at": at,
            "by": by,
            "app": "serah 1.0",
            **own,
        }
        check_body(body)
        event = Event(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(), body)
        self.events.append(event)
        self.hour += 1
        return event

    def register(self, kind: str = "box", to: str = TPS, **more: Any) -> Event:
        item = {
            "code": self.code,
            "kind": kind,
            "to": to,
            "k": 2,
            "n": 5,
            "quantity": 1,
            "election": "DPRD-KAB",
            "range": None,
        } | more
        return self.add("GDG-01", "register", items=[item], held_by=WAREHOUSE, out_of=None)

    def print(self, number: int = 1, **more: Any) -> Event:
        own = {"codes": [self.code], "print": number, "sheet": "a4-3x7", "reason": None, "second": None}
        return self.add("GDG-01", "print", **(own | more))

    def touched(self, how: str = "camera", label: int | None = 1, code: str = "") -> dict[str, Any]:
        return {"code": code or self.code, "print": label, "after": 0 if self.events else None, "how": how}

    def handover(self, log: str, giver: str, to: str, how: str = "camera", code: str = "", **more: Any) -> Event:
        own = {
            "from": giver,
            "to": to,
            "bound": [],
            "items": [self.touched(how, code=code)],
            "counted": None,
            "extras": [],
            "parties": {"giver": "I Made Arya Wijaya", "receiver": "Ni Luh Putu Sukerti"},
            "witnesses": [],
            "vehicle": "",
            "note": "",
            "occurred": None,
            "bast": f"{log}/2024/{len(self.events):04d}",
            "part": 1,
            "parts": 1,
        }
        return self.add(log, "handover", **(own | more))

    def chain(self, as_of: str | None = None) -> Chain:
        return custody(self.code, self.events, PLACES, as_of=as_of)


def quiet_chain() -> Chain:
    """A box that went its way, three handovers, nothing irregular."""
    book = Book()
    book.register()
    book.print()
    book.handover("GDG-01", WAREHOUSE, TRUCK, bound=[PPK], vehicle="Truk boks, I Ketut Darma")
    book.handover("GRK-01", TRUCK, PPK)
    book.handover("GRK-01", PPK, PPS, "wedge")
    return book.chain()


def troubled_chain() -> Chain:
    """A box with about everything: two pages of records, a gap, a void label, damage, a withdrawal, a late entry."""
    book = Book()
    book.register()
    book.print()
    book.handover(
        "GDG-01", WAREHOUSE, TRUCK, bound=[PPK], vehicle="Truk boks, I Ketut Darma", witnesses=["Bawaslu: Putu Eka"]
    )
    book.handover("GRK-01", TRUCK, PPK, note="Hujan deras; terpal bocor di sudut kiri belakang, tiga kotak basah.")
    book.add("GRK-01", "inspect", item=book.touched(), condition="wet", photo=None, note="Sudut kiri bawah basah")
    book.print(2, reason="label luntur kena air", second="Ni Luh Putu Sukerti")
    wrong = book.handover("GRK-01", PPK, "51.08.06.1010", "typed", bast="GRK-01/2024/0090")
    book.add("GRK-01", "correct", target=wrong.leaf, reason="did_not_occur", corrective=[], note="salah pilih tujuan")
    book.add("GRK-01", "pack", parent=SET, children=[book.code], action="add")
    book.handover("GRK-01", PPK, PPS, code=SET)
    book.add("PPS-07", "pack", parent=SET, children=[book.code], action="remove")
    book.hour = 96
    book.handover("PPS-07", PPS, TPS, occurred="2024-02-13T17:30:00Z")
    book.handover("PPS-07", PPK, "51.08.06.1010.015", "typed")
    book.handover("PPS-07", "51.08.06.1010.015", PPS)
    return book.chain()


def hostile_chain() -> Chain:
    """A box whose every text wants to break the page."""
    nasty = '<b>&amp;</b><img src="x"/>{0}%s \x1b[31m\u202eabc\x07' + "W" * 500
    book = Book()
    book.register(election="<i>" + "E" * 300, kind="=cmd|' /C calc'!A0")
    book.print()
    parties = {"giver": nasty, "receiver": "\u6c34" * 500}
    book.handover(
        "GDG-01", WAREHOUSE, PPK, parties=parties, note=nasty * 20, vehicle=nasty, bast=nasty, witnesses=[nasty] * 40
    )
    book.handover("GRK-01", PPK, "X" * 40, note="<para>" * 200, parties={"giver": "", "receiver": ""})
    return book.chain()
