"""Where the page leads, and which of its pages does what a hint names: a sentence for scripts, a link for people."""

from custody.errors import N_, CustodyError
from language import _
from language.text import WAYS, hint_text

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("/", N_("Start")),
    ("/scan", N_("Scan")),
    ("/items", N_("Items")),
    ("/dashboard", N_("Dashboard")),
    ("/meet", N_("Meet")),
    ("/labels", N_("Labels")),
    ("/plan", N_("Plan")),
    ("/records", N_("Records")),
    ("/reports", N_("Reports")),
)
"""What stands at the top of every page: where it leads, and its name."""


def way_of(error: CustodyError) -> tuple[str, str] | None:
    """The address and the name of the page for what a refusal's hint names; None: no page is for it."""
    way = WAYS.get(str(error.values.get("way")))
    return next(((page, name) for page, name in NAVIGATION if way and page == way.page), None)


def hint_on_page(error: CustodyError) -> str:
    """Return what to do about an error on the page: its hint without options, and the page that does it."""
    hint, way = hint_text(error, at_terminal=False), way_of(error)
    return _("{hint} On this page: {way}.").format(hint=hint, way=_(way[1])) if way else hint
