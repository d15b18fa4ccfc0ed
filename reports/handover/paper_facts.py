"""The facts on the paper of a handover, before it is drawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custody.chain.findings import Finding
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet
from custody.handover.handover_facts import HandoverFacts as Told
from reports.words import Needs, Places


@dataclass(frozen=True, slots=True)
class Part:
    """One record of a handover: what it says (the parsed body), and the signed bytes that its page carries."""

    body: Mapping[str, Any]
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """The facts on the paper of a handover: its records, what is known of the items, and the findings.

    `is_reprint`: the findings are those of now, and no longer those of when it was recorded. `refused` are the codes
    of what stayed with the giver, of all parts. `is_withdrawn`: a correction took the records back. `told`: what the
    records say of the handover as a whole; None: of a part alone.
    """

    parts: Sequence[Part]
    items: Mapping[str, Item]
    findings: Sequence[Finding]
    election: str
    station: str
    made_at_utc: str
    made_by: str
    places: Places = field(default_factory=dict)
    needs: Needs = field(default_factory=dict)
    is_reprint: bool = False
    refused: Collection[str] = ()
    is_withdrawn: bool = False
    told: Told | None = None
