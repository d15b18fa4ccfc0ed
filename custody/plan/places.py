"""The delivery tree: places, what each needs, and the questions one asks of a tree.

Functions take any mapping from code to `Place`, so a caller may pass the whole tree or one that looks places up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from custody.format.codes import is_plate
from custody.plan.levels import AREA, CARRIER, LEVELS, STORES

_OFFICIAL = re.compile(r"[0-9]{2}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4}(\.[0-9]{3})?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the delivery tree, or a vendor or carrier beside it.

    `parent` is None at the top. `due` is when supplies must be here: RFC 3339, UTC, `Z`; None when nothing is due.
    `dapil` is the electoral district (daerah pemilihan) of it and of all below that name none; None: see above it.
    `voters` are those of its list (DPT); None: nobody told.
    """

    code: str
    name: str
    level: str
    parent: str | None = None
    due: str | None = None
    dapil: str | None = None
    voters: int | None = None


Per = Literal["place", "voter", "piece", "election"]
PERS: tuple[str, ...] = get_args(Per)


@dataclass(frozen=True, slots=True)
class Need:
    """What places of one level need of one kind: `per_place` for each place, voter, piece or election (`per`).

    Pieces and elections are those of another kind at the same place, `follows`; `level` may then be empty: wherever
    that kind is needed. A `level` that names a kind, per place, says that each piece of it must have so many: seals on
    boxes.

    `tracked_as` is `item` (each piece has a label) or `pack` (the pack has one). `elections` is empty, or names the
    election of each piece in order, so that piece k of n is for `elections[k - 1]`. `reserve` is what comes on top,
    rounded up, in hundredths of a per cent: 200 is 2 %; `rule` says where that stands. `pack` is how many a full pack
    has, None where packs are registered from their own list; `serial` is the first number of the first pack, or empty.
    `under` is the place below which it holds, empty: everywhere (`custody.plan.needs.needs_in_force`).
    """

    kind: str
    name_id: str
    name_en: str
    level: str
    per_place: int
    unit: str
    tracked_as: str
    elections: tuple[str, ...] = ()
    per: Per = "place"
    follows: str = ""
    reserve: int = 0
    pack: int | None = None
    serial: str = ""
    rule: str = ""
    under: str = ""

    @property
    def source(self) -> str:
        """The kind whose pieces or elections it follows at the same place; empty where it follows none."""
        if self.per in ("piece", "election"):
            return self.follows
        return "" if self.level in LEVELS else self.level

    @property
    def key(self) -> tuple[str, str, str]:
        """What no two needs of one branch share."""
        return (self.kind, self.level, self.follows)

    def is_for(self, level: str) -> bool:
        """Whether places of this level may need it."""
        return self.level == level or self.level not in LEVELS


def place_of(row: Mapping[str, Any]) -> Place | None:
    """The place that a row of a `plan` event tells of, in any of its forms; None for a row of another kind."""
    return Place(**{name: value for name, value in row.items() if name != "row"}) if row["row"] == "place" else None


def need_of(row: Mapping[str, Any]) -> Need | None:
    """The need that a row of a `plan` event tells of, in any of its forms; None for a row of another kind."""
    if row["row"] != "need":
        return None
    told = {name: value for name, value in row.items() if name != "row"}
    return Need(**told | {"elections": tuple(row["elections"])})


def is_official(code: str) -> bool:
    """Whether a code is formed as the Home Ministry numbers areas: a regency and, below it, a district, a village of
    four digits, and a polling station of three (51.08.06.1024.003); whether there is such a place it does not say.
    """
    return _OFFICIAL.fullmatch(code) is not None


def path(places: Mapping[str, Place], code: str) -> tuple[Place, ...]:
    """The places from the top of the tree down to this one; empty when the code is unknown."""
    found: list[Place] = []
    seen: set[str] = set()
    step: str | None = code
    while step is not None and step not in seen and (place := places.get(step)) is not None:
        seen.add(step)
        found.append(place)
        step = place.parent
    return tuple(reversed(found))


def dapil_of(places: Mapping[str, Place], code: str) -> str | None:
    """The electoral district that a place lies in: its own, or that of the nearest above it; None where none is
    planned.

    A place that spans several has none of its own, nor has anything above it.
    """
    return next((place.dapil for place in reversed(path(places, code)) if place.dapil), None)


@dataclass(slots=True)
class Ways:
    """The way from the top to each place, looked up once."""

    places: Mapping[str, Place]
    known: dict[str, tuple[Place, ...]] = field(default_factory=dict)

    def to(self, code: str) -> tuple[Place, ...]:
        """The places from the top down to this one; empty when the code is unknown."""
        if code not in self.known:
            self.known[code] = path(self.places, code)
        return self.known[code]

    def area(self, code: str) -> Place | None:
        """The area that a place is or lies in; None above, beside and outside of them."""
        return next((place for place in self.to(code) if place.level == AREA), None)


def is_under(places: Mapping[str, Place], code: str, top: str) -> bool:
    """Whether `code` is `top` or anywhere below it."""
    return code == top or any(place.code == top for place in path(places, code))


def is_carrier(places: Mapping[str, Place], code: str) -> bool:
    """Whether a custodian is a truck: planned as a carrier, or known by a number plate alone."""
    place = places.get(code)
    return is_plate(code) if place is None else place.level == CARRIER


def is_store(places: Mapping[str, Place], code: str) -> bool:
    """Whether a place is a store: what is bound for it is its stock."""
    place = places.get(code)
    return place is not None and place.level in STORES


def below(places: Mapping[str, Place], top: str) -> Iterator[Place]:
    """Every place from `top` down, parents before children, in the order of the codes. Needs the whole tree."""
    children: dict[str | None, list[Place]] = {}
    for place in places.values():
        children.setdefault(place.parent, []).append(place)
    stack = [places[top]] if top in places else []
    seen: set[str] = set()
    while stack:
        place = stack.pop()
        if place.code in seen:  # a circle, which no loaded table has; an imported plan might
            continue
        seen.add(place.code)
        yield place
        stack.extend(sorted(children.get(place.code, ()), key=lambda p: p.code, reverse=True))


def goes_astray(places: Mapping[str, Place], bound_for: str, to: str, bound: Sequence[str] = ()) -> bool:
    """Whether an item bound for one place is handed to where its way does not lead.

    To a carrier: when it is bound for none of the places that the carrier goes to (`bound`; empty: not known). To a
    place: when its destination is neither that place nor below it, so the way back up is never astray. A destination
    that the tree does not have, a vendor and an unknown custodian are not judged.
    """
    place = places.get(to)
    if bound_for not in places:
        return False
    if is_carrier(places, to):
        return bool(bound) and not any(is_under(places, bound_for, stop) for stop in bound)
    return place is not None and place.level != "vendor" and not is_under(places, bound_for, to)
