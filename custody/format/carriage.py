"""What carries a handover: vehicle, driver, escort and stops, as the record says it in whichever form it has."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from custody.format.event_types import Body


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


def as_newest(handover: Body) -> dict[str, Any]:
    """The own fields of a handover in the form that is written now, for a record that takes its place.

    Nobody has acknowledged what takes its place: who signed, signed for the one before.
    """
    fields = {name: value for name, value in handover.items() if name != "vehicle"}
    parties = {"giver_office": "", "receiver_office": ""} | handover["parties"]
    more: dict[str, Any] = {"refused": [], "remarks": [], "destinations": [], "meant": None}
    carriage = carriage_fields(carriage_of(handover))
    return more | fields | {"parties": parties, "carriage": carriage, "acknowledged": []}
