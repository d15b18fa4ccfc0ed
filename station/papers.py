"""The paper of a handover, for whoever asks: a command writes it to a file, the page gives it to the browser.

And what is said of another station's paper once its codes have been read.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from custody.errors import N_, InputError
from language import _

if TYPE_CHECKING:
    from custody.compose import Handover
    from custody.findings import Finding
    from custody.forms import Body
    from custody.paper import Sheet
    from db.papers import ReadPaper
    from db.store import Store
    from reports.handover_column import HandoverFacts


def paper_facts(
    store: "Store", bast: str | None = None, findings: "Sequence[Finding] | None" = None
) -> "HandoverFacts":
    """What the paper of our own handover of that number says, or of the last one.

    Args:
        findings: what was found when it was recorded; None: what is found now.

    Raises:
        InputError: this station recorded no such handover.
    """
    from reports.handover_column import HandoverFacts, Part

    sheets = store.papers.sheets(bast)
    if not sheets:
        raise InputError(
            N_("this station has recorded no handover {number}")
            if bast
            else N_("this station recorded no handover yet"),
            hint=N_("Its number is on the screen after recording, and in the custody report."),
            number=bast,
        )
    own, places = store.ledger.own_log(), store.state.places
    codes = [row["code"] for said, _sheet in sheets for row in said["items"]]
    return HandoverFacts(
        parts=[Part(said, sheet) for said, sheet in sheets], items=store.state.items_of(codes),
        findings=found_now(store, sheets) if findings is None else findings, election=own.election,
        station=own.station, made_at_utc=store.around.now_utc(), made_by=store.around.by,
        places=places, needs={need.kind: need for need in store.state.needs()},
        is_reprint=findings is None,
    )  # fmt: skip


def found_now(store: "Store", sheets: "Sequence[tuple[Body, Sheet]]") -> "list[Finding]":
    """What is irregular about a recorded handover, as its items' chains tell it now, and its count."""
    from custody.findings import judge_count
    from custody.handover_facts import offered_in
    from custody.ledger import leaf_digest

    leaves = {leaf_digest(sheet.body + b"\n" + sheet.signatures.encode()).hex() for _said, sheet in sheets}
    codes = [row["code"] for said, _sheet in sheets for row in said["items"]]
    codes += (code for said, _sheet in sheets for code in (said.get("meant") or {}).get("absent", ()))
    now, last = store.around.now_utc(), sheets[-1][0]
    extras = sum(extra["count"] for extra in last["extras"])
    found = judge_count(sum(offered_in(said) for said, _sheet in sheets), extras, last["counted"])
    for chain in store.state.chains(codes, as_of=now):
        found += [finding for finding in chain.findings if finding.leaf in leaves]
    return found


def paper_words(store: "Store", paper: "ReadPaper") -> str:
    """What a paper that was read whole is about, in a line."""
    from custody.findings import name_of
    from language.text import number, printable

    said, places = paper.handover, store.state.places
    words = _("Paper {bast}: {count} items from {giver} to {to}")
    if paper.is_own:
        words = _("This station's own paper {bast}: {count} items from {giver} to {to}; its record is here")
    return words.format(
        bast=printable(said["bast"]), count=number(len(said["items"])),
        giver=name_of(places, said["from"]), to=name_of(places, said["to"]),
    )  # fmt: skip


def foretold_words(scanned: int, basts: Sequence[str], senders: Sequence[str]) -> str:
    """That things are as papers said, which is all that is known of them here; empty where there are none.

    Args:
        scanned: how many of the things that the papers name.
        basts: the numbers of the papers.
        senders: the stations that signed them.
    """
    from language import ngettext
    from language.text import number, printable

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


def foretold_now(store: "Store", handover: "Handover", codes: Iterable[str]) -> str:
    """The same of what is being scanned, while nothing is registered here; empty later."""
    waybill = store.waybill(handover)
    known = waybill.refs if store.state.is_bare else {}
    return foretold_words(sum(code in known for code in codes), waybill.basts, waybill.senders)


def foretold_then(store: "Store", handovers: "Sequence[Body]") -> str:
    """The same of what was recorded: the bodies of one handover's records."""
    told = store.papers.foretold(handovers) if store.state.is_bare else None
    return foretold_words(told.scanned, told.basts, told.senders) if told else ""


def ends_after(store: "Store", said: "Body") -> tuple[str, str]:
    """Who gives and who receives when goods come with this paper.

    Those on a truck come here, where it goes here, goes somewhere below or nobody wrote where; else the receiver is
    empty, and at the place that sent them.
    """
    from custody.waybill import is_below

    if not store.is_carrier(said["to"]):
        return said["from"], said["to"]
    own, stops = store.ledger.own_log().place, said["bound"]
    comes_here = not stops or any(is_below(store.state.places, stop, [own]) for stop in stops)
    return said["to"], own if comes_here and own != said["from"] else ""


def head_words(store: "Store", text: str) -> str:
    """Keep a signed head that a paper carries; what it shows, in words.

    Raises:
        TamperError: its log's key has not signed it, or our own ledger was put back to an older copy.
    """
    from language.text import number, printable

    head = store.heads.take(text, at=store.around.now_utc())
    if head is None:
        return _("A log's signed head; its log is not known here: show the paper's other codes")
    words = _("Signed head of {log}: {count} records, its signature holds")
    return words.format(log=printable(head.origin), count=number(head.size))


def unwitnessed_words(count: int) -> str:
    """How many of our own records nobody else has seen, and what to do about it."""
    from language.text import number

    if not count:
        return _("Another station keeps a copy of every record of this station.")
    words = _(
        "The newest records of this station ({count}) are, as far as is known, on this computer alone: give another "
        "station a copy, or let the other side scan the paper. This line goes when that station has recorded something "
        "and its data has come here."
    )
    return words.format(count=number(count))
