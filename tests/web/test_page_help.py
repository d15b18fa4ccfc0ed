"""Help in place: each page says what it is for, what to do first, and what to do if something is amiss."""

import re
from html import unescape

import pytest

import language
from tests.support.page_examples import Visitor
from web.site import HERE
from web.views.page_help import HELP

WHOLE = {
    file.name
    for file in (HERE / "templates").glob("*.html")
    if re.match(r"<!doctype|\{% extends", file.read_text("utf-8"))
    and file.name not in ("bare.html", "base.html", "wall.html")
}
TEXTS = [text for texts in HELP.values() for text in texts]


def test_each_page_has_its_help_and_no_help_is_left_over() -> None:
    assert set(HELP) == WHOLE
    assert len(set(TEXTS)) == len(TEXTS), "each page says something of its own"


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_help_is_short_and_names_what_stands_on_the_page(code: str) -> None:
    language.use(code)
    for text in TEXTS:
        said = language._(text)
        assert len(said) <= 240 and said[-1] in ".”?", said
        assert "main.py" not in said
        english, shown = (re.findall("“([^”]+)”", one) for one in (text, said))
        assert len(english) == len(shown)
        for name, words in zip(english, shown, strict=True):
            if name not in NOT_OURS:
                assert language._(name) == words, "what is named is called so where it stands"


NOT_OURS = {"fit to page"}
"""Named as other programs name it."""


def test_help_is_on_the_page_closed_and_before_the_content(visitor: Visitor) -> None:
    for path, name in {
        "/": "home.html",
        "/items": "items.html",
        "/who": "who.html",
        "/records/incident": "record.html",
    }.items():
        page = unescape(visitor.see(path))
        assert page.count('<details class="help">') == 1
        assert page.index(HELP[name].purpose[:30]) < page.index('id="main"')
