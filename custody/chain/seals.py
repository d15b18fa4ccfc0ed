"""Seals: which numbers are on an item, what a look at them found, and what became of every number of a pack."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Literal

from custody.chain.findings import Finding
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item, SerialRange
from custody.people import distinct_people

Fate = Literal["on", "off", "spoiled", "returned"]
FATES: tuple[Fate, ...] = ("on", "off", "spoiled", "returned")
"""What became of a seal: it is on an item, was taken off one, was spoilt before use, or came back unused."""

RESULTS = ("intact", "broken", "mismatch", "none")
"""What a look at the seals can find."""

OPEN_SEAL = ("SEAL_BROKEN", "SEAL_MISMATCH", "UNSEALED")
"""The findings that say that an item is not sealed as it should be."""
_MAX_DIGITS = 18
_SHOWN = 6
"""So many numbers a sentence tells; the events have all of them."""


@dataclass(frozen=True, slots=True)
class SealUse:
    """What became of one seal by the newest event that names it: its number, the item (`spoiled` and `returned`: the
    pack it is out of), where that was recorded, and the event's leaf digest.
    """

    serial: str
    code: str
    fate: Fate
    place: str
    leaf: str


@dataclass(slots=True)
class Seals:
    """The seals of one item as the events that name it tell, taken one by one in their order.

    `status` is empty while no seal was recorded, `sealed`, or `open`: taken off, broken, or found to be others.
    """

    status: Literal["", "sealed", "open"] = ""
    uses: dict[str, SealUse] = field(default_factory=dict)

    @property
    def on(self) -> list[str]:
        """The numbers that are on the item."""
        return [serial for serial, use in self.uses.items() if use.fate == "on"]

    def leaves(self, fate: Fate) -> tuple[str, ...]:
        """The leaves of the events by which seals came into this state, such as `on` or `off`."""
        return tuple(dict.fromkeys(use.leaf for use in self.uses.values() if use.fate == fate))

    def take(self, code: str, event: Event, *, is_met: bool) -> tuple[list[Finding], bool]:
        """Apply one `seal` event of this item; return the findings, and whether it settles earlier ones.

        New seals settle a finding where somebody else saw them put on: two people, or a witness who is another one.

        Args:
            is_met: whether the log of whoever holds the item is known; if not, unknown numbers may be explained yet.
        """
        body, serials = event.body, list(dict.fromkeys(event.body["serials"]))
        found: list[Finding] = []
        match body["action"]:
            case "apply" | "replace":
                if body["action"] == "replace":
                    self._mark(self.on, "off", code, event)
                again = [s for s in serials if (use := self.uses.get(s)) is not None and use.fate != "on"]
                before = tuple(dict.fromkeys(self.uses[serial].leaf for serial in again))
                self._mark(serials, "on", code, event)
                self.status = "sealed"
                if again:
                    once_more = N_("seals {serials} of {item} had been taken off or spoilt before, and are on it again")
                    found.append(_finding("SEAL_MISMATCH", once_more, code, also=before, serials=_shown(again)))
                return found, _was_watched(body)
            case "remove":
                self._mark(serials or self.on, "off", code, event)
                self.status = "sealed" if self.on else "open"
            case "check":
                found = self._check(code, serials, str(body["result"]), is_met=is_met)
            case "spoil":
                self._mark(serials, "spoiled", code, event)
            case "return":
                self._mark(serials, "returned", code, event)
        return found, False

    def _mark(self, serials: Iterable[str], fate: Fate, code: str, event: Event) -> None:
        for serial in serials:
            self.uses[serial] = SealUse(serial, code, fate, event.body["place"], event.leaf)

    def _check(self, code: str, read: list[str], result: str, *, is_met: bool) -> list[Finding]:
        found = judge_seals(code, self.on, read, result, is_met=is_met)
        if found:
            self.status = "open"
        put_on = self.leaves("on")
        return [replace(finding, also=put_on) for finding in found]


def _was_watched(body: Body) -> bool:
    """Whether two people are named of a sealing; where nobody is named who did it, a witness is the second."""
    return len(distinct_people([*body["names"], body["witness"]])) > (1 if body["names"] else 0)


def judge_seals(
    code: str, on: Sequence[str], read: Sequence[str], result: str, *, is_met: bool = True
) -> list[Finding]:
    """What a look at an item's seals found: by what was seen, and by the numbers that were read.

    Args:
        on: the numbers that are recorded on it.
        result: `intact`, `broken`, `mismatch` or `none`.
        is_met: as for `Seals.take`.
    """
    strangers = [serial for serial in read if serial not in on]
    found: list[Finding] = []
    if result == "none":
        found.append(_finding("UNSEALED", N_("{item} was found without a seal"), code))
    if result == "broken":
        found.append(_finding("SEAL_BROKEN", N_("a seal of {item} was found broken or come off"), code))
    if strangers and on:
        differ = N_("{item} carries seals {read}; recorded were {on}")
        found.append(_finding("SEAL_MISMATCH", differ, code, read=_shown(strangers), on=_shown(on)))
    elif strangers:
        unknown = N_("{item} carries seals {read}, which nobody recorded")
        found.append(_finding("SEAL_MISMATCH", unknown, code, is_provisional=not is_met, read=_shown(strangers)))
    elif result == "mismatch":
        found.append(_finding("SEAL_MISMATCH", N_("the seals of {item} are not those that were recorded"), code))
    return found


def seals_elsewhere(code: str, uses: Iterable[SealUse], others: Mapping[str, Sequence[SealUse]]) -> list[Finding]:
    """The findings that a seal of this item is recorded with another item too: one number, two seals.

    Args:
        uses: the item's own.
        others: all known uses of these numbers, by number; those with this item do no harm. Of a pack they may come.
    """
    found = []
    for use in uses:
        for other in others.get(use.serial, ()):
            if use.fate in ("on", "off") and other.fate in ("on", "off") and other.code != code:
                twice = N_("seal {serial} is recorded on {item} and on {other}: one number, two seals")
                shown = {"item": show_code(code), "serial": use.serial, "other": show_code(other.code)}
                found.append(Finding("SUSPECTED_COPY", twice, shown, code, use.leaf, also=(other.leaf,)))
    return found


@dataclass(slots=True)
class PackAccount:
    """What became of the seals of one pack: `total` numbers, of which each is in one of `fates` or still unused."""

    pack: Item
    total: int
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))

    @property
    def unused(self) -> int:
        """Numbers that no event names: they should lie in the pack."""
        return self.total - sum(self.fates.values())


@dataclass(frozen=True, slots=True)
class SealAccount:
    """All seals: a row for each pack; numbers that are in no known pack; numbers in several packs' ranges; and the
    numbers that are recorded with more than one item.
    """

    packs: tuple[PackAccount, ...]
    strays: tuple[SealUse, ...]
    overlaps: tuple[tuple[str, str], ...]
    twice: tuple[tuple[str, tuple[str, ...]], ...]


def seal_account(packs: Iterable[Item], uses: Iterable[SealUse], opened: frozenset[str] = frozenset()) -> SealAccount:
    """Account for every seal out of the ranges of the packs that these seals come in.

    Args:
        packs: the packs of seals; those without a range, and those `opened` into smaller packs, are left out.
        uses: what became of each seal. A number that two items have counts in its pack once.
        opened: the codes of packs whose seals are now in packs out of them.
    """
    whole = [pack for pack in packs if pack.serials is not None and pack.code not in opened]
    ranges = Ranges(whole)
    by_serial: dict[str, list[SealUse]] = {}
    for use in uses:
        by_serial.setdefault(use.serial, []).append(use)
    rows = {pack.code: PackAccount(pack, _size(pack.serials)) for pack in whole}
    strays: list[SealUse] = []
    for serial in sorted(by_serial):
        use = min(by_serial[serial], key=lambda use: (FATES.index(use.fate), use.code, use.leaf))
        pack = ranges.find(serial)
        if pack is None:
            strays.append(use)
        else:
            rows[pack.code].fates[use.fate] += 1
    twice = []
    for serial, found in sorted(by_serial.items()):
        items = sorted({use.code for use in found if use.fate in ("on", "off")})
        if len(items) > 1:
            twice.append((serial, tuple(items)))
    ordered = sorted(rows.values(), key=lambda row: _place_of(row.pack))
    return SealAccount(tuple(ordered), tuple(strays), tuple(ranges.overlaps()), tuple(twice))


def opening_faults(pack: SerialRange, parts: Sequence[SerialRange]) -> list[str]:
    """What is wrong with opening a pack into smaller ones, as English templates; none where the quantities sum.

    Every number of the pack is to be in one part, and no part may have others.
    """
    faults = []
    own = sorted(parts, key=lambda part: part.first)
    if any((part.prefix, part.width) != (pack.prefix, pack.width) for part in own):
        return [N_("a part has numbers of another form than the pack")]
    if any(part.first < pack.first or part.last > pack.last for part in own):
        faults.append(N_("a part has numbers that are not in the pack"))
    if any(left.last >= right.first for left, right in pairwise(own)):
        faults.append(N_("two parts have the same numbers"))
    if sum(_size(part) for part in own) < _size(pack):
        faults.append(N_("some numbers of the pack are in no part"))
    return faults


def overlapping(serials: SerialRange, others: Iterable[Item]) -> list[Item]:
    """The packs among `others` whose ranges share a number with this one."""
    return [item for item in others if item.serials is not None and _overlap(serials, item.serials)]


class Ranges:
    """Packs by the form of their numbers (prefix and width), those of one form by their first number."""

    def __init__(self, packs: Iterable[Item]) -> None:
        self._by_form: dict[tuple[str, int], list[tuple[SerialRange, Item]]] = {}
        for pack in sorted(packs, key=_place_of):
            if pack.serials is not None:
                form = (pack.serials.prefix, pack.serials.width)
                self._by_form.setdefault(form, []).append((pack.serials, pack))
        self._furthest = {
            form: list(accumulate((serials.last for serials, _ in packs), max)) for form, packs in self._by_form.items()
        }
        """The highest number that a pack or any before it reaches: where it is too low, none before holds a number."""

    def find(self, serial: str) -> Item | None:
        """The pack whose range has this number as it is written; of several, the one that begins last."""
        for form, packs in self._by_form.items():
            prefix, width = form
            digits = serial[len(prefix) :]
            if not (serial.startswith(prefix) and digits.isascii() and digits.isdigit()):
                continue
            number = int(digits) if len(digits) <= _MAX_DIGITS else -1
            if f"{number:0{width}d}" != digits:
                continue
            index = bisect_right(packs, number, key=lambda pair: pair[0].first) - 1
            while index >= 0 and self._furthest[form][index] >= number:
                if packs[index][0].last >= number:
                    return packs[index][1]
                index -= 1
        return None

    def overlaps(self) -> list[tuple[str, str]]:
        """Pairs of packs that share a number, by code: each pack with the furthest that begins before it."""
        found = []
        for packs in self._by_form.values():
            furthest = packs[0]
            for pair in packs[1:]:
                if pair[0].first <= furthest[0].last:
                    found.append((furthest[1].code, pair[1].code))
                furthest = max(furthest, pair, key=lambda pair: pair[0].last)
        return sorted(found)


def _place_of(pack: Item) -> tuple[str, int, int, str]:
    serials = pack.serials
    return (serials.prefix, serials.width, serials.first, pack.code) if serials else ("", 0, 0, pack.code)


def _size(serials: SerialRange | None) -> int:
    return 0 if serials is None else serials.last - serials.first + 1


def _overlap(one: SerialRange, other: SerialRange) -> bool:
    same = (one.prefix, one.width) == (other.prefix, other.width)
    return same and one.first <= other.last and other.first <= one.last


def _shown(serials: Sequence[str]) -> str:
    more = "" if len(serials) <= _SHOWN else f" (+{len(serials) - _SHOWN})"
    return ", ".join(serials[:_SHOWN]) + more


def _finding(
    code: str, message: str, item: str, *, is_provisional: bool = False, also: tuple[str, ...] = (), **values: object
) -> Finding:
    return Finding(code, message, {"item": show_code(item), **values}, item, is_provisional=is_provisional, also=also)
