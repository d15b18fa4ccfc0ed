"""A USB scanner that types into the review: no label becomes a name, and no scan records."""

from typing import TYPE_CHECKING

import pytest

from custody.format.codes import item_payload, show_code
from tests.support.browser_examples import Served, Watched
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.scan_in_browser import begin

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

browser = [pytest.mark.browser, pytest.mark.slow]
STRAY = "scanned here and NOT counted"


def on_review(window: "BrowserContext", served: Served, code: str) -> Watched:
    """The review of a session with one label."""
    scan = begin(window, served)
    scan.type(code)
    scan.shows("#taken", "1")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    scan.page.wait_for_selector("#giver_name:focus")
    return scan


@pytest.mark.parametrize("field", ["giver_name", "receiver_office", "driver", "witness_1", "escort", "vehicle"])
def test_a_label_is_no_name(visitor: Visitor, station: Terminal, field: str) -> None:
    code = station.codes()[0]
    draft = begun_draft(visitor)
    for text in (item_payload(code, 1), f"Made{item_payload(code, 1).lower()}", code, show_code(code), "P:51.08.01"):
        refused = visitor.ask("PUT", f"/api/drafts/{draft}/said", {field: text}, expect=422)
        assert "code of a label, not a name" in refused["error"] and "back to scanning" in refused["hint"]
    for name in ("Ni Luh Putu Ayu", "I Made Sudarma", "Ketua PPK 12", "DK 8123 AB"):
        visitor.ask("PUT", f"/api/drafts/{draft}/said", {field: name})


def test_a_label_in_a_name_records_nothing(visitor: Visitor, station: Terminal) -> None:
    code = station.codes()[0]
    draft = begun_draft(visitor)
    before = station.event_count()
    body = {"version": "0", "receiver_office": item_payload(code, 1)}
    visitor.ask("POST", f"/api/drafts/{draft}/record", body, expect=422)
    assert station.event_count() == before


class TestInABrowser:
    pytestmark = browser

    def test_a_scan_leaves_every_field_as_it_was_and_never_records(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        codes = station.codes("--to", "51.08.01.2001")
        scan = on_review(window, served, codes[0])
        before = station.event_count()
        scan.page.fill("#giver_name", "Made")
        scan.page.focus("#receiver_name")
        scan.page.click("#record summary >> nth=1")
        fields = ["giver_name", "receiver_name", "giver_office", "receiver_office", "counted"]
        texts = (item_payload(codes[1], 1), codes[2], show_code(codes[3]), "P:51.08.02", "8991234567890")
        for field in (*fields, "record-button", "drop"):
            for text in texts:
                scan.page.focus(f"#{field}")
                scan.type(text)
                scan.shows("#record-error", STRAY)
                assert scan.page.evaluate("document.activeElement.id") == field, "nothing moves on"
        scan.hears("wrong")
        signers = scan.page.locator("#record .who strong").all_text_contents()
        assert signers == ["Made", "name not written yet"], "what was scanned stands nowhere as a name"
        assert scan.page.is_disabled('[data-sign="receiver"]')
        assert [scan.page.input_value(f"#{field}") for field in fields] == ["Made", "", "", "", ""]
        assert scan.page.url.endswith("/review") and station.event_count() == before and scan.errors == []

    def test_enter_in_the_last_field_stays_there(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = on_review(window, served, station.codes("--to", "51.08.01.2001")[0])
        scan.page.focus("#receiver_office")
        for _press in range(3):
            scan.page.keyboard.press("Enter")
            assert scan.page.evaluate("document.activeElement.id") == "receiver_office"
        assert scan.page.url.endswith("/review")

    def test_a_scan_does_not_forget_the_session(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        codes = station.codes("--to", "51.08.01.2001")
        scan = on_review(window, served, codes[0])
        draft = scan.page.url.split("/")[-2]
        scan.page.click("#drop")
        scan.page.wait_for_selector("#forget[open]")
        scan.type(item_payload(codes[1], 1))
        scan.page.focus("#forget-go")
        scan.type(item_payload(codes[1], 1))
        scan.page.wait_for_selector("#forget[open]")
        assert [each["id"] for each in station("drafts", "--json").lines] == [draft]
        scan.agree("#forget-go")
        scan.page.wait_for_url(served.url + "/")
        assert station("drafts", "--json").lines == [] and scan.errors == []
