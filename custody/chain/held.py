"""How much is held of each station's log, and whether more of one could still explain that custody broke."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.chain.order import Order
from custody.format.events import Event
from custody.plan.places import Place, path


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of the logs that count.

    Attributes:
        logs: the logs of each place's stations, of those that may still go on; a place where none is held is left out.
        known: for each log, how far it knew each one, by what is held of it; its own to the last number but one.
        awaited: the places with an admitted station of which no log is here.
        has_all: whether a log is here of every station that was admitted, so that a place without one has none.
    """

    logs: Mapping[str, frozenset[str]]
    known: Mapping[str, Mapping[str, int]]
    awaited: frozenset[str] = frozenset()
    has_all: bool = False

    def is_past(
        self,
        records: Iterable[Event],
        ways: Iterable[tuple[str, str]] | None,
        order: Order,
        places: Mapping[str, Place],
    ) -> bool:
        """Whether no record that was made before all of these is still to come from a station on any of the ways.

        That is so where each of their logs is held up to a later record that was made knowing of it: all that the log
        recorded before is held then, and a station that was shown the break keys in what it still has before it
        records more.

        Args:
            ways: from where to where the item may have gone; None where a truck is among them, which may have been
                anywhere.
        """
        if not places or (ways is None and not self.has_all):
            return False
        between = {*self.logs, *self.awaited} if ways is None else {p for way in ways for p in _between(places, *way)}
        return all(self._is_past_at(place, record, order) for place in between for record in records)

    def _is_past_at(self, place: str, record: Event, order: Order) -> bool:
        logs = self.logs.get(place)
        if place in self.awaited or (logs is None and not self.has_all):
            return False
        return all(
            self.known[log].get(record.log, 0) >= record.seq or order.is_known_in(log, record) for log in logs or ()
        )


def _between(places: Mapping[str, Place], one: str, other: str) -> Iterable[str]:
    """The places on the way from one to the other, both among them: up to where their ways from the top part."""
    ways = [[place.code for place in path(places, code)] or [code] for code in (one, other)]
    shared = sum(a == b for a, b in zip(*ways, strict=False))
    return dict.fromkeys([*ways[0][max(shared - 1, 0) :], *ways[1][shared:]])
