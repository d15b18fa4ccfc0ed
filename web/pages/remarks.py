"""Remarks on items while they are scanned: condition, seals, refusal, remark, photograph; on one or many."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from custody.errors import N_, ConflictError, InputError
from custody.format.codes import parse_code, show_code
from language import _
from scanner.sources.frames import Image
from scanner.sources.photo import clean_photo, photo_of
from services.one_line import LONGEST_NOTE, one_line
from services.scanning.draft_details import with_items
from services.scanning.handover_details import read_look
from web.dependencies import Draft, SiteDep
from web.live.sessions import Session
from web.request_model import Given
from web.site import Site

router = APIRouter()
MOST_ITEMS = 5000


class Words(Given):
    """Remarks on some items, or on all that were taken. None keeps a remark as it is; empty deletes it.

    `photo` is the digest of one that was kept before.
    """

    codes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_ITEMS)] = []
    all: bool = False
    condition: Literal["", "good", "light", "heavy", "wet", "missing"] | None = None
    refused: bool | None = None
    remark: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None
    seals: Literal["", "intact", "broken", "mismatch", "none"] | None = None
    serials: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    photo: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] | None = None


@router.put("/api/drafts/{draft}/words", summary="Say in what state things are, and whether they are refused")
def describe(site: SiteDep, draft: Draft, words: Words) -> dict[str, Any]:
    codes = [parse_code(code) for code in words.codes]
    said = _said(words)
    count = site.sessions.do(draft, lambda session: _describe(session, codes, said, is_all=words.all))
    return {"count": count}


@router.post("/api/drafts/{draft}/photos", summary="Keep a photograph, for things that it shows")
async def upload(request: Request, site: SiteDep, draft: Draft) -> dict[str, str]:
    data = await request.body()
    photo = await run_in_threadpool(clean_photo, data)
    return {"digest": await run_in_threadpool(_keep, site, draft, photo)}


@router.post("/api/drafts/{draft}/camera/photo", summary="Keep what the computer's camera shows now")
def take(site: SiteDep, draft: Draft) -> dict[str, str]:
    image: Image | None = site.streams.newest(draft)
    if image is None:
        raise ConflictError(N_("the camera shows nothing now"), hint=N_("Start it, or choose a file."))
    return {"digest": _keep(site, draft, photo_of(image))}


def _keep(site: Site, draft: str, photo: bytes) -> str:
    return site.sessions.do(draft, lambda session: session.store.photos.keep(photo))


def _said(words: Words) -> dict[str, Any]:
    """What is kept of it, by the names of `ItemDetails`."""
    said: dict[str, Any] = {"condition": words.condition, "photo": words.photo, "is_refused": words.refused}
    if words.remark is not None:
        said["remark"] = one_line(_("Remark"), words.remark, LONGEST_NOTE)
    if words.refused is not None:
        said["reason"] = ""
    if words.seals is not None:
        if words.seals:
            read_look(f"{words.seals}:{words.serials}")
        said |= {"seals": words.seals, "serials": words.serials if words.seals else ""}
    return {name: value for name, value in said.items() if value is not None}


def _describe(session: Session, codes: list[str], said: dict[str, Any], *, is_all: bool) -> int:
    taken = session.desk.taken
    codes = list(taken) if is_all else codes
    for code in codes:
        if code not in taken:
            raise InputError(
                N_("{code} is not among what was scanned"), hint=N_("Scan it first."), code=show_code(code)
            )
    if said.get("photo") and session.store.photos.get(said["photo"]) is None:
        raise InputError(N_("that picture is not kept here"), hint=N_("Take it again."))
    known = session.details()
    for code in codes:
        item = msgspec.structs.replace(known.of(code), **said)
        if item.photo and not item.condition and not item.seals:
            raise InputError(
                N_("what does the photograph of {code} show?"),
                hint=N_("Say its condition, or how its seals are."),
                code=show_code(code),
            )
    session.change(
        lambda details: with_items(details, {c: msgspec.structs.replace(details.of(c), **said) for c in codes})
    )
    return len(codes)
