"""Where the page has a way of its own for what a hint names a command for."""

import re

from custody.errors import CustodyError
from language import _
from language.text import say_hint

WAYS = {
    "drafts": "Start", "token": "Start", "scan": "Scan", "handover": "Scan", "items": "Items", "custody": "Items",
    "backup": "Meet", "doctor": "Meet", "export": "Meet", "import": "Meet", "verify": "Meet",
    "labels": "Labels", "reprint": "Labels", "load": "Plan", "plan": "Plan",
}  # fmt: skip
"""For each command that the page stands for, where it does so: a name of `web.site.NAVIGATION`."""
_COMMAND = re.compile(r"main\.py (\w+)")


def hint_on_page(error: CustodyError) -> str:
    """What somebody at the page can do about a refusal: its hint, and where the page does what that tells to type."""
    hint = say_hint(error)
    command = _COMMAND.search(hint)
    way = WAYS.get(command[1]) if command else None
    return _("{hint} On this page: {way}.").format(hint=hint, way=_(way)) if way else hint
