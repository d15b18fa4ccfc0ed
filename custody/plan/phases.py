"""Phases (tahap): which kinds are delivered together and when they are due, and what of a phase has not come yet.

A plan records them, and a profile may name them; a kind is in one phase at the most.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from custody.errors import N_, InputError
from custody.format.item_facts import Item


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A phase: its code ("I"), its name, its kinds, and when they must be where they are bound for.

    `due`: RFC 3339, UTC; None where nobody said. `dues` has the kinds that are due at another time than the phase.
    """

    code: str
    name: str = ""
    kinds: tuple[str, ...] = ()
    due: str | None = None
    dues: dict[str, str | None] = {}

    def due_of(self, kind: str) -> str | None:
        """When this kind of the phase is due; None where nobody said."""
        return self.dues.get(kind, self.due)


def phases_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Phase, ...]:
    """The phases that rows of `plan` events tell, in the order of their due times: of each kind the last row holds.

    A row with an empty phase takes its kind out of all of them. A phase is due when the last of its kinds is.
    """
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        last.pop(row["kind"], None)
        last[row["kind"]] = row
    of_phase: dict[str, list[Mapping[str, Any]]] = {}
    for row in last.values():
        if row["phase"]:
            of_phase.setdefault(row["phase"], []).append(row)
    found = []
    for code, own in of_phase.items():
        due = max((row["due"] for row in own if row["due"]), default=None)
        names = [row["name"] for row in own if row["name"]]
        kinds = tuple(sorted(row["kind"] for row in own))
        dues = {row["kind"]: row["due"] for row in own if row["due"] != due}
        found.append(Phase(code, names[-1] if names else "", kinds, due, dues))
    return tuple(sorted(found, key=lambda phase: (phase.due is None, phase.due or "", phase.code)))


def phase_rows(phases: Iterable[Phase]) -> list[dict[str, Any]]:
    """The rows of a `plan` event that tell these phases."""
    return [
        {"phase": phase.code, "name": phase.name, "kind": kind, "due": phase.due_of(kind)}
        for phase in phases
        for kind in phase.kinds
    ]


def phase_of(phases: Iterable[Phase], kind: str) -> Phase | None:
    """The phase of a kind; None where it is in none."""
    return next((phase for phase in phases if kind in phase.kinds), None)


def kinds_meant(phases: Sequence[Phase], code: str, kinds: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The phase and the kinds that are to go, where somebody says either; empty where nobody does.

    Args:
        code: of the phase, in any case; empty: none was said.
        kinds: those that there are, of the phase where not all of it is to go.

    Raises:
        InputError: there is no such phase, or a kind is not of it.
    """
    if not code:
        return "", tuple(dict.fromkeys(kinds))
    phase = next((one for one in phases if one.code.casefold() == code.casefold()), None)
    if phase is None:
        raise InputError(
            N_("there is no phase {phase} in the plan"),
            hint=N_("The phases are: {phases}. Load them with: {way}"),
            way="load",
            phase=code,
            phases=", ".join(one.code for one in phases) or "-",
        )
    for kind in kinds:
        if kind not in phase.kinds:
            raise InputError(
                N_("{kind} is not of phase {phase}"),
                hint=N_("The kinds of this phase are: {kinds}"),
                kind=kind,
                phase=phase.code,
                kinds=", ".join(phase.kinds),
            )
    return phase.code, tuple(dict.fromkeys(kinds)) or phase.kinds


# --- What has not come yet ----------------------------------------------------------------------------------------


class Goods(msgspec.Struct, frozen=True):
    """The things of a kind that a place has registered, in pieces: still there as they were registered, how many of
    these have a label, and how many are gone from there.
    """

    there: int = 0
    labelled: int = 0
    gone: int = 0


NotCome = Mapping[tuple[str, bool], int]
"""How many pieces of a kind have not come, of those with a label and of those without."""


def not_come(goods: Mapping[str, Goods], arrived: Mapping[str, int], phases: Iterable[Phase]) -> NotCome:
    """How much of each kind of a phase is registered at a place, and no vendor has brought it yet.

    What has come of a kind is what its deliveries say; where none is recorded, what has a label. What has a label has
    come before what has none.

    Args:
        goods: by kind.
        arrived: the pieces that vendors brought there, damaged ones too, by kind; none of kinds without a delivery.
    """
    found: dict[tuple[str, bool], int] = {}
    for kind in (kind for phase in phases for kind in phase.kinds):
        held = goods.get(kind, Goods())
        here = min(max(arrived[kind] - held.gone, 0), held.there) if kind in arrived else held.labelled
        labelled = max(held.labelled - here, 0)
        found |= {(kind, True): labelled, (kind, False): held.there - here - labelled}
    return found


def not_there(items: Iterable[Item], offered: Collection[str], waiting: NotCome) -> dict[str, Item]:
    """Those of these things that may not have come yet, by code: what was offered has; the last of their like have not.

    Args:
        items: what a place holds.
    """
    left, found = dict(waiting), dict[str, Item]()
    if not any(left.values()):
        return found
    for item in sorted(items, key=lambda item: (item.to, item.k, item.code), reverse=True):
        kind = (item.kind, item.print > 0)
        if item.code not in offered and left.get(kind, 0) > 0:
            left[kind] -= item.quantity
            found[item.code] = item
    return found
