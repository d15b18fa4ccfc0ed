"""The application: its pages behind the guard, its errors as lines that people understand.

To add a page: a module in `web/pages` with a `router`, a template that extends `base.html`, a line in `PAGES` and,
where people should find it from everywhere, one in `language.text.PAGES`.
"""

from collections.abc import AsyncIterator, Sequence
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
from language.text import WAYS, error_text, fault_text, hint_text, printable, sentence
from services.paths import keep_details
from web.api import reading, recording
from web.api.schemas import Refusal
from web.page_hints import way_of
from web.pages import (
    admitting,
    begin,
    dashboard,
    devices,
    first,
    handover,
    home,
    items,
    labels,
    meet,
    observe,
    papers,
    plan,
    records,
    registered_twice,
    remarks,
    reports,
    review,
    scan,
    search,
    signing,
    staff,
    work,
)
from web.security.entrances import Entrance, LocalEntrance
from web.security.guard import Guard
from web.site import HERE, Site
from web.templating import render_page

PAGES: tuple[APIRouter, ...] = (
    home.router,
    first.router,
    begin.router,
    scan.router,
    review.router,
    handover.router,
    signing.router,
    remarks.router,
    devices.router,
    items.router,
    search.router,
    dashboard.router,
    observe.router,
    work.router,
    labels.router,
    plan.router,
    registered_twice.router,
    meet.router,
    admitting.router,
    papers.router,
    staff.router,
    records.router,
    reports.router,
)
_SHOWN_FAULTS = 50
ABOUT = f"""
The station of one warehouse or committee: items, their chains of custody, progress, what is late or irregular.

**Observers** send `Authorization: Bearer TOKEN`; a supervisor makes tokens on the page or with
`{WAYS["token"].command}`. They read, and change nothing. **Programs on the station's own computer** read without a
secret; to change something they send the secret in the file `page.token` of the station's folder twice, as the cookie
that the page sets and as `X-Serah-Token`, and bodies as `application/json`. Refusals say in `error` and `hint` what is
wrong, in the language of `?lang=id` or `?lang=en`.
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


def build(site: Site, entrance: Entrance | None = None) -> FastAPI:
    """The application of one site, as one entrance reaches it. The one on this computer closes the site when it ends.

    Args:
        entrance: None: the page on this computer.
    """
    app = FastAPI(
        title="Serah",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=None if entrance else _lifespan,
    )
    app.state.site = site
    for router in PAGES:  # as they are: an included router is asked as a whole first, and takes longer to say no
        app.router.routes.extend(router.routes)
    for router in (reading.router, recording.router, recording.tokens):
        app.include_router(router, prefix="/api/v1", responses=REFUSED, dependencies=SECURITY)
    app.mount("/static", Static(directory=HERE / "static"))
    app.add_middleware(first.FirstRunGate, site=site)
    app.add_middleware(
        Guard,
        entrance=entrance or LocalEntrance(site.hosts, site.token),
        language_code=site.language,
        whose=lambda token: site.observers.whose(token),
        who=lambda cookies: site.workers.whose(cookies),
    )
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await run_in_threadpool(app.state.site.close)


class Static(StaticFiles):
    """Styles and scripts: the browser keeps them, and asks each time whether they are still the same."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


def _answer(
    request: Request,
    status: int,
    line: str,
    hint: str = "",
    faults: Sequence[str] = (),
    way: tuple[str, str] | None = None,
) -> Response:
    """Return the response for an error: a page with a button to the page that helps, or JSON for a script."""
    if "text/html" not in request.headers.get("accept", "") or request.method not in ("GET", "HEAD"):
        return JSONResponse({"error": line, "hint": hint, "faults": list(faults)}, status)
    try:
        return render_page(
            request, "error.html", status=status, line=sentence(line), hint=hint, way=way, is_passing=status in _PASSING
        )
    except CustodyError:  # not even the page's frame can be had from this ledger
        return JSONResponse({"error": line, "hint": hint, "faults": []}, status)


def _of_ours(request: Request, error: CustodyError) -> Response:
    faults = error.faults[:_SHOWN_FAULTS] if isinstance(error, InputError) else ()
    words = [fault_text(fault) for fault in faults]
    return _answer(request, status_of(error), error_text(error), hint_text(error), words, way_of(error))


def _of_http(request: Request, error: HTTPException) -> Response:
    words = {404: _("There is no such page."), 405: _("This address takes no such request.")}
    return _answer(request, error.status_code, words.get(error.status_code, str(error.detail)))


def _of_input(request: Request, error: RequestValidationError) -> Response:
    names = ", ".join(printable(".".join(map(str, fault["loc"][1:])), 40) for fault in error.errors()[:5])
    return _answer(request, 422, _("The request is not understood: {names}").format(names=names))


def _of_fault(request: Request, error: Exception) -> Response:
    path = keep_details(error)
    line = _("Serah has a fault: {error}").format(error=printable(f"{type(error).__name__}: {error}", 200))
    return _answer(request, 500, line, _("What was recorded is safe. Please send us {path}").format(path=path))


_PASSING = (409, 503, 507)
"""What may be gone when the page is asked for again."""
_ANSWERS: dict[Any, Any] = {
    CustodyError: _of_ours,
    HTTPException: _of_http,
    RequestValidationError: _of_input,
    Exception: _of_fault,
}


def status_of(error: CustodyError) -> int:
    """The HTTP status of a refusal: 409 not as it was thought, 422 wrong input, 503 or 507 the machine."""
    if isinstance(error, ConflictError):
        return 409
    if isinstance(error, StoreError):
        return 507
    return {1: 409, 2: 422}.get(error.exit_code, 503)
