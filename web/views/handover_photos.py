"""The photographs that were taken at a handover: of what was damaged, and of seals."""

from itertools import count, islice
from typing import Any

from custody.format.codes import show_code
from custody.format.event_types import Body
from db.store import Store
from reports.words import condition_word

MOST = 12
"""How many its page shows; each stands on the page of its item, too."""
_LOOKED_THROUGH = 500


def photographs(store: Store, last: Body) -> list[dict[str, str]]:
    """Return the first photographs of a handover that are kept here, each with the item and what it shows.

    What was seen at a handover stands right behind its records, in the same session.

    Args:
        last: its last record.
    """
    shown: list[dict[str, str]] = []
    for seq in islice(count(int(last["seq"]) + 1), _LOOKED_THROUGH):
        behind = store.ledger.at(str(last["log"]), seq)
        if not behind or behind[0].body["id"] != last["id"] or len(shown) == MOST:
            break
        shown += _shown(store, behind[0].body, sorted(behind[0].rows))
    return shown


def _shown(store: Store, body: Any, codes: list[str]) -> list[dict[str, str]]:
    digest = body.get("photo")
    if not digest or not codes or store.photos.get(digest) is None:
        return []
    words = condition_word(body["condition"]) if body.get("condition") else ""
    return [{"digest": digest, "code": codes[0], "shown": show_code(codes[0]), "words": words}]
