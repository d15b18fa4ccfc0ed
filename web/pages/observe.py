"""Observers: where they show their token, and where a supervisor makes and revokes tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from custody.errors import N_, InputError
from language.text import local_time
from services.access.observers import DAYS
from services.plan.custodians import station_clock
from web.dependencies import SiteDep
from web.request_model import Given
from web.security.guard import OBSERVER_COOKIE, OBSERVERS_ENTRY
from web.security.roles import is_observer
from web.site import Site
from web.templating import render_bare, render_page

router = APIRouter()


class Shown(Given):
    """A token that somebody shows."""

    token: Annotated[str, Field(max_length=200)]


@router.get(OBSERVERS_ENTRY, include_in_schema=False)
def entry(request: Request) -> Response:
    if is_observer(request.scope):
        return render_page(request, "observing.html")
    return render_bare(request, "observe.html")


@router.post(OBSERVERS_ENTRY, summary="Show a token, and read as an observer from then on")
def enter(request: Request, site: SiteDep, shown: Shown) -> JSONResponse:
    name = site.observers.whose(shown.token.strip())
    if name is None:
        raise InputError(
            N_("this token is not known, or counts no longer"), hint=N_("Paste it whole, or ask for a new one.")
        )
    answer = JSONResponse({"name": name})
    is_secure = request.url.scheme == "https"
    answer.set_cookie(OBSERVER_COOKIE, shown.token.strip(), httponly=True, samesite="strict", secure=is_secure)
    return answer


@router.delete(OBSERVERS_ENTRY, summary="Observe no longer in this browser")
def leave() -> JSONResponse:
    answer = JSONResponse({"name": ""})
    answer.delete_cookie(OBSERVER_COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/observers", include_in_schema=False)
def observers(request: Request, site: SiteDep) -> Response:
    here = site.ask.do(station_clock)
    address = str(request.url.replace(path=OBSERVERS_ENTRY, query=""))
    return render_page(request, "observers.html", tokens=_rows(site, here), days=DAYS, address=address)


def _rows(site: Site, here: str) -> list[dict[str, Any]]:
    return [
        {
            "name": token.name,
            "made": local_time(token.made_at, here),
            "expires": local_time(token.expires_at, here),
            "revoked": local_time(token.revoked_at, here) if token.revoked_at else "",
            "is_valid": site.observers.is_valid(token),
        }
        for token in site.observers.all()
    ]
