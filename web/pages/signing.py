"""Acknowledging a handover on its review: signatures that are drawn, and PINs."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as PathField
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from custody.errors import N_, InputError
from station.said import LONGEST_NAME
from station.signing import HEIGHT, MOST_POINTS, MOST_STROKES, SIGNED, WIDTH, name_of, signed_in, standing
from web.pages.scan import Draft
from web.rooms import Room
from web.site import Site
from web.templating import Pages

if TYPE_CHECKING:
    from db.store import Store

Signer = Literal["giver", "receiver", "witness-1", "witness-2"]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Pin = Annotated[str, Field(max_length=40)]
Digest = Annotated[str, PathField(pattern="^[0-9a-f]{64}$")]
Point = tuple[Annotated[int, Field(ge=0, le=WIDTH)], Annotated[int, Field(ge=0, le=HEIGHT)]]


class Drawn(BaseModel):
    """A signature as it was drawn: the points of its lines, in a field of 1000 by 400."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    strokes: Annotated[list[Annotated[list[Point], Field(max_length=MOST_POINTS)]], Field(max_length=MOST_STROKES)]


class ByPin(BaseModel):
    """Somebody's PIN, for this name."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    pin: Pin


class NewPin(BaseModel):
    """A PIN for a name, and the one so far where there is one."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    pin: Pin
    old: Pin = ""


def routes(site: Site, pages: Pages) -> APIRouter:
    """What the review's scripts ask for, and the pictures that were kept."""
    router = APIRouter()

    @router.get("/scan/{draft}/signatures", include_in_schema=False)
    def fragment(draft: Draft) -> HTMLResponse:
        shown = site.rooms.do(draft, lambda room: signatures(room, site))
        return HTMLResponse(pages.fragment("signatures.html", signatures=shown))

    @router.post("/api/drafts/{draft}/signatures/{signer}", summary="Keep a signature that was drawn")
    def draw(draft: Draft, signer: Signer, drawn: Drawn) -> dict[str, str]:
        from scanner.photo import photo_of
        from station.signing import draw_signature

        picture = photo_of(draw_signature(drawn.strokes))

        def keep(room: Room) -> str:
            with room.store.ledger.transaction():
                digest = room.store.photos.keep(picture)
                room.sign(signer, drawn.name, "drawn", digest)
            return digest

        return {"signer": signer, "how": "drawn", "digest": site.rooms.do(draft, keep)}

    @router.post("/api/drafts/{draft}/pins/{signer}", summary="Acknowledge by PIN")
    def by_pin(draft: Draft, signer: Signer, given: ByPin) -> dict[str, str]:
        with site.pins() as pins:
            pins.check(given.name, given.pin)
        site.rooms.do(draft, lambda room: room.sign(signer, given.name, "pin"))
        return {"signer": signer, "how": "pin"}

    @router.delete("/api/drafts/{draft}/signatures/{signer}", summary="Take an acknowledgement back")
    def take_back(draft: Draft, signer: Signer) -> dict[str, str]:
        site.rooms.do(draft, lambda room: room.say({SIGNED + signer: ""}))
        return {"signer": signer}

    @router.put("/api/pins", summary="Set a person's PIN at this station")
    def set_pin(new: NewPin) -> dict[str, str]:
        with site.pins() as pins:
            pins.set(new.name, new.pin, new.old)
        return {"name": new.name}

    @router.get("/photos/{digest}", include_in_schema=False)
    def photo(digest: Digest) -> Response:
        def kept(store: "Store") -> bytes | None:
            return store.photos.get(digest)

        data = site.ask.do(kept)
        if data is None:
            raise InputError(N_("that picture is not kept here"), hint=N_("Ask the station that took it."))
        return Response(data, media_type="image/jpeg", headers={"cache-control": "private, max-age=86400, immutable"})

    return router


def signatures(room: Room, site: Site) -> list[dict[str, Any]]:
    """Who may acknowledge, who has, and whether it still stands."""
    said = room.said()
    given, stand = signed_in(said), standing(said, room.contents())
    with site.pins() as pins:
        return [
            {
                "signer": signer, "name": name, "how": given[signer].how if signer in given else "",
                "digest": given[signer].digest if signer in given else None, "stands": signer in stand,
                "has_pin": bool(name) and pins.has(name),
            }
            for signer in ("giver", "receiver", "witness-1", "witness-2")
            if (name := name_of(said, signer)) or not signer.startswith("witness") or signer in given
        ]  # fmt: skip
