"""Entries and logs as they lie in our own tables, and what makes entries readable."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from custody.errors import N_, TamperError
from custody.format.encoding import leaf_digest
from custody.format.event_types import Body
from custody.format.events import Event, stored_event


@dataclass(frozen=True, slots=True)
class OwnLog:
    """The log that this station writes."""

    id: int
    name: str
    station: str
    place: str
    root: str
    election: str
    handovers: int


class HeldLog(NamedTuple):
    """A log as it stands: its name, who writes it, how many entries, the newest one's digest, how many handovers."""

    id: int
    name: str
    station: str
    place: str
    root: str
    public_key: str
    size: int
    head: bytes | None
    handovers: int
    clock: str | None


def read_stored(leaf: Any, body: Any, signatures: Any) -> Event:
    """An event from our own tables, after its bytes have been compared with its digest.

    Raises:
        TamperError: they differ.
    """
    digest, data = as_bytes(leaf), as_bytes(body)
    if leaf_digest(data + b"\n" + str(signatures).encode()) != digest:
        raise TamperError(
            N_("an event of this ledger is not as it was recorded (its digest was {leaf})"),
            hint=N_("Run: {way}"),
            way="verify",
            leaf=digest.hex()[:16],
        )
    return _parsed(digest, data)


@lru_cache(maxsize=16)
def _parsed(digest: bytes, body: bytes) -> Event:
    """The events read last: the items of one handover are named by few, and a long list takes longest to parse."""
    return stored_event(digest, body)


def as_bytes(value: Any) -> bytes:
    """A stored blob; empty where damage left something else, for `bytes` of a number would be so many zeros."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


# --- Under which topic an event is found without reading every event: its type, or that it names drawn signatures -----

TOPICS = frozenset(
    {
        "genesis",
        "admit",
        "revoke",
        "join",
        "plan",
        "withdraw",
        "profile",
        "correct",
        "witness",
        "register",
        "print",
        "void",
        "delivery",
        "incident",
        "checklist",
        "point",
        "clock",
        "inspect",
        "seal",
        "pack",
    }
)
"""The types of events that are found by their type: they need name no item, or labels are counted by them."""
PHASED = "phased"
"""The topic of plans that tell phases."""
SIGNED = "signed"
"""The topic of handovers whose signatures were drawn on the screen."""
UNLABELLED = "unlabelled"
"""The topic of handovers with things that had no readable label, or that match such things to what was missing."""
_NUMBERED_FROM = 3
"""The form of a handover from which on its BAST number is a topic."""


def topics_of(body: Body) -> frozenset[str]:
    """The topics of an event; empty where it has none."""
    if body["type"] != "handover":
        phased = {PHASED} if body.get("phases") else set()
        return (frozenset({str(body["type"])}) & TOPICS) | phased
    topics = {SIGNED} if any(row["digest"] for row in body.get("acknowledged", ())) else set()
    if body["extras"] or any(row.get("how") == "matched" for row in body["items"]):
        topics.add(UNLABELLED)
    return frozenset(topics | ({numbered(body["bast"])} if body["v"] >= _NUMBERED_FROM else set()))


def numbered(bast: str) -> str:
    """The topic of handovers of this BAST number; those in older forms are under none."""
    return f"bast {bast}"
