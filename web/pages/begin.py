"""Choosing who gives and who receives: by search, from the recent ones, or by scanning the places' labels."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from custody.errors import N_, CodeError, InputError
from custody.format.codes import is_plate, parse_custodian
from custody.handover.draft import DraftInfo
from db.store import Store
from language import _
from language.text import printable
from reports.words import custodian_name, place_path, show_custodian
from services.plan.custodians import find_custodian, is_named, may_load_plan, what_is_to_go
from services.scanning.draft_details import change_details, with_goods
from services.scanning.open_drafts import open_draft, untouched_draft
from web.dependencies import SiteDep
from web.pages.home import unfinished
from web.request_model import Given
from web.templating import render_page
from web.views.session_view import goods, with_code

router = APIRouter()
Code = Annotated[str, Field(max_length=300)]
_FOUND, _RECENT = 12, 6
_NAMED = re.compile(r"\(([0-9A-Z][0-9A-Z./-]{0,39})\)$")
"""The code at the end of a field that was filled by choosing: static/choose.js writes it there."""


class Ends(Given):
    """Who gives, who receives, and the places that a carrier goes to; empty where it is not said yet.

    `bound` is None where it stays as it is; so are `phase` and `kinds`, of which what is to go is.
    """

    giver: Code = ""
    receiver: Code = ""
    bound: Annotated[list[Code] | None, Field(max_length=200)] = None
    phase: Annotated[str | None, Field(max_length=40)] = None
    kinds: Annotated[list[Code], Field(max_length=200)] = []


_End = Annotated[str, Query(max_length=60)]


@router.get("/scan", include_in_schema=False)
def begin(request: Request, site: SiteDep, giver: _End = "", receiver: _End = "") -> Response:
    return render_page(request, "begin.html", **site.ask.do(lambda store: _known(store, giver, receiver)))


@router.get("/api/places", summary="Search places by name or code")
def search(site: SiteDep, q: Annotated[str, Query(max_length=80)] = "") -> list[dict[str, str]]:
    return site.ask.do(lambda store: find_places(store, q))


@router.post("/api/drafts", summary="Begin a session", status_code=201)
def begin_draft(site: SiteDep, ends: Ends) -> dict[str, str]:
    return {"draft": site.keep.do(lambda store: draft_with(store, ends).id)}


def find_places(store: Store, words: str) -> list[dict[str, str]]:
    """The custodians that these words may mean: places by name or code, or a vehicle by its plate."""
    places = store.state.places
    places.refresh()
    words = _code(words)
    found = [
        {"code": place.code, "name": printable(place.name), "within": place_path(places, place.parent or "")}
        for place in places.find(words, _FOUND)
    ]
    try:
        code = parse_custodian(words)
    except CodeError:
        code = ""
    if is_plate(code) and code not in places:
        found.insert(0, {"code": code, "name": show_custodian(code), "within": _("A vehicle")})
    elif code and code not in places and is_named(store, code):
        found.insert(0, {"code": code, "name": printable(code), "within": _("Not in the plan yet")})
    return found


def _known(store: Store, giver: str, receiver: str) -> dict[str, Any]:
    """What the page offers: the ends asked for, our own place, the recent handovers, and what was begun."""
    places = store.state.places
    places.refresh()
    own = store.ledger.own_log().place
    within = place_path(places, own)
    recent: dict[tuple[str, str], dict[str, str]] = {}
    for said in store.papers.recent(50):
        key = (said["from"], said["to"])
        recent.setdefault(
            key,
            {
                "giver": show_custodian(said["from"]),
                "giver_name": custodian_name(places, said["from"]),
                "receiver": show_custodian(said["to"]),
                "receiver_name": custodian_name(places, said["to"]),
                "bound": " ".join(said["bound"]),
                "bound_names": ", ".join(custodian_name(places, code) for code in said["bound"]),
            },
        )
    return {
        "asked_giver": with_code(places, giver) if giver else "",
        "asked_receiver": with_code(places, receiver) if receiver else "",
        "own_shown": with_code(places, own),
        "goods": goods(store),
        "own_path": "" if within == custodian_name(places, own) else within,
        # what it has not received it cannot give
        "receives": not (store.state.has_plan or may_load_plan(store) or recent),
        "recent": list(recent.values())[:_RECENT],
        "drafts": unfinished(store)[:_RECENT],
    }


def draft_with(store: Store, ends: Ends) -> DraftInfo:
    """Begin a session with the ends that were typed or chosen, or go on with one in which nothing was done yet.

    Raises:
        InputError, RuleError: there is no such custodian, or it would hand over to itself.
        TamperError: the ledger was put back to an older copy.
    """
    giver, receiver = (custodian_on_page(store, text) if text.strip() else "" for text in (ends.giver, ends.receiver))
    bound = [custodian_on_page(store, text) for text in ends.bound or () if text.strip()]
    to_go = what_is_to_go(store, ends.phase or "", ends.kinds)
    draft = untouched_draft(store, giver, receiver, bound) or open_draft(store, giver, receiver, bound)
    if any(to_go):
        change_details(store, draft.id, lambda said: with_goods(said, to_go))
    return draft


def custodian_on_page(store: Store, text: str) -> str:
    """Return the code of the place or vehicle that was typed into a field that offers places.

    Raises:
        InputError: there is no such place; a typed name must be one of those that are offered.
    """
    try:
        return find_custodian(store, _code(text))
    except (CodeError, InputError) as error:
        if isinstance(error, InputError) and error.faults:  # it offers places
            raise
        raise InputError(
            N_("there is no place {place} in the plan"),
            hint=N_(
                "This field is for a place or a vehicle: type a part of its name and choose it from the list that "
                "opens. Names of people are written later, on the review."
            )
            if store.state.has_plan
            else N_(
                "The plan is not here yet: type the place's official code, for example 51.08.06.1024, or take in "
                "the warehouse's data on the page Meet."
            ),
            place=text.strip()[:60],
        ) from error


def _code(text: str) -> str:
    """What was typed, what a scanner sent of a place's label, or the code behind a name that was chosen."""
    words = text.strip()
    if named := _NAMED.search(words):
        words = named[1]
    return words.removeprefix("P:")
