"""A scan session on the page, without a browser: begun, typed into, reviewed and recorded."""

import re
from typing import Any

from tests.support.page_examples import Visitor


def begun(visitor: Visitor, giver: str = "51.08", receiver: str = "51.08.01", **more: Any) -> str:
    """A session with these ends."""
    ends = {"giver": giver, "receiver": receiver, **more}
    return str(visitor.ask("POST", "/api/drafts", ends, expect=201)["draft"])


def typed(visitor: Visitor, draft: str, line: str) -> dict[str, Any]:
    answer: dict[str, Any] = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": line})
    return answer


def reviewed(visitor: Visitor, draft: str) -> str:
    """The version of a session that its review shows."""
    found = re.search(r'data-version="([0-9a-f]+)"', visitor.see(f"/scan/{draft}/review"))
    assert found
    return found[1]


def record(visitor: Visitor, draft: str, version: str, *, expect: int = 200, **said: Any) -> dict[str, Any]:
    body = {"version": version, **said}
    answer: dict[str, Any] = visitor.ask("POST", f"/api/drafts/{draft}/record", body, expect=expect)
    return answer
