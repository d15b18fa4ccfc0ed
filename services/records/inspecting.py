"""Inspections in the ledger: a look at things, its photograph, and the reserve that replaces a damaged one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from custody.chain.conditions import ConditionRow, Look, condition_rows, newest_look
from custody.chain.findings import Finding
from custody.compose import compose, item_events
from custody.compose.compose import NewEvent, Touch
from custody.errors import N_, InputError, RuleError
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.places import is_under, path
from db.prepared import batches
from db.store import Store

_FOLDED_TOGETHER = 2000


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded about items: the events, and what is irregular by them now."""

    events: tuple[Event, ...]
    findings: tuple[Finding, ...]


def record_inspection(
    store: Store,
    touches: Sequence[Touch],
    condition: str,
    *,
    photo: bytes | None = None,
    note: str = "",
    reserve: Touch | None = None,
) -> Recorded:
    """Record in which condition things were found; with the photograph, in one transaction.

    Args:
        condition: one of `custody.format.item_facts.CONDITIONS`.
        photo: JPEG as `scanner.sources.photo` makes it, of all of them together.
        reserve: takes the place of the one that was looked at, which is then bound for the store above.

    Raises:
        InputError: nothing is named, or the photograph is none.
        RuleError: a reserve for several things, of another kind, or unknown.
    """
    touches = list({touch.code: touch for touch in reversed(touches)}.values())[::-1]
    if not touches:
        raise InputError(N_("no item is named"), hint=N_("Give the codes on the labels, or - to read them as lines."))
    with store.transaction():
        store.state.places.refresh()
        swap = _swap(store, touches, reserve) if reserve else []
        digest = store.photos.keep(photo) if photo is not None else None
        latest = store.state.latest([touch.code for touch in touches])
        looked = compose.inspect_events(touches, latest, condition, photo=digest, note=note)
        events = store.record([*looked, *swap])
    return Recorded(tuple(events), tuple(found_by(store, events)))


def _swap(store: Store, touches: Sequence[Touch], reserve: Touch) -> list[NewEvent]:
    """The events by which a reserve goes where the damaged one was bound for, and that one back to the store above."""
    codes = [touches[0].code, reserve.code]
    items = store.state.items_of(codes)
    damaged, spare = items.get(codes[0]), items.get(codes[1])
    if len(touches) > 1 or codes[0] == codes[1]:
        raise RuleError(N_("one reserve takes the place of one other item"), hint=N_("Record them one by one."))
    for code in codes:
        if code not in items:
            raise RuleError(
                N_("{item} is registered nowhere that this station knows of"),
                hint=N_("Register it first: {way}, or load its table."),
                way="claim",
                item=show_code(code),
            )
    assert damaged is not None and spare is not None
    if damaged.kind != spare.kind:
        raise RuleError(
            N_("{item} is of another kind than {damaged} and cannot take its place"),
            hint=N_("Choose a reserve of the same kind."),
            item=show_code(spare.code),
            damaged=show_code(damaged.code),
        )
    latest = store.state.latest(codes)
    above = _store_above(store, damaged)
    reason = f"{show_code(damaged.code)} <> {show_code(spare.code)}"
    return [
        *(item_events.reassign_events(touches, latest, above, reason) if above != damaged.to else ()),
        *item_events.reassign_events([reserve], latest, damaged.to, reason),
    ]


def _store_above(store: Store, item: Item) -> str:
    """Where a damaged thing goes back to: this station's place where it lies above, else the top of the tree."""
    places, own = store.state.places, store.ledger.own_log().place
    if item.to != own and is_under(places, item.to, own):
        return own
    way = path(places, item.to)
    return way[0].code if way else own


def found_by(store: Store, events: Sequence[Event], also: Iterable[str] = ()) -> Iterator[Finding]:
    """Return the findings about these events, by the chains of the items that they name and of others; that a clock
    went back, the store tells once.
    """
    leaves = {event.leaf for event in events}
    codes = dict.fromkeys([*(code for event in events for code in event.rows), *also])
    now = store.around.now_utc()
    for chain in store.state.chains(list(codes), as_of=now):
        if chain.item is None:
            unknown = N_("{item} is registered nowhere that this station knows of")
            yield Finding("UNKNOWN_CODE", unknown, {"item": show_code(chain.code)}, chain.code)
        yield from (finding for finding in chain.listed if finding.leaf in leaves)


def looks(store: Store, *, under: str | None = None, kind: str | None = None) -> Iterator[Look]:
    """The newest look at each item that anybody looked at; those bound for a place or below it, of a kind."""
    places, gone = store.state.places.tree(), store.state.withdrawn
    stations = store.state.stations.now()
    events = filter(stations.stands, store.ledger.on_topic(("inspect",)))
    codes = sorted({code for event in events for code in event.rows})
    for batch in batches(codes, _FOLDED_TOGETHER):
        for chain in store.state.chains(batch):
            look = newest_look(chain)
            if look is None or kind not in (None, look.item.kind):
                continue
            if gone.covers(look.item.kind, look.item.to, places, look.item.code):
                continue
            if under is None or is_under(places, look.item.to, under):
                yield look


def conditions(store: Store, *, under: str | None = None, kind: str | None = None) -> list[ConditionRow]:
    """In which condition things are, by who holds them and their kind; of what is bound for a place or below it."""
    groups = (group for group in store.state.stock(under) if kind in (None, group.kind))
    return condition_rows(groups, looks(store, under=under, kind=kind))
