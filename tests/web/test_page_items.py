"""Items on the page: found as people and scanners give their codes, page by page, each with its chain and papers."""

import re
import sqlite3
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from custody.format.codes import item_payload, show_code
from db.state.item_search import SORTS
from tests.support.command_examples import ITEMS, Terminal
from tests.support.page_examples import Visitor
from tests.support.photo_examples import jpeg
from web.pages import items as page
from web.site import Site


def rows(text: str) -> list[str]:
    """The codes that a list shows, in its order."""
    return re.findall(r'href="/items/([0-9A-Z]{13})"', text)


def links(text: str, rel: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(rf'rel="{rel}" href="([^"]+)"', text)]


def test_a_scanned_label_and_a_typed_code_lead_to_the_item(visitor: Visitor, station: Terminal) -> None:
    code = station.codes()[0]
    for entry in (item_payload(code, 1), show_code(code).lower(), f" {code} "):
        answer = visitor.client.get("/items", params={"q": entry}, follow_redirects=False)
        assert answer.headers["location"] == f"/items/{code}"
    label = visitor.client.get("/items", params={"q": "P:51.08.02"}, follow_redirects=False)
    assert label.headers["location"] == "/items?to=51.08.02"


def test_items_are_found_by_place_kind_holder_and_the_beginning_of_a_code(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    assert rows(visitor.see("/items?to=51.08.01")) == codes
    assert rows(visitor.see("/items?to=51.08.01&kind=booth")) == station.codes("--to", "51.08.01", "--kind", "booth")
    station.give(codes[:3], "51.08", "51.08.01")
    assert rows(visitor.see("/items?held_by=51.08.01")) == codes[:3], "what the command recorded is on the page"
    assert codes[4] in rows(visitor.see(f"/items?q={codes[4][:5].lower()}"))
    assert "Nothing is found" in visitor.see("/items?held_by=DK8123AB")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=7Q2M9X4T5B8C5", "is mistyped"),
        ("q=IT%27S", "not the beginning of a code"),
        ("to=99.99", "99.99"),
        ("q=" + "A" * 30, "13 characters"),
    ],
)
def test_words_that_find_nothing_are_answered_with_what_is_wrong(visitor: Visitor, query: str, words: str) -> None:
    text = visitor.see(f"/items?{query}")
    assert 'role="alert"' in text and words in text and not rows(text)


def test_pages_of_the_list_join_without_gap_or_overlap(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", 10)
    seen, address, first = list[str](), "/items?kind=box", 1
    expected = station.codes("--kind", "box")
    while address:
        text = visitor.see(address)
        seen += rows(text)
        assert f"{first} to {len(seen)}" in text
        first, here = len(seen) + 1, address
        address = next(iter(links(text, "next")), "")
    assert seen == expected
    [back] = links(visitor.see(here), "prev")
    text = visitor.see(back)
    assert rows(text) == expected[: len(rows(text))] and not links(text, "prev")
    assert len(station.codes()) == ITEMS


@pytest.mark.parametrize("sort", SORTS)
def test_the_list_is_in_the_order_that_was_asked_for_over_all_its_pages(
    visitor: Visitor, station: Terminal, site: Site, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(page, "PAGE", 10)
    codes = station.codes()
    wet, given = codes[9], codes[5:12]
    assert station.give(given, "51.08", "51.08.01", "--condition", f"{wet}=wet").code == 0
    seen, address = list[str](), f"/items?sort={sort}"
    while address:
        text, here = visitor.see(address), address
        seen += rows(text)
        assert text.count("aria-sort") == 1 and f'<option value="{sort}" selected>' in text
        address = next(iter(links(text, "next")), "")
    assert sorted(seen) == sorted(codes)
    items = site.ask.do(lambda store: store.state.items_of(codes))
    by = {"to": lambda one: one.to, "kind": lambda one: one.kind, "held_by": lambda one: one.held_by}
    by |= {"code": lambda one: one.code, "condition": lambda one: one.condition != "wet"}
    assert [by[sort](items[code]) for code in seen] == sorted(by[sort](items[code]) for code in codes)
    before, last = rows(visitor.see(links(visitor.see(here), "prev")[0])), rows(text)[0]
    at = seen.index(before[0])
    assert seen[at : at + len(before) + 1] == [*before, last]


def test_the_page_of_an_item_tells_its_chain_its_findings_and_what_to_do(visitor: Visitor, station: Terminal) -> None:
    code = station.codes("--to", "51.08.01")[0]
    station.give(
        [code], "51.08", "51.08.02.2001", "--giver", "Made", "--receiver", "Ketut", "--condition", f"{code}=wet"
    )
    text = visitor.see(f"/items/{show_code(code).lower()}")
    for words in ("Gudang", "(Made)", "PPS Unggahan", "(Ketut)", "Found wet", "2 open", "Take it off the load"):
        assert words in text, words
    assert text.count('<li id="record-') == 3
    assert 'href="#record-2"' in text, "a finding leads to its record"


def test_an_item_that_nobody_knows_is_told(visitor: Visitor) -> None:
    answer = visitor.client.get("/items/7Q2M9X4T5B8C6", headers={"Accept": "text/html"})
    assert answer.status_code == 422 and "othing is known of 7Q2M-9X4T-5B8C-6" in answer.text
    assert '<a class="button" href="/items">' in answer.text  # where its hint leads
    assert visitor.client.get("/items/nonsense", headers={"Accept": "text/html"}).status_code == 422


def test_the_report_and_the_proof_stand_an_outsiders_check(visitor: Visitor, station: Terminal, tmp_path: Path) -> None:
    code = station.codes()[0]
    station.give([code], "51.08", "51.08.01")
    report = visitor.client.get(f"/items/{code}/custody.pdf")
    assert report.headers["content-type"] == "application/pdf" and "inline" in report.headers["content-disposition"]
    assert show_code(code) in str(PdfReader(BytesIO(report.content)).metadata)
    proof = visitor.client.get(f"/items/{code}/proof")
    assert "attachment" in proof.headers["content-disposition"]
    for name, answer in (("report.pdf", report), ("box.proof", proof)):
        (tmp_path / name).write_bytes(answer.content)
        assert station("verify", tmp_path / name).code == 0


def test_a_photograph_is_shown_where_it_is_kept_and_digests_stand_behind_evidence(
    visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    code, file = station.codes()[0], tmp_path / "lid.jpg"
    file.write_bytes(jpeg())
    digest = station("inspect", code, "--condition", "wet", "--photo", file, "--json").json["photo"]
    page = visitor.see(f"/items/{code}")
    assert (
        f'<img src="/photos/{digest}"' in page
        and visitor.client.get(f"/photos/{digest}").content[:3] == b"\xff\xd8\xff"
    )
    assert digest[:12] not in re.sub(r"<details class=\"evidence\">.*?</details>|(href|src)=\"[^\"]+\"", "", page)
    assert "pictograms.svg#wet" in page and "pictograms.svg#heavy" in page, "its condition and its finding"
    with sqlite3.connect(station.home / "ledger.db") as ledger:
        ledger.execute("DELETE FROM photo")
    page = visitor.see(f"/items/{code}")
    assert "/photos/" not in page and digest in page, "what is not kept here is named all the same"


def test_photographs_of_a_handover_stand_on_its_page_and_no_others(
    visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    wet, other = tmp_path / "wet.jpg", tmp_path / "other.jpg"
    wet.write_bytes(jpeg(seed=1))
    other.write_bytes(jpeg(seed=2))
    said = ("--condition", f"{codes[0]}=wet", "--photo", f"{codes[0]}={wet}")
    bast = station.give(codes[:3], "51.08", "51.08.01", *said).json["bast"]
    later = station("inspect", codes[1], "--condition", "light", "--photo", other, "--json").json["photo"]
    page = visitor.see(f"/handover?number={bast}")
    shown = set(re.findall(r'<img src="/photos/(\w{64})"', page))
    assert len(shown) == 1 and later not in shown, "the one that was taken then, not that of a later inspection"
    assert visitor.client.get(f"/photos/{shown.pop()}").status_code == 200
    assert f'href="/items/{codes[0]}"' in page
    bare = station.give(codes[3:5], "51.08", "51.08.01").json["bast"]
    assert "/photos/" not in visitor.see(f"/handover?number={bare}")
