"""Record other destinations, one by one or as the balance of shortage and surplus proposes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from custody.chain.findings import name_of
from custody.compose import item_events
from custody.compose.compose import Touch
from custody.errors import N_, InputError, RuleError
from custody.plan.balance import Balance, Move, balance
from db.store import Store
from services.records.inspecting import Recorded, found_by


def record_reassignment(store: Store, touches: Sequence[Touch], to: str, reason: str) -> Recorded:
    """Record that these things are bound for another place now; those that are already are left out.

    Raises:
        InputError: nothing is named.
        RuleError: where they should go is no place of the delivery tree, or they are all bound for it.
    """
    touches = list({touch.code: touch for touch in touches}.values())
    if not touches:
        raise InputError(N_("no item is named"), hint=N_("Give the codes on the labels, or - to read them as lines."))
    with store.transaction():
        store.state.places.refresh()
        place = store.state.places.get(to)
        if place is None or place.level in ("carrier", "vendor"):
            raise RuleError(
                N_("{place} is no place that things are bound for"),
                hint=N_("Give the code of a warehouse, PPK, PPS or TPS."),
                place=to,
            )
        known = store.state.items_of(touch.code for touch in touches)
        moving = [touch for touch in touches if touch.code not in known or known[touch.code].to != to]
        if not moving:
            raise RuleError(
                N_("they are bound for {place} already"),
                hint=N_("List them with: {way}"),
                way="items_to",
                place=name_of(store.state.places, to),
            )
        latest = store.state.latest(touch.code for touch in moving)
        events = store.record(item_events.reassign_events(moving, latest, to, reason))
    return Recorded(tuple(events), tuple(found_by(store, events)))


def balance_of(store: Store, *, under: str | None = None, kind: str | None = None) -> Balance:
    """What places lack and who has it to spare, by what is known now."""
    state = store.state
    return balance(state.find_items(kind=kind), state.places.tree(), state.needs(), under=under)


def even_out(
    store: Store, reason: str, *, under: str | None = None, kind: str | None = None
) -> tuple[Balance, list[str]]:
    """Find what places lack (`balance_of`) and record the moves (`record_moves`), under one lock: another program may
    be moving things too.
    """
    with store.transaction():
        found = balance_of(store, under=under, kind=kind)
        return found, record_moves(store, found.moves, reason)


def record_moves(store: Store, moves: Iterable[Move], reason: str) -> list[str]:
    """Record the new destinations of these moves, all or none, and return what was recorded, as `log:seq`.

    Those that are bound there already only need their handover, and are omitted.
    """
    by_place: dict[str, list[Touch]] = defaultdict(list)
    for move in moves:
        if not move.is_reassigned:
            by_place[move.to].append(Touch(move.item.code, None, "typed"))
    with store.transaction():
        latest = store.state.latest(touch.code for touches in by_place.values() for touch in touches)
        new = [
            event
            for to, touches in by_place.items()
            for event in item_events.reassign_events(touches, latest, to, reason)
        ]
        return [f"{event.log}:{event.seq}" for event in (store.record(new) if new else [])]
