"""What may be put into what, and the parts that a pack is opened into."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from custody.chain.seals import opening_faults
from custody.errors import N_, RuleError
from custody.format.codes import show_code
from custody.format.item_facts import Item, SerialRange
from custody.format.serials import count_of


@dataclass(frozen=True, slots=True)
class Part:
    """A part that a pack is opened into: its numbers, or only how many; and where it goes, None: where the pack did."""

    serials: SerialRange | None
    quantity: int
    to: str | None = None


def refuse_circle(outer: Item, codes: Collection[str], find: Callable[[str], Item | None]) -> None:
    """Refuse to put a thing into itself, or into what lies in it, at any depth.

    Args:
        outer: what things are put into.
        codes: what is put in.
        find: an item by its code; None where nobody registered it.

    Raises:
        RuleError: one of them is `outer`, or is around it.
    """
    around, step = {outer.code}, outer
    while step.parent and step.parent not in around:
        around.add(step.parent)
        found = find(step.parent)
        if found is None:
            break
        step = found
    inner = next((code for code in codes if code in around), None)
    if inner is not None:
        raise RuleError(
            N_("{parent} is inside {item}, which cannot be put into it"),
            hint=N_("Take it out first, or choose the other one as parent."),
            parent=show_code(outer.code),
            item=show_code(inner),
        )


def equal_parts(pack: Item, each: int, to: str | None = None) -> list[Part]:
    """A pack in parts of so many, the last one with what is left."""
    counts = [min(each, pack.quantity - start) for start in range(0, pack.quantity, each)]
    if pack.serials is None:
        return [Part(None, count, to) for count in counts]
    first, found = pack.serials.first, []
    for count in counts:
        found.append(Part(replace(pack.serials, first=first, last=first + count - 1), count, to))
        first += count
    return found


def rest_of(pack: Item, parts: Sequence[Part]) -> list[Part]:
    """What these parts leave of a pack, as parts of its own: none, where they name all of it.

    Raises:
        RuleError: they have numbers that the pack does not have, one number twice, or more pieces than there are.
    """
    if pack.serials is None:
        named = [part for part in parts if part.serials is not None]
        total = sum(part.quantity for part in parts)
        if named or total > pack.quantity:
            raise RuleError(
                N_("{item} has no numbers: its parts are counts")
                if named
                else N_("{item} holds {quantity}, and the parts are {total}"),
                hint=N_("Give counts that sum to what is in it."),
                item=show_code(pack.code),
                quantity=pack.quantity,
                total=total,
            )
        return [Part(None, pack.quantity - total)] if total < pack.quantity else []
    own = [part.serials for part in parts if part.serials is not None]
    left = [] if len(own) != len(parts) else _gaps(pack.serials, own)
    faults = opening_faults(pack.serials, [*own, *left])
    if len(own) != len(parts) or faults:
        raise RuleError(
            N_("a part has no numbers") if len(own) != len(parts) else faults[0],
            hint=N_("The pack has {range}. Write the parts like A0001-A0050."),
            range=str(pack.serials),
        )
    return [Part(serials, count_of(serials)) for serials in left]


def _gaps(whole: SerialRange, parts: Iterable[SerialRange]) -> list[SerialRange]:
    gaps, first = [], whole.first
    for part in sorted(parts, key=lambda part: part.first):
        if part.first > first:
            gaps.append(replace(whole, first=first, last=min(part.first - 1, whole.last)))
        first = max(first, part.last + 1)
    if first <= whole.last:
        gaps.append(replace(whole, first=first))
    return gaps
