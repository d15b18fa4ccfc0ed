"""How far each log is held, and how far it is known to have known the others: read when it is asked for, then kept."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from custody.chain.held import Held
from custody.chain.roster import Roster
from custody.errors import TamperError
from custody.format.events import Event
from db.log.reader import LedgerReader
from db.state.current_roster import RosterTable
from evidence.checkpoint import claimed_checkpoint


@dataclass(slots=True)
class _Read:
    """What was read of a log: how many of its entries, after how many failures, and how far it knew others."""

    size: int
    failures: int
    known: dict[str, int] = field(default_factory=dict)


class Knowledge(Mapping[str, Mapping[str, int]]):
    """For each log held, how far it knew each one: by its own numbers, what it refers to, and the heads that it kept.

    Reading a whole log takes a while and is asked for only where custody broke, so no log is read before.
    """

    def __init__(self, ledger: LedgerReader, stations: RosterTable) -> None:
        self._ledger, self._stations = ledger, stations
        self._read: dict[str, _Read] = {}

    def held(self) -> Held:
        """What is held of the logs that count, now."""
        whole, ends = self._ledger.memory.remember_rule("logs that may go on", self._whole)
        if not ends:
            return whole
        sizes = self._sizes()
        ended = frozenset(log for log, end in ends.items() if sizes.get(log, 0) >= end)
        return replace(whole, logs={place: logs - ended for place, logs in whole.logs.items()})

    def _whole(self) -> tuple[Held, dict[str, int]]:
        """What is held as if no log had an end; and the sizes at which some have one.

        Of admitted logs alone: while root's log is not here, nobody knows what stations there are.
        """
        roster = self._stations.now()
        logs: dict[str, set[str]] = {}
        for log, owner in roster.owners.items():
            if roster.counts(log):
                logs.setdefault(owner.place, set()).add(log)
        here = {owner.key for owner in roster.owners.values()}
        waiting = roster.powers.keys() - roster.revoked.keys() - here
        admitted = (event.body for event in self._ledger.on_topic(("admit",)))
        awaited = frozenset(str(said["place"]) for said in admitted if said["key"] in waiting)
        by_place = {place: frozenset(some) for place, some in logs.items()}
        return Held(by_place, self, awaited, has_all=roster.has_met_all), self._ends(roster)

    def _ends(self, roster: Roster) -> dict[str, int]:
        """The sizes at which logs have ended: their keys were revoked, or their stations went on with other logs."""
        ends = {log: end for log in roster.owners if (end := roster.last_good(log)) is not None}
        for event in self._ledger.on_topic(("genesis",)):
            if event.body["continues"] and not roster.is_stranger(event.log):
                log, size, _leaf = str(event.body["continues"]).rsplit(":", 2)
                owner, other = roster.owners.get(log), roster.owners[event.log]
                if owner is not None and (owner.key == other.key or owner.place == other.place) and size.isdigit():
                    ends[log] = min(int(size), ends.get(log, int(size)))
        return ends

    def _sizes(self) -> dict[str, int]:
        """How much is held of each log; of a forked one what its histories share, the same wherever they met."""
        forked = self._stations.forked()
        return {log: min(size, forked.get(log, size + 1) - 1) for log, size in self._ledger.sizes().items()}

    def __getitem__(self, log: str) -> Mapping[str, int]:
        size, failures = self._sizes().get(log, 0), self._ledger.memory.failures
        read = self._read.get(log)
        if read is None or read.failures != failures or read.size > size:
            read = self._read[log] = _Read(0, failures)
        if read.size < size:
            for event in self._ledger.events_since({**self._ledger.sizes(), log: read.size}):
                if event.seq > size:
                    break
                _learn(event, read.known)
            read.size = size
        return read.known

    def __iter__(self) -> Iterator[str]:
        return iter(self._ledger.sizes())

    def __len__(self) -> int:
        return len(self._ledger.sizes())


def _learn(event: Event, known: dict[str, int]) -> None:
    known[event.log] = max(known.get(event.log, 0), event.seq - 1)
    for ref in event.body["refs"]:
        known[ref["log"]] = max(known.get(ref["log"], 0), ref["seq"])
    if event.type == "witness":
        with suppress(TamperError):
            head = claimed_checkpoint(event.body["head"])
            known[head.origin] = max(known.get(head.origin, 0), head.size)
