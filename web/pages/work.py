"""What pages with long work share: files that are uploaded, work that is waited for, files that are saved."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from web.dependencies import SiteDep
from web.downloads import saved_file

router = APIRouter()
Key = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_MOST_WAITED_S = 10.0


@router.post("/api/uploads", summary="Send a file to be looked at", status_code=201, openapi_extra=_BODY)
async def upload(
    request: Request, site: SiteDep, name: Annotated[str, Query(min_length=1, max_length=200)]
) -> dict[str, str]:
    length = request.headers.get("content-length", "0")
    return {"upload": await site.file_store.take(name, request.stream(), int(length))}


@router.get("/api/jobs/{key}", summary="What came of some work, or how far it is")
def job(site: SiteDep, key: Key, wait: Annotated[float, Query(ge=0, le=_MOST_WAITED_S)] = 1.0) -> dict[str, Any]:
    return site.jobs.get(key).describe(wait)


@router.get("/files/{key}", include_in_schema=False)
def file(site: SiteDep, key: Key, show: bool = False) -> Response:
    return saved_file(site.file_store.path(key), show=show)
