"""Bundles to be checked: stations that rely on each other under a root, and some whose word does not count."""

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from evidence.entry import RawEntry
from evidence.intake import LogRow, entry_line, header_line
from tests.support.evidence_logs import Station, chain_of_stations


@dataclass
class Evidence:
    """A bundle before it is written, and what its auditor brings."""

    stations: list[Station]
    logs: list[list[RawEntry]]
    rows: list[LogRow]
    root: str | None = None
    heads: list[str] = field(default_factory=list)
    bend: Callable[[bytes], bytes] = lambda data: data
    """What is done to the bundle's text before it is packed."""
    spoil: Callable[[bytes], bytes] = lambda data: data
    """What is done to the packed file."""

    def write(self, path: Path) -> Path:
        lines = [entry_line(entry.body, entry.signatures) for log in self.logs for entry in log]
        path.write_bytes(self.spoil(gzip.compress(self.bend(header_line(self.rows) + b"".join(lines)), 1, mtime=0)))
        return path

    def relist(self, number: int) -> None:
        """Make the list say what the entries of a log are now."""
        entries = self.logs[number]
        head = entries[-1].leaf if entries else None
        self.rows[number] = replace(
            self.rows[number], size=len(entries), head=head.hex() if head else None, checkpoint=None
        )


def honest(dice: random.Random, *, meddlers: int = 0) -> Evidence:
    """Stations that relied on each other, under a root whose word counts them in, and heads that people kept.

    `meddlers`: how many others are there at most, whose lies do not count by the root's word.
    """
    stations = chain_of_stations(dice.randrange(2, 5), dice.randrange(3, 9))
    first, last = stations[0], stations[-1]
    delegate = stations[1] if dice.randrange(2) else first
    if delegate is first:
        for other in stations[1:]:
            admit(first, other)
    else:
        admit(first, delegate, "admit", *dice.sample(["plan"], dice.randrange(2)))
        for other in stations[2:]:
            admit(delegate, other)
    if dice.randrange(2):
        last.write("witness", head=first.head(dice.randrange(1, len(first.entries) + 1)))
    first.hand_over()
    last.hand_over([first.ref()])
    is_rooted = dice.randrange(2)
    if is_rooted:
        for meddle in dice.sample(MEDDLERS, dice.randrange(meddlers + 1)):
            stations += meddle(first, delegate, dice)
    rows = [station.row() for station in stations]
    rows = [replace(r, checkpoint=s.head()) if dice.randrange(2) else r for r, s in zip(rows, stations, strict=True)]
    evidence = Evidence(stations, [list(station.entries) for station in stations], rows)
    evidence.root = first.fingerprint if is_rooted else None
    for station in stations:
        if dice.randrange(2):
            evidence.heads.append(station.head(dice.randrange(len(station.entries) + 1)))
    if dice.randrange(2):
        order = dice.sample(range(len(stations)), len(stations))
        evidence.logs, evidence.rows = [evidence.logs[n] for n in order], [evidence.rows[n] for n in order]
        evidence.stations = [stations[n] for n in order]
    return evidence


MEDDLER = 50
"""The seeds of stations whose word does not count, or not all of it, begin here."""


def admit(by: Station, whom: Station, *powers: str, under: str | None = None) -> None:
    """By a station's word, which relies on its own admission as a delegate's does, another one counts; in the newest
    form where its powers reach no farther than a place.
    """
    refs = [] if by.admitted is None else [by.admitted]
    told = [{"power": power, "under": under} for power in powers] if under else list(powers)
    by.write("admit", refs, v=5 if under else 1, station="Pos", place="51.02", key=whom.public_key.hex(), powers=told)
    whom.admitted = whom.admitted or by.ref()


def revoke(by: Station, whom: Station, *sizes: tuple[str, int]) -> None:
    ends = [{"log": log, "size": size} for log, size in sizes]
    by.write("revoke", station="Pos", key=whom.public_key.hex(), last_good=ends, reason="hilang")


def lie(station: Station, about: Station) -> None:
    """What would be evidence against an honest log, from a station whose word counts."""
    station.hand_over([about.ref(1) | {"leaf": "0" * 64}, about.ref() | {"seq": len(about.entries) + 7}])
    station.write("witness", head=Station(99, about.name).head())


def a_stranger(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Whoever admits himself is not admitted."""
    stranger = Station(MEDDLER).fill(3)
    admit(stranger, stranger, "admit")
    revoke(stranger, root)
    lie(stranger, root)
    return [stranger]


def a_thief(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """A key that was revoked: what it said before counts, what it said later does not, and it revokes nobody above."""
    thief = Station(MEDDLER + 1).fill(dice.randrange(2, 5))
    admit(delegate, thief, "admit")
    thief.hand_over([root.ref()])
    good = len(thief.entries)
    ends = [(thief.name, good), (thief.name, good + dice.randrange(9)), ("serah/x/y/0000000000000000", 1)]
    for by in dice.sample([root, delegate], 2):
        revoke(by, thief, *dice.sample(ends, 3))
    revoke(thief, root)
    revoke(thief, delegate)
    lie(thief, root)
    return [thief]


def a_widow(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Its key was revoked, and of this log of it nothing was called good."""
    widow = Station(MEDDLER + 2).fill(3)
    admit(delegate, widow)
    revoke(root, widow, ("serah/x/y/0000000000000000", 9))
    lie(widow, root)
    return [widow]


def two_beside_each_other(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Who was admitted by one of the same level is not revoked by it, and goes on witnessing."""
    one, other = Station(MEDDLER + 3), Station(MEDDLER + 4)
    for station in (one, other):
        admit(delegate, station, "admit")
    revoke(one, other)
    revoke(other, one)
    child = Station(MEDDLER + 5)
    admit(one, child)
    for station in (one, other, child):
        station.hand_over([root.ref(), delegate.ref()])
    return [one, other, child]


def one_admitted_too_late(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """A delegate that admits somebody after its own end admits nobody."""
    late, child = Station(MEDDLER + 6), Station(MEDDLER + 7)
    admit(root, late, "admit")
    revoke(root, late, (late.name, len(late.entries)))
    admit(late, child)
    lie(child, root)
    return [late, child]


def one_whose_powers_were_taken(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Admitted twice, with less the second time: the second word holds for all that it says."""
    poor, child = Station(MEDDLER + 8), Station(MEDDLER + 9)
    admit(delegate, poor, "admit")
    admit(delegate, poor)
    admit(poor, child)
    lie(child, root)
    poor.hand_over([root.ref()])
    return [poor, child]


def two_branches(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Two branches: each revokes its own alone, and neither adds to what the other lets a key do."""
    one, other, child, thief = (Station(MEDDLER + n) for n in range(10, 14))
    admit(root, one, "admit", under="51.71")
    admit(root, other, "admit", under="51.08")
    for by in dice.sample([one, other], 2):
        admit(by, thief, *dice.sample(["admit", "plan"], dice.randrange(3)), under=dice.choice(["51.71", "51.08.01"]))
    admit(one, child)
    revoke(other, child, *[(child.name, 1)] * dice.randrange(2))
    revoke(dice.choice([one, other]), thief, (thief.name, dice.randrange(1, 9)))
    grandchild = Station(MEDDLER + 14)
    admit(thief, grandchild)
    for station in (one, other, child, thief, grandchild):
        station.hand_over([root.ref()])
    return [one, other, child, thief, grandchild]


def an_office_that_began_apart(root: Station, delegate: Station, dice: random.Random) -> list[Station]:
    """Whoever has admitted or planned by himself counts where he has joined, and nowhere else."""
    office, child = Station(MEDDLER + 15), Station(MEDDLER + 16)
    admit(office, child)
    for whom in dice.sample([root, delegate, child], dice.randrange(3)):
        office.write("join", v=5, station="Pos", place="51", key=whom.public_key.hex())
    admit(dice.choice([root, delegate]), office, *dice.sample(["admit"], dice.randrange(2)), under="51.71")
    child.hand_over([root.ref(), delegate.ref()])
    return [office, child]


MEDDLERS: list[Callable[[Station, Station, random.Random], list[Station]]] = [
    a_stranger,
    a_thief,
    a_widow,
    two_beside_each_other,
    one_admitted_too_late,
    one_whose_powers_were_taken,
    two_branches,
    an_office_that_began_apart,
]
