"""Every page there is, in a real browser: it can be read by all, in both languages, on every screen."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from language import _, use
from tests.support.browser_examples import LAPTOP, OF_ROOM, PHONE, Served, Watched, tab
from tests.support.command_examples import Terminal
from web.forms.report_table import REPORTS
from web.forms.table import FORMS
from web.views.page_help import HELP
from web.views.place_table import VIEWS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENLARGED = {"width": 683, "height": 384}
"""What a laptop's screen has room for at 200 %."""
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


def begun(served: Served, station: Terminal) -> dict[str, Any]:
    """What pages with a name in their address are asked for, of a station where something happened."""
    codes = station.codes("--to", "51.08.01.2001")
    bast = station.give(codes[:5], "51.08", "51.08.01.2001", "--condition", f"{codes[0]}=wet").json["bast"]
    draft = served.site.keep.do(
        lambda store: store.drafts.open("d" * 36, "51.08", "51.08.01.2001", [], at=store.around.now_utc())
    ).id
    served.site.sessions.do(draft, lambda session: [session.type_in(code) for code in codes[4:7]])
    return {
        "draft": draft,
        "code": "51.08.01",
        "/items/{code}": {"code": codes[0]},
        "/handover": {"?": f"?number={bast}"},
        "/dashboard/{code}/{what}": {"what": "pressing"},
    }


def check_everywhere(page: Watched, url: str, paths: list[str], language: str) -> list[str]:
    """Whether all can read these pages, on each screen, at 200 % and in both schemes; gives what the pages say.

    Colours have no language: in English the light scheme shows what the dark one would. At 200 % a page shows what it
    does on a phone, with other room for it.
    """
    schemes = ("light", "dark") if language == "id" else ("light",)
    seen = []
    for path in paths:
        page.page.goto(url + path + ("&" if "?" in path else "?") + f"lang={language}")
        seen.append(page.page.content())
        for size in (LAPTOP, PHONE, ENLARGED):
            page.page.set_viewport_size(size)
            if size is ENLARGED:
                page.check_access(("light",), OF_ROOM)
            else:
                page.check_access(schemes)
            wide = page.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{path} is wider than the screen: {wide}"
    return seen


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_can_be_read_by_all_on_every_screen(
    window: "BrowserContext", served: Served, station: Terminal, language: str
) -> None:
    filled = begun(served, station)
    pages = pages_of(window, served, filled)
    draft = filled["draft"]
    assert {"/", "/scan", f"/scan/{draft}", f"/scan/{draft}/review", "/dashboard", "/items"} <= set(pages)
    page = Watched(window.new_page())
    paths = [*pages, *(f"/dashboard/51.08?view={view}" for view in VIEWS), "/handover?number=none"]
    seen = " ".join(unescape(one) for one in check_everywhere(page, served.url, paths, language))
    use(language)
    unseen = {name for name, texts in HELP.items() if _(texts.purpose) not in seen}
    assert unseen == {"first.html", "pair.html", "device.html", "observing.html", "record.html", "report.html"}, (
        "each kind of page was read: the first run, devices and observers have tests of their own, forms stand below"
    )
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


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_form_and_report_can_be_read_by_all_on_every_screen(
    window: "BrowserContext", served: Served, language: str
) -> None:
    page = tab(window, served.url)
    paths = [*(f"/records/{name}" for name in FORMS), *(f"/reports/{name}" for name in REPORTS)]
    check_everywhere(page, served.url, paths, language)
    assert not page.errors


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("document.querySelector('h1').style.color = '#999'", "color-contrast"),
        ("document.querySelector('label[for=q]').remove()", "label"),
        ("document.documentElement.lang = ''", "html-has-lang"),
    ],
)
def test_what_keeps_people_from_reading_a_page_is_found(
    window: "BrowserContext", served: Served, broken: str, rule: str
) -> None:
    page = tab(window, served.url + "/items")
    page.check_access(("light",))
    page.page.evaluate(broken)
    with pytest.raises(AssertionError, match=rule):
        page.check_access(("light",))


def test_help_and_the_pages_behind_more_can_be_read_by_all(window: "BrowserContext", served: Served) -> None:
    page = tab(window, served.url + "/items")
    page.page.set_viewport_size(PHONE)
    page.page.click(".help summary")
    assert page.page.locator(".help dl").is_visible()
    page.check_access()
    page.page.click(".help summary")
    page.page.click(".more button")
    page.check_access()
