"""The numbers of BAST letters: each station counts its own, and this finds the place of each handover in that count."""

from collections import Counter
from collections.abc import Iterable, Iterator

from custody.format.events import Event


def own_number(slug: str, count: int, year: str) -> str:
    """The number that a station gives to its handover of that count: `0042/GUDANG-1/2024`."""
    return f"{count:04d}/{slug.upper()}/{year}"


def station_slug(log: str) -> str:
    """The station's part of a log's name, as reports print it: `gudang-1`; empty where a name has another form."""
    names = log.split("/")
    return names[2] if len(names) == 4 else ""


def in_row(handovers: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    """Return each record of a handover with the number that its station's own count had for it.

    The count increases with each handover. Where a handover has another number (one that several laptops share, or that
    of the record which it corrects), the number of the count stays unused.

    Args:
        handovers: the `handover` events of whole logs, those of each log in its order.
    """
    counts, numbers = Counter[str](), dict[str, str]()
    for event in handovers:
        if event.body["part"] == 1 or event.log not in numbers:
            counts[event.log] += 1
            numbers[event.log] = own_number(station_slug(event.log), counts[event.log], event.at[:4])
        yield numbers[event.log], event
