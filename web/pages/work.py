"""What pages with long work share: files that are uploaded, work that is waited for, files that are saved."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from web.downloads import PDF_POLICY, disposition
from web.site import Site
from web.templating import Pages

Key = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {
    "type": "string", "format": "binary"}}}}}  # fmt: skip
_KINDS = {".pdf": "application/pdf", ".png": "image/png"}
_MOST_WAITED_S = 10.0


def routes(site: Site, pages: Pages) -> APIRouter:
    """`/api/uploads`, `/api/jobs` and `/files`."""
    router = APIRouter()

    @router.post("/api/uploads", summary="Send a file to be looked at", status_code=201, openapi_extra=_BODY)
    async def upload(request: Request, name: Annotated[str, Query(min_length=1, max_length=200)]) -> dict[str, str]:
        length = request.headers.get("content-length", "0")
        return {"upload": await site.shelf.take(name, request.stream(), int(length))}

    @router.get("/api/jobs/{key}", summary="What came of some work, or how far it is")
    def job(key: Key, wait: Annotated[float, Query(ge=0, le=_MOST_WAITED_S)] = 1.0) -> dict[str, Any]:
        return site.jobs.get(key).tell(wait)

    @router.get("/files/{key}", include_in_schema=False)
    def file(key: Key, show: bool = False) -> Response:
        path = site.shelf.path(key)
        headers = {"content-disposition": disposition("inline" if show else "attachment", path.name)}
        if show:
            headers["content-security-policy"] = PDF_POLICY
        kind = _KINDS.get(path.suffix.lower(), "application/octet-stream")
        return FileResponse(path, media_type=kind, headers=headers)

    return router
