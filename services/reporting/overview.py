"""The sums of a whole ledger: what came where and when, what is irregular, who had it; updated item by item.

Folding every item of a regency takes seconds, so it is done once, in steps, and after that again only for the items
that a new record names. The result is the same as folding everything from scratch.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from custody.chain.chain import Chain
from custody.chain.clocks import ClockSteps
from custody.chain.findings import Finding, moment
from custody.chain.journey import Journey, journey
from custody.chain.planned import Withdrawn
from custody.chain.roster import Roster
from custody.handover.counting import Counted, counted_in
from custody.measures.direct import Direct
from custody.measures.discrepancies import of_clocks, of_handovers
from custody.measures.progress import Amounts
from custody.measures.scorecard import Card, Scores
from custody.measures.scoring import marks_of
from custody.measures.timing import DueRow, DueSums
from custody.measures.traffic import HandoverLine, OpenLoad, line_of, open_loads, whole_handovers
from custody.measures.trend import Trend, trend_of
from custody.measures.truckloads import Truckloads
from custody.plan.places import Place, Ways
from db.log.memory import Mark
from db.store import Store
from services.records.field_records import handovers_without_items
from services.reporting.stock import Stock
from services.scanning.handover_past import told_beside

_BATCH = 250
MOST = 1_000_000
"""Of so many things the times, the trend and what is irregular are added up. A nation has more: each of them would cost
memory, and a regency's dashboard has its own.
"""


@dataclass(frozen=True, slots=True)
class Irregular:
    """An open finding about an item or a handover, and the place that it is about: where the thing is bound for.

    `bast` is the handover's number where the finding is about a whole handover.
    """

    finding: Finding
    place: str
    bast: str = ""


class Overview:
    """The sums of one ledger. For the thread that the store belongs to; `advance` brings it up to date."""

    def __init__(self) -> None:
        self._store: Store | None = None
        self.stock = Stock()
        """The amounts, which are known before all of this, of any number of things."""
        self._restart()

    def _restart(self) -> None:
        self._mark: Mark | None = None
        self._trusted: Roster | None = None
        self._sizes: dict[str, int] = {}
        self._to_fold: dict[str, None] = {}
        self._total = 0
        self._is_first = True
        self._ways, self._gone = Ways({}), Withdrawn()
        self._due = DueSums(self._ways)
        self._irregular: dict[str, tuple[Irregular, ...]] = {}
        self._clocks = ClockSteps()
        self._counted: dict[str, Counted] = {}
        self._lines: dict[str, HandoverLine] = {}
        self._handovers: tuple[int, list[HandoverLine]] | None = None
        self._open: tuple[int, list[OpenLoad]] | None = None
        self._loads, self._direct = Truckloads(), Direct({})
        self._unnamed: list[tuple[Counted, HandoverLine]] | None = None
        self._beside: tuple[int | None, list[tuple[Counted, Finding]]] = (None, [])
        self._scores = Scores(self._ways)
        self._next_due: dict[str, str] = {}
        self._first_due = ""
        self._to_mark: dict[str, None] = {}
        self._cards: tuple[str, list[Card]] = ("", [])
        self._put_count = 0
        self._amounts: dict[str, Amounts] = {}
        self._rows: tuple[tuple[str, int, int], list[DueRow]] | None = None

    @property
    def is_scored(self) -> bool:
        """Whether the scorecard counts everything; a due time that has passed is counted a while after the rest."""
        return not self._to_fold and not self._to_mark

    @property
    def share(self) -> float:
        """How much of the ledger is counted, 0 to 1; below 1 the answers of this object are not whole yet, but those of
        `stock` may be.
        """
        if self.is_too_large or self.stock.share < 1:
            return 0.0
        return 1.0 if not self._to_fold else max(0.0, 1 - len(self._to_fold) / max(self._total, 1))

    @property
    def is_too_large(self) -> bool:
        """Whether there is more than is ever added up, but for the amounts."""
        return self.stock.items > MOST

    def advance(self, store: Store, most_s: float) -> bool:
        """Take in what was recorded since, for about so long; whether everything is counted now."""
        end = time.monotonic() + most_s
        if not self.stock.advance(store, most_s) or self.is_too_large:
            return self.stock.share >= 1
        now = store.around.now_utc()
        self._look(store, now)
        self._trusted = store.state.stations.now()
        for stamp in store.ledger.stamps(self._clocks.sizes()):
            self._clocks.put(stamp)
        if self._unnamed is None:
            self._put_count += 1
            self._unnamed = [(counted_in(event), line_of(event)) for event in handovers_without_items(store)]
        while waiting := self._to_fold or self._to_mark:
            batch = list(islice(waiting, _BATCH))
            for chain in store.state.chains(batch, as_of=now, with_children=not self._is_first):
                self._put(chain, now)
            for code in batch:
                self._to_fold.pop(code, None)
                self._to_mark.pop(code, None)
            if time.monotonic() >= end:
                break
        self._is_first = self._is_first and bool(self._to_fold)
        self._look_beside(store)
        return self.is_scored

    def _look_beside(self, store: Store) -> None:
        """Ask again what handovers show that no chain tells, where any thing was folded since."""
        if not self._to_fold and self._beside[0] != self._put_count:
            parts = self._counted.values()
            self._beside = (self._put_count, told_beside(store, parts, self._loads, self._direct, as_of=None))

    @property
    def ways(self) -> Ways:
        """The delivery tree as it was when this was added up."""
        return self.stock.ways if self.is_too_large else self._ways

    def due_rows(self, as_of: str, within_h: int) -> list[DueRow]:
        """The due times of all items, as `custody.measures.timing.due_rows` returns them; of the minute begun."""
        asked = (as_of[:16], within_h, self._put_count)
        if self._rows is None or self._rows[0] != asked:
            self._rows = (asked, self._due.rows(as_of=as_of, within_h=within_h))
        return self._rows[1]

    def amounts(self) -> Mapping[str, Amounts]:
        """For each place how far what is bound for it or below it has come, over all kinds.

        Below the top, what has been there counts as there, as for the clock: what is on its way back, too.
        """
        changed = self.stock.changed | self._due.changed
        if not self._amounts:  # the clock's sums have begun again, and these have not
            changed |= self.stock.amounts.keys()
        for code in changed:
            known, (total, there) = self.stock.amounts.get(code, Amounts()), self._due.there(code)
            if total:
                self._amounts[code] = Amounts(total, known.labelled, known.sent, there, known.back)
            elif known.total:
                self._amounts[code] = known
            else:
                self._amounts.pop(code, None)
        self.stock.changed.clear()
        self._due.changed.clear()
        return self._amounts

    def trend(self, level: str, is_inside: Callable[[Place], bool], as_of: str) -> Trend:
        """Plan against done at the places of a level that are asked for, with the forecast."""
        return trend_of(self._due.parts(level, is_inside), as_of=as_of)

    def handovers(self) -> list[HandoverLine]:
        """All handovers that stand, each once, the newest first."""
        if self._handovers is None or self._handovers[0] != self._put_count:
            lines = (*self._lines.values(), *(line for _part, line in self._unnamed or ()))
            self._handovers = (self._put_count, whole_handovers(lines))
        return self._handovers[1]

    def open_loads(self) -> list[OpenLoad]:
        """The loads on trucks now, what is due first at the head."""
        if self._open is None or self._open[0] != self._put_count:
            found = open_loads(self._loads.aboard(), self.handovers(), self._ways, self._due.next_due)
            self._open = (self._put_count, found)
        return self._open[1]

    def cards(self, as_of: str) -> tuple[str, list[Card]]:
        """The scorecard of all committees, and as of when: the last minute begun, for it sums up every item."""
        if self._cards[0][:16] != as_of[:16]:
            self._cards = (as_of, self._scores.cards(self._counted.values(), as_of=None))
        return self._cards

    def irregular(self) -> Iterator[Irregular]:
        """What is irregular and open, but for what is late: that is the clock's."""
        parts = (*self._counted.values(), *(part for part, _line in self._unnamed or ()))
        for one in of_handovers(parts, self._beside[1], self._ways.places, as_of=None):
            yield Irregular(one.finding, one.place, one.bast)
        for found in self._irregular.values():
            yield from found
        told = (one.finding for found in self._irregular.values() for one in found)
        for one in of_clocks(self._clocks, told, self._trusted, as_of=None) if self._trusted else ():
            yield Irregular(one.finding, one.place)

    def _look(self, store: Store, now: str) -> None:
        """See what is to be folded: what new records name, or everything where it may all be judged otherwise."""
        ledger = store.ledger
        mark = ledger.memory.mark()
        if mark == self._mark and store is self._store:
            if self._first_due and self._first_due <= moment(now):
                self._to_mark |= {code: None for code, due in self._next_due.items() if due <= moment(now)}
                self._first_due = min((due for due in self._next_due.values() if due > moment(now)), default="")
            return
        before = self._mark
        sizes = ledger.sizes()
        is_same = store is self._store and before is not None and before[2:] == mark[2:] and before[0] == mark[0]
        news = list(ledger.events_since(self._sizes)) if is_same else []
        is_same = is_same and store.state.withdrawn == self._gone
        if not is_same or sizes.keys() != self._sizes.keys() or any(map(store.projection.is_notice, news)):
            self._restart()
            self._store = store
            self._ways, self._gone = Ways(store.state.places.tree()), store.state.withdrawn
            self._due, self._scores = DueSums(self._ways), Scores(self._ways)
            self._direct = Direct(store.state.stations.now().homes)
            self._mark_to_fold(ledger.codes())
        else:
            self._is_first = False  # what is packed in these may have been folded already
            for event in news:
                if event.type in ("handover", "correct") and not event.rows:
                    self._unnamed = None
                self._mark_to_fold(ledger.codes_of(event.leaf) if event.type == "correct" else event.named)
        self._mark, self._sizes = mark, sizes

    def _mark_to_fold(self, codes: Iterable[str]) -> None:
        if not self._to_fold:
            self._total = 0
        before = len(self._to_fold)
        self._to_fold |= dict.fromkeys(codes)
        self._total += len(self._to_fold) - before

    def _put(self, chain: Chain, now: str) -> None:
        self._put_count += 1
        if not (chain.item and self._gone.covers(chain.item.kind, chain.item.to, self._ways.places, chain.code)):
            self._put_sums(chain, now)
        for link in chain.links:
            if link.event.type == "handover":
                if link.is_withdrawn:
                    self._counted.pop(link.event.leaf, None)
                    self._lines.pop(link.event.leaf, None)
                elif link.event.leaf not in self._counted:
                    self._counted[link.event.leaf] = counted_in(link.event)
                    self._lines[link.event.leaf] = line_of(link.event)

    def _put_sums(self, chain: Chain, now: str) -> None:
        """Add up a thing of the plan; what was withdrawn from it counts in no sum (a withdrawal begins them again)."""
        way = journey(chain, self._ways)
        self._due.put(chain.code, way)
        self._scores.put(marks_of(chain, way, self._ways, as_of=now, is_now=True))
        self._await_due(chain.code, way, moment(now))
        self._loads.put(chain, self._ways.places, as_of=None)
        self._direct.put(chain, self._ways.places, as_of=None)
        place = (
            chain.item.to
            if chain.item
            else chain.held_by or next((link.to for link in reversed(chain.links) if link.to), "")
        )
        found = tuple(
            Irregular(finding, place)
            for finding in chain.listed
            if chain.links and finding.is_open and finding.severity != "info" and finding.code != "LATE"
        )
        if found:
            self._irregular[chain.code] = found
        else:
            self._irregular.pop(chain.code, None)

    def _await_due(self, code: str, way: Journey | None, now: str) -> None:
        """Remember when an item will have missed its next due time: then its marks are others, without any record."""
        dues = [moment(due.time) for place, due in way.dues.items() if place not in way.reached] if way else []
        ahead = min((due for due in dues if due > now), default="")
        if not ahead:
            self._next_due.pop(code, None)
            return
        self._next_due[code] = ahead
        self._first_due = min(self._first_due or ahead, ahead)
