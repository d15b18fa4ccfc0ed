"""The progress of long work, shown in the terminal, on the page, or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int], None]
"""Called with how much was done since it was last called."""


class Progress(Protocol):
    """Shows one piece of work while the block lasts."""

    def __call__(self, length: int | None, label: str, /) -> AbstractContextManager[Advance]:
        """Begin; `length` is how much there is to do, None if not known."""


def unseen(_length: int | None, _label: str, /) -> AbstractContextManager[Advance]:
    """Show no progress."""
    return nullcontext(lambda _count: None)
