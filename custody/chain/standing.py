"""Findings about the stations that recorded a chain: logs that are forked, revoked or not admitted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from custody.chain.chain import Chain
from custody.chain.findings import Finding
from custody.chain.roster import Roster
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event

_FORKED = N_(
    "the log of {station} has two histories from number {seq} on, both signed by its key: its word on {item} is in "
    "doubt"
)
_UNADMITTED = N_("{station} recorded this of {item}, and root has not admitted its key")
_SET_ASIDE = N_("records of {station} about {item}, kept and counted nowhere until root admits its key: {count}")
_OF_ALL = {
    _UNADMITTED: N_("{station} recorded this of {count} things, and root has not admitted its key"),
    _SET_ASIDE: N_(
        "{station} recorded something of {count} things; it is kept and counted nowhere until root admits its key"
    ),
}
"""What is said in place of these of several things together."""
_LEFT_OUT = N_("records of {station} about {item} that came after its key was revoked, left out: {count}")


def with_standing(chain: Chain, roster: Roster, forked: Mapping[str, int], left_out: Sequence[Event]) -> Chain:
    """Return the chain with a finding for each log in it that is not admitted, forked or revoked; order does not
    matter.

    That a log is not admitted is provisional where its records count all the same: at its own station, and wherever
    root's log is not here.

    Args:
        forked: the logs that have two histories, and the number from which on they differ.
        left_out: the item's events that came after their station's key was revoked.
    """
    events = [link.event for link in chain.links]
    if not (chain.aside or left_out) and all(event.log not in forked and roster.counts(event.log) for event in events):
        return chain
    is_early = not roster.roots  # nobody can be admitted as long as root's log is not here
    links = sorted(events, key=_place)
    first = _by_log(links)
    doubtful = _by_log(event for event in links if event.seq >= forked.get(event.log, event.seq + 1))
    found = [_finding(chain, "FORK", events[0], _FORKED, roster, seq=forked[log]) for log, events in doubtful.items()]
    for log, events in first.items():
        if not roster.counts(log):
            unadmitted = _finding(chain, "UNKNOWN_STATION", events[0], _UNADMITTED, roster)
            found.append(replace(unadmitted, is_provisional=True, is_foretold=is_early))
    aside = sorted((link.event for _before, link in chain.aside), key=_place)
    for message, groups in ((_SET_ASIDE, _by_log(aside)), (_LEFT_OUT, _by_log(sorted(left_out, key=_place)))):
        found += [
            _finding(chain, "UNKNOWN_STATION", events[0], message, roster, count=len(events))
            for events in groups.values()
        ]
    return replace(chain, findings=(*chain.findings, *found)) if found else chain


def each_station_once(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, that a station is not admitted said once of all things that it recorded."""
    found, alike = list[Finding](), dict[tuple[object, ...], list[int]]()
    for finding in findings:
        if finding.message in _OF_ALL:
            alike.setdefault((finding.message, finding.values["station"], finding.is_foretold), []).append(len(found))
        found.append(finding)
    for at, *more in alike.values():
        if more:
            values = {"station": found[at].values["station"], "count": 1 + len(more)}
            found[at] = replace(found[at], message=_OF_ALL[found[at].message], values=values, item=None)
    rest = {number for _at, *more in alike.values() for number in more}
    return [finding for number, finding in enumerate(found) if number not in rest]


def _by_log(events: Iterable[Event]) -> dict[str, list[Event]]:
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(event.log, []).append(event)
    return groups


def _place(event: Event) -> tuple[str, int, str]:
    return (event.log, event.seq, event.leaf)


def _finding(chain: Chain, code: str, event: Event, message: str, roster: Roster, **values: object) -> Finding:
    owner = roster.owners.get(event.log)
    shown = {"item": show_code(chain.code), "station": owner.station if owner else event.log, **values}
    return Finding(code, message, shown, chain.code, event.leaf)


# --- What waits for admission: logs that are kept and count nowhere until root admits their keys ----------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A log that is not admitted: its station and place, how many records of it are held, its key (64 hex digits).

    `is_own`: it is that of the station that asks, where it counts all the same.
    """

    log: str
    station: str
    place: str
    records: int
    key: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Stranger:
    """A log that nobody admitted: whose it says it is, its key's fingerprint, and how much is kept of it.

    `kept_to`: up to which number a head of it stays when it is dropped, for this station's records keep it or it was
    shown on paper; 0 where there is none.
    """

    id: int
    log: str
    station: str
    place: str
    fingerprint: str
    entries: int
    bytes: int
    kept_to: int = 0


def waiting(trusted: Roster, sizes: Mapping[str, int]) -> list[Waiting]:
    """The logs that wait, by station and log; none while root's log, which could admit them, is not here.

    A key that was revoked is admitted no more, so its logs do not wait.

    Args:
        sizes: how many records are held of each log.
    """
    if not trusted.roots:
        return []
    found = [
        Waiting(log, owner.station, owner.place, sizes.get(log, 0), owner.key, log in trusted.own)
        for log, owner in trusted.owners.items()
        if not trusted.counts(log) and owner.key not in trusted.revoked
    ]
    return sorted(found, key=lambda one: (one.is_own, one.station, one.log))
