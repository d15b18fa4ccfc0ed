"""Second scanners: a code for a phone at the station's screen, and the way in for who has it."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from custody.errors import N_, InputError, RuleError
from labels.qr import qr_svg
from services.one_line import one_line
from web.dependencies import SiteDep
from web.pages.home import unfinished
from web.request_model import Given
from web.security.pairing import COOKIE, DEVICE_S, PAIR_API, PAIR_PAGE, Lan
from web.site import Site
from web.templating import render_bare, render_page

router = APIRouter()
LONGEST_DEVICE = 60


class ForDraft(Given):
    """The session that a device is to join."""

    draft: Annotated[str, Field(max_length=60)]


class Code(Given):
    """The code that is shown at the station, and what the device calls itself."""

    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=LONGEST_DEVICE)] = ""


@router.post("/api/devices", summary="Show a code that lets one device in", status_code=201)
def offer(site: SiteDep, wanted: ForDraft) -> dict[str, Any]:
    lan = _lan(site)
    site.sessions.do(wanted.draft, lambda _session: None)
    made = lan.offer(wanted.draft)
    shown = f"{made.code[:5]}-{made.code[5:]}"
    return {"address": f"{lan.address}{PAIR_PAGE}", "code": shown, "until_s": made.until_s}


@router.post("/api/devices/open", summary="Let devices of the local network reach this page, while it runs")
def open_to_devices(site: SiteDep) -> dict[str, bool]:
    site.open_lan()
    return {"is_on": site.lan is not None}


@router.get("/api/devices", summary="The devices that are let in")
def devices(site: SiteDep) -> dict[str, Any]:
    lan = site.lan
    return {
        "is_on": lan is not None,
        "fingerprint": lan.certificate.fingerprint if lan else "",
        "devices": [{"id": device.id, "name": device.name} for device in lan.devices()] if lan else [],
    }


@router.delete("/api/devices/{id}", summary="Let a device in no more")
def forget(site: SiteDep, id: str) -> dict[str, str]:
    _lan(site).forget(id)
    return {"id": id}


@router.get("/devices/code.svg", include_in_schema=False)
def symbol(site: SiteDep) -> Response:
    lan = _lan(site)
    made = lan.current()
    if made is None:
        raise InputError(N_("no code is shown now"), hint=N_("Press the button for a second scanner."))
    return Response(qr_svg(f"{lan.address}{PAIR_PAGE}#{made.code}"), media_type="image/svg+xml")


@router.get(PAIR_PAGE, include_in_schema=False)
def pair(request: Request, site: SiteDep) -> Response:
    _lan(site)
    return render_bare(request, "pair.html")


@router.post(PAIR_API, summary="Come in with a code")
def come_in(request: Request, site: SiteDep, given: Code) -> Response:
    lan, address = _lan(site), request.client.host if request.client else ""
    secret, draft = lan.take(given.code, one_line("name", given.name, LONGEST_DEVICE) or "?", address)
    site.sessions.events(draft).publish("device")
    answer = JSONResponse({"page": f"/scan/{draft}"})
    answer.set_cookie(COOKIE, secret, max_age=DEVICE_S, httponly=True, secure=True, samesite="strict")
    return answer


@router.get("/device", include_in_schema=False)
def device(request: Request, site: SiteDep) -> Response:
    drafts = site.ask.do(unfinished)
    if len(drafts) == 1:
        return RedirectResponse(f"/scan/{drafts[0]['id']}", status_code=303)
    return render_page(request, "device.html", drafts=drafts)


def _lan(site: Site) -> Lan:
    if site.lan is None:
        raise RuleError(
            N_("the page is not open for other devices"),
            hint=N_("On the page where labels are scanned, press “Scan with a phone, too”."),
        )
    return site.lan
