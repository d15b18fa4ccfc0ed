"""Under which topic an event is found without reading every event: its type, or that it names drawn signatures."""

from custody.format.event_types import Body

TOPICS = frozenset(
    {
        "genesis",
        "admit",
        "revoke",
        "plan",
        "withdraw",
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
SIGNED = "signed"
"""The topic of handovers whose signatures were drawn on the screen."""
_NUMBERED_FROM = 3
"""The form of a handover from which on its BAST number is a topic."""


def topics_of(body: Body) -> frozenset[str]:
    """The topics of an event; empty where it has none."""
    if body["type"] != "handover":
        return frozenset({str(body["type"])}) & TOPICS
    signed = {SIGNED} if any(row["digest"] for row in body.get("acknowledged", ())) else set()
    return frozenset(signed | ({numbered(body["bast"])} if body["v"] >= _NUMBERED_FROM else set()))


def numbered(bast: str) -> str:
    """The topic of handovers of this BAST number; those in older forms are under none."""
    return f"bast {bast}"
