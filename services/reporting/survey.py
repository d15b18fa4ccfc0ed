"""One pass over a whole ledger, for due times, irregularities and the scorecard."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from custody.chain.chain import Chain
from custody.chain.clocks import ClockSteps
from custody.chain.journey import journey
from custody.handover.counting import Counted, counted_in
from custody.measures.direct import Direct
from custody.measures.discrepancies import Discrepancy, discrepancies_of, of_clocks, of_handovers
from custody.measures.returning import Return, way_back
from custody.measures.scorecard import Card, Scores
from custody.measures.scoring import marks_of
from custody.measures.timing import DueRow, DueSums
from custody.measures.truckloads import Truckloads
from custody.plan.places import Ways
from db.store import Store
from services.records.field_records import handovers_without_items
from services.scanning.handover_past import told_beside


@dataclass(frozen=True, slots=True)
class Survey:
    """What a ledger comes to at a moment (`as_of`, UTC).

    `there`: for each place how many items are bound for it or through it, and how many of them are there. `returns`:
    how far each thing that was delivered has come back.
    """

    as_of: str
    ways: Ways
    due: tuple[DueRow, ...]
    there: Mapping[str, tuple[int, int]]
    cards: tuple[Card, ...]
    discrepancies: tuple[Discrepancy, ...]
    returns: tuple[Return, ...]


def survey(
    store: Store, as_of: str | None, *, within_h: int = 6, progress: Callable[[int], None] = lambda _count: None
) -> Survey:
    """Fold every item that any record names, once.

    Args:
        as_of: the moment up to which what happened counts; None: now, and all that is recorded counts.
        progress: called with the number of items done since the last call.
    """

    ways, gone = Ways(store.state.places.tree()), store.state.withdrawn
    due, scores = DueSums(ways), Scores(ways)
    irregular: list[Discrepancy] = []
    returns: list[Return] = []
    counted: dict[str, Counted] = {}
    loads, direct = Truckloads(), Direct(store.state.stations.now().homes)
    now = as_of or store.around.now_utc()
    for chain in every_chain(store, now):
        if not (chain.item and gone.covers(chain.item.kind, chain.item.to, ways.places, chain.code)):
            way = journey(chain, ways, as_of=as_of)
            due.put(chain.code, way)
            scores.put(marks_of(chain, way, ways, as_of=now, is_now=as_of is None))
            if (back := way_back(chain, ways)) is not None:
                returns.append(back)
            if chain.links:  # what a stranger alone names is in the one line on what waits for admission
                irregular += discrepancies_of(chain, as_of=as_of)
            loads.put(chain, ways.places, as_of=as_of)
            direct.put(chain, ways.places, as_of=as_of)
        for link in chain.links:
            if link.event.type == "handover" and not link.is_withdrawn and link.event.leaf not in counted:
                counted[link.event.leaf] = counted_in(link.event)
        progress(1)
    counted |= {event.leaf: counted_in(event) for event in handovers_without_items(store)}
    steps = ClockSteps()
    for stamp in store.ledger.stamps({}):
        steps.put(stamp)
    told = [one.finding for one in irregular]
    irregular += of_clocks(steps, told, store.state.stations.now(), as_of=as_of)
    beside = told_beside(store, counted.values(), loads, direct, as_of=as_of)
    irregular += of_handovers(counted.values(), beside, ways.places, as_of=as_of)
    cards = scores.cards(counted.values(), as_of=as_of)
    rows = due.rows(as_of=now, within_h=within_h)
    there = {code: counts for code in sorted(due.changed) if (counts := due.there(code))[0]}
    return Survey(now, ways, tuple(rows), there, tuple(cards), tuple(irregular), tuple(returns))


def every_chain(store: Store, as_of: str) -> Iterator[Chain]:
    """The chain of every item that any record names."""
    return store.state.chains(list(store.ledger.codes()), as_of=as_of)
