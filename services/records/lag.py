"""How far lists and reports at a hub are behind what stations have sent."""

from dataclasses import dataclass
from datetime import datetime

from db.store import Store
from language import ngettext
from language.text import number


@dataclass(frozen=True, slots=True)
class Lag:
    """How many records have arrived that lists do not show yet, and for how many seconds the first of them has."""

    count: int
    seconds: int


def lag(store: Store) -> Lag:
    """Return how far this ledger's lists are behind now, by the hub's own clock; 0 seconds where that was put back."""
    behind = store.arrivals.behind()
    if behind.since is None:
        return Lag(behind.count, 0)
    now, since = (datetime.fromisoformat(at) for at in (store.around.now_utc(), behind.since))
    return Lag(behind.count, max(int((now - since).total_seconds()), 0))


def lag_sentence(store: Store) -> str:
    """Return the lag as a sentence for pages and reports; empty where no record waits."""
    now = lag(store)
    count, seconds = now.count, now.seconds
    if not count:
        return ""
    words = ngettext(
        "As of {seconds} s ago: {count} record that has arrived since is not shown yet.",
        "As of {seconds} s ago: {count} records that have arrived since are not shown yet.",
        count,
    )
    return words.format(seconds=number(seconds), count=number(count))
