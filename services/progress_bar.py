"""How far long work has come, for whoever shows it: a bar in the terminal, a bar on the page, or nobody."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int], None]
"""Called with how much was done since it was last called."""


class Progress(Protocol):
    """Shows one piece of work while the block lasts."""

    def __call__(self, length: int | None, label: str, /) -> AbstractContextManager[Advance]:
        """Begin; `length` is how much there is to do, None where nobody knows."""


def unseen(_length: int | None, _label: str, /) -> AbstractContextManager[Advance]:
    """Nobody looks."""
    return nullcontext(lambda _count: None)
