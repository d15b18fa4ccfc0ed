"""Hostile texts through every page (T15): shown as text, never as markup, a link, or a command."""

import pytest

from commands.context import station_at
from custody.plan.places import Need, Place
from services.plan.planning import record_plan
from tests.support.command_examples import Terminal
from tests.support.hostile_pages import INVISIBLE, check
from tests.support.hostile_texts import SPITEFUL
from tests.support.page_examples import Visitor
from tests.support.work_examples import upload, work
from web.views.place_table import VIEWS

MARKUP = [
    '"><script src=//evil.example></script>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "--><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</textarea></select></option><iframe srcdoc='x'>",
    "<a href='https://evil.example'>press here</a>",
]
HOSTILE = [text for text in [*SPITEFUL, *MARKUP] if text.isascii() or text.isprintable() or "\u202e" in text]
QUICK = [text for text in HOSTILE if text in MARKUP or "\u202e" in text]
PAIRS = [one + other for one, other in zip(MARKUP[::2], MARKUP[1::2], strict=True)]
EACH = [
    *PAIRS,
    next(text for text in HOSTILE if "\u202e" in text),
    *(pytest.param(t, marks=pytest.mark.slow) for t in HOSTILE),
]
"""Two of markup at a time, and one that turns a line around; each by itself in the full run alone."""
SCRIPT = next(text for text in HOSTILE if text.startswith("<script>"))


@pytest.fixture
def hostile_station(station: Terminal) -> Terminal:
    """A station whose plan was made by somebody who means harm: no table is read, so nothing is refused on the way."""
    places = [Place(f"51.08.09.{number}", text, "village", "51.08") for number, text in enumerate(HOSTILE, 1000)]
    needs = [Need(f"kind-{number}", text, text, "village", 1, text[:20], "item") for number, text in enumerate(MARKUP)]
    with station_at(str(station.home), None).store(write=True) as store:
        record_plan(store, places, needs, source=HOSTILE[1], digest="0" * 64)
    assert station("plan", "--place", "51.08.09.1001").code == 0
    return station


@pytest.mark.parametrize(
    "texts", [[*QUICK, SCRIPT], pytest.param(HOSTILE, marks=pytest.mark.slow)], ids=["quick", "all"]
)
def test_hostile_names_of_places_and_kinds_are_text_on_every_page(
    hostile_station: Terminal, visitor: Visitor, texts: list[str]
) -> None:
    check(visitor.see("/"))
    codes = hostile_station.codes("--to", "51.08.09.1001")
    assert len(codes) == len(MARKUP)
    for text in texts:
        answer = visitor.client.get("/api/places", params={"q": text[:80]})
        assert answer.headers["content-type"] == "application/json", "which no browser takes for a page"
        assert not [value for place in answer.json() for value in place.values() if INVISIBLE.search(value)]
    for text in texts:
        number = 1000 + HOSTILE.index(text)
        ends = {"giver": "51.08", "receiver": f"51.08.09.{number}"}
        draft = visitor.ask("POST", "/api/drafts", ends, expect=201)["draft"]
        if text in texts[:4]:
            for code in codes[:4]:
                visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})
        check(visitor.see(f"/scan/{draft}"))
        check(visitor.see(f"/scan/{draft}/review"))
        check(visitor.see(f"/scan/{draft}/board"))
        check(visitor.see(f"/items?to=51.08.09.{number}"))
    check(visitor.see("/scan"))
    check(visitor.see("/items"))
    check(visitor.see("/labels"))
    check(visitor.see("/plan"))
    check(work(visitor, "/api/plan/missing", {})["page"])
    check(work(visitor, "/api/labels/preview", {"to": "51.08.09.1001"})["page"])
    for code in codes:
        check(visitor.see(f"/items/{code}"))
    views = [f"/dashboard?view={view}" for view in VIEWS]
    for path in (*views, "/dashboard/wall", "/dashboard/51.08.09.1001"):
        check(visitor.see(path))
    page = visitor.see("/")
    check(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page, "it is shown, as text"
    assert "[U+202E]" in page, "what nobody sees is shown too"


@pytest.mark.parametrize("text", EACH, ids=ascii)
def test_whatever_is_typed_or_said_is_shown_as_text(visitor: Visitor, station: Terminal, text: str) -> None:
    code = station.codes()[0]
    draft = visitor.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": "51.08.01"}, expect=201)["draft"]
    answer = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": text})
    assert answer["taken"] in (0, 1) and not INVISIBLE.search(answer["text"])
    visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})
    said = {
        "giver_name": text,
        "note": text,
        "witness_1": text,
        "giver_office": text,
        "escort": text,
        "extras": [{"kind": text[:60] or "x", "count": 1, "note": text[:100]}],
    }
    headers = {"X-Serah-Token": visitor.token}
    item = {"codes": [code], "condition": "wet", "remark": text, "seals": "broken", "serials": text}
    for path, body in ((f"/api/drafts/{draft}/said", said), (f"/api/drafts/{draft}/words", item)):
        assert visitor.client.put(path, json=body, headers=headers).status_code in (200, 422)
    for path in (f"/scan/{draft}", f"/scan/{draft}/review", f"/scan/{draft}/board", "/", "/scan"):
        check(visitor.see(path))
    for path, params in (("/handover", {"number": text[:80]}), ("/scan/x", {"after": text}), ("/", {"lang": text})):
        check(visitor.client.get(path, params=params, headers={"Accept": "text/html"}).text)
    for name in ("q", "kind", "to", "held_by", "after", "before"):
        check(visitor.client.get("/items", params={name: text[:200]}, headers={"Accept": "text/html"}).text)
    check(visitor.client.get("/labels", params={"again": text[:60]}, headers={"Accept": "text/html"}).text)
    station.give([code], "51.08", "51.08.01", "--giver", text.replace("\n", " ")[:80])
    check(visitor.see(f"/items/{code}"))


@pytest.mark.parametrize("text", EACH, ids=ascii)
def test_whatever_stands_in_a_table_or_its_name_is_shown_as_text(visitor: Visitor, text: str) -> None:
    cell = '"' + text.replace('"', '""').replace("\n", " ") + '"'
    wrong = f"51.08.07,{cell},district,51.08\n51.08.08,x,{cell},{cell}\n"
    for kind, table in (
        ("places", f"code,name,level,parent\n{wrong}"),
        ("places", f"code,name,level,parent,{cell}\n51.08.07,{cell},district,51.08,\n"),
        ("items", f"kind,to,held_by\n{cell},{cell},{cell}\n"),
    ):
        key = upload(visitor, table.encode("utf-8", "replace"), (text.replace("\n", " ") + kind)[-80:] + ".csv")
        headers = {"X-Serah-Token": visitor.token}
        answer = visitor.client.post("/api/plan/preview", json={"uploads": [key]}, headers=headers).json()
        check(answer.get("page", ""))
        assert not INVISIBLE.search(answer.get("error", "") + answer.get("hint", ""))


def test_a_code_that_is_an_address_is_no_link(visitor: Visitor) -> None:
    draft = visitor.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": "51.08.01"}, expect=201)["draft"]
    answer = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": "https://evil.example/?q=1"})
    assert answer["kind"] == "not_understood" and answer["beep"] == "wrong" and answer["taken"] == 0
    assert "evil.example" not in visitor.see(f"/scan/{draft}")
