"""What is known of one item at a moment: the facts that labels, lists and the scanning rules look at."""

from dataclasses import dataclass

CONDITIONS = ("good", "light", "heavy", "wet", "missing")
"""The conditions that an inspection can find (baik, rusak ringan, rusak berat, basah, bagian hilang)."""


@dataclass(frozen=True, slots=True)
class SerialRange:
    """The serial numbers that a pack holds: prefix, first and last number, and their width in digits."""

    prefix: str
    first: int
    last: int
    width: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.first:0{self.width}d}-{self.prefix}{self.last:0{self.width}d}"


Voids = tuple[tuple[int, str], ...]
"""The prints of a label that must not be used: their numbers, rising, and why each is void (spoiled, lost, unused)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled thing as the ledger knows it now.

    `to` is where it is bound for, `k` of `n` its number among its like there, `quantity` 1 or a pack's count.
    `print` is the newest print number, 0 before the first; `voids` are the prints that were recorded as void.
    `held_by` answers for it now. `condition` is what the last look found, empty while nobody has looked at it. `seal`
    is empty while nobody recorded a seal on it, `sealed`, or `open` where its seals were taken off or found broken.
    `parent` is the pack that it is in, empty where it is in none.
    """

    code: str
    kind: str
    to: str
    k: int = 1
    n: int = 1
    election: str | None = None
    quantity: int = 1
    serials: SerialRange | None = None
    held_by: str = ""
    condition: str = ""
    print: int = 0
    voids: Voids = ()
    seal: str = ""
    parent: str = ""

    @property
    def is_damaged(self) -> bool:
        """Whether the last inspection found it other than good; False where it was never inspected."""
        return self.condition not in ("", "good")
