"""The scan page: one session from its first label to its review."""

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from custody.errors import N_, ConflictError, InputError
from custody.format.codes import parse_code
from custody.handover.draft import Seer
from scanner.sources.camera_open import this_machine
from services.plan.custodians import what_is_to_go
from web.answers import Asked
from web.dependencies import BrowserCamera, Draft, SeerDep, SiteDep
from web.live.sessions import Session
from web.live.shared_session import LONGEST_LINE, Line
from web.pages.begin import Ends, custodian_on_page
from web.pages.remarks import MOST_ITEMS
from web.request_model import Given
from web.site import Site
from web.templating import is_device, render, render_page
from web.views.finding_groups import MORE, codes_in, finding_lines, group_of, next_after
from web.views.session_view import SHOWN, board, irregular, missing_of, reviewed, taken_of

router = APIRouter()
After = Annotated[int, Query(ge=0)]
"""So many of a list are on the page already."""


class Paused(Given):
    """Whether the session is to take nothing."""

    paused: bool


class Chosen(Given):
    """Some of the items in a session: by their codes, or those of one group of findings; and how many it said."""

    codes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_ITEMS)] = []
    group: Annotated[str, Field(max_length=200)] = ""
    count: Annotated[int, Field(gt=0)]


class AskedLine(Asked):
    """What became of this line?"""

    line: Annotated[str, Field(max_length=LONGEST_LINE)]


class Camera(Given):
    """Which camera to read from, by its number; empty: the one that `serve` was given."""

    camera: Annotated[str, Field(pattern=r"^[0-9]{0,3}$")] = ""


@router.get("/scan/{draft}", include_in_schema=False)
def scan(request: Request, site: SiteDep, draft: Draft, seer: SeerDep) -> Response:
    try:
        shown = site.sessions.do(draft, lambda session: board(session, seer), refresh=True)
    except InputError:
        return ended(site, draft, is_device=is_device(request))
    mark = site.sessions.events(draft).mark()
    return render_page(
        request,
        "scan.html",
        board=shown,
        mark=mark,
        seer=seer.id if seer else "",
        camera=site.streams.state(draft),
        is_camera_free=not site.streams.is_reading,
    )


@router.get("/scan/{draft}/board", include_in_schema=False)
def fragment(site: SiteDep, draft: Draft, seer: SeerDep) -> HTMLResponse:
    return HTMLResponse(render("board.html", board=site.sessions.do(draft, lambda session: board(session, seer))))


@router.get("/scan/{draft}/missing", include_in_schema=False)
def missing(site: SiteDep, draft: Draft, place: Annotated[str, Query(max_length=60)]) -> HTMLResponse:
    things = site.sessions.do(draft, lambda session: missing_of(session, place))
    return HTMLResponse(render("missing.html", things=things))


@router.get("/scan/{draft}/taken", include_in_schema=False)
def taken(site: SiteDep, draft: Draft, after: After = SHOWN) -> HTMLResponse:
    def look(session: Session) -> str:
        following = next_after(after, len(session.desk.taken))
        return render("taken.html", items=taken_of(session, after, MORE), next=following)

    return HTMLResponse(site.sessions.do(draft, look))


@router.get("/scan/{draft}/found", include_in_schema=False)
def found(
    site: SiteDep,
    draft: Draft,
    group: Annotated[str, Query(max_length=200)],
    after: After = 0,
    is_reviewed: Annotated[bool, Query(alias="reviewed")] = False,
) -> HTMLResponse:
    def look(session: Session) -> str:
        found = group_of(reviewed(session)[1] if is_reviewed else irregular(session), group)
        lines = finding_lines(session.store, found[after : after + MORE], session.desk.taken)
        return render("found.html", lines=lines, may_remove=not is_reviewed, next=next_after(after, len(found)))

    return HTMLResponse(site.sessions.do(draft, look))


@router.get("/scan/{draft}/news", include_in_schema=False)
def events(
    site: SiteDep,
    draft: Draft,
    after: Annotated[str, Query(max_length=40)] = "",
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> StreamingResponse:
    site.sessions.do(draft, lambda _session: None)
    stream = site.sessions.events(draft).stream(
        last_event_id or after,
        lambda: site.is_closing,
        lambda: site.sessions.catch_up(draft),
        lambda: {"camera": asdict(site.streams.state(draft))},
    )
    return StreamingResponse(stream, media_type="text/event-stream")


@router.get("/scan/{draft}/picture", include_in_schema=False)
def picture(site: SiteDep, draft: Draft) -> StreamingResponse:
    stream = site.streams.stream(draft, lambda: site.is_closing)
    return StreamingResponse(stream, media_type="multipart/x-mixed-replace; boundary=frame")


@router.get("/api/cameras", summary="The cameras of this computer")
def cameras() -> list[dict[str, Any]]:
    return [{"number": camera.number, "name": camera.name} for camera in this_machine().listed()]


@router.post("/api/drafts/{draft}/lines", summary="Take a typed or scanned line")
def type_in(site: SiteDep, draft: Draft, line: Line, seer: SeerDep) -> dict[str, Any]:
    once = site.sessions.answers.once
    return site.sessions.do(draft, lambda session: once(line.id, lambda: _take(session, line, seer)))


@router.post("/api/drafts/{draft}/lines/asked", summary="What became of a line whose answer was lost")
def asked(site: SiteDep, draft: Draft, line: AskedLine) -> dict[str, Any]:
    if (told := site.keep.do(lambda _store: site.sessions.answers.of(line.id))) is not None:
        return {"state": "told", "told": told}
    return site.sessions.do(draft, lambda session: _became(session, line))


@router.delete("/api/drafts/{draft}/items/{code}", summary="Take an item out again")
def remove(site: SiteDep, draft: Draft, code: str, seer: SeerDep) -> dict[str, Any]:
    wanted = parse_code(code)

    def work(session: Session) -> dict[str, Any]:
        with session.seen_by(seer):
            return session.remove(wanted)

    return site.sessions.do(draft, work)


@router.post("/api/drafts/{draft}/items/removed", summary="Take several items out again, all or none")
def remove_all(site: SiteDep, draft: Draft, chosen: Chosen, seer: SeerDep) -> dict[str, int]:
    codes = [parse_code(code) for code in chosen.codes]

    def work(session: Session) -> int:
        wanted = codes_in(group_of(irregular(session), chosen.group), session.desk.taken) if chosen.group else codes
        if len(wanted) != chosen.count:
            raise ConflictError(N_("The list has changed, so nothing was removed"), hint=N_("Look at it again."))
        with session.seen_by(seer):
            return session.remove_all(wanted)

    return {"removed": site.sessions.do(draft, work)}


@router.post("/api/drafts/{draft}/frames", summary="Read labels from a picture of the browser's own camera")
async def look(request: Request, site: SiteDep, draft: Draft, eye: BrowserCamera, seer: SeerDep) -> dict[str, Any]:
    jpeg = await request.body()
    return await run_in_threadpool(site.cameras.see, draft, eye, jpeg, seer)


@router.put("/api/drafts/{draft}/pause", summary="Pause a session, or go on with it")
def pause(site: SiteDep, draft: Draft, paused: Paused) -> dict[str, bool]:
    site.sessions.do(draft, lambda session: session.pause(paused.paused))
    return {"paused": paused.paused}


@router.put("/api/drafts/{draft}/ends", summary="Say who gives and who receives")
def set_ends(site: SiteDep, draft: Draft, ends: Ends) -> dict[str, str]:
    site.sessions.do(draft, lambda session: _set_ends(session, ends))
    return {"draft": draft}


@router.post("/api/drafts/{draft}/camera", summary="Read labels from a camera of this computer")
def start_camera(site: SiteDep, draft: Draft, camera: Camera) -> dict[str, str]:
    site.sessions.do(draft, lambda _session: None)
    site.streams.start(draft, camera.camera)
    return {"state": site.streams.state(draft).state}


@router.delete("/api/drafts/{draft}/camera", summary="Let go of the camera")
def stop_camera(site: SiteDep, draft: Draft) -> dict[str, str]:
    site.streams.stop(draft)
    return {"state": site.streams.state(draft).state}


@router.delete("/api/drafts/{draft}", summary="Forget a session; nothing of it is recorded")
def drop(site: SiteDep, draft: Draft) -> dict[str, str]:
    site.streams.stop(draft)
    site.sessions.do(draft, Session.drop)
    return {"draft": draft}


def _take(session: Session, line: Line, seer: Seer | None) -> dict[str, Any]:
    with session.seen_by(seer):
        return session.type_in(line.line, by_hand=line.by_hand, id=line.id or "")


def _became(session: Session, line: AskedLine) -> dict[str, str]:
    is_in = session.is_in(line.line)
    if is_in is None and not session.events.is_of_this_run(line.id):
        return {"state": "unknown"}  # done, perhaps, before the server was restarted
    return {"state": "in" if is_in else "out"}


def _set_ends(session: Session, ends: Ends) -> None:
    giver, receiver, *bound = (
        custodian_on_page(session.store, text) if text.strip() else ""
        for text in (ends.giver, ends.receiver, *(ends.bound or ()))
    )
    to_go = None if ends.phase is None else what_is_to_go(session.store, ends.phase, ends.kinds)
    session.set_ends(giver, receiver, None if ends.bound is None else [code for code in bound if code], to_go)


def ended(site: Site, draft: str, *, is_device: bool = False) -> Response:
    """Where a session has gone: to its handover, or nowhere."""

    if is_device:
        return RedirectResponse("/device", status_code=303)
    bast = site.ask.do(lambda store: store.papers.number_of(draft))
    return RedirectResponse(f"/handover?{urlencode({'number': bast})}" if bast else "/?gone=1", status_code=303)
