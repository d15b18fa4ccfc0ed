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
        known: for each log, how far it knew each other one, by what is held of it.
        awaited: the places with an admitted station of which no log is here.
        has_all: whether a log is here of every station that was admitted, so that a place without one has none.
    """

    logs: Mapping[str, frozenset[str]]
    known: Mapping[str, Mapping[str, int]]
    awaited: frozenset[str] = frozenset()
    has_all: bool = False

    def is_past(self, event: Event, ends: tuple[str, str] | None, order: Order, places: Mapping[str, Place]) -> bool:
        """Whether no record that was made before `event` is still to come from a station between two places.

        That is so where each of their logs wrote the event itself, or is held up to a record that knows of it: all
        that the log recorded before is held then.

        Args:
            ends: who held the item, and who gave it; None where one of them is a truck, which may have been anywhere.
        """
        if not places or (ends is None and not self.has_all):
            return False
        between = {*self.logs, *self.awaited} if ends is None else _between(places, *ends)
        return all(self._is_past_at(place, event, order) for place in between)

    def _is_past_at(self, place: str, event: Event, order: Order) -> bool:
        logs = self.logs.get(place)
        if place in self.awaited or (logs is None and not self.has_all):
            return False
        return all(
            log == event.log or self.known[log].get(event.log, 0) >= event.seq or order.is_known_in(log, event)
            for log in logs or ()
        )


def _between(places: Mapping[str, Place], one: str, other: str) -> Iterable[str]:
    """The places on the way from one to the other, both among them: up to where their ways from the top part."""
    ways = [[place.code for place in path(places, code)] or [code] for code in (one, other)]
    shared = sum(a == b for a, b in zip(*ways, strict=False))
    return dict.fromkeys([*ways[0][max(shared - 1, 0) :], *ways[1][shared:]])
