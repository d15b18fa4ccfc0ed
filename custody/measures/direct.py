"""What went straight to another place by its giver's record, and is in no record of the receiver, who has others of it.

It does not show in the chain of the thing itself: it is the receiver's records of other things that say so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from custody.chain.chain import Chain
from custody.chain.findings import Finding, had_happened, moment, name_of, shortage
from custody.chain.item_state import Link
from custody.compose.compose import Ref
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.counting import Counted, HandoverKey, counted_in
from custody.handover.handover_facts import expected_tops
from custody.handover.waybill import is_after
from custody.plan.places import Place


class Sent(NamedTuple):
    """A thing that its giver's records say went, and no record of the receiver has.

    `basts`: the numbers under which any record of its chain names it. `told`: a record of a station that is not
    admitted by which it came, and the name of that station.
    """

    item: Item
    leaf: str
    basts: frozenset[str]
    told: tuple[str, str] | None


class Direct:
    """All handovers straight to a place, added up item by item.

    Args:
        homes: the place of each log's station.
    """

    def __init__(self, homes: Mapping[str, str]) -> None:
        self._homes = homes
        self._of: dict[str, tuple[list[HandoverKey], list[tuple[HandoverKey, Counted]]]] = {}
        self._sent: dict[HandoverKey, dict[str, Sent]] = {}
        self._receipts: dict[HandoverKey, Counter[Counted]] = {}
        self._short: dict[HandoverKey, None] = {}
        self._records: dict[str, Counted] = {}

    def put(self, chain: Chain, places: Mapping[str, Place], *, as_of: str | None) -> None:
        """Take in an item, in place of what was known of it, by what had happened at a moment."""
        self._leave(chain.code)
        trips = [trip if _is_straight(trip[0], places) else [] for trip in _trips(chain, as_of)]
        pairs = {pair for trip in trips for pair in self._received_in(chain.code, trip)}
        sent = self._sent_in(chain, trips[-1]) if trips and trips[-1] else {}
        if not sent and not pairs:
            return
        self._of[chain.code] = (list(sent), list(pairs))
        for key, thing in sent.items():
            self._sent.setdefault(key, {})[chain.code] = thing
        for key, receipt in pairs:
            self._receipts.setdefault(key, Counter())[receipt] += 1
        self._look_at(chain.code)

    def not_received(self, places: Mapping[str, Place]) -> Iterator[tuple[Counted, Finding]]:
        """A finding, in the words of the letter, for each thing that by its giver's record went to a place whose own
        record has others of that one, and neither this one taken nor refused; with the first record that has others.
        """
        for key in self._short:
            receipts = sorted(self._receipts[key], key=lambda one: (one.happened, one.leaf))
            for thing in self._sent[key].values():
                item = thing.item
                record = next((record for record in receipts if record.key.bast not in thing.basts), None)
                if record is not None:
                    leaf, stranger = thing.told or ("", "")
                    yield (
                        record,
                        replace(
                            shortage(item, name_of(places, item.to), is_final=not stranger),
                            leaf=record.leaf,
                            also=(thing.leaf, leaf) if leaf else (thing.leaf,),
                            stranger=stranger,
                        ),
                    )

    def _leave(self, code: str) -> None:
        sent, pairs = self._of.get(code, ((), ()))
        for key in sent:
            del self._sent[key][code]
        for key, receipt in pairs:
            self._receipts[key] -= Counter({receipt: 1})
        self._look_at(code)
        self._of.pop(code, None)

    def _look_at(self, code: str) -> None:
        """See again of which of the handovers that name a thing some came and some did not."""
        sent, pairs = self._of.get(code, ((), ()))
        for key in (*sent, *(key for key, _receipt in pairs)):
            if self._sent.get(key) and self._receipts.get(key):
                self._short[key] = None
            else:
                self._short.pop(key, None)

    def _received_in(self, code: str, trip: list[Link]) -> Iterator[tuple[HandoverKey, Counted]]:
        """The records of a thing's giver that name what the receiver took or refused, each with the receiver's."""
        for link in trip:
            event = link.event
            if self._homes.get(event.log) != link.to or event.body.get("meant") is not None:
                continue
            for given in (other.event for other in trip if self._homes.get(other.event.log) != link.to):
                if _was_known(given, event, code):
                    if event.leaf not in self._records:
                        self._records[event.leaf] = counted_in(event)
                    yield _key(given), self._records[event.leaf]

    def _sent_in(self, chain: Chain, trip: list[Link]) -> dict[HandoverKey, Sent]:
        """The records by which a thing went that its receiver neither took nor refused nor has on a list of its own."""
        to, item = trip[0].to or "", chain.item
        at_handovers = [link for link in chain.links if link.event.type == "handover" and not link.is_withdrawn]
        listed = (link.event for link in at_handovers if link.is_absent and link.event.body["to"] == to)
        events = [link.event for link in trip]
        if item is None or not trip[0].has_moved:
            return {}
        if any(self._homes.get(event.log) == to for event in (*events, *listed)):
            return {}
        told = next(
            (
                (link.event.leaf, link.stranger)
                for _before, link in chain.aside
                if to in (link.from_, link.to) and not link.is_withdrawn
            ),
            None,
        )
        basts = frozenset(str(link.event.body["bast"]) for link in at_handovers)
        return {_key(event): Sent(item, event.leaf, basts, told) for event in events if chain.code not in event.beyond}


def _is_straight(link: Link, places: Mapping[str, Place]) -> bool:
    """Whether a handover is to a place that may expect something: no truck, no vendor."""
    return bool(expected_tops({"to": link.to, "bound": ()}, places))


def _trips(chain: Chain, as_of: str | None) -> Iterator[list[Link]]:
    """What several logs recorded of each handover of a thing, up to a moment, in order."""
    trip: list[Link] = []
    for link in chain.links:
        if link.event.type != "handover" or link.is_withdrawn or link.to is None:
            continue
        if not had_happened(link.event.happened, as_of):
            continue
        if trip and (link.has_moved or (link.from_, link.to) != (trip[0].from_, trip[0].to)):
            yield trip
            trip = []
        trip.append(link)
    if trip:
        yield trip


def _was_known(given: Event, receipt: Event, code: str) -> bool:
    """Whether a record of the giver stood when the receiver's was made: it refers to that, or clocks say so."""
    is_before = moment(given.at) <= moment(receipt.at) and moment(given.happened) <= moment(receipt.happened)
    return is_before or is_after(receipt, code, Ref(given.log, given.seq, given.leaf))


def _key(event: Event) -> HandoverKey:
    return HandoverKey(event.log, event.body["bast"], event.body["from"], event.body["to"])
