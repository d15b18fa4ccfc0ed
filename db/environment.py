"""What the store takes from outside, and what it gives back for a handover."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from custody.chain.clocks import ClockMark
from custody.chain.findings import Finding
from custody.format.codes import draw_code
from custody.format.events import Event
from custody.handover.handover_facts import HandoverFacts


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the store takes from outside: the time, randomness, the program's version, who works the station.

    `now_utc` gives RFC 3339 text with `Z`; `randbelow` is like `secrets.randbelow`. `uptime` names the run of the
    computer and tells how many milliseconds it has lasted, sleep included; None where the system does not say.
    """

    now_utc: Callable[[], str]
    randbelow: Callable[[int], int] = secrets.randbelow
    by: str = ""
    app: str = "serah"
    uptime: Callable[[], tuple[str, int] | None] = lambda: None

    def worked_by(self, names: Sequence[str]) -> "Surroundings":
        """The same, where the first of these people works the station; as it is where nobody is named."""
        return replace(self, by=names[0]) if names else self

    def clock_at(self, now_utc: str) -> ClockMark | None:
        """The clock beside the count that nobody sets."""
        run = self.uptime()
        return None if run is None else ClockMark(*run, now_utc)

    def new_id(self) -> str:
        """A random UUID (RFC 9562, version 4) from the same randomness."""
        return str(UUID(int=self.randbelow(1 << 128), version=4))

    def new_code(self) -> str:
        """A code that no item has yet: 60 random bits."""
        return draw_code(self.randbelow)


@dataclass(frozen=True, slots=True)
class RecordedHandover:
    """A handover that is in the ledger: its events, BAST number, what its records say of it, and all that is irregular.

    `matched` are the codes of what was taken though its labels could not be read.
    """

    events: tuple[Event, ...]
    bast: str
    giver: str
    to: str
    facts: HandoverFacts
    findings: tuple[Finding, ...]
    matched: tuple[str, ...] = ()

    @property
    def scanned(self) -> int:
        """How many things were taken."""
        return len(self.facts.taken)

    @property
    def expected(self) -> int | None:
        """How many were to go; None where nobody can know."""
        return self.facts.expected

    @property
    def assumed(self) -> int:
        """How many moved inside those that were scanned, and were not seen."""
        return len(self.facts.carried)

    @property
    def refused(self) -> tuple[str, ...]:
        """The codes of what the receiver did not take."""
        return self.facts.refused
