"""What a session became, for who asks again because an answer was lost."""

from custody.handover.recorded import RecordedHandover
from db.handover_lookup import find_handover
from db.store import Store
from services.scanning.handover_context import told_of


def recorded_before(store: Store, id: str) -> RecordedHandover | None:
    """Return the handover of this station that was recorded under an id; None where there is none.

    Args:
        id: of the session that it was, or the one that a program gave it.
    """
    bast = store.papers.number_of(id)
    if bast is None:
        return None
    parts = find_handover(store.state, bast).parts
    facts, _then = told_of(store, parts)
    body = parts[0].body
    return RecordedHandover(parts, bast, body["from"], body["to"], facts, ())
