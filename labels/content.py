"""What a label says, as plain text. Must not know how it is drawn or on what.

Names of places stay as people there write them (Desa, Kel., Kec.): they are addresses, not interface text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.format.codes import is_plate, item_payload, place_payload, show_code
from custody.format.item_facts import Item, SerialRange
from custody.plan.levels import AREA, BELOW_STORES, END, GROUP, GROUPS
from custody.plan.places import Need, Place, path
from language import _, chosen, terms
from language.in_words import level_word


@dataclass(frozen=True, slots=True)
class LabelContent:
    """Every text of one label. Empty texts take no ink.

    `lead` and `headline` are what a loader looks for: TPS 015, PPS Banjar. `lines` is where that is, the nearest
    first. `badge` is shown white on black. `twice` asks for two symbols. `ruled` are lines for people to write on,
    where a label says no place.
    """

    payload: str
    code: str
    title: str
    headline: str
    lead: str = ""
    lines: tuple[str, ...] = ()
    badge: str = ""
    corner: str = ""
    details: tuple[str, ...] = ()
    footer: str = ""
    twice: bool = False
    ruled: tuple[str, ...] = ()


TWICE = frozenset({"ink", "plastic_seal", "paper_seal"})
"""Kinds whose labels tear or wrap: a torn finder corner defeats every level of error correction."""

KIND_ORDER = ("box", "booth", "ink", "plastic_seal", "paper_seal")
"""The order in which a polling station's supplies are stacked; kinds not named here follow by name."""

_RULED = "_" * 14
"""A line to write on."""

_NO_BREAK = "\N{NO-BREAK SPACE}"
_OFFICE = re.compile(r"(TPS|PPS|PPK|KPPS)\s+(\S.*)", re.IGNORECASE)
_STATION = re.compile(r"(TPS|KPPS)\s+(\S+)(?:\s+(\S.*))?", re.IGNORECASE)
_VILLAGE = re.compile(r"(?:PPS|Desa|Kelurahan|Kel\.)\s+(?=\S)", re.IGNORECASE)
_DISTRICT = re.compile(r"(?:PPK|Kecamatan|Kec\.)\s+(?=\S)", re.IGNORECASE)
_REGENCY = re.compile(r"\b(Kabupaten|Kota)\s+(\S.*)", re.IGNORECASE)
_URBAN = re.compile(r"\d\d\.\d\d\.\d\d\.1\d{3}")


def item_content(item: Item, places: Mapping[str, Place], needs: Mapping[str, Need], print_number: int) -> LabelContent:
    """The label of an item: what it is, where it is bound for, which of how many, and its code.

    Args:
        needs: by kind; a kind that is not there is shown as it is written.
        print_number: 1 to 99.

    Raises:
        CodeError: the print number is out of range.
    """
    need = needs.get(item.kind)
    lead, headline, lines = _destination(item.to, places)
    details: tuple[str, ...] = ()
    if item.quantity > 1:
        details = (f"{item.quantity} {need.unit}" if need else f"{item.quantity}",)
    if item.serials is not None:
        details += (_serials(item.serials),)
    return LabelContent(
        payload=item_payload(item.code, print_number),
        code=show_code(item.code),
        title=_kind_name(item.kind, need),
        headline=headline,
        lead=lead,
        lines=lines,
        badge=item.election or "",
        corner=f"{item.k}/{item.n}",
        details=details,
        footer=_("print {number:02d}").format(number=print_number),
        twice=item.kind in TWICE,
    )


def blank_content(code: str, kind: str | None, needs: Mapping[str, Need]) -> LabelContent:
    """A label that belongs to no item yet, with lines on which people write what it is on and where that goes.

    Args:
        kind: what it will be on, where that is known; None leaves a line for it.
    """
    to = _("To") + " " + _RULED
    return LabelContent(
        payload=item_payload(code, 1),
        code=show_code(code),
        title=_kind_name(kind, needs.get(kind)) if kind else _("Blank label"),
        headline="",
        corner=_("blank") if kind else "",
        ruled=(to,) if kind else (_("Kind") + " " + _RULED, to),
        footer=_("print {number:02d}").format(number=1),
        twice=kind in TWICE,
    )


def place_content(place: Place, places: Mapping[str, Place]) -> LabelContent:
    """The label of a place or a carrier, scanned before the items that it gives or receives."""
    lead, headline, lines = _destination(place.code, places if place.code in places else {place.code: place})
    if is_plate(headline.replace(" ", "")):
        headline = headline.replace(" ", _NO_BREAK)
    return LabelContent(
        payload=place_payload(place.code),
        code=place.code,
        title=level_word(place.level),
        headline=headline,
        lead=lead,
        lines=lines,
    )


def leaving_order(items: Iterable[Item], places: Mapping[str, Place]) -> list[Item]:
    """The items as they leave the warehouse: by district, village, polling station, then kind, then number.

    Items bound for a place that is not in the tree come last.
    """
    routes: dict[str, tuple[bool, tuple[str, ...]]] = {}

    def rank(item: Item) -> tuple[tuple[bool, tuple[str, ...]], int, str, int, str]:
        if item.to not in routes:
            route = tuple(place.code for place in path(places, item.to))
            routes[item.to] = (not route, route or (item.to,))
        order = KIND_ORDER.index(item.kind) if item.kind in KIND_ORDER else len(KIND_ORDER)
        return routes[item.to], order, item.kind, item.k, item.code

    return sorted(items, key=rank)


def _kind_name(kind: str, need: Need | None) -> str:
    name = (need.name_id if chosen() == "id" else need.name_en) if need else ""
    return name or kind.replace("_", " ").capitalize()


def _serials(serials: SerialRange) -> str:
    """First and last number with air between them: prefixes have hyphens of their own."""
    first, last = (f"{serials.prefix}{number:0{serials.width}d}" for number in (serials.first, serials.last))
    return f"{first} – {last}"


def _destination(code: str, places: Mapping[str, Place]) -> tuple[str, str, tuple[str, ...]]:
    """Lead, headline and address of a place: ("TPS", "015", ("Desa Kampung Singaraja", "Kec. Buleleng"))."""
    route = path(places, code)
    if not route:
        return "", code, ()
    place = route[-1]
    address: list[str] = []
    for above in reversed(route[:-1]):
        if above.level in BELOW_STORES and not _is_as_in_2024(above.level):
            address.append(above.name)
        elif above.level == GROUP:
            address.append(_village(above))
        elif above.level == AREA:
            address.append("Kec. " + _DISTRICT.sub("", above.name, count=1))
        elif match := _REGENCY.search(above.name):
            address.append(("Kab. " if match[1].lower() == "kabupaten" else "Kota ") + match[2])
    if place.level == END and (match := _STATION.fullmatch(place.name)):
        if match[3] and not any(above.level in GROUPS for above in route):
            address.insert(0, match[3])
        return match[1].upper(), match[2], tuple(address[:2])
    if match := _OFFICE.fullmatch(place.name):
        return match[1].upper(), match[2], tuple(address[:2])
    return "", place.name, tuple(address[:2])


def _is_as_in_2024(level: str) -> bool:
    """Whether a level is an election's, whose names of places are shortened as people do."""
    told = terms()
    return told is None or (level in told.levels and told.levels[level]["id"].short in ("PPK", "PPS", "TPS", "KPPS"))


def _village(place: Place) -> str:
    """A village with its rank: in Kemendagri codes the villages of a sub-district are 1xxx urban, 2xxx rural."""
    name = _VILLAGE.sub("", place.name, count=1)
    return ("Kel. " if _URBAN.fullmatch(place.code) else "Desa ") + name
