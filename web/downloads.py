"""Files as answers: shown in the browser, or saved."""

from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse, Response

PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'self'; frame-ancestors 'none'"
_KINDS = {".pdf": "application/pdf", ".png": "image/png"}


def inline_pdf(data: bytes, name: str) -> Response:
    """A PDF that the browser shows, to be printed or saved."""
    headers = {"content-disposition": disposition("inline", name), "content-security-policy": PDF_POLICY}
    return Response(data, media_type="application/pdf", headers=headers)


def attached(data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """A file that the browser saves under this name."""
    return Response(data, media_type=media_type, headers={"content-disposition": disposition("attachment", name)})


def saved_file(path: Path, *, show: bool) -> FileResponse:
    """A file of the station, under its own name: shown in the browser, or saved."""
    headers = {"content-disposition": disposition("inline" if show else "attachment", path.name)}
    if show:
        headers["content-security-policy"] = PDF_POLICY
    return FileResponse(path, media_type=_KINDS.get(path.suffix.lower(), "application/octet-stream"), headers=headers)


def disposition(how: str, name: str) -> str:
    """Return the header that names a file, with any characters in the name (RFC 6266)."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-._") else "-" for char in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
