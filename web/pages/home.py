"""The first page: which station this is, what was begun and not recorded, what was recorded lately."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from custody.errors import TamperError
from db.store import Store
from language.text import error_text, sentence
from reports.words import custodian_name
from services.plan.custodians import may_load_plan
from services.scanning.open_drafts import ends_in_words
from web.dependencies import SiteDep
from web.live.paper_session import PaperSession
from web.page_hints import hint_on_page
from web.security.roles import SCOPE_ROLES
from web.templating import render_page

router = APIRouter()
_RECENT = 8


@router.get("/", include_in_schema=False)
def home(request: Request, site: SiteDep, gone: Annotated[str, Query(max_length=1)] = "") -> Response:
    known = site.ask.do(_known)
    read = site.sessions.papers(PaperSession.facts)["papers"]
    waiting = [paper for paper in read if not paper["is_own"] and not paper["is_received"]]
    may_name = "supervisor" in request.scope[SCOPE_ROLES]
    names_nobody = may_name and not site.workers.people() and site.practice is None
    return render_page(
        request, "home.html", gone=gone, waiting=waiting, may_name=may_name, names_nobody=names_nobody, **known
    )


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
        }
        for said in store.papers.recent(_RECENT)
    ]
    own, drafts = store.ledger.own_log().place, unfinished(store)
    put_back = ""
    try:
        store.heads.refuse_if_rolled_back()
    except TamperError as error:
        put_back = f"{sentence(error_text(error))}. {hint_on_page(error)}"
    return {
        "put_back": put_back,
        "drafts": drafts,
        "recent": recent,
        "place_name": custodian_name(places, own),
        "plan_comes": not store.state.has_plan and not may_load_plan(store),
        "is_loaded": store.state.has_plan and bool(store.state.needs()),
        "is_bare": not drafts and not recent and next(store.state.find_items(), None) is None,
    }
