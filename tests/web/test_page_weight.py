"""How much a browser has to fetch for a page: a phone on a weak network gets it in a moment."""

import re

from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from web.forms.report_table import REPORTS
from web.forms.table import FORMS

MOST_BYTES = 150_000
FETCHED = re.compile(r'(?:src|href|from|import)\s*[=(]?\s*"(?:/static/|\./)([\w.-]+)')


def weight(visitor: Visitor, path: str, fetched: dict[str, str]) -> int:
    """The bytes of a page with its style sheets, scripts and drawings, as they are, nothing packed.

    `fetched` is what was fetched for other pages, by its name.
    """
    page = visitor.see(path)
    seen, ahead = set[str](), set(FETCHED.findall(page))
    total = len(page.encode())
    while ahead:
        name = ahead.pop()
        seen.add(name)
        if name not in fetched:
            answer = visitor.client.get(f"/static/{name}")
            assert answer.status_code == 200, name
            fetched[name] = answer.text
        total += len(fetched[name].encode())
        if name.endswith(".js"):
            ahead |= set(FETCHED.findall(fetched[name])) - seen
    return total


def test_a_page_is_light_with_all_that_it_fetches(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    bast = station.give(codes[:5], "51.08", "51.08.01.2001").json["bast"]
    draft = begun_draft(visitor)
    paths = [
        *("/", "/scan", f"/scan/{draft}", f"/scan/{draft}/review", f"/handover?number={bast}", "/handovers"),
        *("/items", f"/items/{codes[0]}", "/search?q=patas", "/dashboard", "/dashboard/51.08.01", "/dashboard/wall"),
        *("/meet", "/labels", "/plan", "/plan/twins", "/station", "/people", "/observers", "/records", "/reports"),
        *(f"/records/{name}" for name in FORMS),
        *(f"/reports/{name}" for name in REPORTS),
    ]
    fetched = dict[str, str]()
    weights = {path: weight(visitor, path, fetched) for path in paths}
    assert max(weights.values()) < MOST_BYTES, sorted(weights.items(), key=lambda one: -one[1])[:5]
    assert weights[f"/scan/{draft}"] > 60_000, "its scripts are counted, and what they import"
