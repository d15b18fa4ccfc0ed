"""Long work on the page, for tests: begun, waited for, and what came of it."""

import time
from pathlib import Path
from typing import Any

from tests.support.page_examples import SAME_ORIGIN, Visitor
from web.security.entrances import HEADER


def work(visitor: Visitor, path: str, body: Any, *, expect: int = 200, most_s: float = 60.0) -> Any:
    """What comes of some work; a refusal may come at once or while it is waited for."""
    headers = {HEADER: visitor.token, **SAME_ORIGIN}
    response = visitor.client.post(path, json=body, headers=headers)
    end = time.monotonic() + most_s
    while response.status_code == 200 and response.json()["state"] == "running":
        assert time.monotonic() < end
        response = visitor.client.get(f"/api/jobs/{response.json()['job']}?wait=1")
    assert response.status_code == expect, (response.status_code, response.text)
    return response.json()


def upload(visitor: Visitor, file: Path | bytes, name: str = "") -> str:
    """The id of a file that was sent."""
    data = file.read_bytes() if isinstance(file, Path) else file
    name = name or (file.name if isinstance(file, Path) else "file")
    headers = {HEADER: visitor.token, **SAME_ORIGIN, "Content-Type": "application/octet-stream"}
    response = visitor.client.post("/api/uploads", params={"name": name}, content=data, headers=headers)
    assert response.status_code == 201, response.text
    return str(response.json()["upload"])
