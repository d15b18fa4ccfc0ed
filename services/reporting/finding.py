"""Finding by any words: items by code or seal, places, vehicles, people and handovers; choosing handovers of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from custody.chain.findings import moment, name_of
from custody.errors import CodeError, InputError
from custody.format.codes import CODE_LENGTH, fold_beginning, is_plate, parse_custodian, parse_entry
from custody.format.item_facts import Item
from custody.measures.traffic import HandoverLine
from custody.plan.places import Place, is_under
from db import handover_lookup
from db.state.item_search import Wanted, find_items
from db.store import Store

MOST = 20
"""Of each sort, what is shown of a search at once."""
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class HandoversAsked:
    """Which handovers a list is about: words of them, a place or vehicle, and from and until which moment (UTC)."""

    words: str = ""
    place: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What some words find. `label` is the code of the item or place that a label or whole code names: it alone is
    meant then. `sealed`: of each seal number the item that it was recorded with.
    """

    label: str = ""
    is_item: bool = False
    items: Sequence[Item] = ()
    item_count: int = 0
    sealed: Sequence[tuple[str, str]] = ()
    places: Sequence[Place] = ()
    vehicle: str = ""
    people: Sequence[str] = ()
    handovers: Sequence[HandoverLine] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Whether the words find nothing."""
        return not (self.label or self.items or self.sealed or self.places or self.vehicle or self.handovers)


def find_anything(store: Store, lines: Sequence[HandoverLine], words: str, *, with_staff: bool) -> Found:
    """What these words find, as they were typed or scanned.

    Args:
        lines: all handovers, the newest first.
        with_staff: people are found by their names, too.
    """
    words = words.strip()
    if len(words) < _LEAST_LETTERS:
        return Found()
    if len(words) >= CODE_LENGTH or words[:2].upper() == "P:":
        try:
            label = parse_entry(words)
        except CodeError:
            pass
        else:
            return Found(label=label.code, is_item=not words.upper().startswith("P:"))
    if code := store.vendor_codes.item_of(words):
        return Found(label=code, is_item=True)
    start = fold_beginning(words)
    page = find_items(store.state, Wanted(begins=start), most=MOST) if start else None
    seals = store.state.seals.with_serials([" ".join(words.split()).upper()])
    asked = HandoversAsked(words)
    tree = store.state.places.tree()
    return Found(
        items=page.items if page else (),
        item_count=page.total if page else 0,
        sealed=sorted({(use.serial, use.code) for use in seals}),
        places=store.state.places.find(words, MOST),
        vehicle=_vehicle(words),
        people=_people(lines, words)[:MOST] if with_staff else (),
        handovers=choose_handovers(lines, asked, tree, with_staff=with_staff),
    )


def choose_handovers(
    lines: Iterable[HandoverLine], asked: HandoversAsked, places: Mapping[str, Place], *, with_staff: bool
) -> list[HandoverLine]:
    """Those of the handovers that are asked for; a place stands for all below it, and every word must be found."""
    wanted = asked.words.casefold().split()
    known: dict[str, tuple[str, bool]] = {}

    def about(code: str) -> tuple[str, bool]:
        if code not in known:
            is_there = not asked.place or code == asked.place or is_under(places, code, asked.place)
            known[code] = (f"{name_of(places, code)} {code}".casefold(), is_there)
        return known[code]

    def is_wanted(line: HandoverLine) -> bool:
        (giver, from_there), (to, to_there) = about(line.giver), about(line.to)
        if not (from_there or to_there):
            return False
        if asked.since and moment(line.happened) < moment(asked.since):
            return False
        if asked.until and moment(line.happened) >= moment(asked.until):
            return False
        people = " ".join(line.people).casefold() if with_staff else ""
        text = f"{line.bast.casefold()} {giver} {to} {people}" if wanted else ""
        return all(word in text for word in wanted)

    return [line for line in lines if is_wanted(line)]


def _vehicle(words: str) -> str:
    try:
        code = parse_custodian(words)
    except CodeError:
        return ""
    return code if is_plate(code) else ""


def _people(lines: Iterable[HandoverLine], words: str) -> list[str]:
    """The people of handovers in whose name all these words are, who was there last first."""
    wanted = words.casefold().split()
    names = dict.fromkeys(name for line in lines for name in line.people if name)
    return [name for name in names if all(word in name.casefold() for word in wanted)]


def unused_number(store: Store, number: str) -> InputError | None:
    """What to say of a BAST number that a station would have given, and that no handover has; None of any other."""
    return handover_lookup.unused_number(store.state, number)
