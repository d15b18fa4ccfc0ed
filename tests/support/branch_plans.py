"""Two branches below a root, in logs by letters: A is root; B may plan and admit below 51.71, C below 51.08."""

from typing import Any

from custody.format.events import Event
from tests.support.roster_examples import admit, event

B, C = admit("A", 2, "B", "plan", "admit", under="51.71"), admit("A", 3, "C", "plan", "admit", under="51.08")
LEVELS = ("warehouse", "warehouse", "district", "village", "polling_station")


def place(code: str, parent: str | None, name: str = "") -> dict[str, Any]:
    level = LEVELS[min(code.count("."), 4)]
    told = {"row": "place", "code": code, "name": name or code, "level": level, "parent": parent}
    return told | {"due": None, "dapil": None, "voters": None}


def need(kind: str, per_place: int, level: str = "polling_station") -> dict[str, Any]:
    told = {"row": "need", "kind": kind, "name_id": kind, "name_en": kind, "level": level, "per_place": per_place}
    told |= {"unit": "buah", "tracked_as": "item", "elections": [], "per": "place", "follows": "", "reserve": 0}
    return told | {"pack": None, "serial": "", "rule": ""}


def plan(log: str, seq: int, *rows: dict[str, Any], refs: tuple[Event, ...] = (), under: str | None = None) -> Event:
    return event(log, seq, "plan", refs, at="2024-02-11T01:00:00Z", rows=list(rows), under=under)


def withdraw(log: str, seq: int, *rows: dict[str, Any], refs: tuple[Event, ...] = ()) -> Event:
    return event(log, seq, "withdraw", refs, at="2024-02-11T01:00:00Z", rows=list(rows))


PROVINCE = plan("A", 4, place("51", None), place("51.71", "51"), place("51.08", "51"), need("box", 5), need("ink", 2))
DENPASAR = plan("B", 2, place("51.71.01", "51.71"), place("51.71.01.2001.001", "51.71.01"), need("box", 3))
BULELENG = plan("C", 2, place("51.08.01", "51.08"), place("51.08.01.2001.001", "51.08.01"), need("seal", 1))
BASE = (B, C, PROVINCE, DENPASAR, BULELENG)
