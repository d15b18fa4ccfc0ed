"""Sessions that are not recorded yet: begun, found again, named by who gives to whom; and what one became."""

from collections.abc import Sequence

from custody.compose.compose import Handover
from custody.compose.refusals import refuse_to_itself
from custody.handover.draft import DraftInfo, RecordedHandover
from db.handover_lookup import find_handover
from db.store import Store
from reports.words import custodian_name
from services.scanning.draft_details import details_of
from services.scanning.handover_past import told_of


def open_draft(store: Store, giver: str, receiver: str, bound: Sequence[str] = ()) -> DraftInfo:
    """Begin a session for a handover.

    Args:
        giver: the code of who gives; empty: not said yet. The same for who receives.
        bound: the places that a carrier goes to.

    Raises:
        RuleError: it would hand over to itself.
        TamperError: the ledger was put back to an older copy; said before the first label, not after the last.
    """
    if giver and receiver:
        refuse_to_itself(Handover(giver, receiver), store.state.places)
    store.heads.refuse_if_rolled_back()
    now = store.around.now_utc()
    return store.drafts.open(store.around.new_id(), giver or None, receiver or None, bound, at=now)


def draft_for(store: Store, giver: str, receiver: str) -> DraftInfo | None:
    """The newest session with these ends that has anything to record; None where there is none.

    An end that is empty here fits every session: a place's label may have set it there.

    Raises:
        TamperError: the ledger was put back to an older copy.
    """
    store.heads.refuse_if_rolled_back()
    same = (
        info
        for info in reversed(store.drafts.all())
        if giver in ("", info.giver) and receiver in ("", info.receiver) and has_content(store, info)
    )
    return next(same, None)


def untouched_draft(store: Store, giver: str, receiver: str, bound: Sequence[str] = ()) -> DraftInfo | None:
    """The newest session with exactly these ends in which nothing was scanned or said yet; None: there is none.

    Raises:
        TamperError: the ledger was put back to an older copy.
    """
    store.heads.refuse_if_rolled_back()
    ends = (giver or None, receiver or None, tuple(bound))
    return next(
        (
            info
            for info in reversed(store.drafts.all())
            if (info.giver, info.receiver, info.bound) == ends
            and not info.scan_count
            and not store.drafts.details(info.id)
        ),
        None,
    )


def draft_for_purpose(store: Store, purpose: str) -> DraftInfo:
    """The newest session for this purpose (`services.scanning.pack_desk.purpose_of`), or a new one.

    Raises:
        TamperError: the ledger was put back to an older copy.
    """
    store.heads.refuse_if_rolled_back()
    around = store.around
    return store.drafts.for_purpose(purpose) or store.drafts.open(
        around.new_id(), None, None, (), at=around.now_utc(), purpose=purpose
    )


def has_content(store: Store, info: DraftInfo) -> bool:
    """Whether a session has anything to record: labels, things without one, or things refused."""
    if info.scan_count:
        return True
    details = details_of(store, info.id)
    return bool(details.extras or details.refused)


def recorded_before(store: Store, id: str) -> RecordedHandover | None:
    """The handover of this station that was recorded under an id, as its records tell it; None where there is none.

    Args:
        id: of the session that it was, or the one that a program gave it.
    """
    bast = store.papers.number_of(id)
    if bast is None:
        return None
    parts = find_handover(store.state, bast).parts
    facts = told_of(store, parts).facts
    body = parts[0].body
    return RecordedHandover(parts, bast, body["from"], body["to"], facts, ())


def ends_in_words(store: Store, info: DraftInfo, between: str = " > ") -> str:
    """Who gives and who receives: PPK Gerokgak > PPS Patas."""
    places, ends = store.state.places, (info.giver, info.receiver)
    return between.join(custodian_name(places, code) if code else "?" for code in ends)
