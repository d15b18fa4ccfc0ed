"""Recording a handover of what was scanned."""

from collections.abc import Sequence
from dataclasses import replace

from custody.compose.compose import Handover, Ref, Touch, apart
from custody.compose.refusals import refuse_to_itself, refuse_unscanned
from custody.errors import N_, InputError, RuleError
from custody.handover.draft import RecordedHandover
from custody.handover.handover_facts import own_number, station_slug
from custody.handover.waybill import Waybill
from db.handover_lookup import newest_handover
from db.store import Store
from services.scanning.handover_context import waybill_for
from services.scanning.judging import weigh


def record_handover(
    store: Store, handover: Handover, touches: Sequence[Touch], *, draft: str | None = None, id: str | None = None
) -> RecordedHandover:
    """Record a handover of what was scanned, and drop the draft that held it, in one transaction.

    Args:
        id: the key by which a program that asks again finds what was recorded; a draft's own id goes before it.

    Raises:
        RuleError: it cannot be true.
        InputError: nothing was scanned and nothing noted, or the draft was recorded already.
    """
    refuse_to_itself(handover, store.state.places)
    with store.transaction():
        store.state.places.refresh()
        if draft is not None:
            touches = store.drafts.touches(draft)
            if not touches:
                store.drafts.get(draft)  # it took nothing yet, or is gone
        handover, touches = apart(handover, touches)
        if not touches and not handover.extras and not handover.refused:
            raise InputError(
                N_("nothing was scanned, so nothing was recorded"), hint=N_("Scan or type at least one label.")
            )
        offered = [*touches, *handover.refused]
        refuse_unscanned(handover, offered)
        bast = _bast_number(store, handover.number)
        waybill, now = waybill_for(store, handover), store.around.now_utc()
        relied_on = _relied_on(store, waybill, offered)
        new, facts, findings = weigh(store, handover, touches, relied_on, waybill, bast=bast, now=now)
        events = store.record([*new, *store.papers.witness_events(list(relied_on.values()))], id=draft or id)
        if store.clock_finding:
            findings.append(store.clock_finding)
            store.untold = None
        if draft is not None:
            store.drafts.drop(draft)
    facts = replace(facts, basis="signed") if facts.basis == "here" else facts  # it states that number now
    matched = tuple(touch.code for touch in touches if touch.how == "matched")
    return RecordedHandover(tuple(events), bast, handover.giver, handover.to, facts, tuple(findings), matched)


def _bast_number(store: Store, shared: str) -> str:
    """The next number of this station, or the one that it shares with others.

    Raises:
        RuleError: this station has recorded a handover of that number already.
    """
    own = store.ledger.own_log()
    if shared:
        if newest_handover(store.ledger.tables, own.id, shared):
            raise RuleError(
                N_("this station has recorded a handover {number} already"),
                hint=N_("Leave the number away{typed}, or agree on another one with the others at the truck."),
                typed="--number",
                number=shared,
            )
        return shared
    return own_number(station_slug(own.name), own.handovers + 1, store.around.now_utc()[:4])


def _relied_on(store: Store, waybill: Waybill, touches: Sequence[Touch]) -> dict[str, Ref]:
    """The newest event of each item that this station knows of, from its ledger or from the giver's paper."""
    known = store.state.latest([touch.code for touch in touches])
    for code, ref in waybill.refs.items():
        if code not in known or known[code].log != ref.log or known[code].seq < ref.seq:
            known[code] = ref
    return known
