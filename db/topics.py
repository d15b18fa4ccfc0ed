"""Under which topic an event is found without reading every event: its type, or that it names drawn signatures."""

from custody.forms import Body

TOPICS = frozenset({
    "genesis", "admit", "revoke", "plan", "correct", "witness", "register", "print", "void", "delivery", "incident",
    "checklist", "point", "clock", "inspect", "seal", "pack",
})  # fmt: skip
"""The types of events that are found by their type: they need name no item, or labels are counted by them."""
SIGNED = "signed"
"""The topic of handovers whose signatures were drawn on the screen; the others are under no topic."""


def topic_of(body: Body) -> str | None:
    """The topic of an event, None where it has none."""
    if body["type"] == "handover":
        return SIGNED if any(row["digest"] for row in body.get("acknowledged", ())) else None
    return str(body["type"]) if body["type"] in TOPICS else None
