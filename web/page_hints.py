"""Which page does what a refusal's hint names, for the button beside it."""

from custody.errors import CustodyError
from language.text import PAGES, WAYS


def way_of(error: CustodyError) -> tuple[str, str] | None:
    """The address and the name of the page for what a refusal's hint names; None: no page is for it."""
    way = WAYS.get(str(error.values.get("way")))
    return (way.page, PAGES[way.page]) if way and way.page else None
