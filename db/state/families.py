"""The records of an item and of what it was packed in, which together make its chain."""

from collections.abc import Iterable, Mapping

from custody.format.events import Event
from db.log.reader import LedgerReader
from db.state.current_roster import RosterTable


class Families:
    """The records of one ledger by item, those of its parents among them."""

    def __init__(self, ledger: LedgerReader, stations: RosterTable) -> None:
        self._ledger, self._stations = ledger, stations

    def of(
        self,
        codes: Iterable[str],
        *,
        with_children: bool = False,
        with_strangers: bool = False,
        heard: frozenset[str] = frozenset(),
    ) -> dict[str, list[Event]]:
        """For each code, the events that name it or a parent of it; optionally for everything packed in them too.

        What does not count is left out: records of stations that are not admitted, unless they are asked for, and what
        a revoked station recorded too late.

        Args:
            heard: logs that count here, admitted or not.
        """
        stations = self._stations.now()
        strangers = frozenset() if with_strangers else stations.strangers - heard
        naming: dict[str, list[Event]] = {}
        parents: dict[str, set[str]] = {}
        children: dict[str, set[str]] = {}
        heads = set(codes)
        wanted = set(heads)
        while wanted:
            found = {
                code: [event for event in events if event.log not in strangers and not stations.is_quarantined(event)]
                for code, events in self._ledger.naming(wanted).items()
            }
            naming |= found
            for event in {e.leaf: e for events in found.values() for e in events if e.type == "pack"}.values():
                children.setdefault(event.body["parent"], set()).update(event.body["children"])
                for child in event.body["children"]:
                    parents.setdefault(child, set()).add(event.body["parent"])
            if with_children:
                heads = _reached(heads, children)
            wanted = (heads | children.keys()) - naming.keys()
        return {code: _with_parents(code, naming, parents) for code in heads}


def _with_parents(code: str, naming: Mapping[str, list[Event]], parents: Mapping[str, set[str]]) -> list[Event]:
    if code not in parents:
        return naming.get(code, [])
    family = _reached({code}, parents)
    return list({event.leaf: event for member in family for event in naming.get(member, ())}.values())


def _reached(start: set[str], steps: Mapping[str, set[str]]) -> set[str]:
    """Where one gets from `start`, and `start` itself."""
    reached, news = set(start), set(start)
    while news:
        news = set().union(*(steps.get(code, set()) for code in news)) - reached
        reached |= news
    return reached
