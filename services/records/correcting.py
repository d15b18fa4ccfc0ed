"""Corrections: an event is withdrawn, and what is right is recorded beside it, in one transaction (EPCIS)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from custody.chain.corrections import withdrawals
from custody.chain.roster import PLANNING
from custody.compose.compose import NewEvent, Ref
from custody.compose.corrective import corrective_events
from custody.errors import N_, InputError, RuleError
from custody.format.events import Event
from custody.handover.handover_facts import offered_in, station_slug
from db.handover_lookup import find_handover
from db.store import Store
from language import _, ngettext
from language.text import number
from services.scanning.handover_past import put_right

CORRECTABLE = frozenset(
    {
        "register",
        "reassign",
        "print",
        "void",
        "handover",
        "pack",
        "seal",
        "inspect",
        "delivery",
        "incident",
        "checklist",
        "correct",
        "plan",
        "withdraw",
    }
)
"""What a chain, a sum or the plan follows from. Points are recorded again; `admit` and `revoke` decide on keys."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What a withdrawal takes back, all parts of a record together: things registered, places and needs planned, and
    kinds put into phases.

    `type` is the record's. All are 0 but for `plan` and `register`: on these hangs whether things exist at all.
    """

    type: str
    items: int = 0
    places: int = 0
    needs: int = 0
    phased: int = 0

    @property
    def is_far_reaching(self) -> bool:
        """Whether to ask before: it takes away what other records speak of."""
        return self.type in ("plan", "register")


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that is in the ledger: the withdrawn events, those that say it rightly, and the corrections."""

    withdrawn: tuple[Event, ...]
    corrective: tuple[Event, ...]
    corrections: tuple[Event, ...]
    undone: Undone

    @property
    def count_left(self) -> int | None:
        """The giver's count, where what is right has it still and has another number of things; else None."""
        last = self.corrective[-1].body if self.corrective else {}
        things = sum(offered_in(event.body) for event in self.corrective)
        things += sum(extra["count"] for extra in last.get("extras", ()))
        counted = last.get("counted")
        return counted if counted != things else None


def undone_by(store: Store, event: Event) -> Undone:
    """What would be taken back by withdrawing this event now.

    Raises:
        RuleError: as `correct`.
    """
    _refuse(store, event)
    return _undone(_parts(store, event))


def _undone(parts: Sequence[Event]) -> Undone:
    kind = parts[0].type
    if kind == "register":
        return Undone(kind, items=len({code for part in parts for code in part.rows}))
    if kind == "plan":
        rows = [row for part in parts for row in part.body["rows"]]
        return Undone(
            kind,
            places=sum(row["row"] == "place" for row in rows),
            needs=sum(row["row"] == "need" for row in rows),
            phased=sum(len(part.body.get("phases", ())) for part in parts),
        )
    return Undone(kind)


def moved_on(store: Store, event: Event) -> tuple[int, int]:
    """Of how many things a record tells, all its parts together, and how many of them have newer records."""
    told = {code: part.leaf for part in _parts(store, event) for code in part.rows}
    newest = store.state.latest(told)
    return len(told), sum(newest[code].leaf != leaf for code, leaf in told.items() if code in newest)


def undone_words(undone: Undone, *, is_done: bool) -> str:
    """What a far-reaching withdrawal takes away, or has taken away, in a sentence."""
    if undone.type == "register":
        count, values = undone.items, {"count": number(undone.items)}
        if is_done:
            return ngettext(
                "{count} item is registered no longer.", "{count} items are registered no longer.", count
            ).format(**values)
        return ngettext(
            "{count} item would be registered no longer.", "{count} items would be registered no longer.", count
        ).format(**values)
    words = _(
        "The plan would lose what this record says (places: {places}, kinds of needs: {needs}, in phases: {phased})."
    )
    if is_done:
        words = _(
            "The plan has lost what that record says (places: {places}, kinds of needs: {needs}, in phases: {phased})."
        )
    return words.format(places=number(undone.places), needs=number(undone.needs), phased=number(undone.phased))


def find_event(store: Store, text: str) -> Event:
    """The event that a user means by what papers and reports show of it.

    Args:
        text: `log:seq`, where the log's station is enough (`gudang-1:7`); the number of one of our own; the number of a
            BAST; or the beginning of the leaf digest.

    Raises:
        InputError: there is none, or more than one.
    """
    log, _colon, digits = text.rpartition(":")
    own = store.ledger.own_log().name
    found: list[Event] = []
    if digits.isdecimal() and len(digits) < 16:
        found = store.ledger.at(log or own, int(digits))
        if not found and log:
            short = [name for name in store.ledger.sizes() if station_slug(name) == log.lower()]
            found = [event for name in short for event in store.ledger.at(name, int(digits))]
    if not found and re.fullmatch(r"[0-9a-f]{6,64}", text.lower()):
        found = store.ledger.beginning_with(text.lower())
    if not found and "/" in text and not log:
        return find_handover(store.state, text).parts[0]
    if len(found) != 1:
        raise InputError(
            N_("{event} means several events: {records}") if found else N_("there is no event {event}"),
            hint=N_("Give it as papers show it: the BAST's number, LOG:NUMBER, or the beginning of its digest."),
            event=text[:100],
            records=", ".join(f"{event.log}:{event.seq}" for event in found),
        )
    return found[0]


def correct(
    store: Store,
    event: Event,
    *,
    reason: str,
    note: str = "",
    to: str | None = None,
    remove: Collection[str] = (),
    counted: int | None = None,
) -> Corrected:
    """Withdraw an event, all parts of a handover or plan, and record what is right where that is given.

    Args:
        reason: `did_not_occur` or `incorrect_data`.
        to: who received it in truth.
        remove: items that were not in it.
        counted: how many things the giver counted in truth.

    Raises:
        RuleError: another log wrote it, it was withdrawn already, or such events are not corrected.
        InputError: what should be right does not go with it.
    """
    with store.transaction():
        _refuse(store, event)
        withdrawn = _parts(store, event)
        right = corrective_events(withdrawn, reason, to, remove, counted)
        right = put_right(store, withdrawn, right) if right else []
        recorded = store.record(right) if right else []
        told = store.record(
            [
                NewEvent(
                    "correct",
                    {
                        "target": old.leaf,
                        "reason": reason,
                        "note": note,
                        "corrective": [recorded[index].leaf] if recorded else [],
                    },
                    (Ref(old.log, old.seq, old.leaf),),
                )
                for index, old in enumerate(withdrawn)
            ]
        )
        return Corrected(tuple(withdrawn), tuple(recorded), tuple(told), _undone(withdrawn))


def withdrawn_now(store: Store) -> dict[str, Event]:
    """The records that do not stand, by leaf, each with the correction that withdrew it and may do so."""
    stations = store.state.stations.now()
    corrections = [event for event in store.ledger.on_topic(["correct"]) if stations.stands(event)]
    targets = (store.ledger.find(event.body["target"]) for event in corrections)
    events = {event.leaf: event for event in (*corrections, *targets) if event is not None}
    return withdrawals(events, store.state.roots)[0]


def _refuse(store: Store, event: Event) -> None:
    own = store.ledger.own_log().name
    if event.type not in CORRECTABLE:
        raise RuleError(
            N_("an event of the type {type} is not corrected"),
            hint=N_("Say whose key counts with admit and revoke."),
            type=event.type,
        )
    if event.log != own and store.state.roots.isdisjoint({own, (own, event.log)}):
        raise RuleError(
            N_("another station recorded this: {log}"),
            hint=N_("Ask that station, or the election's root, to correct it."),
            log=event.log,
        )
    stations = store.state.stations.now()
    corrections = filter(stations.stands, store.ledger.on_topic(("correct",)))
    about = {e.leaf: e for e in (event, *corrections)}
    if event.leaf in withdrawals(about, store.state.roots)[0]:
        raise RuleError(
            N_("this was withdrawn already"), hint=N_("See it with: {way}, for one of its items."), way="custody"
        )


def _parts(store: Store, event: Event) -> list[Event]:
    """The parts of one handover, plan or withdrawal, recorded one after the other; of any other event, itself."""
    if event.type not in ("handover", *PLANNING):
        return [event]
    first = event.seq - event.body["part"] + 1
    numbers = range(first, first + event.body["parts"])
    found = [other for seq in numbers for other in store.ledger.at(event.log, seq)]
    same = ("type", "bast", "source_digest", "id", "from", "to", "parts")
    is_whole = [other.seq for other in found] == list(numbers) and event in found
    is_one = all(other.body.get(name) == event.body.get(name) for other in found for name in same)
    return found if is_whole and is_one else [event]
