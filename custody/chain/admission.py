"""What waits for admission: logs that are kept and count nowhere until root admits their keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from custody.chain.roster import Roster


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
