"""What the store takes from outside."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from custody.chain.clocks import ClockMark
from custody.format.codes import draw_code


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the store gets from outside: the time, randomness, the program's version, who works at the station.

    `now_utc` gives RFC 3339 text with `Z`; `randbelow` is like `secrets.randbelow`. `uptime` names the run of the
    computer and tells how many milliseconds it has lasted, sleep included; None where the system does not say.
    """

    now_utc: Callable[[], str]
    randbelow: Callable[[int], int] = secrets.randbelow
    by: str = ""
    app: str = "serah"
    uptime: Callable[[], tuple[str, int] | None] = lambda: None

    def worked_by(self, names: Sequence[str]) -> "Surroundings":
        """Return the same with the first of these people at work; unchanged where none is named."""
        return replace(self, by=names[0]) if names else self

    def clock_at(self, now_utc: str) -> ClockMark | None:
        """Read the clock together with how long the computer has been running."""
        run = self.uptime()
        return None if run is None else ClockMark(*run, now_utc)

    def new_id(self) -> str:
        """A random UUID (RFC 9562, version 4) from the same randomness."""
        return str(UUID(int=self.randbelow(1 << 128), version=4))

    def new_code(self) -> str:
        """A code that no item has yet: 60 random bits."""
        return draw_code(self.randbelow)
