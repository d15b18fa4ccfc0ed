"""Stations by letters, and what root says of them."""

from typing import Any

from custody.format.encoding import key_fingerprint
from custody.format.events import Event


def key(name: str) -> str:
    return name.encode().hex().ljust(64, "0")


def fingerprint(name: str) -> str:
    return key_fingerprint(bytes.fromhex(key(name)))


def event(log: str, seq: int, type: str, refs: tuple[Event, ...] = (), **fields: Any) -> Event:
    known = [{"log": r.log, "seq": r.seq} for r in refs]
    body = {"type": type, "log": log, "seq": seq, "at": "2024-02-12T01:00:00Z", "refs": known, **fields}
    return Event(f"{log}{seq}".encode().hex().ljust(64, "0"), body)


def genesis(log: str, root: str | None = None) -> Event:
    return event(log, 1, "genesis", root=fingerprint(root or log), station=log, place="51", public_key=key(log))


def admit(log: str, seq: int, whom: str, *powers: str, under: str | None = None) -> Event:
    """Root's word, or a delegate's; in the newest form where its powers reach no farther than `under`."""
    told = [{"power": power, "under": under} for power in powers] if under else list(powers)
    return event(log, seq, "admit", station=whom, place="51", key=key(whom), powers=told)


def join(log: str, seq: int, whom: str) -> Event:
    return event(log, seq, "join", station=whom, place="51", key=key(whom))


def revoke(log: str, seq: int, whom: str, **last_good: int) -> Event:
    ends = [{"log": name, "size": size} for name, size in last_good.items()]
    return event(log, seq, "revoke", station=whom, key=key(whom), last_good=ends, reason="")


def plan(log: str, seq: int, name: str, *refs: Event) -> Event:
    return event(log, seq, "plan", refs, at="2024-02-11T01:00:00Z", rows=[{"row": "place", "code": "51", "name": name}])


GENESES = [genesis("A"), *(genesis(name, "A") for name in "BCD")]
