"""Many items at once: ticked in the list, or all that its filter shows; labels, another destination, one report."""

import csv
import io
import re
from html import unescape
from io import BytesIO
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from custody.format.codes import show_code
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor
from tests.support.work_examples import work

AREA = "51.08.01"


def address(codes: list[str], **more: str) -> str:
    return urlencode([("code", code) for code in codes] + list(more.items()))


def typed_codes(page: str, field: str) -> list[str]:
    found = re.search(rf'<textarea [^>]*name="{field}"[^>]*>([^<]*)</textarea>', page)
    assert found
    return unescape(found[1]).split()


def in_report(visitor: Visitor, made: dict[str, str], form: str) -> set[str]:
    """The codes of which a file tells that was made."""
    data = visitor.client.get(f"/files/{made['file']}").content
    if form == "zip":
        with ZipFile(BytesIO(data)) as packed:
            return {name.split("/")[-1].removesuffix(".pdf") for name in packed.namelist()}
    if form == "csv":
        return {row["code"] for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))}
    return {str(entry.title).split()[0] for entry in PdfReader(BytesIO(data)).outline}  # type: ignore[union-attr]


def test_the_list_has_a_box_for_each_item_and_one_for_all(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", AREA)
    page = visitor.see(f"/items?to={AREA}")
    assert page.count('type="checkbox" name="code"') == min(len(codes), 50) and 'name="all"' in page
    assert f"All {len(codes)} items that the filter shows" in page and f'name="in_to" value="{AREA}"' in page


@pytest.mark.parametrize("form", ["pdf", "zip", "csv"])
def test_one_report_tells_of_what_was_ticked_or_of_all_that_the_filter_shows(
    visitor: Visitor, station: Terminal, form: str
) -> None:
    codes, area = station.codes(), station.codes("--to", AREA)
    made = work(visitor, "/api/items/custody", {"codes": [codes[3], codes[0], codes[3]], "form": form})
    assert made["items"] == 2
    assert {one.replace("-", "") for one in in_report(visitor, made, form)} == {codes[0], codes[3]}
    made = work(visitor, "/api/items/custody", {"all": True, "to": AREA, "form": form})
    assert {one.replace("-", "") for one in in_report(visitor, made, form)} == set(area)
    begun = work(visitor, "/api/items/custody", {"all": True, "q": codes[0][:4], "form": form})
    assert begun["items"] == sum(code.startswith(codes[0][:4]) for code in codes)
    none = work(visitor, "/api/items/custody", {"form": form}, expect=422)
    assert none["error"] == "no item is chosen"


def test_the_report_comes_without_a_script_too(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes()[:2]
    answer = visitor.client.get(f"/items/chosen/custody?{address(codes, form='csv')}")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    assert {row["code"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))} == set(codes)
    nothing = visitor.client.get("/items/chosen/custody?form=csv", headers={"Accept": "text/html"})
    assert nothing.status_code == 422 and "No item is chosen" in nothing.text


def test_what_is_chosen_stands_in_the_form_for_another_destination(visitor: Visitor, station: Terminal) -> None:
    codes, area = station.codes(), station.codes("--to", AREA)
    page = visitor.see(f"/records/reassign?{address(codes[:2])}")
    assert typed_codes(page, "codes") == [show_code(code) for code in codes[:2]]
    page = visitor.see(f"/records/reassign?{address([], all='true', in_to=AREA)}")
    assert {code.replace("-", "") for code in typed_codes(page, "codes")} == set(area)
    field = re.search(r'<textarea [^>]*name="codes"[^>]*>([^<]*)</textarea>', page)
    said = {"codes": unescape(field[1]) if field else "", "to": "51.08.02", "reason": "exchanged"}
    visitor.ask("POST", "/api/records/reassign", {"typed": said})
    assert station.codes("--to", AREA) == []


def test_more_than_a_form_takes_is_refused_in_a_line(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.views.chosen_items.MOST_CHOSEN", 3)
    refused = visitor.client.get("/records/reassign?all=true", headers={"Accept": "text/html"})
    assert refused.status_code == 422 and f"{len(station.codes())} items are chosen" in refused.text
    unknown = visitor.client.get("/labels?code=AAAA-BBBB-CCCC-1", headers={"Accept": "text/html"})
    assert unknown.status_code == 422 and "Traceback" not in unknown.text


def test_labels_of_what_is_chosen_are_printed_once_and_again_by_two_people(visitor: Visitor, station: Terminal) -> None:
    first, second, third = station.codes()[:3]
    asked = {"what": "items", "codes": f"{first} {second}"}
    assert work(visitor, "/api/labels/print", asked)["labels"] == 2
    page = visitor.see(f"/labels?{address([first, second, third])}")
    assert f'name="codes" value="{show_code(third)}"' in page and "Only the 1 chosen item without a label." in page
    assert f">{show_code(first)}\n{show_code(second)}\n</textarea>" in page, "one a line, as the form takes them"
    assert work(visitor, "/api/labels/print", {"what": "items", "codes": show_code(third)})["labels"] == 1
    assert sum(bool(item["print"]) for item in station.items()) == 3, "nothing else was printed"
