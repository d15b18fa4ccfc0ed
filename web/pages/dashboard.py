"""The dashboard: how far the supplies have come, what is late, what is open; from the whole down to one item."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response, StreamingResponse

import language
from custody.plan.levels import AREA, GROUPS
from db.store import Store
from language import _
from language.text import zone
from services.reporting.overview import Overview
from web.dependencies import SiteDep, StaffDep
from web.live.overview_cache import Version, digest
from web.site import Site
from web.templating import render, render_page
from web.views.charts import clock_drawing, tree_drawing, trend_drawing
from web.views.overview_view import Seen, list_of, overview_of, seen, top_place
from web.views.place_table import Asked, View, moving

router = APIRouter()
Code = Annotated[str, Path(max_length=60)]
Tag = Annotated[str | None, Header(max_length=40)]
_DRAWN_ROWS = 32
_LISTED = 100
WALL_ROWS = 8
"""Places on the wall screen at once: as many as can be read from five metres."""


def _asked(
    view: View = "table",
    sort: Annotated[str, Query(pattern="^-?(name|there|way|state|due|expected)$")] = "state",
    q: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(pattern="^[a-z_]{0,16}$")] = "",
) -> Asked:
    return Asked(view, sort, q.strip(), state)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/dashboard", include_in_schema=False)
def top(request: Request, site: SiteDep, with_staff: StaffDep, asked: AskedDep) -> Response:
    return _page(request, site, with_staff, "", "overview.html", asked)


@router.get("/dashboard/wall", include_in_schema=False)
def wall(request: Request, site: SiteDep, with_staff: StaffDep) -> Response:
    return _page(request, site, with_staff, "", "wall_board.html", Asked())


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
    return _part(site, with_staff, "", "wall_board.html", Asked(), if_none_match)


@router.get("/dashboard/part", include_in_schema=False)
def top_part(site: SiteDep, with_staff: StaffDep, asked: AskedDep, if_none_match: Tag = None) -> Response:
    return _part(site, with_staff, "", "overview.html", asked, if_none_match)


@router.get("/dashboard/{code}", include_in_schema=False)
def place(request: Request, site: SiteDep, with_staff: StaffDep, code: Code, asked: AskedDep) -> Response:
    return _page(request, site, with_staff, code, "overview.html", asked)


@router.get("/dashboard/{code}/part", include_in_schema=False)
def place_part(site: SiteDep, with_staff: StaffDep, code: Code, asked: AskedDep, if_none_match: Tag = None) -> Response:
    return _part(site, with_staff, code, "overview.html", asked, if_none_match)


@router.get("/dashboard/{code}/{what}", include_in_schema=False)
def whole_list(
    request: Request,
    site: SiteDep,
    with_staff: StaffDep,
    code: Code,
    what: Literal["pressing", "irregular", "incidents", "readiness", "points", "scores"],
    at: Annotated[int, Query(ge=1, lt=100_000_000)] = 1,
    kind: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    part = slice(at - 1, at - 1 + _LISTED)

    def make(store: Store, overview: Overview) -> dict[str, Any]:
        return list_of(seen(store, overview, code, with_staff=with_staff), what, part, kind)

    facts, _version = site.overview.ask(("list", code, what, at, kind, language.chosen(), with_staff), make)
    listed = facts["listed"]
    rows = listed["faults" if what == "scores" else "rows"] if listed else []
    more = {"what": what, "title": _title(what), "listed": listed, "rows": rows, "at": at, "kind": kind}
    more["shown"] = len(rows)
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


def _board(site: Site, with_staff: bool, code: str, template: str, asked: Asked) -> tuple[str, Version]:
    """The part of a page that changes, rendered once for all who look at it.

    The page that a dashboard opens with is kept for the next start: until everything is added up then, it is shown as
    it was, and says so.
    """
    name = (template, code, language.chosen(), with_staff, tuple(asked))
    is_kept = template == "overview.html" and asked == Asked()
    if is_kept and (before := site.overview.before(name)) is not None:
        html, version = before
        return render("dashboard_before.html", board=Markup(html)), version

    def make(store: Store, overview: Overview) -> str:
        look = seen(store, overview, code or top_place(store), with_staff=with_staff)
        return render(template, lang=language.chosen(), **shown(look, asked))

    return site.overview.ask(name, make, is_filed=is_kept)


def _page(request: Request, site: Site, with_staff: bool, code: str, template: str, asked: Asked) -> Response:
    html, version = _board(site, with_staff, code, template, asked)
    page = {"overview.html": "dashboard.html", "wall_board.html": "wall.html"}[template]
    mark = site.overview.events.mark()
    return render_page(request, page, board=Markup(html), mark=mark, version=digest(version))


def _part(site: Site, with_staff: bool, code: str, template: str, asked: Asked, known: str | None) -> Response:
    html, version = _board(site, with_staff, code, template, asked)
    tag = f'"{digest(version)}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    return Response(None, 304, headers) if known == tag else HTMLResponse(html, headers=headers)


def shown(look: Seen, asked: Asked) -> dict[str, Any]:
    """What the templates take: the facts, and what is drawn of them."""
    facts = overview_of(look, asked)
    children, ahead_h = facts["children"], zone(look.place.code)[1]
    rows, still = moving(children, WALL_ROWS)
    is_tree = asked.view == "tree" and facts["level"] in (AREA, *GROUPS)
    return {
        "facts": facts,
        "asked": asked,
        "trend": trend_drawing(facts["trend"], look.now, ahead_h) if facts["trend"] else None,
        "tree": tree_drawing(facts["own"], facts["branches"]) if is_tree else None,
        "clock": clock_drawing(rows[:_DRAWN_ROWS], look.now, ahead_h) if asked.view == "clock" else None,
        "wall": [rows[at : at + WALL_ROWS] for at in range(0, len(rows), WALL_ROWS)],
        "still": still,
    }
