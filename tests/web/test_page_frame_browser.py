"""The frame of every page in a real browser: the head, and the navigation below on a narrow screen."""

from typing import TYPE_CHECKING, Any

import pytest

from language.text import PAGES
from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched, tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Gudang Logistik Komisi Pemilihan Umum Kabupaten Penukal Abab Lematang Ilir di Jalan Merdeka"


def box(watched: Watched, selector: str) -> Any:
    """Where it is on the screen."""
    return watched.page.locator(selector).first.bounding_box()


def test_a_phone_has_its_navigation_below_in_one_row_and_it_covers_nothing(
    window: "BrowserContext", served: Served
) -> None:
    here = tab(window, served.url + "/items")
    here.page.set_viewport_size(PHONE)
    nav = box(here, ".top nav")
    assert nav["y"] + nav["height"] == PHONE["height"] and nav["height"] < 70
    shown = here.page.locator(".top nav > ul > li > a:visible, .top nav > ul > li > button:visible")
    assert shown.count() == 5, "four pages and More"
    for one in shown.all():
        size = one.bounding_box()
        assert size is not None and size["width"] >= 44 and size["height"] >= 44, "as thumbs need it"
    here.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    main = box(here, "main")
    assert main["y"] + main["height"] < nav["y"] + 1, "what is last is seen; scrolling is in whole pixels"
    here.page.set_viewport_size(LAPTOP)
    assert box(here, ".top nav")["y"] < 60
    assert here.page.locator(".top nav a:visible").count() == len(PAGES)
    assert not here.errors


def test_more_opens_and_leads_on_without_scripts(chromium: "Browser", window: "BrowserContext", served: Served) -> None:
    tab(window, served.url)
    bare = chromium.new_context(viewport=PHONE, java_script_enabled=False, storage_state=window.storage_state())
    page = bare.new_page()
    page.goto(served.url + "/items")
    hidden = page.locator("#ways-more a")
    assert hidden.count() == len(PAGES) - 4 and not hidden.first.is_visible()
    page.click(".more button")
    assert all(one.is_visible() for one in hidden.all())
    page.click("#ways-more a[href='/meet']")
    page.wait_for_url("**/meet")
    bare.close()


def test_more_is_reached_and_left_by_keys(window: "BrowserContext", served: Served) -> None:
    here = tab(window, served.url + "/dashboard")
    here.page.set_viewport_size(PHONE)
    here.tab_to(".more button")
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    here.page.wait_for_selector("a[href='/meet']:focus")
    here.page.keyboard.press("Escape")
    here.page.wait_for_selector("#ways-more a", state="hidden")
    here.page.wait_for_selector(".more button:focus")


@pytest.mark.parametrize("width", [1366, 1920])
def test_the_head_shows_a_long_place_name_whole(window: "BrowserContext", served: Served, width: int) -> None:
    here = tab(window, served.url + "/items")
    here.page.set_viewport_size({"width": width, "height": 768})
    here.page.evaluate("name => { document.querySelector('.where').append(name); }", LONG)
    for part in (".where", ".brand", ".top nav"):
        inside = here.page.locator(part).evaluate(
            "e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1"
        )
        assert inside, f"{part} is cut off"
    assert here.page.evaluate("document.documentElement.scrollWidth") <= width
    assert LONG in here.page.locator(".where").inner_text()


MOST_STOPS = 300
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const nav = document.querySelector(".top nav").getBoundingClientRect();
  const shown = at.matches("input[type=file]") ? getComputedStyle(at.parentElement.querySelector(".button")) : style;
  const is_below = nav.top > 100 && !at.closest(".top") && box.bottom > nav.top + 1 && box.height < 300;
  const is_behind = Boolean(window.before?.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING);
  window.before = at;
  return { name: at.outerHTML.slice(0, 120), is_end: at === document.body || at === document.documentElement,
    is_seen: shown.outlineStyle !== "none" && parseFloat(shown.outlineWidth) >= 2, is_below, is_behind };
}"""


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("path", ["/", "/scan", "/items", "/meet", "/labels", "/records/incident", "/dashboard"])
def test_keys_alone_go_through_a_page_seen_in_order_and_out_of_it(
    window: "BrowserContext", served: Served, path: str, size: Any
) -> None:
    here = tab(window, served.url + path)
    here.page.set_viewport_size(size)
    here.page.evaluate("document.querySelector('.skip').focus()")  # some pages begin in their first field
    passed: list[str] = []
    while len(passed) < MOST_STOPS:
        here.page.keyboard.press("Tab")
        at = here.page.evaluate(FOCUS)
        if at["is_end"]:
            break
        passed.append(at["name"])
        assert at["is_seen"], f"nobody sees where the focus is: {at['name']}"
        assert not at["is_below"], f"the navigation lies over it: {at['name']}"
        assert not at["is_behind"], f"out of order: {at['name']}"
    assert 8 < len(passed) < MOST_STOPS, f"no trap: the browser has its keys back at the end: {passed[-3:]}"


def test_the_first_link_leads_past_the_navigation(window: "BrowserContext", served: Served) -> None:
    here = tab(window, served.url + "/records")
    here.page.keyboard.press("Tab")
    assert here.page.locator(".skip").bounding_box()["x"] == 0, "it is seen once it is reached"  # type: ignore[index]
    here.page.keyboard.press("Enter")
    here.page.keyboard.press("Tab")
    assert here.page.evaluate("document.activeElement.closest('main') !== null")


def test_on_paper_a_page_is_black_on_white_without_what_can_be_pressed(
    window: "BrowserContext", served: Served
) -> None:
    here = tab(window, served.url)
    here.page.emulate_media(media="print", color_scheme="dark")
    here.page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    for path in ("/", "/items", "/dashboard", "/meet", "/records/incident", "/reports/progress", "/labels"):
        here.page.goto(served.url + path)
        for part in ("nav a", "button", ".button", ".help", "#alarm"):
            assert not [one for one in here.page.locator(part).all() if one.is_visible()], (path, part)
        colours = here.page.evaluate(
            "(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))"
        )
        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    here.page.goto(served.url + "/items")
    assert here.page.locator("thead th").first.is_visible(), "a table stays a table, with its heads on each sheet"
    assert here.page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
