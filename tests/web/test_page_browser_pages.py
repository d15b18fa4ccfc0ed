"""Every page there is, in a real browser: it can be read by all, in both languages, on every screen."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched, tab
from tests.support.command_examples import Terminal
from web.views.place_table import VIEWS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENDLESS = re.compile(r"/(news|picture)$")
NAMELESS = {"/pair", "/device"}
"""For devices of the local network; the test of two scanners reads them there."""


def pages_of(window: "BrowserContext", served: Served, filled: dict[str, Any]) -> list[str]:
    """The address of every whole page that the server has."""
    found = set()
    for route in served.routes:
        if "GET" not in (route.methods or ()) or ENDLESS.search(route.path) or route.path in NAMELESS:
            continue
        names = filled | filled.get(route.path, {})
        path = re.sub(r"\{(\w+)\}", lambda blank, names=names: names.get(blank[1], "x"), route.path) + names.get(
            "?", ""
        )
        answer = window.request.get(served.url + path, headers={"Accept": "text/html"})
        if answer.ok and "text/html" in answer.headers["content-type"] and "<html" in answer.text():
            found.add(path)
    return sorted(found)


def test_every_page_can_be_read_by_all_in_both_languages_on_every_screen(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    bast = station.give(codes[:5], "51.08", "51.08.01.2001", "--condition", f"{codes[0]}=wet").json["bast"]
    draft = served.site.keep.do(
        lambda store: store.drafts.open("d" * 36, "51.08", "51.08.01.2001", [], at=store.around.now_utc())
    ).id
    served.site.sessions.do(draft, lambda session: [session.type_in(code) for code in codes[4:7]])
    filled = {
        "draft": draft,
        "code": "51.08.01",
        "/items/{code}": {"code": codes[0]},
        "/handover": {"?": f"?number={bast}"},
        "/dashboard/{code}/{what}": {"what": "pressing"},
    }
    pages = pages_of(window, served, filled)
    assert {"/", "/scan", f"/scan/{draft}", f"/scan/{draft}/review", "/dashboard", "/items"} <= set(pages)
    pages += [f"/dashboard/51.08?view={view}" for view in VIEWS]
    page = Watched(window.new_page())
    for path in [*pages, "/handover?number=none"]:
        for language, size, scheme in (("id", LAPTOP, "light"), ("en", PHONE, "dark")):
            page.page.set_viewport_size(size)
            page.page.goto(served.url + path + ("&" if "?" in path else "?") + f"lang={language}")
            page.check_access((scheme,))
            wide = page.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{path} is wider than the screen: {wide}"
    assert not [error for error in page.errors if "number=none" not in error], "no page but that of a refusal"


def test_many_items_are_chosen_with_the_keyboard_and_counted(window: "BrowserContext", served: Served) -> None:
    codes = served.station.codes("--to", "51.08.01.2001")
    here = tab(window, f"{served.url}/items?to=51.08.01.2001&lang=id")
    here.page.wait_for_selector("#chosen button:disabled")
    here.page.focus("#chosen [name=code]")
    here.page.keyboard.press("Space")
    here.shows("#chosen-count", "Dipilih: 1")
    here.page.keyboard.press("Tab")  # the link of that item, then the next box
    here.page.keyboard.press("Tab")
    here.page.keyboard.press("Space")
    here.shows("#chosen-count", "Dipilih: 2")
    here.check_access()
    here.shoot("items-chosen")
    here.page.click("#choose-page input")
    here.shows("#chosen-count", f"Dipilih: {len(codes)}")
    here.page.click("#choose-page input")
    here.page.wait_for_selector("#chosen button:disabled")
    here.page.check("#chosen [name=all]")
    here.page.click("#chosen button[value=csv]")
    here.shows("#chosen-outcome", f"{len(codes)} laporan")
    here.page.click("#chosen button[formaction='/records/reassign']")
    here.shows("h1", "Tujuan baru")
    assert len(here.page.input_value("[data-field=codes] textarea").split()) == len(codes)
    assert here.errors == []
