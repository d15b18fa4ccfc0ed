"""A session whose scans are not recorded yet, and all that people said of it meanwhile."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from custody.chain.findings import Finding
from custody.compose.compose import Extra
from custody.format.events import Event
from custody.handover.handover_facts import HandoverFacts


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """An unconfirmed session: who gives to whom (None: not said yet), since when, and how many labels it has taken.

    `purpose` is empty for a handover, else what its labels become: `pack add CODE`.
    """

    id: str
    giver: str | None
    receiver: str | None
    bound: tuple[str, ...]
    opened_at: str
    scan_count: int
    purpose: str = ""


class Seer(NamedTuple):
    """A device that scans along: its id, which holds no blank, and the name it goes by. The station itself is none."""

    id: str
    name: str


class ItemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of one item of a session; empty where nothing is said.

    `is_refused`: the receiver does not take it, for that `reason`; `read_as` is how its label was read where it was not
    typed, and its print (`wedge 3`). `seals` is what a look at them found, `serials` the numbers as they were typed.
    `photo` is the SHA-256 of one that is kept.
    """

    condition: str = ""
    remark: str = ""
    is_refused: bool = False
    reason: str = ""
    read_as: str = ""
    seals: str = ""
    serials: str = ""
    photo: str = ""

    @property
    def is_said(self) -> bool:
        """Whether people said anything of it."""
        return bool(self.condition or self.remark or self.is_refused or self.seals or self.photo)


class Signed(msgspec.Struct, frozen=True):
    """Who acknowledged a session: the name, how, for what (`contents`), and the drawn picture's SHA-256."""

    name: str
    how: Literal["drawn", "pin"]
    contents: str
    digest: str | None = None


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What people said of a session: of the handover, of single items by code, and who acknowledged it.

    `load` are the codes that a truck is to take, `phase` and `kinds` those that are to go, `number` a BAST number that
    several laptops share. `is_paused`: it takes nothing until it goes on. `half_read` are the codes of papers that were
    shown so far.
    """

    giver_name: str = ""
    receiver_name: str = ""
    giver_office: str = ""
    receiver_office: str = ""
    witnesses: tuple[str, ...] = ()
    counted: int | None = None
    vehicle: str = ""
    driver: str = ""
    escort: str = ""
    stops: tuple[str, ...] = ()
    note: str = ""
    occurred: str | None = None
    extras: tuple[Extra, ...] = ()
    number: str = ""
    load: tuple[str, ...] = ()
    phase: str = ""
    kinds: tuple[str, ...] = ()
    items: dict[str, ItemDetails] = {}
    signed: dict[str, Signed] = {}
    is_paused: bool = False
    half_read: tuple[str, ...] = ()

    def of(self, code: str) -> ItemDetails:
        """What is said of an item."""
        return self.items.get(code, _NOTHING)

    @property
    def refused(self) -> frozenset[str]:
        """The codes of what the receiver does not take."""
        return frozenset(code for code, item in self.items.items() if item.is_refused)


_NOTHING = ItemDetails()


# --- What recording a handover gives back -----------------------------------------------------------------------------


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
