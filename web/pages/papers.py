"""Handover papers by themselves: their codes from a camera, a field, a photograph or a PDF, in any order."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from custody.errors import N_, InputError
from web.dependencies import BrowserCamera, SiteDep
from web.live.file_store import Key
from web.live.jobs import Answer
from web.live.paper_session import PAPERS, PaperSession
from web.live.shared_session import Line
from web.request_model import Given
from web.site import Site
from web.templating import render

router = APIRouter()


class Picture(Given):
    """A photograph or a PDF that was sent."""

    upload: Key


@router.get("/meet/papers", include_in_schema=False)
def papers(site: SiteDep) -> HTMLResponse:
    return HTMLResponse(render("papers.html", **site.sessions.papers(PaperSession.facts)))


@router.post("/api/papers/lines", summary="Take a code of a handover paper, typed or from a USB scanner")
def type_in(site: SiteDep, line: Line) -> dict[str, Any]:
    outcome, facts = site.sessions.papers(lambda session: (session.type_in(line.line), session.facts()))
    return outcome | {"page": render("papers.html", **facts), "version": facts["version"]}


@router.post("/api/papers/frames", summary="Read codes of papers from a picture of the browser's own camera")
async def look(request: Request, site: SiteDep, eye: BrowserCamera) -> dict[str, Any]:
    jpeg = await request.body()
    seen = await run_in_threadpool(site.cameras.see, PAPERS, eye, jpeg)
    facts, hub = await run_in_threadpool(site.sessions.papers, lambda session: (session.facts(), session.take_hub()))
    return seen | {"version": facts["version"], "beep": facts["last"].beep if facts["last"] else "", "hub": hub}


@router.post("/api/papers/pictures", summary="Read the codes of papers in a photograph or a PDF")
def read(site: SiteDep, picture: Picture) -> dict[str, Any]:
    path = site.file_store.path(picture.upload)
    return site.jobs.do(lambda _store, _progress: _read(site, path), hide=site.home)


def _read(site: Site, path: Path) -> Answer:
    from scanner.decoding.file_codes import codes_in

    left_out = list[str]()
    texts = list(codes_in(path, left_out.append))
    found, facts = site.sessions.papers(lambda session: (session.show(texts), session.facts()))
    if not found:
        raise InputError(
            N_("no code of a handover paper can be read in {file}"),
            hint=N_("Photograph the codes closely, in good light, one after the other."),
            file=path.name,
        )
    return Answer(render("papers.html", **facts), {"codes": found, "version": facts["version"]})
