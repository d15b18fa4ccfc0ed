"""Corrections: which records are withdrawn, by whom, and what that leaves open (after EPCIS's error declaration)."""

from collections import Counter
from collections.abc import Mapping

from custody.chain.findings import Finding
from custody.chain.item_state import Link
from custody.chain.order import Order
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.events import Event

Roots = frozenset[str | tuple[str, str]]
"""Whose corrections count: logs that may withdraw any record, and pairs of a log and another whose records it may."""


def withdrawals(events: Mapping[str, Event], roots: Roots) -> tuple[dict[str, Event], list[Event]]:
    """Which events are withdrawn, by what; and the corrections that may not withdraw what they name.

    Only the log that wrote an event, a log of root, or one of the office that the log belongs to may withdraw it. A
    correction can itself be withdrawn, so those that no other one names are taken first.
    """
    valid: dict[str, Event] = {}
    foreign: dict[str, Event] = {}
    for event in sorted(events.values(), key=lambda e: (e.log, e.seq, e.leaf)):
        if event.type == "correct" and (target := events.get(event.body["target"])) is not None:
            may = event.log == target.log or event.log in roots or (event.log, target.log) in roots
            (valid if may else foreign)[event.leaf] = event
    pending = Counter(correction.body["target"] for correction in valid.values())
    ready = [correction for leaf, correction in valid.items() if not pending[leaf]]
    withdrawn: dict[str, Event] = {}
    for correction in ready:  # grows: a correction follows when all that name it are judged
        target = events[correction.body["target"]]
        if correction.leaf not in withdrawn:
            withdrawn.setdefault(target.leaf, correction)
        pending[target.leaf] -= 1
        if target.leaf in valid and not pending[target.leaf]:
            ready.append(target)
    return withdrawn, [correction for leaf, correction in foreign.items() if leaf not in withdrawn]


def in_place_of(events: Mapping[str, Event], withdrawn: Mapping[str, Event]) -> dict[str, Event]:
    """The corrective events that stand, each at the place in the order of the record that it replaces.

    It says rightly what happened then, so what came since comes after it, though its log knew that when it wrote it;
    and it has that record's time, or what came since would seem written by a clock that went back.
    """
    placed: dict[str, Event] = {}
    for leaf in sorted(withdrawn):
        target, correction = events.get(leaf), withdrawn[leaf]
        for other in correction.body["corrective"]:
            event = events.get(other)
            if target is None or event is None or other in withdrawn or other in placed:
                continue
            if (event.type, event.log) == (target.type, correction.log):
                place = {"log": target.log, "seq": target.seq, "at": target.at}
                placed[other] = Event(other, {**event.body, **place})
    return placed


def withdrawn_links(code: str, events: Mapping[str, Event], withdrawn: Mapping[str, Event]) -> list[Link]:
    """The links that corrections took back, in the order of logs."""
    found = []
    for leaf in withdrawn:
        event = events[leaf]
        if row := event.rows.get(code):
            to = event.body.get("held_by") if event.type == "register" else event.body.get("to")
            found.append(Link(event, event.body.get("from"), to, row.get("how"), is_withdrawn=True))
    return sorted(found, key=lambda link: (link.event.log, link.event.seq, link.event.leaf))


def correction_findings(
    code: str, events: Mapping[str, Event], withdrawn: Mapping[str, Event], foreign: list[Event], order: Order
) -> list[Finding]:
    """CORRECTED for each withdrawn record about the item, and DISPUTED where another station still relies on one.

    The former is closed: it is for the record, and nothing is left to do.
    """
    found = []
    standing = [e for leaf, e in events.items() if leaf not in withdrawn and code in e.rows]
    for leaf, correction in sorted(withdrawn.items()):
        target = events[leaf]
        if code not in target.rows:
            continue
        shown = {"item": show_code(code), "reason": correction.body["reason"], "note": correction.body["note"]}
        told = N_("a record about {item} was withdrawn ({reason}): {note}")
        if not correction.body["note"].strip():
            told = N_("a record about {item} was withdrawn ({reason})")
        found.append(Finding("CORRECTED", told, shown, code, correction.leaf, is_open=False, also=(leaf,)))
        relying = [event.leaf for event in standing if _relies_on(event, target, correction, order)]
        if relying and not _is_replaced(target, correction, events, withdrawn, code):
            relied = N_("another station has acted on a record about {item} that was withdrawn")
            also = (leaf, *sorted(relying))
            found.append(Finding("DISPUTED", relied, shown, code, correction.leaf, also=also))
    for correction in foreign:
        if code in events[correction.body["target"]].rows:
            found.append(
                Finding(
                    "DISPUTED",
                    N_("a station asks to withdraw another station's record about {item}"),
                    {"item": show_code(code)},
                    code,
                    correction.leaf,
                    also=(correction.body["target"],),
                )
            )
    return found


def _relies_on(event: Event, target: Event, correction: Event, order: Order) -> bool:
    """Whether another log's record was made knowing the withdrawn one and not its withdrawal, or says the same."""
    if event.log == target.log:
        return False
    if order.is_before(target, event) and not order.is_before(correction, event):
        return True
    return event.type == target.type == "handover" and _says_the_same(event, target)


def _is_replaced(
    target: Event, correction: Event, events: Mapping[str, Event], withdrawn: Mapping[str, Event], code: str
) -> bool:
    """Whether a corrective event says the same of this item again, so that nothing changed for it."""
    again = (events.get(leaf) for leaf in correction.body["corrective"] if leaf not in withdrawn)
    return any(e is not None and e.type == target.type and code in e.rows and _says_the_same(e, target) for e in again)


def _says_the_same(one: Event, other: Event) -> bool:
    return all(one.body.get(name) == other.body.get(name) for name in ("from", "to", "held_by"))
