"""Corrections: which records are withdrawn, by whom, and what that leaves open (after EPCIS's error declaration)."""

from collections.abc import Mapping

from custody.codes import show_code
from custody.errors import N_
from custody.events import Event
from custody.findings import Finding
from custody.fold import Link
from custody.order import Order


def withdrawals(events: Mapping[str, Event]) -> tuple[dict[str, Event], list[Event]]:
    """Which events are withdrawn, by what; and the corrections that may not withdraw what they name.

    Only the log that wrote an event may withdraw it; a correction can itself be withdrawn.
    """
    corrections = sorted((e for e in events.values() if e.type == "correct"), key=lambda e: (e.log, -e.seq, e.leaf))
    withdrawn: dict[str, Event] = {}
    foreign: list[Event] = []
    for correction in corrections:  # newest first within a log, so that a withdrawn correction does not count
        target = events.get(correction.body["target"])
        if target is None or correction.leaf in withdrawn:
            continue
        if target.log == correction.log and target.seq < correction.seq:
            withdrawn[target.leaf] = correction
        else:
            foreign.append(correction)
    return withdrawn, foreign


def withdrawn_links(code: str, events: Mapping[str, Event], withdrawn: Mapping[str, Event]) -> list[Link]:
    found = []
    for leaf in withdrawn:
        event = events[leaf]
        if row := event.rows.get(code):
            found.append(Link(event, event.body.get("from"), event.body.get("to"), row.get("how"), is_withdrawn=True))
    return sorted(found, key=lambda link: (link.event.log, link.event.seq, link.event.leaf))


def correction_findings(
    code: str, events: Mapping[str, Event], withdrawn: Mapping[str, Event], foreign: list[Event], order: Order
) -> list[Finding]:
    found = []
    for leaf, correction in sorted(withdrawn.items()):
        target = events[leaf]
        if code not in target.rows:
            continue
        shown = {"item": show_code(code), "reason": correction.body["reason"], "note": correction.body["note"]}
        found.append(
            Finding(
                "CORRECTED", N_("a record about {item} was withdrawn ({reason}): {note}"), shown, code, correction.leaf
            )
        )
        relied_on = any(code in e.rows and e.log != target.log and order.is_before(target, e) for e in events.values())
        if relied_on:
            found.append(Finding("DISPUTED", N_("another station has acted on a record about {item} that was withdrawn"),
                                 shown, code, correction.leaf))  # fmt: skip
    for correction in foreign:
        if code in events[correction.body["target"]].rows:
            found.append(Finding("DISPUTED", N_("a station asks to withdraw another station's record about {item}"),
                                 {"item": show_code(code)}, code, correction.leaf))  # fmt: skip
    return found
