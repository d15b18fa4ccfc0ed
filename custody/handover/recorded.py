"""What recording a handover gives back."""

from dataclasses import dataclass

from custody.chain.findings import Finding
from custody.format.events import Event
from custody.handover.handover_facts import HandoverFacts


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
