"""The application: its pages behind the guard, its errors as lines that people understand.

To add a page: a module in `web/pages` with `routes(site, pages)`, a template that extends `base.html`, a line in
`PAGES` and, where people should find it from everywhere, one in `web.site.NAVIGATION`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from custody.errors import ConflictError, CustodyError, InputError, StoreError
from language import _
from language.text import printable, say, say_fault, sentence
from station.fault_details import keep_details
from web.api.forms import Refusal
from web.api.reading import reading
from web.api.recording import recording, tokens
from web.doors import Door, LocalDoor
from web.guard import Guard
from web.pages import (
    begin,
    dashboard,
    devices,
    handover,
    home,
    items,
    labels,
    meet,
    observe,
    papers,
    plan,
    scan,
    signing,
    words,
    work,
)
from web.site import HERE, Site
from web.templating import Pages
from web.ways import hint_on_page

Routes = Callable[[Site, Pages], APIRouter]
PAGES: tuple[Routes, ...] = (
    home.routes,
    begin.routes,
    scan.routes,
    handover.routes,
    signing.routes,
    words.routes,
    devices.routes,
    items.routes,
    dashboard.routes,
    observe.routes,
    work.routes,
    labels.routes,
    plan.routes,
    meet.routes,
    papers.routes,
)
_SHOWN_FAULTS = 50
ABOUT = """
The station of one warehouse or committee: items, their chains of custody, progress, what is late or irregular.

**Observers** send `Authorization: Bearer TOKEN`; a supervisor makes tokens on the page or with `python main.py token`.
They read, and change nothing. **Programs on the station's own computer** read without a secret; to change something
they send the secret in the file `page.token` of the station's folder twice, as the cookie that the page sets and as
`X-Serah-Token`, and bodies as `application/json`. Refusals say in `error` and `hint` what is wrong, in the language of
`?lang=id` or `?lang=en`.
"""
SECURITY = [
    Depends(HTTPBearer(scheme_name="observer", description="An observer's token.", auto_error=False)),
    Depends(APIKeyHeader(name="X-Serah-Token", scheme_name="page", description="The page's secret.", auto_error=False)),
]
"""Described here; what is asked for is judged by the guard."""
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal, "description": "The token is not known, or counts no longer."},
    403: {"model": Refusal, "description": "Not for who asks, or from elsewhere."},
    422: {"model": Refusal, "description": "What was asked for is not there, or not as it should be."},
}


def build(site: Site, door: Door | None = None) -> FastAPI:
    """The application of one site, as it is reached by a door. The one on this computer closes the site when it ends.

    Args:
        door: None: the page on this computer.
    """
    pages = Pages(site)
    app = FastAPI(
        title="Serah", version="1", description=ABOUT, docs_url=None, redoc_url=None,
        lifespan=None if door else _lifespan(site),
    )  # fmt: skip
    for routes in PAGES:
        app.include_router(routes(site, pages))
    for part in (reading, recording, tokens):
        app.include_router(part(site), prefix="/api/v1", responses=REFUSED, dependencies=SECURITY)
    app.mount("/static", Static(directory=HERE / "static"))
    app.add_middleware(
        Guard,
        door=door or LocalDoor(site.hosts, site.token),
        language_code=site.language,
        whose=lambda token: site.observers.whose(token),
    )
    for kind, answer in _answers(pages).items():
        app.add_exception_handler(kind, answer)
    return app


def _lifespan(site: Site) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(site.close)

    return lifespan


class Static(StaticFiles):
    """Styles and scripts: the browser keeps them, and asks each time whether they are still the same."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


def _answers(pages: Pages) -> dict[Any, Any]:
    """What is said of each kind of error: a page to who visits, JSON to a script."""

    def answer(request: Request, status: int, line: str, hint: str = "", faults: list[str] | None = None) -> Response:
        if "text/html" not in request.headers.get("accept", "") or request.method not in ("GET", "HEAD"):
            return JSONResponse({"error": line, "hint": hint, "faults": faults or []}, status)
        try:
            return pages.page(request, "error.html", status=status, line=sentence(line), hint=hint)
        except CustodyError:  # not even the page's frame can be had from this ledger
            return JSONResponse({"error": line, "hint": hint, "faults": []}, status)

    def of_ours(request: Request, error: CustodyError) -> Response:
        faults = error.faults[:_SHOWN_FAULTS] if isinstance(error, InputError) else ()
        return answer(
            request, status_of(error), say(error), hint_on_page(error), [say_fault(fault) for fault in faults]
        )

    def of_http(request: Request, error: HTTPException) -> Response:
        words = {404: _("There is no such page."), 405: _("This address takes no such request.")}
        return answer(request, error.status_code, words.get(error.status_code, str(error.detail)))

    def of_input(request: Request, error: RequestValidationError) -> Response:
        names = ", ".join(printable(".".join(map(str, fault["loc"][1:])), 40) for fault in error.errors()[:5])
        return answer(request, 422, _("The request is not understood: {names}").format(names=names))

    def of_fault(request: Request, error: Exception) -> Response:
        path = keep_details(error)
        line = _("Serah has a fault: {error}").format(error=printable(f"{type(error).__name__}: {error}", 200))
        return answer(request, 500, line, _("What was recorded is safe. Please send us {path}").format(path=path))

    return {CustodyError: of_ours, HTTPException: of_http, RequestValidationError: of_input, Exception: of_fault}


def status_of(error: CustodyError) -> int:
    """The HTTP status of a refusal: 409 not as it was thought, 422 wrong input, 503 or 507 the machine."""
    if isinstance(error, ConflictError):
        return 409
    if isinstance(error, StoreError):
        return 507
    return {1: 409, 2: 422}.get(error.exit_code, 503)
