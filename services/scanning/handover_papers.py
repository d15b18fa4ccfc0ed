"""The paper of a handover, for the command and the page; and the findings about another station's paper."""

from collections.abc import Iterable, Sequence

from custody.chain.findings import Finding, name_of
from custody.compose.compose import Handover
from custody.errors import N_, InputError
from custody.format.event_types import Body
from custody.format.paper_codes import Sheet
from custody.handover.draft import RecordedHandover
from custody.handover.waybill import is_below
from custody.plan.places import is_carrier
from db.handover_lookup import find_handover, standing
from db.log.paper_records import ReadPaper
from db.store import Store
from language import _, ngettext
from language.text import number, printable
from reports.bast.letter_facts import BastFacts
from reports.handover.paper_facts import HandoverFacts, Part
from services.reporting.bast_letters import letter_facts
from services.scanning.handover_context import waybill_for


def paper_facts(store: Store, bast: str | None = None, recorded: RecordedHandover | None = None) -> HandoverFacts:
    """What the paper of our own handover of that number says, or of the last one.

    Args:
        recorded: the same as it was recorded just now; None: it is printed later, with what is found now.

    Raises:
        InputError: this station recorded no such handover.
    """

    sheets = sheets_of(store, bast)
    own, places = store.ledger.own_log(), store.state.places
    if recorded is None:
        letter = facts_now(store, sheets)
        told, findings, is_withdrawn = letter.told, found_in(letter), letter.is_withdrawn
    else:
        told, findings, is_withdrawn = recorded.facts, list(recorded.findings), False
    return HandoverFacts(
        parts=[Part(said, sheet) for said, sheet in sheets],
        items=store.state.items_of([*told.taken, *told.refused]),
        refused=told.refused,
        findings=findings,
        election=own.election,
        station=own.station,
        made_at_utc=store.around.now_utc(),
        made_by=store.around.by,
        places=places,
        needs=store.state.kinds(),
        is_reprint=recorded is None,
        is_withdrawn=is_withdrawn,
        told=told,
    )


def sheets_of(store: Store, bast: str | None = None) -> Sequence[tuple[Body, Sheet]]:
    """The records of our own handover of that number, or of the last one, each with what its paper carries.

    Raises:
        InputError: this station recorded no such handover.
    """
    if sheets := store.papers.sheets(bast):
        return sheets
    raise InputError(
        N_("this station has recorded no handover {number}") if bast else N_("this station recorded no handover yet"),
        hint=N_("Its number is on the screen after recording, and in the custody report."),
        number=bast,
    )


def recent_handovers(store: Store, most: int) -> list[tuple[Body, str]]:
    """Our own newest handovers, newest first, each with what became of it: `withdrawn`, `corrected`, else empty."""
    ledger = store.ledger

    def found() -> list[tuple[Body, str]]:
        recent = store.papers.recent(most)
        events = [event for said in recent for event in ledger.at(said["log"], said["seq"]) if event.body == said]
        stand = {event.leaf for event in standing(store.state, events)}
        right = {leaf for event in ledger.on_topic(("correct",)) for leaf in event.body["corrective"]}
        became = ("withdrawn" if e.leaf not in stand else "corrected" if e.leaf in right else "" for e in events)
        return [(event.body, word) for event, word in zip(events, became, strict=True)]

    return ledger.memory.remember(f"recent {most} with what became of them", found)


def facts_now(store: Store, sheets: Sequence[tuple[Body, Sheet]]) -> BastFacts:
    """Return the facts of a recorded handover of this station, the same for its letter, paper and page."""

    first = sheets[0][0]
    return letter_facts(store, find_handover(store.state, f"{first['log']}:{first['seq']}"))


def found_in(letter: BastFacts) -> list[Finding]:
    """What is irregular about a handover by its letter, with what is missing, which the letter lists by itself."""
    return [*(finding for finding in letter.told.findings if finding.code == "SHORTAGE"), *letter.findings]


def paper_words(store: Store, paper: ReadPaper) -> str:
    """What a paper that was read whole is about, in a line."""

    said, places = paper.handover, store.state.places
    words = _("Paper {bast}, items from {giver} to {to}: {count}")
    if paper.is_own:
        words = _("This station's own paper {bast}, items from {giver} to {to}: {count}; its record is here")
    return words.format(
        bast=printable(said["bast"]),
        count=number(len(said["items"])),
        giver=name_of(places, said["from"]),
        to=name_of(places, said["to"]),
    )


def foretold_words(scanned: int, basts: Sequence[str], senders: Sequence[str]) -> str:
    """That things are as papers said, which is all that is known of them here; empty where there are none.

    Args:
        scanned: how many of the things that the papers name.
        basts: the numbers of the papers.
        senders: the stations that signed them.
    """

    if not scanned:
        return ""
    words = ngettext(
        "{count} thing as paper {papers} says. What it is, and whether the paper is genuine, shows when the data "
        "of {stations} is taken in.",
        "{count} things as paper {papers} says. What they are, and whether the paper is genuine, shows when the data "
        "of {stations} is taken in.",
        scanned,
    )
    return words.format(
        count=number(scanned), papers=printable(", ".join(basts), 200), stations=printable(", ".join(senders), 200)
    )


def foretold_now(store: Store, handover: Handover, codes: Iterable[str]) -> str:
    """The same of what is being scanned, while nothing is registered here; empty later."""
    waybill = waybill_for(store, handover)
    known = waybill.refs if store.state.is_bare else {}
    return foretold_words(sum(code in known for code in codes), waybill.basts, waybill.senders)


def foretold_then(store: Store, handovers: Sequence[Body]) -> str:
    """The same of what was recorded: the bodies of one handover's records."""
    told = store.papers.foretold(handovers) if store.state.is_bare else None
    return foretold_words(told.scanned, told.basts, told.senders) if told else ""


def ends_after(store: Store, said: Body) -> tuple[str, str]:
    """Return the giver and the receiver when goods come with this paper.

    Goods on a truck come here if it goes here, below here, or if no destination is written; else the receiver is empty,
    and also at the place that sent them.
    """

    if not is_carrier(store.state.places, said["to"]):
        return said["from"], said["to"]
    own, stops = store.ledger.own_log().place, said["bound"]
    comes_here = not stops or any(is_below(store.state.places, stop, [own]) for stop in stops)
    return said["to"], own if comes_here and own != said["from"] else ""


def head_words(store: Store, text: str) -> str:
    """Keep a signed head that a paper carries; what it shows, in words.

    Raises:
        TamperError: its log's key has not signed it, or our own ledger was put back to an older copy.
    """

    head = store.heads.take(text, at=store.around.now_utc())
    if head is None:
        return _("A log's signed head; its log is not known here: show the paper's other codes")
    words = _("Signed head of {log}, records: {count}; its signature holds")
    return words.format(log=printable(head.origin), count=number(head.size))


def unwitnessed_words(count: int) -> str:
    """Say how many of our own records no other station has seen, and what to do about it."""

    if not count:
        return _("Another station keeps a copy of every record of this station.")
    words = _(
        "The newest records of this station ({count}) are, as far as is known, on this computer alone: give another "
        "station a copy, or let the other side scan the paper. This line goes when that station has recorded something "
        "and its data has come here."
    )
    return words.format(count=number(count))
