"""Whether a page shows a hostile text as text."""

import re
from html.parser import HTMLParser

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


class Markup(HTMLParser):
    """The tags of a page, with what each may lead to or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def check(page: str) -> None:
    """Nothing on the page runs, leads away, or hides."""
    for tag, attributes in Markup(page).tags:
        assert tag not in ("iframe", "object", "embed", "base", "style", "a:x"), tag
        assert tag != "svg" or {"drawn", "pic"} & {*str(attributes.get("class")).split()}, "a drawing that is not ours"
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc")]
        for name in ("href", "src", "action", "formaction"):
            target = attributes.get(name)
            assert target is None or re.match(r"/(?!/)|[?#]", target), (tag, target)
        if tag == "script":
            assert str(attributes.get("src")).startswith("/static/")
    assert not INVISIBLE.search(page)
