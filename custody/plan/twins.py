"""Twins: things that offices which began apart registered for one need, of which one counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from custody.format.item_facts import Item


@dataclass(frozen=True, slots=True)
class Twins:
    """The one that counts, and the others; with the station that registered each, by code, and the codes of those that
    have been handed over.
    """

    counted: Item
    others: tuple[Item, ...]
    stations: Mapping[str, str]
    moved: Collection[str] = frozenset()

    @property
    def codes(self) -> list[str]:
        """Of all of them, the one that counts first."""
        return [self.counted.code, *(item.code for item in self.others)]


def beside(found: Sequence[Twins], keep: str) -> tuple[list[str], int]:
    """The codes of what is taken out of the plan when this is kept, and how many twins are left as they are: those of
    which another one has been handed over too, which are named one by one.

    Args:
        keep: the code of a thing, or the name of the station that registered what is kept.
    """
    is_code = any(keep in one.codes for one in found)
    codes, left = list[str](), 0
    for one in found:
        kept = [code for code in one.codes if keep in (code, one.stations[code])]
        gone = [code for code in one.codes if code not in kept]
        if kept and not is_code and not set(gone).isdisjoint(one.moved):
            left += 1
        elif kept:
            codes += gone
    return codes, left
