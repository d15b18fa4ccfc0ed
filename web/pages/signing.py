"""Acknowledging a handover on its review: signatures that are drawn, and PINs."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as PathField
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from custody.errors import N_, InputError
from scanner.sources.photo import photo_of
from services.one_line import LONGEST_NAME
from services.scanning.acknowledgement import (
    HEIGHT,
    MOST_POINTS,
    MOST_STROKES,
    WIDTH,
    draw_signature,
    name_of,
    standing,
    with_signature,
)
from web.dependencies import Draft, SiteDep
from web.live.sessions import Session
from web.request_model import Given
from web.site import Site
from web.templating import render

router = APIRouter()
Signer = Literal["giver", "receiver", "witness-1", "witness-2"]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Pin = Annotated[str, Field(max_length=40)]
Digest = Annotated[str, PathField(pattern="^[0-9a-f]{64}$")]
Point = tuple[Annotated[int, Field(ge=0, le=WIDTH)], Annotated[int, Field(ge=0, le=HEIGHT)]]


class Drawn(Given):
    """A signature as it was drawn: the points of its lines, in a field of 1000 by 400."""

    name: Name
    strokes: Annotated[list[Annotated[list[Point], Field(max_length=MOST_POINTS)]], Field(max_length=MOST_STROKES)]


class ByPin(Given):
    """Somebody's PIN, for this name."""

    name: Name
    pin: Pin


class NewPin(Given):
    """A PIN for a name, and the one so far where there is one."""

    name: Name
    pin: Pin
    old: Pin = ""


@router.get("/scan/{draft}/signatures", include_in_schema=False)
def fragment(site: SiteDep, draft: Draft) -> HTMLResponse:
    shown = site.sessions.do(draft, lambda session: signatures(session, site))
    return HTMLResponse(render("signatures.html", signatures=shown))


@router.post("/api/drafts/{draft}/signatures/{signer}", summary="Keep a signature that was drawn")
def draw(site: SiteDep, draft: Draft, signer: Signer, drawn: Drawn) -> dict[str, str]:
    picture = photo_of(draw_signature(drawn.strokes))
    digest = site.sessions.do(draft, lambda session: _keep(session, signer, drawn.name, picture))
    return {"signer": signer, "how": "drawn", "digest": digest}


@router.post("/api/drafts/{draft}/pins/{signer}", summary="Acknowledge by PIN")
def by_pin(site: SiteDep, draft: Draft, signer: Signer, given: ByPin) -> dict[str, str]:
    with site.pins() as pins:
        pins.check(given.name, given.pin)
    site.sessions.do(draft, lambda session: session.sign(signer, given.name, "pin"))
    return {"signer": signer, "how": "pin"}


@router.delete("/api/drafts/{draft}/signatures/{signer}", summary="Take an acknowledgement back")
def take_back(site: SiteDep, draft: Draft, signer: Signer) -> dict[str, str]:
    site.sessions.do(draft, lambda session: session.change(lambda details: with_signature(details, signer, None)))
    return {"signer": signer}


@router.put("/api/pins", summary="Set a person's PIN at this station")
def set_pin(site: SiteDep, new: NewPin) -> dict[str, str]:
    with site.pins() as pins:
        pins.set(new.name, new.pin, new.old)
    return {"name": new.name}


@router.get("/photos/{digest}", include_in_schema=False)
def photo(site: SiteDep, digest: Digest) -> Response:
    data = site.ask.do(lambda store: store.photos.get(digest))
    if data is None:
        raise InputError(N_("that picture is not kept here"), hint=N_("Ask the station that took it."))
    return Response(data, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400, immutable"})


def _keep(session: Session, signer: str, name: str, picture: bytes) -> str:
    with session.store.transaction():
        digest = session.store.photos.keep(picture)
        session.sign(signer, name, "drawn", digest)
    return digest


def signatures(session: Session, site: Site) -> list[dict[str, Any]]:
    """Return who may acknowledge a handover, who has done so, and whether that still holds."""
    details = session.details()
    given, stand = details.signed, standing(details, session.contents())
    with site.pins() as pins:
        return [
            {
                "signer": signer,
                "name": name,
                "how": given[signer].how if signer in given else "",
                "digest": given[signer].digest if signer in given else None,
                "stands": signer in stand,
                "has_pin": bool(name) and pins.has(name),
            }
            for signer in ("giver", "receiver", "witness-1", "witness-2")
            if (name := name_of(details, signer)) or not signer.startswith("witness") or signer in given
        ]
