"""The page that reviews a session, and the requests that record it, once."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from custody.errors import InputError
from custody.format.item_facts import Item
from custody.handover.draft import Details
from custody.people import named_twice_in
from custody.plan.places import is_carrier
from db.store import Store
from language import _
from reports.words import derived_words, kind_name, people_words
from services.one_line import LONGEST_NOTE, one_line
from services.scanning.draft_details import change_details, taken_from, with_details
from services.scanning.handover_details import NAMES, GivenDetails, name_line, read_details
from services.scanning.handover_papers import foretold_now
from web.answers import Answers, Asked, Sent
from web.dependencies import Draft, SiteDep
from web.live.sessions import Session
from web.pages.handover import critical_findings, handover_page
from web.pages.scan import ended
from web.pages.signing import signatures
from web.request_model import Given
from web.templating import is_device, render, render_page
from web.views.finding_groups import group_rows
from web.views.session_view import (
    board,
    few_missing,
    foretold_of,
    items_of,
    lacks_bound,
    reviewed,
    spoken_of,
)

router = APIRouter()
Name = Annotated[str, Field(max_length=LONGEST_NOTE)]
"""Of any length at first: that it is too long is said with its name (`one_line`)."""
Number = Annotated[str, Query(max_length=80)]
MOST_EXTRAS, WITNESSES = 12, 2
"""So many kinds of things without a label, and so many witnesses, have fields on the page."""
_FIELDS = (*NAMES, "note", "counted", "extras")
_SHOWN, _NAMED = 30, 20
_OFFERED = (("name", "giver"), ("office", "giver_office"))
"""What is offered of who gave last: the field's name behind `giver_`, and where a record has it."""


class Extra(Given):
    """Things that came without a readable label."""

    kind: Annotated[str, Field(min_length=1, max_length=60)]
    count: Annotated[int, Field(gt=0, lt=1_000_000)]
    note: Name = ""


class HandoverFields(Given):
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
            InputError: a text has invisible characters, or a label was scanned into a name.
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


class Reviewed(HandoverFields):
    """What is recorded: what people say, and the version of the session that they have seen.

    By `id` the page asks for what came of this press, where its answer is lost.
    """

    version: Annotated[str, Field(max_length=40)]
    id: Sent | None = None


@router.get("/scan/{draft}/review", include_in_schema=False)
def review(request: Request, site: SiteDep, draft: Draft) -> Response:
    try:
        shown = site.sessions.do(
            draft, lambda session: _review(session) | {"signatures": signatures(session, site)}, refresh=True
        )
    except InputError:
        return ended(site, draft, is_device=is_device(request))
    if not shown["board"]["giver"] or not shown["board"]["receiver"]:
        return RedirectResponse(f"/scan/{draft}", status_code=303)
    return render_page(request, "review.html", mark=site.sessions.events(draft).mark(), **shown)


@router.get("/scan/{draft}/reasons", include_in_schema=False)
def reasons(site: SiteDep, draft: Draft) -> Response:
    return HTMLResponse(render("reasons.html", **site.sessions.do(draft, _reasons)))


@router.put("/api/drafts/{draft}/said", summary="Keep what people say of a session")
def say(site: SiteDep, draft: Draft, said: HandoverFields) -> dict[str, str]:
    read = said.details()
    site.sessions.do(draft, lambda session: _say(session, read))
    return {"draft": draft}


@router.post("/api/drafts/{draft}/record", summary="Record a session, once")
def record(site: SiteDep, draft: Draft, reviewed: Reviewed) -> dict[str, Any]:
    read, once = reviewed.details(), site.sessions.answers.once

    def press(session: Session) -> tuple[str, bool]:
        return once(reviewed.id, lambda: _record(session, read, reviewed.version)), True

    bast, is_new = site.sessions.record(draft, press, lambda _store, recorded: (recorded.bast, False))
    site.streams.stop(draft)
    return {"bast": bast, "new": is_new, "page": handover_page(bast)}


@router.post("/api/drafts/{draft}/record/asked", summary="What became of a press to record whose answer was lost")
def asked(site: SiteDep, draft: Draft, press: Asked) -> dict[str, str]:
    return site.keep.do(lambda store: _became(store, site.sessions.answers, draft, press.id))


def _say(session: Session, read: Details) -> None:
    """Keep what the page says, and the witnesses beyond the two that it has fields for: a command may name more."""

    def over(details: Details) -> Details:
        witnesses = (*read.witnesses, *details.witnesses[WITNESSES:])
        return msgspec.structs.replace(taken_from(details, read, _FIELDS), witnesses=witnesses)

    change_details(session.store, session.draft, over)


def _record(session: Session, read: Details, version: str) -> str:
    _say(session, read)
    return session.record(version).bast


def _became(store: Store, answers: Answers, draft: str, id: str) -> dict[str, str]:
    answers.of(id)  # given up, if it has not come
    try:
        store.drafts.get(draft)
    except InputError:
        bast = store.papers.number_of(draft)
        return {"state": "recorded", "page": handover_page(bast)} if bast else {"state": "dropped"}
    return {"state": "open"}


def _review(session: Session) -> dict[str, Any]:
    store, desk = session.store, session.desk
    details, kinds = session.details(), store.state.kinds()
    handover = with_details(desk.handover, details)
    weighed, others = reviewed(session)
    items = items_of(session)
    spoken = spoken_of(session, items, details, weighed.facts.noted if weighed else {})
    is_carried = {
        "giver": is_carrier(store.state.places, desk.giver),
        "receiver": bool(desk.receiver and is_carrier(store.state.places, desk.receiver)),
    }
    return {
        "board": board(session),
        "spoken": spoken[:_SHOWN],
        "spoken_count": len(spoken),
        "groups": group_rows(store, others),
        "shortage_count": len(weighed.facts.missing) if weighed else 0,
        "version": session.version(),
        "said": _fields(details),
        "extras": [[each.kind, each.count, each.note] for each in handover.extras],
        "kinds": [(kind, kind_name(kinds, kind)) for kind in kinds],
        "most_extras": MOST_EXTRAS,
        "more_witnesses": handover.witnesses[WITNESSES:],
        "stops": handover.carriage.stops,
        "is_carrier": any(is_carried.values()),
        "is_carried": is_carried,
        "by_kind": _by_kind(session, items),
        "foretold": foretold_now(store, handover, {*desk.taken, *desk.refused}),
        "derived": derived_words(weighed.facts) if weighed else "",
        "few_missing": few_missing(session),
        **_names(store, desk.giver, details),
    }


def _by_kind(session: Session, items: Mapping[str, Item]) -> list[tuple[str, int]]:
    """How many of what is handed over, by kind in words, most first."""
    needs = session.store.state.kinds()
    foretold = foretold_of(session)

    def kind(code: str) -> str | bool:
        return (code in items and items[code].kind) or code in foretold

    counts = Counter[str]()
    for of, count in Counter(kind(code) for code in session.desk.taken if code not in session.desk.refused).items():
        words = _("as on the paper") if of else _("not registered")
        counts[kind_name(needs, of) if isinstance(of, str) else words] += count
    return counts.most_common()


def _names(store: Store, giver: str, details: Details) -> dict[str, Any]:
    """The names of people in our own last handovers, newest first; who gave last from there and as what, while nobody
    is named.
    """
    recent = [(body["from"], body["parties"]) for body in store.papers.recent(_NAMED)]
    known = dict.fromkeys(name for _at, said in recent for name in (said["giver"], said["receiver"]) if name)
    is_named = details.giver_name or details.receiver_name
    last: dict[str, Any] = {} if is_named else next((said for at, said in recent if at == giver), {})
    offered = {f"giver_{name}": said for name, key in _OFFERED if (said := last.get(key))}
    return {"known_names": list(known), "offered": offered if "giver_name" in offered else {}}


def _reasons(session: Session) -> dict[str, Any]:
    """What somebody should know before this is recorded as it stands: what is missing, what is critical."""
    handover = session.handover()
    lacks = [
        (not handover.giver_name, _("The name of who gives is not written.")),
        (not handover.receiver_name, _("The name of who receives is not written.")),
        (lacks_bound(session), _("Nobody has said where this vehicle goes.")),
    ]
    reasons = [words for is_so, words in lacks if is_so] + people_words(
        named_twice_in(handover.giver_name, handover.receiver_name, handover.witnesses)
    )
    weighed = session.foresee()
    return {"reasons": reasons, **critical_findings(session.store, weighed.findings if weighed else [])}


def _fields(details: Details) -> dict[str, str]:
    """What was said as the fields of the page show it, witnesses one by one."""
    witness_1, witness_2, *_more = (*details.witnesses, "", "")
    return {
        **{name: getattr(details, name) for name in (*NAMES, "note")},
        "counted": "" if details.counted is None else str(details.counted),
        "witness_1": witness_1,
        "witness_2": witness_2,
    }
