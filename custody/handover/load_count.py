"""How far a load is while it is scanned: what is not taken yet, what came inside something, what nobody expected."""

from collections.abc import Collection, Iterable, Mapping

from custody.format.item_facts import Item


class LoadCount:
    """The things of one load, counted one by one as they are taken.

    Args:
        expected: what is to go, by code; None where it is not known.
        elsewhere: the codes of those of it that others have taken.
    """

    def __init__(self, expected: Mapping[str, Item] | None = None, elsewhere: Collection[str] = ()) -> None:
        self._expected, self._taken = expected, set[str]()
        self.missing = {code: item for code, item in (expected or {}).items() if code not in elsewhere}
        """The expected things that are not taken, by code."""
        self.by_others = set(elsewhere)
        self.inside: dict[str, Item] = {}
        """What is inside the things that were taken and was not taken itself, by code."""
        self.extra = 0

    def take(self, code: str) -> None:
        """Count one thing."""
        self._taken.add(code)
        self.inside.pop(code, None)
        self.missing.pop(code, None)
        self.by_others.discard(code)
        self.extra += self._expected is not None and code not in self._expected

    def carry(self, inside: Mapping[str, Item]) -> None:
        """Count what is inside things that were taken."""
        self.inside |= {code: item for code, item in inside.items() if code not in self._taken}
        self.leave(inside)

    def leave(self, codes: Iterable[str]) -> None:
        """Miss these no more: they are with something that was taken, or were refused."""
        for code in codes:
            self.missing.pop(code, None)
