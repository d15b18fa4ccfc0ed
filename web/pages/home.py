"""The first page: which station this is, and what was begun and not recorded yet."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from station.desk import ends_in_words
from web.site import Site
from web.templating import Pages

if TYPE_CHECKING:
    from db.store import Store


def routes(site: Site, pages: Pages) -> APIRouter:
    """`/`, and whether the server is there."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    def home(request: Request) -> Response:
        return pages.page(request, "home.html", drafts=site.ask.do(unfinished))

    @router.get("/api/alive", summary="Whether the server and its ledger answer")
    def alive() -> dict[str, str]:
        own = site.ask.do(lambda store: store.ledger.own_log())
        return {"station": own.station, "place": own.place}

    return router


def unfinished(store: "Store") -> list[dict[str, Any]]:
    """The sessions that are not recorded, newest first."""
    return [
        {"id": info.id, "ends": ends_in_words(store, info), "opened_at": info.opened_at,
         "zone": info.giver or "", "count": info.scan_count}
        for info in reversed(store.drafts.all())
    ]  # fmt: skip
