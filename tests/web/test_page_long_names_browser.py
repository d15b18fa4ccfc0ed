"""Names of 200 letters on a phone's screen: every list keeps its width."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import PHONE, Served, tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LISTS = (
    "/",
    "/scan",
    "/items",
    "/items?to=51.08.01.2001",
    "/handovers",
    "/search?q=patas",
    "/dashboard",
    "/dashboard/51.08.01",
    "/dashboard/wall",
    "/meet",
    "/plan",
    "/labels",
    "/people",
    "/records/reassign",
    "/records/incident-close",
    "/reports/progress",
)


def test_names_of_200_letters_break_no_list_on_a_phone(
    window: "BrowserContext", served: Served, tmp_path: Path
) -> None:
    station, name = served.station, "Nama" * 50
    table = tmp_path / "places.csv"
    rows = [("51.08.01", "district", "51.08"), ("51.08.01.2001", "village", "51.08.01")]
    table.write_text(
        "code,name,level,parent\n" + "".join(f"{code},{name},{level},{parent}\n" for code, level, parent in rows)
    )
    assert station("load", table).code == 0
    codes = station.codes("--to", "51.08.01.2001")
    people = ("--giver", name[:120], "--receiver", name[:120])
    assert station.give(codes[:3], "51.08", "51.08.01", *people).code == 0
    assert station("incident", name * 2, "--place", "51.08.01").code == 0
    here = tab(window, f"{served.url}/?lang=id")
    here.page.set_viewport_size(PHONE)
    wide = {}
    for path in (*LISTS, f"/items/{codes[0]}"):
        answer = here.page.goto(served.url + path)
        assert answer and answer.status < 400, path
        wide[path] = here.page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > PHONE["width"]} == {}
    assert any(name in here.page.goto(served.url + path).text() for path in ("/plan", "/handovers", "/"))  # type: ignore[union-attr]
