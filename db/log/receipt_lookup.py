"""Which list of the other side a handover confirms: found in the chains as of then, and in papers that were read."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from custody.chain.chain import Chain, custody
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.handover_history import confirmed, listed_there, sent_by, waiting_in
from db.log.paper_records import Waybill
from db.state.queries import State


class ListThere(NamedTuple):
    """The codes that the other side's record lists, None where it lists nothing.

    `may_change`: whether what is scanned next may bring another record of the other side in, or leave one out. `phase`
    and `kinds` are those that it names; empty where it names none, or several records name several.
    """

    codes: list[str] | None = None
    may_change: bool = False
    phase: str = ""
    kinds: tuple[str, ...] = ()


def list_there(
    state: State, ends: tuple[str, str, str], chains: Mapping[str, Chain], waybill: Waybill, scanned: Collection[str]
) -> ListThere:
    """The list of what was to go that the other side's record of a handover states.

    Args:
        ends: giver, receiver, and the log of who confirms.
        chains: as of then, without the handover's own records.
        waybill: what papers said then.
        scanned: the codes that were taken or refused; empty: nothing yet, so that any record may be meant.
    """
    events = waiting_in(chains, *ends)
    papers = waybill.records
    if not any(body.get("meant") for body in (*papers.values(), *(event.body for event in events.values()))):
        return ListThere()
    waiting = {code: sent_by(papers[ref.leaf]) for code, ref in waybill.refs.items() if ref.leaf in papers}
    waiting |= {code: sent_by(event.body) for code, event in events.items()}
    meant = confirmed(waiting, scanned)
    newest = {sent_by(event.body): event for event in events.values()}
    records = [part.body for sent, event in newest.items() if sent in meant for part in _parts(state, event)]
    on_paper = [body for body in papers.values() if sent_by(body) in meant]
    gone = {str(row["code"]) for body in on_paper for row in body["items"]} - waiting.keys() - {*scanned}
    found = listed_there([*records, *on_paper])
    may_change = not scanned or len(meant) < len({*waiting.values()})
    if found is None:
        return ListThere(None, may_change)
    phases = {str(body.get("phase") or "") for body in (*records, *on_paper)}
    kinds = [body.get("kinds", ()) for body in (*records, *on_paper)]
    named = dict.fromkeys(kind for some in kinds for kind in some) if all(kinds) else {}
    codes = [code for code in found if code not in gone]
    return ListThere(codes, may_change, phases.pop() if len(phases) == 1 else "", tuple(named))


def loaded_as(state: State, giver: str, items: Iterable[Item], waybill: Waybill) -> tuple[str, tuple[str, ...]]:
    """The phase and the kinds that all of these things were meant for when a carrier got them; empty where one of them
    was not, and the phase where there were several.

    Args:
        items: what the carrier has for a place, what is inside things too.
        waybill: what papers say of it.
    """
    held = {item.code: item for item in items}
    outer = [item for item in held.values() if item.parent not in held]
    phases, kinds = set[str](), set[str]()
    for item, body in zip(outer, _brought_by(state, giver, outer, waybill), strict=True):
        if body is None or not body.get("kinds") or item.kind not in ("", *body["kinds"]):
            return "", ()
        phases.add(str(body.get("phase") or ""))
        kinds.update(map(str, body["kinds"]))
    return phases.pop() if len(phases) == 1 else "", tuple(sorted(kinds))


def _brought_by(state: State, giver: str, items: Sequence[Item], waybill: Waybill) -> Iterator[Body | None]:
    """For each of these things the record by which the giver got it; None where that is not known."""
    refs, known = (
        state.latest([item.code for item in items if item.code not in waybill.refs]),
        dict[str, Event | None](),
    )
    for item in items:
        if item.code in waybill.refs:
            body = waybill.loads.get(waybill.refs[item.code].leaf)
        elif item.code in refs:
            leaf = refs[item.code].leaf
            event = known[leaf] if leaf in known else known.setdefault(leaf, state.ledger.find(leaf))
            is_it = event is not None and event.type == "handover" and event.body["to"] == giver
            body = event.body if event and is_it else _came_by(state, item.code, giver)
        else:
            body = None
        yield body


def _came_by(state: State, code: str, giver: str) -> Body | None:
    """The record by which the giver got a thing about which more was recorded since."""
    links = custody(code, state.families.of([code])[code], roots=state.roots).links
    return next((link.event.body for link in reversed(links) if link.has_moved and link.to == giver), None)


def _parts(state: State, event: Event) -> list[Event]:
    """All parts of the handover that an event is one of, whether a correction took them back since or not."""
    first = event.seq - event.body["part"] + 1
    numbers = range(first, first + event.body["parts"])
    found = [other for seq in numbers if seq != event.seq for other in state.ledger.at(event.log, seq)]
    found = [other for other in found if other.type == "handover"]
    return [event, *(other for other in found if sent_by(other.body) == sent_by(event.body))]
