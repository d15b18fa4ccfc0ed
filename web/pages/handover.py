"""Reviewing a session and recording it, once; and the handover that it became, with its paper."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from custody.chain.findings import Finding
from custody.errors import InputError
from custody.format.event_types import Body
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet
from custody.handover.draft import Details
from custody.handover.handover_facts import expected_tops, stated
from custody.people import named_twice_in
from db.store import Store
from language import _
from language.text import number
from reports.handover.handover_words import fact_lines
from reports.words import custodian_name, finding_text, kind_name, people_words
from services.one_line import LONGEST_NAME, LONGEST_NOTE, one_line
from services.reporting.bast_letters import chosen_template, letter_of
from services.scanning.draft_details import change_details, taken_from, with_details
from services.scanning.handover_details import NAMES, GivenDetails, name_line, read_details
from services.scanning.handover_papers import facts_now, foretold_now, foretold_then, found_in, paper_facts, sheets_of
from web.answers import Answers, Asked, Sent
from web.dependencies import Draft, SiteDep
from web.downloads import inline_pdf
from web.live.sessions import Room
from web.pages.scan import ended
from web.pages.signing import signatures
from web.request_model import Given
from web.templating import is_device, render, render_page
from web.views.session_view import board, few_missing, foretold_of, items_of, lacks_bound, spoken_of, told

router = APIRouter()
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Number = Annotated[str, Query(max_length=80)]
MOST_EXTRAS, WITNESSES = 12, 2
_FIELDS = (*NAMES, "note", "counted", "extras")
"""So many kinds of things without a label, and so many witnesses, have fields on the page."""
_SHOWN, _FEW, _NAMED = 30, 6, 20
_AT_ONCE, _STOCK = 100, 1000
"""Of a handover of so many things, where so many are bound for there, all is read before its page is shown; of more,
behind it.
"""


class Extra(Given):
    """Things that came without a readable label."""

    kind: Annotated[str, Field(min_length=1, max_length=60)]
    count: Annotated[int, Field(gt=0, lt=1_000_000)]
    note: Annotated[str, Field(max_length=LONGEST_NAME)] = ""


class Said(Given):
    """What people say of the handover: names, the giver's own count, the vehicle, a remark."""

    giver_name: Name = ""
    receiver_name: Name = ""
    witness_1: Name = ""
    witness_2: Name = ""
    giver_office: Name = ""
    receiver_office: Name = ""
    escort: Name = ""
    extras: Annotated[list[Extra], Field(max_length=MOST_EXTRAS)] = []
    counted: Annotated[int | None, Field(ge=0, lt=1_000_000)] = None
    vehicle: Name = ""
    driver: Name = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""

    def details(self) -> Details:
        """The same, read.

        Raises:
            InputError: a text has characters that nobody sees, or a label was scanned into a name.
        """
        shown = {
            "giver_name": _("Giver"),
            "receiver_name": _("Receiver"),
            "giver_office": _("Function"),
            "receiver_office": _("Function"),
            "escort": _("Escort"),
            "witnesses": _("Witness"),
            "vehicle": _("Vehicle"),
            "driver": _("Driver"),
            "note": _("Remark"),
        }
        extras = [
            f"{one_line(_('Kind'), each.kind)}={each.count}:{one_line(_('Remark'), each.note)}" for each in self.extras
        ]
        given = {name: getattr(self, name) for name in (*NAMES, "note", "counted")}
        witnesses = (self.witness_1, self.witness_2)
        return read_details(GivenDetails(**given, witnesses=witnesses, extras=extras), "", shown, name=name_line)


class Reviewed(Said):
    """What is recorded: what people say, and the version of the session that they have seen.

    By `id` the page asks for what came of this press, where its answer is lost.
    """

    version: Annotated[str, Field(max_length=40)]
    id: Sent | None = None


@router.get("/scan/{draft}/review", include_in_schema=False)
def review(request: Request, site: SiteDep, draft: Draft) -> Response:
    try:
        shown = site.rooms.do(draft, lambda room: _review(room) | {"signatures": signatures(room, site)}, anew=True)
    except InputError:
        return ended(site, draft, is_device=is_device(request))
    if not shown["board"]["giver"] or not shown["board"]["receiver"]:
        return RedirectResponse(f"/scan/{draft}", status_code=303)
    return render_page(request, "review.html", mark=site.rooms.news(draft).mark(), **shown)


@router.get("/scan/{draft}/reasons", include_in_schema=False)
def reasons(site: SiteDep, draft: Draft) -> Response:
    return HTMLResponse(render("reasons.html", **site.rooms.do(draft, _reasons)))


@router.put("/api/drafts/{draft}/said", summary="Keep what people say of a session")
def say(site: SiteDep, draft: Draft, said: Said) -> dict[str, str]:
    read = said.details()
    site.rooms.do(draft, lambda room: _say(room, read))
    return {"draft": draft}


@router.post("/api/drafts/{draft}/record", summary="Record a session, once")
def record(site: SiteDep, draft: Draft, reviewed: Reviewed) -> dict[str, Any]:
    read, once = reviewed.details(), site.rooms.answers.once

    def press(room: Room) -> tuple[str, bool]:
        return once(reviewed.id, lambda: _record(room, read, reviewed.version)), True

    bast, is_new = site.rooms.record(draft, press, lambda _store, recorded: (recorded.bast, False))
    site.pictures.stop(draft)
    return {"bast": bast, "new": is_new, "page": _page_of(bast)}


@router.post("/api/drafts/{draft}/record/asked", summary="What became of a press to record whose answer was lost")
def asked(site: SiteDep, draft: Draft, press: Asked) -> dict[str, str]:
    return site.keep.do(lambda store: _became(store, site.rooms.answers, draft, press.id))


@router.get("/handover", include_in_schema=False)
def handover(request: Request, site: SiteDep, number: Number) -> Response:
    return render_page(request, "handover.html", **site.ask.do(lambda store: _recorded(store, number)))


@router.get("/handover/outcome", include_in_schema=False)
def outcome(site: SiteDep, number: Number) -> Response:
    return HTMLResponse(render("outcome.html", **site.aside(lambda store: _outcome(store, number))))


@router.get("/handover.pdf", include_in_schema=False)
def paper(site: SiteDep, number: Number) -> Response:
    data = site.ask.do(lambda store: _paper(store, number))
    return inline_pdf(data, f"{number.replace('/', '-')}.pdf")


@router.get("/handover/letter/{name}.pdf", include_in_schema=False)  # the name is for the tab alone
def letter(site: SiteDep, number: Number) -> Response:
    data = site.ask.do(lambda store: _letter(store, site.home, number))
    return inline_pdf(data, _letter_file(number))


def _page_of(bast: str) -> str:
    return f"/handover?{urlencode({'number': bast})}"


def _say(room: Room, read: Details) -> None:
    """Keep what the page says, and the witnesses beyond the two that it has fields for: a command may name more."""

    def over(details: Details) -> Details:
        witnesses = (*read.witnesses, *details.witnesses[WITNESSES:])
        return msgspec.structs.replace(taken_from(details, read, _FIELDS), witnesses=witnesses)

    change_details(room.store, room.draft, over)


def _record(room: Room, read: Details, version: str) -> str:
    _say(room, read)
    return room.record(version).bast


def _became(store: Store, answers: Answers, draft: str, id: str) -> dict[str, str]:
    answers.of(id)  # given up, if it has not come
    try:
        store.drafts.get(draft)
    except InputError:
        bast = store.papers.number_of(draft)
        return {"state": "recorded", "page": _page_of(bast)} if bast else {"state": "dropped"}
    return {"state": "open"}


def _review(room: Room) -> dict[str, Any]:
    store, desk = room.store, room.desk
    details = room.details()
    handover = with_details(desk.handover, details)
    weighed = room.desk.foresee(handover)
    items = items_of(room)
    spoken = spoken_of(room, items, details, weighed.facts.noted if weighed else {})
    others = [] if weighed is None else [finding for finding in weighed.findings if finding.code != "SHORTAGE"]
    is_carried = {
        "giver": store.is_carrier(desk.giver),
        "receiver": bool(desk.receiver and store.is_carrier(desk.receiver)),
    }
    return {
        "board": board(room),
        "spoken": spoken[:_SHOWN],
        "spoken_count": len(spoken),
        "findings": told(room, others),
        "shortage_count": len(weighed.facts.missing) if weighed else 0,
        "version": room.version(),
        "said": _fields(details),
        "extras": [[each.kind, each.count, each.note] for each in handover.extras],
        "kinds": [(need.kind, kind_name({need.kind: need}, need.kind)) for need in store.state.needs()],
        "most_extras": MOST_EXTRAS,
        "more_witnesses": handover.witnesses[WITNESSES:],
        "stops": handover.carriage.stops,
        "is_carrier": any(is_carried.values()),
        "is_carried": is_carried,
        "by_kind": _by_kind(room, items),
        "foretold": foretold_now(store, handover, desk.taken),
        "few_missing": few_missing(room),
        **_names(store, desk.giver, details),
    }


def _by_kind(room: Room, items: Mapping[str, Item]) -> list[tuple[str, int]]:
    """How many of what is handed over, by kind in words, most first."""
    needs = {need.kind: need for need in room.store.state.needs()}
    foretold = foretold_of(room)

    def words(code: str) -> str:
        if code in items and items[code].kind:
            return kind_name(needs, items[code].kind)
        return _("as on the paper") if code in foretold else _("not registered")

    counts = Counter(words(code) for code in room.desk.taken if code not in room.desk.refused)
    return counts.most_common()


def _names(store: Store, giver: str, details: Details) -> dict[str, Any]:
    """The names of people in our own last handovers, newest first; who gave last from there, while nobody is named."""
    recent = store.papers.recent(_NAMED)
    known = dict.fromkeys(name for body in recent for name in body["parties"].values() if name)
    is_named = details.giver_name or details.receiver_name
    last = next((body["parties"]["giver"] for body in recent if body["from"] == giver), "")
    return {"known_names": list(known), "offered": "" if is_named else last or ""}


def _reasons(room: Room) -> dict[str, Any]:
    """What somebody should know before this is recorded as it stands: what is missing, what is critical."""
    handover = room.handover()
    lacks = [
        (not handover.giver_name, _("The name of who gives is not written.")),
        (not handover.receiver_name, _("The name of who receives is not written.")),
        (lacks_bound(room), _("Nobody has said where this vehicle goes.")),
    ]
    reasons = [words for is_so, words in lacks if is_so] + people_words(
        named_twice_in(handover.giver_name, handover.receiver_name, handover.witnesses)
    )
    weighed = room.desk.foresee(handover)
    return {"reasons": reasons, **_critical(room.store, weighed.findings if weighed else [])}


def _critical(store: Store, findings: Iterable[Finding]) -> dict[str, Any]:
    """The critical ones of these as sentences, the first few."""
    needs = {need.kind: need for need in store.state.needs()}
    grave = [finding_text(finding, needs) for finding in findings if finding.severity == "critical"]
    return {"criticals": grave[:_FEW], "critical_count": len(grave)}


def _fields(details: Details) -> dict[str, str]:
    """What was said as the fields of the page show it, witnesses one by one."""
    witness_1, witness_2, *_more = (*details.witnesses, "", "")
    return {
        **{name: getattr(details, name) for name in (*NAMES, "note")},
        "counted": "" if details.counted is None else str(details.counted),
        "witness_1": witness_1,
        "witness_2": witness_2,
    }


def _recorded(store: Store, number: str) -> dict[str, Any]:
    """A handover of this station, as its page shows it.

    Raises:
        InputError: this station recorded none of that number.
    """
    sheets = sheets_of(store, number)
    judged = (
        _judged(store, sheets)
        if _is_small(store, [said for said, _sheet in sheets])
        else {"is_judged": False, "reasons": [], "critical_count": 0}
    )
    places, last = store.state.places, sheets[-1][0]
    signed = {row["party"] for row in last.get("acknowledged", ()) if row["how"] != "paper"}
    ends = {"giver": last["from"], "receiver": last["to"]}
    return {
        "bast": last["bast"],
        "happened": last["occurred"] or last["at"],
        "keyed_in": sheets[0][0]["at"] if last["occurred"] else "",
        "letter_file": _letter_file(last["bast"]),
        "unsigned": [
            last["parties"][party] or custodian_name(places, code)
            for party, code in ends.items()
            if party not in signed
        ],
        **judged,
        "bound": [custodian_name(places, code) for code in last["bound"]],
        "giver": custodian_name(places, last["from"]),
        "receiver": custodian_name(places, last["to"]),
        "giver_person": last["parties"]["giver"],
        "receiver_person": last["parties"]["receiver"],
        "query": urlencode({"number": last["bast"]}),
    }


def _outcome(store: Store, number: str) -> dict[str, Any]:
    """That a handover of this station is recorded, and what is critical about it.

    Raises:
        InputError: this station recorded none of that number.
    """
    sheets = sheets_of(store, number)
    return {"bast": sheets[-1][0]["bast"], **_judged(store, sheets)}


def _judged(store: Store, sheets: Sequence[tuple[Body, Sheet]]) -> dict[str, Any]:
    told = foretold_then(store, [said for said, _sheet in sheets])
    first = sheets[0][0]
    twice = named_twice_in(first["parties"]["giver"], first["parties"]["receiver"], first["witnesses"])
    facts = facts_now(store, sheets)
    lines = fact_lines(facts.told)
    if facts.missing:
        words = _("Not handed over, still open with {giver}: {count}.")
        giver = custodian_name(store.state.places, first["from"])
        lines.append(words.format(giver=giver, count=number(len(facts.missing))))
    more = _critical(store, found_in(facts))
    return {"is_judged": True, "facts": lines, "reasons": people_words(twice), "foretold": told, **more}


def _is_small(store: Store, records: Sequence[Body]) -> bool:
    """Whether what these records of a handover say is found at once: few things went, and few were to go."""
    named = sum(len(said["items"]) + len(said.get("refused", ())) for said in records)
    if stated(records) is not None:
        return named <= _AT_ONCE
    tops = expected_tops(records[0], store.state.places)
    bound = chain.from_iterable(store.state.find_items(under=top) for top in tops)
    return named <= _AT_ONCE and next(islice(bound, _STOCK, None), None) is None


def _letter_file(number: str) -> str:
    return f"BAST-{number.replace('/', '-')}.pdf"


def _letter(store: Store, home: Path, number: str) -> bytes:
    from reports.bast.letter_pdf import write_bast

    template = chosen_template(home)
    letter, out = letter_of(store, number), BytesIO()
    write_bast(out, letter.facts, template, letter.sheets, letter.signatures)
    return out.getvalue()


def _paper(store: Store, number: str) -> bytes:
    from reports.handover.paper import write_handover_paper

    out = BytesIO()
    write_handover_paper(out, paper_facts(store, number))
    return out.getvalue()
