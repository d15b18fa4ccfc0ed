"""The story that the demo plays: who hands what to whom on the way to one polling station, and what goes wrong.

Pure: it chooses items and writes down what will lie before the camera. The names of people are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from custody.compose.compose import Handover
from custody.errors import N_
from custody.format.codes import item_payload
from custody.format.item_facts import Carriage, Item

WAREHOUSE, TRUCK, DISTRICT = "51.08", "DK8123AB", "51.08.06"
FIRST, SECOND = "51.08.06.1024", "51.08.06.1025"
"""The two villages whose supplies are on the truck: Kaliuntu and Kampung Anyar."""
STATION = f"{FIRST}.001"

PREPARED, LOADED, EVENING, MORNING = (
    "2024-02-12T00:00:00Z",
    "2024-02-12T00:40:00Z",
    "2024-02-13T10:00:00Z",
    "2024-02-13T22:00:00Z",
)
"""When labels were printed and one printed again, and when reports are made; in Bali (WITA) it is 8 hours later."""

AGAIN = "AGAIN"
"""No finding: the same label shown twice in one session, which the session takes once and says so."""

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


def write_story(first: Sequence[Item], second: Sequence[Item]) -> Story:
    """The story of the items that are bound for the two villages, each in the order in which they leave.

    Each village has two polling stations at least, with five ballot boxes each.
    """
    boxes, others = ([item for item in items if item.kind == "box"] for items in (first, second))
    good, twice, smudged, missing = boxes[0], boxes[1], boxes[6], boxes[8]
    damaged, misrouted = others[3], others[7]
    everything, new = [*first, *second], {smudged.code: 2}
    legs = (
        Leg(
            "1-loading",
            "2024-02-12T01:10:00Z",
            KEEPER,
            _loading(len(everything)),
            _labels([*everything, twice], new),
            (Fault(AGAIN, twice.code, N_("one label shown twice, taken once")),),
        ),
        Leg(
            "2-unloading",
            "2024-02-12T03:25:00Z",
            CLERK,
            Handover(TRUCK, DISTRICT, giver_name=DRIVER, receiver_name=CHAIR, conditions={damaged.code: "heavy"}),
            _labels(_without(everything, missing), {}),
            _unloading_faults(missing, smudged, damaged),
        ),
        Leg(
            "3-kaliuntu",
            "2024-02-13T00:20:00Z",
            CLERK,
            Handover(DISTRICT, FIRST, counted=len(first), giver_name=CHAIR, receiver_name=PPS_FIRST),
            _labels([*_without(first, missing), misrouted], new),
            (Fault("WRONG_DESTINATION", misrouted.code, N_("one box bound for another village")),),
            scans_place=True,
        ),
        Leg(
            "4-kampung-anyar",
            "2024-02-13T04:40:00Z",
            CLERK,
            Handover(DISTRICT, SECOND, counted=len(second) + 1, giver_name=CHAIR, receiver_name=PPS_SECOND),
            _labels(second, {}),
            (
                Fault("NOT_HELD", misrouted.code, N_("one box handed over a second time")),
                Fault("COUNT", None, N_("the giver counted one more than was scanned")),
                Fault("LATE", None, N_("later than due")),
            ),
            scans_place=True,
        ),
        Leg(
            "5-tps",
            "2024-02-13T07:30:00Z",
            PPS_FIRST,
            Handover(FIRST, STATION, giver_name=PPS_FIRST, receiver_name=KPPS),
            _labels([item for item in first if item.to == STATION], {}),
        ),
    )
    return Story(legs, smudged, missing, misrouted, good)


def _loading(counted: int) -> Handover:
    """The handover from the warehouse to the truck."""
    return Handover(
        WAREHOUSE,
        TRUCK,
        (FIRST, SECOND),
        counted=counted,
        giver_name=KEEPER,
        receiver_name=DRIVER,
        witnesses=(WITNESS,),
        carriage=Carriage("Truk engkel DK 8123 AB", DRIVER),
    )


def _unloading_faults(missing: Item, smudged: Item, damaged: Item) -> tuple[Fault, ...]:
    return (
        Fault("SHORTAGE", missing.code, N_("one box did not come off the truck")),
        Fault("VOID_LABEL", smudged.code, N_("one label that is void since its reprint")),
        Fault("DAMAGED", damaged.code, N_("one box heavily damaged")),
    )


def _without(items: Sequence[Item], item: Item) -> list[Item]:
    return [other for other in items if other.code != item.code]


def _labels(items: Sequence[Item], prints: dict[str, int]) -> tuple[str, ...]:
    return tuple(item_payload(item.code, prints.get(item.code, 1)) for item in items)
