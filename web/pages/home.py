"""The first page: which station this is, what was begun and not recorded, what was recorded lately."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

import language
from custody.errors import TamperError
from db.store import Store
from language.text import error_text, hint_text, sentence
from reports.words import custodian_name
from services.plan.custodians import may_load_plan
from services.reporting.overview import Overview
from services.scanning.handover_papers import recent_handovers
from services.scanning.open_drafts import ends_in_words
from web.dependencies import SiteDep
from web.live.overview_cache import digest
from web.live.paper_session import PaperSession
from web.security.roles import SCOPE_ROLES
from web.site import Site
from web.templating import render, render_page
from web.views.overview_view import seen, top_place
from web.views.today_view import today_of

router = APIRouter()
_RECENT = 8


@router.get("/", include_in_schema=False)
def home(request: Request, site: SiteDep, gone: Annotated[str, Query(max_length=1)] = "") -> Response:
    known = site.ask.do(_known)
    read = site.sessions.papers(PaperSession.facts)["papers"]
    waiting = [paper for paper in read if not paper["is_own"] and not paper["is_received"]]
    may_name = "supervisor" in request.scope[SCOPE_ROLES]
    known |= {"may_name": may_name, "names_nobody": may_name and not site.workers.people() and site.practice is None}
    html, _tag = _today(site)
    mark = site.overview.events.mark()
    return render_page(request, "home.html", gone=gone, waiting=waiting, board=Markup(html), mark=mark, **known)


@router.get("/today/part", include_in_schema=False)
def today_part(site: SiteDep, if_none_match: Annotated[str | None, Header(max_length=40)] = None) -> Response:
    html, tag = _today(site)
    headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
    return Response(None, 304, headers) if if_none_match == f'"{tag}"' else HTMLResponse(html, headers=headers)


def _today(site: Site) -> tuple[str, str]:
    """The part of the first page that changes, rendered once for all who look at it, and the tag of what it shows."""
    begun = site.ask.do(lambda store: tuple((info.id, info.scan_count) for info in store.drafts.all()))

    def make(store: Store, overview: Overview) -> str:
        look = seen(store, overview, top_place(store), with_staff=True)
        own = store.ledger.own_log().place
        return render("today.html", lang=language.chosen(), today=today_of(look), own=own)

    html, version = site.overview.ask(("today", language.chosen(), begun), make, most_s=0.0)
    return html, digest((*version, begun))


@router.get("/api/alive", summary="Whether the server and its ledger answer")
def alive(site: SiteDep) -> dict[str, str]:
    own = site.ask.do(lambda store: store.ledger.own_log())
    return {"station": own.station, "place": own.place}


def unfinished(store: Store) -> list[dict[str, Any]]:
    """The sessions that are not recorded, newest first."""
    return [
        {
            "id": info.id,
            "ends": ends_in_words(store, info, " → "),
            "opened_at": info.opened_at,
            "count": info.scan_count,
        }
        for info in reversed(store.drafts.all())
    ]


def _known(store: Store) -> dict[str, Any]:
    places = store.state.places
    places.refresh()
    recent = [
        {
            "number": said["bast"],
            "giver": custodian_name(places, said["from"]),
            "at": said["at"],
            "receiver": custodian_name(places, said["to"]),
            "query": urlencode({"number": said["bast"]}),
            "became": became,
        }
        for said, became in recent_handovers(store, _RECENT)
    ]
    own, drafts = store.ledger.own_log().place, unfinished(store)
    put_back = ""
    try:
        store.heads.refuse_if_rolled_back()
    except TamperError as error:
        put_back = f"{sentence(error_text(error))}. {hint_text(error)}"
    return {
        "put_back": put_back,
        "by": store.around.by,
        "drafts": drafts,
        "recent": recent,
        "place_name": custodian_name(places, own),
        "plan_comes": not store.state.has_plan and not may_load_plan(store),
        "is_loaded": store.state.has_plan and bool(store.state.needs()),
        "is_bare": not drafts and not recent and next(store.state.find_items(), None) is None,
    }
