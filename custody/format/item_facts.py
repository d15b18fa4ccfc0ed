"""What is known of one item at a moment: the facts that labels, lists and the scanning rules look at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from custody.format.event_types import Body

CONDITIONS = ("good", "light", "heavy", "wet", "missing")
"""The conditions that an inspection can find (baik, rusak ringan, rusak berat, basah, bagian hilang)."""


@dataclass(frozen=True, slots=True)
class SerialRange:
    """The serial numbers that a pack holds: prefix, first and last number, and their width in digits."""

    prefix: str
    first: int
    last: int
    width: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.first:0{self.width}d}-{self.prefix}{self.last:0{self.width}d}"


Voids = tuple[tuple[int, str], ...]
"""The prints of a label that must not be used: their numbers, rising, and why each is void (spoiled, lost, unused)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled thing as the ledger knows it now.

    `to` is where it is bound for, `k` of `n` its number among its like there, `quantity` 1 or a pack's count.
    `print` is the newest print number, 0 before the first; `voids` are the prints that were recorded as void.
    `held_by` answers for it now. `condition` is what the last look found, empty while nobody has looked at it. `seal`
    is empty while nobody recorded a seal on it, `sealed`, or `open` where its seals were taken off or found broken.
    `parent` is the pack that it is in, empty where it is in none.
    """

    code: str
    kind: str
    to: str
    k: int = 1
    n: int = 1
    election: str | None = None
    quantity: int = 1
    serials: SerialRange | None = None
    held_by: str = ""
    condition: str = ""
    print: int = 0
    voids: Voids = ()
    seal: str = ""
    parent: str = ""

    @property
    def is_damaged(self) -> bool:
        """Whether the last inspection found it other than good; False where it was never inspected."""
        return self.condition not in ("", "good")


# --- What carries a handover: vehicle, driver, escort and stops, as the record says it in whichever form it has -------


@dataclass(frozen=True, slots=True)
class Carriage:
    """A vehicle, its driver, its escort, and the stops on its way in their order; empty where not told."""

    vehicle: str = ""
    driver: str = ""
    escort: str = ""
    stops: tuple[str, ...] = ()


NO_CARRIAGE = Carriage()
"""What is said where nothing is told of it."""


def carriage_fields(carriage: Carriage) -> dict[str, Any]:
    """The fields of a record for it."""
    return {**asdict(carriage), "stops": list(carriage.stops)}


def carriage_of(handover: Body) -> Carriage:
    """What carried a handover. In version 1 one text named the vehicle, and often its driver too."""
    told: Mapping[str, Any] = handover.get("carriage") or {"vehicle": handover["vehicle"]}
    return Carriage(**{**told, "stops": tuple(told.get("stops", ()))})


def remarks_of(handover: Body) -> dict[str, str]:
    """What was remarked on single items of a handover, by code; none in version 1."""
    return {row["code"]: row["text"] for row in handover.get("remarks", ())}


COMPLETED = "[completed: label seen in part / dilengkapi: label terlihat sebagian]"
"""How the remark on a thing begins whose label was completed from the expected ones, in a handover of version 6: its
row says `typed`, for that version has no word for it."""


def how_told(body: Body, code: str, how: str | None, row: Body) -> str | None:
    """How a record says that a label was read; `completed` also where only its remark says that.

    `form`: a camera or a scanner read a form's symbol or a vendor's barcode and no label, for `row`, what is recorded
    of the thing, has no print.
    """
    if how in ("camera", "wedge") and row.get("print", 0) is None:
        return "form"
    is_completed = how == "typed" and remarks_of(body).get(code, "").startswith(COMPLETED)
    return "completed" if is_completed else how


def destinations_of(handover: Body) -> dict[str, str]:
    """Return the destinations of a handover's items by code, as its station knew them; empty where it has none."""
    runs = handover.get("destinations", ())
    if not runs or sum(run["count"] for run in runs) != len(handover["items"]):
        return {}
    places = [str(run["to"]) for run in runs for _one in range(run["count"])]
    codes = [str(row["code"]) for row in handover["items"]]
    return {code: to for code, to in zip(codes, places, strict=True) if to}


def as_newest(handover: Body) -> dict[str, Any]:
    """The own fields of a handover in the form that is written now, for a record that takes its place.

    Nobody has acknowledged what takes its place: who signed, signed for the one before.
    """
    fields = {name: value for name, value in handover.items() if name != "vehicle"}
    parties = {"giver_office": "", "receiver_office": ""} | handover["parties"]
    more: dict[str, Any] = {"refused": [], "remarks": [], "destinations": [], "phase": None, "kinds": []}
    carriage, meant = carriage_fields(carriage_of(handover)), handover.get("meant")
    listed = meant and {name: meant[name] for name in ("absent", "beyond")}  # version 3 had room for more in it
    now = {"parties": parties, "carriage": carriage, "acknowledged": [], "meant": listed, "expected": None}
    return more | fields | now
