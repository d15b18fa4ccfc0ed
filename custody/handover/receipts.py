"""The list that the other side's record of a handover states: a receipt of it expects that, and derives nothing."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.handover_facts import stated

if TYPE_CHECKING:
    from custody.chain.chain import Chain


class Sent(NamedTuple):
    """Which handover of another log: the log, its session and its BAST number."""

    log: str
    id: str
    bast: str


def sent_by(record: Body) -> Sent:
    """The handover that a record is a part of."""
    return Sent(str(record["log"]), str(record["id"]), str(record["bast"]))


def waiting_in(chains: "Mapping[str, Chain]", giver: str, to: str, log: str) -> dict[str, Event]:
    """The newest record of other logs by which each thing came, of those that `log` has not confirmed; by code."""
    found = {}
    for code, chain in chains.items():
        if chain.is_recorded(giver, to, log):
            found[code] = [
                link.event
                for link in chain.links
                if (link.from_, link.to) == (giver, to) and link.event.log != log and not link.is_withdrawn
            ][-1]
    return found


def confirmed(waiting: Mapping[str, Sent], scanned: Collection[str]) -> set[Sent]:
    """The handovers that a receipt confirms: those by which something came that was scanned; before the first scan all.

    Args:
        waiting: by code, the handover by which a thing came that the receiver has not confirmed.
        scanned: the codes that were taken or refused.
    """
    return {waiting[code] for code in scanned if code in waiting} if scanned else set(waiting.values())


def listed_there(records: Iterable[Body]) -> dict[str, None] | None:
    """The codes that by these records of the other side were to go; None where one of them states no list: what was to
    go in that one follows from plan and events.
    """
    records = list(records)
    return stated(records) if all(body.get("meant") is not None for body in records) else None


def still_meant(codes: Iterable[str], before: Mapping[str, Item], to: str, scanned: Collection[str]) -> list[str]:
    """Those of these codes that the receiver does not have by an earlier record, or that are offered again."""
    again = frozenset(scanned)
    return [code for code in codes if code in again or code not in before or before[code].held_by != to]
