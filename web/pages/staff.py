"""Who works here: naming the people and their roles, saying who is at this screen, and locking it."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from custody.errors import N_, CustodyError, InputError
from language import _
from language.text import error_text, hint_text, sentence
from services.access.pins import Role
from services.one_line import one_line
from web.dependencies import SiteDep
from web.request_model import Given
from web.security.workers import WORKER, Worker
from web.site import Site
from web.templating import render_page

router = APIRouter()
Name = Annotated[str, Field(max_length=120)]
Pin = Annotated[str, Field(max_length=40)]
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x1f]{0,300}")


class Named(Given):
    """A person who works here, by name."""

    name: Name


class Entering(Named):
    """Somebody who says who they are."""

    pin: Pin


class NewPin(Given):
    """The PIN so far of the person at this screen, and the new one, typed twice."""

    old: Pin
    pin: Pin
    again: Pin


class Hired(Named):
    """A person, the role, and a new PIN; empty where the one so far stays."""

    role: Role
    pin: Pin = ""


@router.get("/who", include_in_schema=False)
def who(
    request: Request,
    site: SiteDep,
    back: Annotated[str, Query(max_length=400)] = "/",
    refused: bool = False,
    dialog: bool = False,
) -> Response:
    here = back if _LOCAL.fullmatch(back) and not back.startswith("/who") else "/"
    at_work = request.scope[WORKER] or Worker()
    page = "who_form.html" if dialog else "who.html"
    return render_page(
        request, page, people=_rows(site), at_work=at_work.name, back=here, is_refused=refused, is_dialog=dialog
    )


@router.post("/api/who", summary="Say who works at this screen, by name and PIN")
def enter(request: Request, site: SiteDep, entering: Entering) -> JSONResponse:
    name = next((one for one in site.workers.people() if one == entering.name), None)
    if name is None:
        raise InputError(N_("nobody of this name works here"), hint=N_("Choose a name from the list."))
    with site.pins() as pins:
        pins.check(name, entering.pin, is_signing=False)
    return _entered(request, site, name)


@router.post("/api/who/lock", summary="Lock this screen until somebody says who they are")
def lock(request: Request, site: SiteDep) -> dict[str, bool]:
    site.workers.leave((request.scope[WORKER] or Worker()).screen)
    return {"locked": True}


@router.post("/api/who/pin", summary="Change the PIN of the person at this screen; other screens of theirs are locked")
def change_pin(request: Request, site: SiteDep, typed: NewPin) -> Response:
    worker = request.scope[WORKER] or Worker()
    if not worker.name:
        raise InputError(N_("nobody has said who works at this screen"), hint=N_("Choose your name first."))
    try:
        if typed.pin != typed.again:
            raise InputError(N_("the two PINs are not the same"), hint=N_("Type the new PIN twice."))
        with site.pins() as pins:
            pins.set(worker.name, typed.pin, typed.old, is_signing=False)
    except InputError as error:
        return JSONResponse({"error": f"{sentence(error_text(error))}. {hint_text(error)}".strip(), "hint": ""}, 422)
    site.workers.keep_only(worker)
    return JSONResponse({"name": worker.name, "words": _("The new PIN counts from now on.")})


@router.get("/people", include_in_schema=False)
def people(request: Request, site: SiteDep) -> Response:
    return render_page(request, "people.html", people=_rows(site))


@router.post("/api/people", summary="Let a person work here in a role; with a PIN, by it from now on")
def hire(request: Request, site: SiteDep, hired: Hired) -> Response:
    try:
        name = one_line(_("Name"), hired.name)
        with site.pins() as pins:
            name = pins.hire(name, hired.role, hired.pin)
    except CustodyError as error:
        line = f"{sentence(error_text(error))}. {hint_text(error)}".strip()
        field = "name" if not hired.name.strip() else "pin" if isinstance(error, InputError) else "role"
        return JSONResponse({"error": line, "hint": "", "fields": {field: line}}, 422)
    if request.scope[WORKER] is None:  # the first one is who sits here
        return _entered(request, site, name)
    return JSONResponse({"name": name})


@router.post("/api/people/dismiss", summary="Let a person work here no longer, and delete the PIN")
def dismiss(site: SiteDep, named: Named) -> dict[str, str]:
    with site.pins() as pins:
        pins.dismiss(named.name)
    return {"name": named.name}


def _entered(request: Request, site: Site, name: str) -> JSONResponse:
    site.workers.leave((request.scope[WORKER] or Worker()).screen)
    answer = JSONResponse({"name": name, "page": "/dashboard" if site.workers.people()[name] == "observer" else "/"})
    put_to_work(site, answer, name)
    return answer


def put_to_work(site: Site, answer: Response, name: str) -> None:
    """Let the browser that gets this answer be the screen of a person from now on."""
    answer.set_cookie(site.workers.cookie, site.workers.enter(name), httponly=True, samesite="strict")


def _rows(site: Site) -> list[dict[str, Any]]:
    return [{"name": name, "role": role, "words": _role_word(role)} for name, role in site.workers.people().items()]


def _role_word(role: Role) -> str:
    return {"operator": _("Operator"), "supervisor": _("Supervisor"), "observer": _("Observer")}[role]
