"""Twins: things that offices which began apart registered for one need, of which one counts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from custody.chain.branches import Outside, within
from custody.chain.planned import Plan
from custody.chain.roster import Roster
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.plan.critical_points import points_outside
from custody.plan.field import in_force, of_types

_ELSEWHERE = N_("{station} takes {what} out of the plan, which is for no place below {under}, where alone it may: kept")


@dataclass(frozen=True, slots=True)
class Twins:
    """The one that counts, and the others; with the station that registered each, by code, and the codes of those that
    have been handed over.
    """

    counted: Item
    others: tuple[Item, ...]
    stations: Mapping[str, str]
    moved: Collection[str] = frozenset()

    @property
    def codes(self) -> list[str]:
        """Of all of them, the one that counts first."""
        return [self.counted.code, *(item.code for item in self.others)]


def beside(found: Sequence[Twins], keep: str) -> tuple[list[str], int]:
    """The codes of what is taken out of the plan when this is kept, and how many twins are left as they are: those of
    which another one has been handed over too, which are named one by one.

    Args:
        keep: the code of a thing, or the name of the station that registered what is kept.
    """
    is_code = any(keep in one.codes for one in found)
    codes, left = list[str](), 0
    for one in found:
        kept = [code for code in one.codes if keep in (code, one.stations[code])]
        gone = [code for code in one.codes if code not in kept]
        if kept and not is_code and not set(gone).isdisjoint(one.moved):
            left += 1
        elif kept:
            codes += gone
    return codes, left


def all_outside(
    plan: Plan,
    events: Iterable[Event],
    trusted: Roster,
    goes: Callable[[Collection[str]], Mapping[str, Collection[str]]],
) -> list[Outside]:
    """All that records of the plan say of branches where their stations may not, so that it does not count: rows, and
    withdrawals of critical points and of single things.

    Args:
        plan: the fold of its records.
        events: the `point`, `withdraw` and `correct` events.
        goes: gives the places that each of some things was ever said to be bound for, by code.
    """
    said = [event for event in events if trusted.stands(event)]
    codes = taken_out(said)
    twins = twins_outside(said, trusted, plan.placed, goes(codes)) if codes else []
    return [*plan.outside, *points_outside(said, trusted, plan.placed), *twins]


def taken_out(events: Iterable[Event]) -> set[str]:
    """The codes of the things that these withdrawals take out of the plan one by one."""
    rows = (row for event in events if event.type == "withdraw" for row in event.body["rows"])
    return {str(row["code"]) for row in rows if row["row"] == "item"}


def twins_outside(
    events: Iterable[Event],
    trusted: Roster,
    placed: Mapping[str, str | None],
    goes: Mapping[str, Collection[str]],
) -> list[Outside]:
    """The withdrawals of single things of other branches, by stations that may plan below some places alone: they count
    for nothing.

    Args:
        events: the `withdraw` events of the plan, and the corrections of them.
        placed: the place above each one.
        goes: the places that each thing was ever said to be bound for, by code.
    """
    found = []
    for event in in_force(of_types(events, "withdraw"), trusted.correctors):
        scopes = trusted.scopes(event.log, "plan", event.seq)
        if not scopes or () in scopes:
            continue
        under = ", ".join(sorted({scope[-1] for scope in scopes}))
        for code in sorted(taken_out([event])):
            if not any(within(placed, to, scopes) for to in goes.get(code, ())):
                what = show_code(code)
                found.append(Outside(event, trusted.owners[event.log].station, what, under, _ELSEWHERE))
    return found
