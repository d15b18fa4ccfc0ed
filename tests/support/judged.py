"""What is found of a label that is scanned, and of a handover that is not recorded yet."""

from collections.abc import Sequence

from custody.chain.findings import Finding
from custody.compose.compose import Handover, Touch
from custody.format.codes import ItemLabel
from custody.format.item_facts import Item
from db.store import Store
from services.scanning.judging import foresee, judge_labels, together


def judge_scanned(store: Store, label: ItemLabel, handover: Handover) -> tuple[Item | None, list[Finding]]:
    """What is known of a scanned item, and all that is wrong with handing it over so."""
    items, found = together(judge_labels(store, [label], handover))
    return items.get(label.code), found


def judge_handover(store: Store, handover: Handover, touches: Sequence[Touch], *, now: str) -> list[Finding]:
    """All that would be found if this were recorded now."""
    return foresee(store, handover, touches, now=now).findings
