"""The story that the demo plays: who hands what to whom on the way to one end of the tree, and what goes wrong.

Pure: it chooses items and writes down what will lie before the camera. The names of people are invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.compose.compose import Handover
from custody.errors import N_
from custody.format.codes import item_payload
from custody.format.item_facts import Carriage, Item
from custody.plan.levels import AREA, CARRIER
from custody.plan.places import Place

WAREHOUSE, TRUCK, DISTRICT = "51.08", "DK8123AB", "51.08.06"
FIRST, SECOND = "51.08.06.1024", "51.08.06.1025"
"""The two villages whose supplies are on the truck: Kaliuntu and Kampung Anyar."""
STATION = f"{FIRST}.001"


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom the story is about: codes of places and of the carrier, and the kind of thing that things go wrong with.

    The carrier brings from `warehouse` to `area` what is bound for `first` and `second` there; `station` lies below the
    first, None where that is an end itself, from which things go back. `above` is from where the warehouse has it all;
    None: from nowhere.
    """

    warehouse: str
    carrier: str
    area: str
    first: str
    second: str
    station: str | None
    kind: str
    carriage: str
    above: str | None = None


def cast_of(places: Mapping[str, Place], kind: str) -> Cast:
    """The cast of the example: of Buleleng, else the first area of the tree with the first two places below it."""
    if DISTRICT in places:
        return Cast(WAREHOUSE, TRUCK, DISTRICT, FIRST, SECOND, STATION, kind, "Truk engkel DK 8123 AB")
    area = next(place for place in places.values() if place.level == AREA)
    first, second = [place for place in places.values() if place.parent == area.code][:2]
    station = next((place.code for place in places.values() if place.parent == first.code), None)
    carrier = next(place for place in places.values() if place.level == CARRIER)
    warehouse = places[area.parent or ""]
    return Cast(
        warehouse.code, carrier.code, area.code, first.code, second.code, station, kind, carrier.name, warehouse.parent
    )


PREPARED, LOADED, EVENING, MORNING = (
    "2024-02-12T00:00:00Z",
    "2024-02-12T00:40:00Z",
    "2024-02-13T10:00:00Z",
    "2024-02-13T22:00:00Z",
)
"""When labels were printed and one printed again, and when reports are made; in Bali (WITA) it is 8 hours later."""

AGAIN = "AGAIN"
"""No finding: the same label shown twice in one session, which the session takes once and says so."""

PRINTER = "I Nengah Sudana"
KEEPER, WITNESS, DRIVER = "I Gede Sudarsana", "Putu Eka Darmawan", "I Ketut Wirawan"
CHAIR, CLERK = "Ni Luh Sukerti", "Ni Putu Ariani"
PPS_FIRST, PPS_SECOND, KPPS = "I Made Artawan", "Ni Komang Lestari", "I Wayan Suardika"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong on purpose: the finding that must show it, of which item, and in a few words."""

    code: str
    item: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Leg:
    """One handover: its details, the labels that lie before the camera in order, and what goes wrong.

    `by` works at the laptop. `scans_place`: who receives is not typed; the camera sees the place's own label first.
    """

    name: str
    at_utc: str
    by: str
    handover: Handover
    shown: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    scans_place: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """The handovers in order, and the items whose chains are worth a look. `smudged` is printed again before them."""

    legs: tuple[Leg, ...]
    smudged: Item
    missing: Item
    misrouted: Item
    good: Item


def write_story(first: Sequence[Item], second: Sequence[Item], cast: Cast) -> Story:
    """The story of the items that are bound for the two places, each in the order in which they leave.

    Each place has four of the cast's kind at least, below it or by itself.
    """
    boxes, others = ([item for item in items if item.kind == cast.kind] for items in (first, second))
    good = boxes[0]
    rest = [box for box in boxes[2:] if box.to != cast.station or cast.station is None]
    smudged, missing = (rest[1], rest[3]) if len(rest) > 3 else (rest[-2], rest[-1])
    damaged, misrouted = (others[3], others[7]) if len(others) > 7 else (others[-2], others[-1])
    everything, new = [*first, *second], {smudged.code: 2}
    legs = (
        Leg(
            "1-loading",
            "2024-02-12T01:10:00Z",
            KEEPER,
            _loading(cast, len(everything)),
            _labels([*everything, good], new),
            (Fault(AGAIN, good.code, N_("one label shown twice, taken once")),),
        ),
        Leg(
            "2-unloading",
            "2024-02-12T03:25:00Z",
            CLERK,
            Handover(
                cast.carrier, cast.area, giver_name=DRIVER, receiver_name=CHAIR, conditions={damaged.code: "heavy"}
            ),
            _labels(_without(everything, missing), {}),
            _unloading_faults(missing, smudged, damaged),
        ),
        Leg(
            "3-first",
            "2024-02-13T00:20:00Z",
            CLERK,
            Handover(cast.area, cast.first, counted=len(first), giver_name=CHAIR, receiver_name=PPS_FIRST),
            _labels([*_without(first, missing), misrouted], new),
            (Fault("WRONG_DESTINATION", misrouted.code, N_("one thing bound for another place")),),
            scans_place=True,
        ),
        Leg(
            "4-second",
            "2024-02-13T04:40:00Z",
            CLERK,
            Handover(cast.area, cast.second, counted=len(second) + 1, giver_name=CHAIR, receiver_name=PPS_SECOND),
            _labels(second, {}),
            (
                Fault("NOT_HELD", misrouted.code, N_("one thing handed over a second time")),
                Fault("COUNT", None, N_("the giver counted one more than was scanned")),
                Fault("LATE", None, N_("later than due")),
            ),
            scans_place=True,
        ),
        _last(cast, _without(first, missing), new),
    )
    return Story(legs, smudged, missing, misrouted, good)


def _last(cast: Cast, there: Sequence[Item], prints: dict[str, int]) -> Leg:
    """The last handover: from the first place on to its end, or back from it after all is done."""
    to, shown = cast.station, [item for item in there if item.to == cast.station]
    if to is None:
        to, shown = cast.area, list(there)
    return Leg(
        "5-last",
        "2024-02-13T07:30:00Z",
        PPS_FIRST,
        Handover(cast.first, to, giver_name=PPS_FIRST, receiver_name=KPPS),
        _labels(shown, prints),
    )


def _loading(cast: Cast, counted: int) -> Handover:
    """The handover from the warehouse to the carrier."""
    return Handover(
        cast.warehouse,
        cast.carrier,
        (cast.first, cast.second),
        counted=counted,
        giver_name=KEEPER,
        receiver_name=DRIVER,
        witnesses=(WITNESS,),
        carriage=Carriage(cast.carriage, DRIVER),
    )


def _unloading_faults(missing: Item, smudged: Item, damaged: Item) -> tuple[Fault, ...]:
    return (
        Fault("SHORTAGE", missing.code, N_("one thing did not come off the truck")),
        Fault("VOID_LABEL", smudged.code, N_("one label that is void since its reprint")),
        Fault("DAMAGED", damaged.code, N_("one thing heavily damaged")),
    )


def _without(items: Sequence[Item], item: Item) -> list[Item]:
    return [other for other in items if other.code != item.code]


def _labels(items: Sequence[Item], prints: dict[str, int]) -> tuple[str, ...]:
    return tuple(item_payload(item.code, prints.get(item.code, 1)) for item in items)
