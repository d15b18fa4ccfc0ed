"""Small faults that were once seen on the page: empty sessions, raw codes, stale figures, times without a year."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, tab
from tests.support.command_examples import ITEMS, NOW, Terminal
from tests.support.page_examples import PageAt, Visitor, begun_draft, site_at
from tests.support.scan_pages import typed
from tests.support.work_examples import upload, work
from web.site import HERE
from web.views.charts import clock_drawing, tree_drawing

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

NEEDS = "kind,level,per_place,name_id,name_en,unit\n{kind},polling_station,{count},Bilik suara,Voting booth,pcs\n"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_beginning_twice_without_a_destination_leaves_one_session(visitor: Visitor) -> None:
    first = begun_draft(visitor, receiver="")
    assert begun_draft(visitor, receiver="") == first
    other = begun_draft(visitor, receiver="51.08.01")
    assert set(re.findall(r'href="/scan/([^"]+)"', visitor.see("/"))) == {first, other}


def test_a_session_in_which_something_was_done_is_not_begun_again(visitor: Visitor, station: Terminal) -> None:
    scanned, described = begun_draft(visitor), begun_draft(visitor, receiver="51.08.02")
    typed(visitor, scanned, station.codes()[0])
    visitor.ask("PUT", f"/api/drafts/{described}/said", {"giver_name": "Wayan"})
    assert begun_draft(visitor) != scanned and begun_draft(visitor, receiver="51.08.02") != described


def test_a_preview_of_needs_and_items_names_kinds_that_are_not_in_the_plan_yet(visitor: Visitor) -> None:
    new = upload(visitor, NEEDS.format(kind="ramp", count=2).encode(), "needs.csv")
    page = words(work(visitor, "/api/plan/preview", {"uploads": [new]})["page"])
    assert "Voting booth, Polling station" in page and "ramp" not in page
    items = upload(visitor, b"kind,to,k,n\nramp,51.08.01.2001.001,1,1\n", "items.csv")
    page = words(work(visitor, "/api/plan/preview", {"uploads": [new, items]})["page"])
    assert "Voting booth 51.08.01.2001.001 1/1" in page and "ramp" not in page
    shown = work(visitor, "/api/plan/preview", {"uploads": [new]})
    work(visitor, "/api/plan/load", {"uploads": [new], "version": shown["version"]})
    more = upload(visitor, NEEDS.format(kind="ramp", count=3).encode(), "needs.csv")
    page = words(work(visitor, "/api/plan/preview", {"uploads": [more]})["page"])
    assert "Voting booth, Polling station: per place 2 -&gt; 3" in page


def test_printed_labels_are_named_by_the_stations_clock_and_the_newest_stand_first(visitor: Visitor) -> None:
    assert NOW == "2024-02-11T01:00:00Z", "nine in the morning at the station"
    names = [
        work(visitor, "/api/labels/print", {"what": "places", "to": to})["name"]
        for to in ("51.08.02", "51.08.01", "51.08.02")
    ]
    assert names[0].startswith("labels-2024-02-11-0900-places-51.08.02")
    shown = re.findall(r'href="/labels/files/([^"]+)"', visitor.see("/labels"))
    assert shown == names[::-1]


def test_what_is_left_of_a_list_is_a_link_to_all_of_it(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")
    station.give(codes, "51.08", "51.08.01", *(f"--condition={code}=wet" for code in codes))
    page = visitor.see("/dashboard?view=findings")
    count = len(codes)
    assert count > 12 and f'<a href="/dashboard/51.08/irregular">and {count - 12} more</a>' in page
    rest = visitor.see("/dashboard/51.08/irregular")
    assert f"Open discrepancies ({count})" in rest and rest.count("was found wet") == count
    assert visitor.see("/dashboard/51.08/irregular?at=8").count("was found wet") == count - 7
    assert "was found wet" not in visitor.see("/dashboard/51.08/irregular?at=1000")
    for what in ("pressing", "incidents", "readiness", "points", "scores"):
        visitor.see(f"/dashboard/51.08/{what}")
    assert visitor.client.get("/dashboard/51.08/nothing").status_code == 422


def test_a_due_time_has_its_year_and_an_axis_its_days(station: Terminal, page_at: PageAt) -> None:
    with page_at(site_at(station.home, now="2024-02-12T11:00:00Z")) as client:
        page = client.get("/dashboard?view=clock").text
    assert "due 12 Feb 2024 18:00" in words(page)
    page = page[page.index('class="drawn clock"') :]
    ticks = re.findall(r'class="tick-text"[^>]*>([^<]*)<', page)
    assert "12 Feb 2024" in ticks and ticks.count("12 Feb 2024") == 1 and any(":" in tick for tick in ticks)


@pytest.mark.parametrize("days", [1, 3, 10, 30, 90, 365, 1000, 10_000])
def test_an_axis_has_a_few_ticks_however_long_it_is(days: int) -> None:
    from datetime import UTC, datetime, timedelta

    due = datetime(2024, 2, 12, tzinfo=UTC)
    row = {"due_utc": due.isoformat(), "expected_utc": None, "name": "PPK", "state": "late"}
    drawn = clock_drawing([row], (due + timedelta(days=days)).isoformat(), 8)
    assert drawn is not None and 2 <= len(drawn["ticks"]) <= 7


def test_the_root_of_the_tree_bears_its_name(visitor: Visitor) -> None:
    page = visitor.see("/dashboard?view=tree")
    [node] = re.findall(r'<g class="node[^"]*"><rect x="2".*?</g>', page, re.S)
    assert "Gudang" in node and ">51.08<" not in node
    top = {"name": "Gudang KPU Kabupaten " + "Sangat Panjang " * 9}
    assert len(tree_drawing(top, [])["name"]) == 3, "a long name is cut"


def test_no_page_asks_with_a_dialog_or_a_button_of_the_browser() -> None:
    scripts = "".join(path.read_text("utf-8") for path in (HERE / "static").glob("*.js"))
    assert not re.search(r"(?<![\w.])(confirm|alert|prompt)\(|window\.(confirm|alert|prompt)", scripts)
    for path in (HERE / "templates").glob("*.html"):
        for field in re.findall(r"<input[^>]*type=\"file\"[^>]*>", path.read_text("utf-8")):
            assert path.name == "parts.html" or 'class="hidden-words"' in field, (path.name, field)


def test_an_error_moves_no_button() -> None:
    """Whoever presses again where the button was presses the button."""
    for path in (HERE / "templates").glob("*.html"):
        for error in re.finditer(r'<p id="[\w-]*error"', text := path.read_text("utf-8")):
            behind = text[error.end() :].partition("</form>")[0]
            assert 'class="actions"' not in behind, path.name


def test_the_recorded_page_has_a_heading(visitor: Visitor, station: Terminal) -> None:
    station.give(station.codes()[:2], "51.08", "51.08.01")
    assert "<h1" in visitor.see("/handover?number=0001/GUDANG-1/2024")


@pytest.mark.browser
@pytest.mark.slow
def test_printing_asks_in_the_pages_own_words_and_renews_what_it_changes(
    window: "BrowserContext", served: Served
) -> None:
    page = tab(window, f"{served.url}/labels?lang=id")
    page.shows("#unprinted", f"{ITEMS}")
    page.page.fill("#to", "51.08.01.2001.001")
    page.page.click("#print button.main")
    page.shows("#sure", "Cetak 9 label?")
    page.check_access()
    page.page.keyboard.press("Enter")  # the first button leads back
    page.page.wait_for_selector("#sure", state="hidden")
    page.shows("#unprinted", f"{ITEMS}")
    page.page.click("#print button.main")
    page.page.click("#sure button[value=go]")
    page.shows("#unprinted", f"{ITEMS - 9}")
    page.shows("#lately", "labels-2024-02-11-0900-items")
    page.page.goto(f"{served.url}/plan?lang=id")
    page.shows(".file", "Pilih berkas")
    page.page.set_input_files("#files", {"name": "tabel.csv", "mimeType": "text/csv", "buffer": b"x"})
    page.shows(".file .chosen", "tabel.csv")
    assert page.errors == []
