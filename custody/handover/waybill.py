"""What a handover that is known from its paper alone lets a receiver expect (docs/custody-rules.md §2).

The paper names codes. Where an item is bound for, the receiver knows only if its plan or another log says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from custody.chain.findings import Finding, moment
from custody.chain.linking import is_named
from custody.compose.compose import Ref
from custody.errors import N_, RuleError
from custody.format.codes import show_code
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item, destinations_of
from custody.plan.places import Place, is_under

if TYPE_CHECKING:
    from custody.chain.chain import Chain


@dataclass(frozen=True, slots=True)
class Foretold:
    """What papers said of a handover: their numbers, who signed them, and how many of the things that they name were
    scanned.
    """

    basts: tuple[str, ...]
    senders: tuple[str, ...]
    scanned: int


@dataclass(frozen=True, slots=True)
class Waybill:
    """What papers say is to come at a handover: the items; and of all that they say the giver has, bound for elsewhere
    too, the record that it came with. `senders` are the stations that signed the papers. `records` are the records of
    this very handover that papers carry, by leaf, and `loads` those of the one before, by which the giver got things.
    `redirected`: the destinations by code that papers tell and no record here does (`custody.chain.linking`).
    """

    items: Mapping[str, Item]
    refs: Mapping[str, Ref]
    basts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    senders: tuple[str, ...] = ()
    records: Mapping[str, Body] = field(default_factory=dict)
    loads: Mapping[str, Body] = field(default_factory=dict)
    redirected: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """The numbers of the papers, for people; empty where nothing is to come by them."""
        return ", ".join(self.basts) if self.items else ""


NOTHING = Waybill({}, {})


def to_come(
    handover: Body, giver: str, to: str, tops: Sequence[str], places: Mapping[str, Place], items: Mapping[str, Item]
) -> list[str]:
    """The codes on a paper that are to come when `giver` now hands over to `to`.

    All of them, where the paper is about this handover. Where it is about the one before, by which `giver` got them
    (a truck at its stop): those bound for below `tops`, as is known here or else as the paper says. On a paper that
    tells no destinations, an item whose destination is not known counts as to come where all that the carrier goes to
    lies below; where it tells those of others, its station did not know this one, and nobody can say where it goes.

    Args:
        tops: the places whose items go to `to`: itself, or where a carrier goes.
        items: what is known of items, by code.
    """
    codes = in_hand(handover, giver, to)
    if (handover["from"], handover["to"]) == (giver, to):
        return codes
    bound = handover["bound"]
    told = destinations_of(handover)
    goes_here_alone = not told and bool(bound) and all(is_below(places, stop, tops) for stop in bound)
    goes = told | {code: item.to for code, item in items.items()}
    return [code for code in codes if (is_below(places, goes[code], tops) if code in goes else goes_here_alone)]


def in_hand(handover: Body, giver: str, to: str) -> list[str]:
    """The codes that by this paper are with `giver`, or on their way from it to `to`, wherever they are bound for."""
    is_known = (handover["from"], handover["to"]) == (giver, to) or handover["to"] == giver
    return [str(row["code"]) for row in handover["items"]] if is_known else []


def differing(goes: Mapping[str, str], items: Mapping[str, Item], codes: Iterable[str]) -> dict[str, str]:
    """Those of a paper's destinations that differ from the known ones, of registered items among these codes."""
    return {code: goes[code] for code in codes if code in items and goes.get(code, items[code].to) != items[code].to}


def redirected_by(
    goes: Mapping[str, str], events: Mapping[str, Sequence[Event]], paper: Ref, own: str, seen_at: str
) -> dict[str, str]:
    """Those of a paper's destinations, by code, that stand though the records here name others: it is the first to name
    this place for the item, and no new destination is known that was recorded after it.

    Args:
        events: the known records of each item.
        paper: the record that the paper carries.
        own: the log of this station, which knew the paper since `seen_at` (RFC 3339, UTC).
    """

    def is_later(event: Event, code: str) -> bool:
        is_own = event.log == own and moment(event.at) > moment(seen_at)
        return event.type == "reassign" and (is_own or is_after(event, code, paper))

    return {
        code: to
        for code, to in goes.items()
        if not is_named(code, to, events[code]) and not any(is_later(event, code) for event in events[code])
    }


def is_after(event: Event, code: str, paper: Ref) -> bool:
    """Whether a record of an item names the paper's, or a later one of its log, as the newest that it knew."""
    after = event.rows[code]["after"] if code in event.rows else None
    if after is None:
        return False
    ref = event.body["refs"][after]
    return ref["leaf"] == paper.leaf or (ref["log"] == paper.log and int(ref["seq"]) > paper.seq)


def unregistered(code: str, handover: Body, destinations: Mapping[str, str]) -> Item:
    """Return an item that only a paper names: its code, its holder, its destination if the paper has it; without a
    kind.
    """
    return Item(code, "", destinations.get(code, ""), k=1, n=1, held_by=str(handover["to"]))


def foretold_gaps(chain: "Chain", papers: Mapping[str, Body]) -> "Chain":
    """Return the chain with each `GAP` as foretold that one of these papers explains: the record that came before names
    it, and it says that the giver got the item by a handover whose own record is still to come.

    Args:
        papers: what papers say, by leaf: those that are signed by keys which count, and whose records are not here.
    """
    events = {link.event.leaf: link.event for link in chain.links}

    def is_told(finding: Finding) -> bool:
        event = events.get(finding.leaf or "")
        if finding.code != "GAP" or not finding.is_provisional or event is None:
            return False
        after = event.rows[chain.code]["after"] if chain.code in event.rows else None
        said = None if after is None else papers.get(event.body["refs"][after]["leaf"])
        return said is not None and chain.code in in_hand(said, event.body["from"], said["to"])

    if not papers or not any(map(is_told, chain.findings)):
        return chain
    return replace(chain, findings=tuple(replace(f, is_foretold=True) if is_told(f) else f for f in chain.findings))


def check_matched(code: str, expected: Collection[str] | None) -> None:
    """Refuse to take a thing without a readable label for one that is not to come.

    Raises:
        RuleError: it is known what is to come, and it is none of that.
    """
    if expected is not None and code not in expected:
        raise RuleError(
            N_("{item} is not expected here: a thing without a label is matched to what is missing"),
            hint=N_("Look at what is missing, or note it with: extra KIND=COUNT:REMARK"),
            item=show_code(code),
        )


def unknown_key(station: str, *, is_foretold: bool = False) -> Finding:
    """Return the finding that no log known here has admitted a paper's key.

    `is_foretold`: no key can be known here yet, for no plan and nothing registered has come.
    """
    strange = N_("the key of {station} is not known here: its paper says what to expect, and proves nothing yet")
    if is_foretold:
        strange = N_("whether the paper is genuine is checked when the data of {station} is taken in")
    return Finding("UNKNOWN_STATION", strange, {"station": station}, is_provisional=True, is_foretold=is_foretold)


def is_below(places: Mapping[str, Place], code: str, tops: Sequence[str]) -> bool:
    """Whether a place is one of `tops` or lies below one, by the plan; where that has it not, by its official code."""
    if code not in places:  # the official codes of areas begin with that of the area above
        return any(code == top or code.startswith(f"{top}.") for top in tops)
    return any(is_under(places, code, top) for top in tops)
