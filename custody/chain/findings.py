"""Findings: what is irregular, derived from events and never typed in.

Record what happened and flag what is irregular; refuse only what cannot be true.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from custody.errors import N_
from custody.format.codes import ItemLabel, show_code, show_plate
from custody.format.item_facts import Item, Voids
from custody.plan.places import Need, Place, dapil_of, goes_astray, is_carrier, is_store, path

Severity = Literal["info", "warning", "critical"]

SEVERITY: Mapping[str, Severity] = {
    "UNKNOWN_CODE": "critical",
    "VOID_LABEL": "critical",
    "NOT_HELD": "critical",
    "GAP": "critical",
    "FORK": "critical",
    "SUSPECTED_COPY": "critical",
    "WRONG_DESTINATION": "critical",
    "BAD_CHECK": "critical",
    "SHORTAGE": "warning",
    "EXCESS": "warning",
    "COUNT": "critical",
    "DAMAGED": "warning",
    "MISSING": "critical",
    "LATE": "warning",
    "LATE_ENTRY": "info",
    "CLOCK": "warning",
    "CORRECTED": "info",
    "DISPUTED": "critical",
    "SEAL_BROKEN": "critical",
    "SEAL_MISMATCH": "critical",
    "UNSEALED": "critical",
    "UNWITNESSED": "info",
    "PHOTO": "info",
    "UNKNOWN_STATION": "warning",
    "TAMPERED": "critical",
    "INCOMPLETE": "critical",
}


BROKEN = frozenset({"GAP", "FORK", "SUSPECTED_COPY"})
"""What says that custody broke."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One irregularity: its code, the item it is about (None: the whole handover), and a sentence with its values.

    `message` is an English template for the edge to translate; a value whose name ends in `_utc` is an RFC 3339 time,
    shown in the zone of the place (`reports.words.finding_text`).
    `leaf` is the event at which it shows, None while that event is not recorded yet; `also` are the others that it
    rests on, as the other handover of a FORK.
    `is_provisional`: another station's log, not met yet, may explain it. `is_foretold`: a paper of that station told of
    it, and nothing at all is registered here yet, or it is a `GAP` that the paper explains; it is then `info`.
    So is a station that is not admitted while root's log, which alone could say so, is not here.
    `stranger`: the station, not admitted yet, of which a kept record would explain it; the last of `also` is that one.
    """

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    item: str | None = None
    leaf: str | None = None
    is_open: bool = True
    is_provisional: bool = False
    is_foretold: bool = False
    also: tuple[str, ...] = ()
    stranger: str = ""

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The leaves of all events that it rests on, the one at which it shows first; empty where none is recorded."""
        return (*([] if self.leaf is None else [self.leaf]), *self.also)

    @property
    def severity(self) -> Severity:
        return "info" if self.is_foretold else SEVERITY[self.code]

    def __str__(self) -> str:
        return self.message.format(**self.values)

    def closed(self) -> "Finding":
        """Return the same finding with `is_open` false."""
        return replace(self, is_open=False)


def name_of(places: Mapping[str, Place], code: str) -> str:
    """A place as people say it: its name and the village or district it is in; a plate, or the code of one unnamed."""
    steps = path(places, code)
    if not steps:
        return show_plate(code)
    return steps[-1].name if len(steps) < 3 else f"{steps[-1].name} ({steps[-2].name})"


_VOID: Mapping[str, str] = {
    "spoiled": N_("{item} carries print {print}, which was recorded as spoiled"),
    "lost": N_("{item} carries print {print}, which was recorded as lost"),
    "unused": N_("{item} carries print {print}, which was recorded as unused"),
}


BLANK = N_("{item} is a blank label that nobody has claimed")
"""What `UNKNOWN_CODE` says of a code that was printed before anybody said what it is on."""


def judge_label(
    item: Item | None, label: ItemLabel, *, met_giver: bool = True, blank: Voids | None = None
) -> list[Finding]:
    """Return the findings about the label itself: an unknown code, a void print, a print that was never recorded.

    Print 01 is taken as issued even where its event has not been met: an honest receiver that only has the list of
    items must not be alarmed by every label.

    Args:
        blank: of a label that was printed without an item, and that nobody has claimed, the prints that are void;
            None: it was not.
    """
    shown = {"item": show_code(label.code)}
    found = []
    if item is None:
        unknown = N_("{item} is registered nowhere that this station knows of")
        words = unknown if blank is None else BLANK
        found.append(Finding("UNKNOWN_CODE", words, shown, label.code, is_provisional=not met_giver))
    if label.print is None or (item is None and not blank):
        return found
    newest = item.print if item else label.print
    shown |= {"print": f"{label.print:02d}", "newest": f"{newest:02d}"}
    reason = dict(item.voids if item else blank or ()).get(label.print)
    if reason is not None:
        found.append(Finding("VOID_LABEL", _VOID[reason], shown, label.code))
    elif label.print < newest:
        void = N_("{item} carries print {print}; print {newest} has replaced it")
        found.append(Finding("VOID_LABEL", void, shown, label.code))
    elif label.print > max(1, newest):
        copy = N_("{item} carries print {print}, which nobody recorded: suspected copy")
        found.append(Finding("SUSPECTED_COPY", copy, shown, label.code, is_provisional=not met_giver))
    return found


HELD_ALREADY = N_("{item} is with {holder} already")
"""What `NOT_HELD` says where the receiver has it by an earlier record: perhaps scanned twice, perhaps a copy."""


def judge_scan(
    item: Item | None,
    label: ItemLabel,
    places: Mapping[str, Place],
    *,
    giver: str,
    to: str,
    bound: Sequence[str] = (),
    met_giver: bool = True,
    is_alone: bool = True,
    is_recorded: bool = False,
    blank: Voids | None = None,
    must_be_sealed: bool = False,
    needs: Mapping[tuple[str, str], Need] | None = None,
) -> list[Finding]:
    """Everything wrong with handing this item from `giver` to `to`, at the moment of scanning.

    `met_giver`: whether this ledger holds the giver's own log; if not, the findings that it could explain are
    provisional. `is_alone`: whether no other station's log could say how the giver got it; else that custody breaks is
    provisional, as it will be once it is recorded (`item_state.broken_link`). `is_recorded`: another log has recorded
    this very handover and ours confirms it (`Chain.is_recorded`), so the item need not be with the giver any more.
    `blank`: as for `judge_label`.
    `must_be_sealed`: whether it may not go without a seal, though nobody recorded one on it yet. `needs` are the
    plan's, by kind and level: what elections a place votes in.
    """
    found = judge_label(item, label, met_giver=met_giver, blank=blank)
    if item is None:
        return found
    shown = {"item": show_code(item.code)}
    if item.held_by != giver and not is_recorded:
        elsewhere = N_("{item} is not in the hands of {giver} but of {holder}")
        found.append(
            Finding(
                "NOT_HELD",
                HELD_ALREADY if item.held_by == to else elsewhere,
                shown | {"giver": name_of(places, giver), "holder": name_of(places, item.held_by)},
                item.code,
                is_provisional=not (met_giver and is_alone),
            )
        )
    if goes_astray(places, item.to, to, bound):
        found.append(wrong_destination(places, item.code, item.to, to, bound))
    is_empty = giver in places and places[giver].level == "vendor"  # as it was made
    is_open = item.seal == "open" or (must_be_sealed and not item.seal and not is_empty)
    if is_open and not is_store(places, item.to):
        found.append(unsealed(item.code))
    return found + judge_election(item, places, needs or {}, to)


def judge_election(
    item: Item, places: Mapping[str, Place], needs: Mapping[tuple[str, str], Need], to: str
) -> list[Finding]:
    """The finding that an item is for an election which its destination, or the place it is handed to, does not hold.

    Judged where the needs of that kind at that level name elections.
    """
    for code in dict.fromkeys((item.to, to)):
        place = places.get(code)
        need = needs.get((item.kind, place.level)) if place is not None else None
        if need is not None and need.elections and item.election is not None and item.election not in need.elections:
            other = N_("{item} is for the election {election}, which {destination} does not hold: {elections}")
            shown = {
                "item": show_code(item.code),
                "election": item.election,
                "destination": name_of(places, code),
                "elections": ", ".join(dict.fromkeys(need.elections)),
            }
            return [Finding("WRONG_DESTINATION", other, shown, item.code)]
    return []


def unsealed(code: str) -> Finding:
    """The finding that an item is handed over without the seals that it should have."""
    return Finding("UNSEALED", N_("{item} is handed over without a seal"), {"item": show_code(code)}, code)


_FEW_PLACES = 3


def wrong_destination(
    places: Mapping[str, Place], code: str, bound_for: str, to: str, bound: Sequence[str] = ()
) -> Finding:
    """The finding that an item goes where it is not bound for: to a place, or on a carrier to the places in `bound`.

    It names the carrier where those are many or not known, and the electoral districts where they differ.
    """
    astray = N_("{item} is for {destination}, not for {to}")
    ends = tuple(bound) if is_carrier(places, to) and bound else (to,)  # people know where it goes, not its plate
    ends = ends if len(ends) <= _FEW_PLACES else (to,)
    shown = {
        "item": show_code(code),
        "destination": name_of(places, bound_for),
        "to": ", ".join(name_of(places, end) for end in ends),
    }
    if apart := districts_apart(places, bound_for, bound if is_carrier(places, to) else (to,)):
        astray = N_("{item} is for {destination} in the electoral district {dapil}, not for {to} in {other_dapil}")
    return Finding("WRONG_DESTINATION", astray, shown | apart, code)


def districts_apart(places: Mapping[str, Place], bound_for: str, others: Sequence[str]) -> dict[str, str]:
    """The electoral district of a destination and those of other places, as `dapil` and `other_dapil`.

    Empty where they share one, or where one of the places has none: nothing is said then. Case and spaces make no
    difference.
    """
    own, found = dapil_of(places, bound_for), [dapil_of(places, other) for other in others]
    named = {" ".join(name.casefold().split()): name for name in found if name is not None}
    if own is None or not found or None in found or " ".join(own.casefold().split()) in named:
        return {}
    return {"dapil": own, "other_dapil": ", ".join(named.values())}


MISSED_BY_PAPER = N_("{item} is on the giver's paper and was not scanned")
"""What `SHORTAGE` says where the paper alone names it: no list of items has it."""


def shortage(item: Item, destination: str, *, is_listed: bool = False, is_final: bool = True) -> Finding:
    """The finding that something was to go in a handover and was not scanned.

    Args:
        destination: where it is bound for, by name.
        is_listed: a list says that it was to go; else the giver's stock or paper does.
        is_final: whether no log that is not here could explain it.
    """
    return _missed(item.code, item.kind, item.k, item.n, destination, is_listed, is_final)


@lru_cache(maxsize=1 << 14)
def _missed(code: str, kind: str, k: int, n: int, destination: str, is_listed: bool, is_final: bool) -> Finding:
    """The finding of `shortage`, kept: a session's review has the same thousands of them after each scan."""
    shown: dict[str, Any] = {"item": show_code(code)}
    if not kind:
        unknown = N_("{item} is on the list of what was to go and was not scanned") if is_listed else MISSED_BY_PAPER
        return Finding("SHORTAGE", unknown, shown, code, is_provisional=not is_final)
    shown |= {"kind": kind, "k": k, "n": n, "destination": destination}
    missed = N_("{item} was expected and not scanned: {kind} {k}/{n} for {destination}")
    return Finding("SHORTAGE", missed, shown, code, is_provisional=not is_final)


def judge_count(offered: int, extras: int, counted: int | None) -> list[Finding]:
    """Return the COUNT finding where the giver counted another number than was offered; only this shows two boxes under
    one code.

    Args:
        offered: what was scanned, taken and refused.
        extras: what was noted without a readable label.
        counted: the giver's count, None where nobody counted.
    """
    if counted is None or counted == offered + extras:
        return []
    differs = N_("counted: {counted}; scanned: {scanned}; noted without a label: {extras}")
    return [Finding("COUNT", differs, {"counted": counted, "scanned": offered, "extras": extras})]


def judge_condition(code: str, condition: str) -> list[Finding]:
    """The finding that an inspection found an item damaged or missing parts; none when it is good."""
    if condition == "good":
        return []
    return [
        Finding(
            "MISSING" if condition == "missing" else "DAMAGED",
            N_("{item} was found {condition}"),
            {"item": show_code(code), "condition": condition},
            code,
        )
    ]


def late_entry(happened: str) -> Finding:
    """The finding that a handover was keyed in later than it happened."""
    keyed = N_("keyed in later; it happened {happened_utc}")
    return Finding("LATE_ENTRY", keyed, {"happened_utc": happened}, is_open=False)


def moment(time: str) -> str:
    """An RFC 3339 time in UTC as text that sorts as time does, with or without a fraction of a second."""
    return time[:-1] if "." not in time else time[:-1].rstrip("0").rstrip(".")


def had_happened(time: str, as_of: str | None) -> bool:
    """Whether what is dated so counts as of a moment; None: as of now, where all that is recorded counts, whatever time
    its station's clock showed.
    """
    return as_of is None or moment(time) <= moment(as_of)


NOT_ON_PAPER = N_("{item} is not on paper {bast}")
NOT_ON_LOAD = N_("{item} is not on the load list")
"""What `EXCESS` says of a single item that no paper, or no list, names."""


def beyond_paper(
    codes: Iterable[str], named: str, received: Container[str], held: Mapping[str, Item], giver: str
) -> list[Finding]:
    """The findings that things came which the giver's paper does not name, and which it is not known to have had.

    Args:
        codes: what was taken.
        named: the numbers of the papers that say what is to come; empty: none does.
        received: the codes that they name, or that another record of this handover does.
        held: what is known of items, by code.
    """
    if not named:
        return []
    strange = (code for code in codes if code not in received and not (code in held and held[code].held_by == giver))
    return [judge_against_paper(code, named) for code in strange]


def judge_against_paper(code: str, bast: str) -> Finding:
    """The finding that an item was scanned which its giver's paper does not name; its records may."""
    return Finding("EXCESS", NOT_ON_PAPER, {"item": show_code(code), "bast": bast}, code, is_provisional=True)


def judge_against_load(code: str, phase: str | None = None, kinds: Collection[str] = ()) -> Finding:
    """The finding that an item was scanned which is not to go: the load list does not name it, or it is of another
    phase, or of none of the kinds.
    """
    shown = {"item": show_code(code)}
    if phase:
        return Finding("EXCESS", N_("{item} is not of phase {phase}"), shown | {"phase": phase}, code)
    if kinds:
        return Finding("EXCESS", N_("{item} is of none of the kinds that are to go"), shown, code)
    return Finding("EXCESS", NOT_ON_LOAD, shown, code)
