"""Handover papers by themselves: their codes from a camera, a field, a photograph or a PDF, in any order."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from custody.errors import N_, InputError
from web.jobs import Answer
from web.papers import PAPERS, PaperRoom
from web.scanning import Line
from web.shelf import Key
from web.site import Site
from web.templating import Pages

if TYPE_CHECKING:
    from db.store import Store
    from station.bars import Progress

Eye = Annotated[str, Query(pattern=r"^[a-z0-9]{4,32}$")]


class Picture(BaseModel):
    """A photograph or a PDF that was sent."""

    model_config = ConfigDict(extra="forbid")
    upload: Key


def routes(site: Site, pages: Pages) -> APIRouter:
    """`/meet/papers` and what is shown to it."""
    router = APIRouter()

    def tray(facts: dict[str, Any]) -> str:
        return pages.fragment("papers.html", **facts)

    @router.get("/meet/papers", include_in_schema=False)
    def papers() -> HTMLResponse:
        return HTMLResponse(tray(site.rooms.papers(PaperRoom.facts)))

    @router.post("/api/papers/lines", summary="Take a code of a handover paper, typed or from a USB scanner")
    def type_in(line: Line) -> dict[str, Any]:
        def take(room: PaperRoom) -> tuple[dict[str, Any], dict[str, Any]]:
            return room.type_in(line.line), room.facts()

        outcome, facts = site.rooms.papers(take)
        return outcome | {"page": tray(facts), "version": facts["version"]}

    @router.post("/api/papers/frames", summary="Read codes of papers from a picture of the browser's own camera")
    async def look(request: Request, eye: Eye) -> dict[str, Any]:
        jpeg = await request.body()
        seen = await run_in_threadpool(site.eyes.see, PAPERS, eye, jpeg)
        facts = await run_in_threadpool(site.rooms.papers, PaperRoom.facts)
        return seen | {"version": facts["version"], "beep": facts["last"].beep if facts["last"] else ""}

    @router.post("/api/papers/pictures", summary="Read the codes of papers in a photograph or a PDF")
    def read(picture: Picture) -> dict[str, Any]:
        path = site.shelf.path(picture.upload)

        def work(_store: "Store", _progress: "Progress") -> Answer:
            from station.anchors import codes_in

            left_out = list[str]()
            texts = list(codes_in(path, left_out.append))

            def show(room: PaperRoom) -> tuple[int, dict[str, Any]]:
                return room.show(texts), room.facts()

            found, facts = site.rooms.papers(show)
            if not found:
                raise InputError(
                    N_("no code of a handover paper can be read in {file}"),
                    hint=N_("Photograph the codes closely, in good light, one after the other."),
                    file=path.name,
                )
            return Answer(tray(facts), {"codes": found, "version": facts["version"]})

        return site.jobs.do(work, hide=site.home)

    return router
