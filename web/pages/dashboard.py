"""The dashboard: how far the supplies have come, what is late, what is open; from the whole down to one item."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response, StreamingResponse

import language
from custody.plan.levels import AREA, GROUPS
from db.store import Store
from language import _
from language.time_zones import zone
from services.reporting.overview import Overview
from web.dependencies import SiteDep, StaffDep
from web.live.overview_cache import Version, digest
from web.site import Site
from web.templating import render, render_page
from web.views.charts import clock_drawing, tree_drawing
from web.views.overview_view import overview_of, rows_below, top_place

router = APIRouter()
Code = Annotated[str, Path(max_length=60)]
Tag = Annotated[str | None, Header(max_length=40)]
_DRAWN_ROWS = 32
_LISTED = 100


@router.get("/dashboard", include_in_schema=False)
def top(request: Request, site: SiteDep, with_staff: StaffDep) -> Response:
    return _page(request, site, with_staff, "", "dashboard.html", "overview.html")


@router.get("/dashboard/wall", include_in_schema=False)
def wall(request: Request, site: SiteDep, with_staff: StaffDep) -> Response:
    return _page(request, site, with_staff, "", "wall.html", "wall_board.html")


@router.get("/dashboard/news", include_in_schema=False)
def events(
    site: SiteDep,
    after: Annotated[str, Query(max_length=40)] = "",
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> StreamingResponse:
    def is_closing() -> bool:  # asked each few seconds
        site.overview.is_watched()
        return site.is_closing

    site.overview.start()
    stream = site.overview.events.stream(last_event_id or after, is_closing)
    return StreamingResponse(stream, media_type="text/event-stream")


@router.get("/dashboard/wall/part", include_in_schema=False)
def wall_part(site: SiteDep, with_staff: StaffDep, if_none_match: Tag = None) -> Response:
    return _part(site, with_staff, "", "wall_board.html", if_none_match)


@router.get("/dashboard/part", include_in_schema=False)
def top_part(site: SiteDep, with_staff: StaffDep, if_none_match: Tag = None) -> Response:
    return _part(site, with_staff, "", "overview.html", if_none_match)


@router.get("/dashboard/{code}", include_in_schema=False)
def place(request: Request, site: SiteDep, with_staff: StaffDep, code: Code) -> Response:
    return _page(request, site, with_staff, code, "dashboard.html", "overview.html")


@router.get("/dashboard/{code}/part", include_in_schema=False)
def place_part(site: SiteDep, with_staff: StaffDep, code: Code, if_none_match: Tag = None) -> Response:
    return _part(site, with_staff, code, "overview.html", if_none_match)


@router.get("/dashboard/{code}/{what}", include_in_schema=False)
def whole_list(
    request: Request,
    site: SiteDep,
    with_staff: StaffDep,
    code: Code,
    what: Literal["pressing", "irregular", "incidents", "readiness", "points", "scores"],
    at: Annotated[int, Query(ge=1, lt=100_000_000)] = 1,
) -> Response:
    part = slice(at - 1, at - 1 + _LISTED)

    def make(store: Store, overview: Overview) -> dict[str, Any]:
        return overview_of(store, overview, code, with_staff=with_staff, part=part)

    facts, _version = site.overview.ask(("list", code, what, at, language.chosen(), with_staff), make)
    listed = facts.get(what) or facts["field"].get(what)
    rows = listed["faults" if what == "scores" else "rows"] if listed else []
    more = {"what": what, "title": _title(what), "listed": listed, "rows": rows, "at": at, "shown": len(rows)}
    return render_page(request, "dashboard_list.html", facts=facts, page=_LISTED, **more)


def _title(what: str) -> str:
    return {
        "pressing": _("Late and soon late"),
        "irregular": _("Open discrepancies"),
        "incidents": _("Open obstacles"),
        "readiness": _("Readiness"),
        "points": _("Critical points"),
        "scores": _("Scorecard"),
    }[what]


def _board(site: Site, with_staff: bool, code: str, template: str) -> tuple[str, Version]:
    """The part of a page that changes, rendered once for all who look at it."""

    def make(store: Store, overview: Overview) -> str:
        return render(template, lang=language.chosen(), **shown(store, overview, code, with_staff=with_staff))

    return site.overview.ask((template, code, language.chosen(), with_staff), make)


def _page(request: Request, site: Site, with_staff: bool, code: str, name: str, template: str) -> Response:
    html, version = _board(site, with_staff, code, template)
    mark = site.overview.events.mark()
    return render_page(request, name, board=Markup(html), mark=mark, version=digest(version), code=code)


def _part(site: Site, with_staff: bool, code: str, template: str, known: str | None) -> Response:
    html, version = _board(site, with_staff, code, template)
    tag = f'"{digest(version)}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    return Response(None, 304, headers) if known == tag else HTMLResponse(html, headers=headers)


def shown(store: Store, overview: Overview, code: str, *, with_staff: bool) -> dict[str, Any]:
    """What the templates take: the facts, and what is drawn of them; an empty code is the whole."""
    code = code or top_place(store)
    facts = overview_of(store, overview, code, with_staff=with_staff)
    children = facts["children"]
    branches = []
    if facts["level"] in (AREA, *GROUPS):
        below = rows_below(store, overview, [child["code"] for child in children])
        branches = [(child, below[child["code"]]) for child in children]
    return {
        "facts": facts,
        "tree": tree_drawing(facts["own"], branches) if branches else None,
        "clock": clock_drawing(children[:_DRAWN_ROWS], store.around.now_utc(), zone(code)[1]),
    }
