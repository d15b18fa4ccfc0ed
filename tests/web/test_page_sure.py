"""What the page asks once before it records, and what it says then: names, critical findings, a truck's places."""

import html
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from custody.format.codes import show_code
from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched, tab
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.scan_in_browser import begin
from tests.support.scan_pages import record, reviewed, typed
from web.pages import handover

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

NAMES = {"giver_name": "Made", "receiver_name": "Ketut"}
ASK = "#sure[open]"


def box_of(scan: Watched, selector: str) -> dict[str, float]:
    """Where something is on the screen, in pixels."""
    box = scan.page.locator(selector).bounding_box()
    assert box, selector
    return dict(box)  # type: ignore[call-overload]


def test_what_is_missing_or_critical_is_named_and_nothing_is_refused(visitor: Visitor, station: Terminal) -> None:
    codes, astray = station.codes("--to", "51.08.01"), station.codes("--to", "51.08.02")[0]
    draft = begun_draft(visitor)
    typed(visitor, draft, codes[0])
    told = visitor.see(f"/scan/{draft}/reasons")
    assert "The name of who gives is not written" in told and "who receives is not written" in told
    visitor.ask("PUT", f"/api/drafts/{draft}/said", NAMES)
    assert not visitor.see(f"/scan/{draft}/reasons").strip()
    visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_name": "Made", "receiver_name": "made"})
    assert "have the same name" in visitor.see(f"/scan/{draft}/reasons")
    typed(visitor, draft, astray)
    visitor.ask("PUT", f"/api/drafts/{draft}/said", NAMES | {"counted": 3})
    told = visitor.see(f"/scan/{draft}/reasons")
    assert "2 critical findings" in told and show_code(astray) in told and "Counted: 3" in told
    page = visitor.see(record(visitor, draft, reviewed(visitor, draft), counted=3)["page"])
    assert "2 critical findings" in page and show_code(astray) in page and "same name" not in page
    assert 'class="recorded watch' in page and 'class="recorded right' not in page


def test_the_page_of_a_recorded_handover_flags_one_person_on_both_sides(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes("--to", "51.08.01")[0])
    both = {"giver_name": "Made", "receiver_name": "Pak made"}
    visitor.ask("PUT", f"/api/drafts/{draft}/said", both)
    page = visitor.see(record(visitor, draft, reviewed(visitor, draft), **both)["page"])
    assert "have the same name" in page
    assert 'class="recorded watch' in page and 'class="recorded right' not in page


def test_of_very_many_things_the_findings_come_behind_the_page(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "_AT_ONCE", 0)
    astray = station.codes("--to", "51.08.02")[0]
    draft = begun_draft(visitor)
    typed(visitor, draft, astray)
    page = visitor.see(record(visitor, draft, reviewed(visitor, draft), **NAMES)["page"])
    assert "RECORDED" in page and "critical" not in page and 'class="recorded right' not in page
    part = html.unescape(page.split('data-part="')[1].split('"')[0])
    told = visitor.see(part)
    assert 'class="recorded watch' in told and "1 critical finding" in told and show_code(astray) in told


def test_a_handover_with_nothing_critical_is_plain_green(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes()[0])
    page = visitor.see(record(visitor, draft, reviewed(visitor, draft), **NAMES)["page"])
    assert 'class="recorded right' in page and "critical finding" not in page


def test_part_of_a_load_is_no_fault(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes()[0])
    page = visitor.see(f"/scan/{draft}/review")
    assert "fine for a part of a load" in page and "stay with the giver" in page
    assert page.index("cannot be changed") < page.index('id="record-button"')


def test_where_a_truck_goes_is_on_the_review_and_the_record(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    draft = begun_draft(visitor, receiver="DK 8123 AB")
    typed(visitor, draft, codes[0])
    for path in ("", "/board", "/review", "/reasons"):
        assert "Nobody has said where this vehicle goes" in visitor.see(f"/scan/{draft}{path}")
    visitor.ask("PUT", f"/api/drafts/{draft}/ends", {"bound": ["51.08.01.2001"]})
    page = visitor.see(f"/scan/{draft}/review")
    assert "bound for PPS Patas" in page and "Nobody has said" not in page
    saved = visitor.see(record(visitor, draft, reviewed(visitor, draft), **NAMES)["page"])
    assert "bound for PPS Patas" in saved


@pytest.mark.browser
@pytest.mark.slow
class TestInABrowser:
    def review(self, window: "BrowserContext", served: Served, station: Terminal) -> Watched:
        scan = begin(window, served)
        scan.type(station.codes("--to", "51.08.01.2001")[0])
        scan.type(station.codes("--to", "51.08.02")[0])
        scan.shows(".unplanned", "+1")
        scan.page.click("#review")
        scan.page.wait_for_url("**/review")
        return scan

    def test_it_asks_once_and_a_hasty_press_records_nothing(
        self, window: "BrowserContext", served: Served, station: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(handover, "_AT_ONCE", 1)  # so that the findings of two come behind the page
        scan = self.review(window, served, station)
        before = station.event_count()
        scan.page.dblclick("#record-button")
        scan.page.wait_for_selector(ASK)
        scan.shows("#sure-reasons", "1 critical finding")
        assert scan.page.evaluate("document.activeElement.textContent") == "Back"
        scan.type("89912345")  # a scan answers nothing
        scan.page.wait_for_selector(ASK)
        scan.page.keyboard.press("Enter")
        scan.page.wait_for_selector(ASK, state="hidden")
        scan.page.wait_for_selector("#giver_name:focus")
        assert station.event_count() == before
        scan.say_names()
        scan.page.click("#record-button")
        scan.page.wait_for_selector(ASK)
        assert "not written" not in scan.page.inner_text("#sure-reasons")
        scan.agree()
        scan.page.wait_for_url("**/handover?**")
        scan.shows("main", "1 critical finding")
        scan.check_access()
        scan.shoot("recorded-critical")
        assert station.event_count() == before + 1 and scan.errors == []

    def test_a_name_that_is_being_typed_stays_at_its_signature_when_the_others_has_been_kept(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = self.review(window, served, station)
        held: list[Any] = []
        scan.page.route("**/signatures", lambda route: held.append(route))
        scan.page.fill("#giver_name", "Made")
        scan.page.keyboard.press("Tab")
        scan.page.wait_for_timeout(50)
        scan.page.locator("#receiver_name").press_sequentially("Ketut")
        while not held:
            scan.page.wait_for_timeout(20)
        with scan.page.expect_response("**/signatures"):
            held.pop().continue_()
        scan.shows('[data-signer="giver"] .who', "Made")
        scan.page.wait_for_timeout(100)
        assert "Ketut" in scan.page.inner_text('[data-signer="receiver"] .who')
        assert scan.page.is_enabled('[data-sign="receiver"]') and scan.errors == []

    def test_a_name_stands_at_its_signature_while_it_is_typed_and_nothing_jumps(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = self.review(window, served, station)
        scan.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

        def top() -> float:
            return float(scan.page.evaluate("document.getElementById('record-button').offsetTop"))

        was = top()
        scan.page.fill("#receiver_name", "")
        scan.page.keyboard.type("Ketut", delay=100)
        assert scan.page.inner_text('[data-signer="receiver"] strong') == "Ketut"
        assert top() == was
        scan.page.click('[data-sign="receiver"]')
        scan.page.wait_for_selector("#pad:visible")
        scan.page.keyboard.press("Escape")
        assert top() == was and scan.errors == []

    def test_enter_behind_a_signature_neither_removes_it_nor_records(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = self.review(window, served, station)
        before = station.event_count()
        scan.say_names()
        scan.page.click('[data-sign="giver"]')
        scan.page.click("#sign-keep")
        scan.shows("#sign .notice", "There is no signature yet")
        scan.page.click("#pad", position={"x": 30, "y": 30})
        scan.page.wait_for_selector("#sign .notice", state="hidden")
        scan.page.click("#sign .close")
        scan.sign("giver")
        scan.page.wait_for_selector('[data-sign="receiver"]:focus')
        scan.sign("receiver")
        scan.page.wait_for_selector("#before-record:focus")
        scan.page.keyboard.press("Enter")
        scan.page.keyboard.press("Tab")
        assert scan.page.evaluate("document.activeElement.id") == "record-button"
        scan.page.click('[data-back="giver"]')
        scan.shows("#away", "Made")
        scan.check_access()
        scan.page.keyboard.press("Enter")
        scan.page.wait_for_selector("#away", state="hidden")
        assert scan.page.locator("[data-back]").count() == 2 and station.event_count() == before
        scan.page.click('[data-back="giver"]')
        scan.agree("#away-go")
        scan.page.wait_for_selector('[data-sign="giver"]:focus')
        with scan.page.expect_response("**/signatures"):  # something is said on another page, and they are shown anew
            draft = scan.page.url.split("/")[-2]
            served.site.sessions.do(draft, lambda session: session.change(lambda said: replace(said, note="wet")))
        scan.page.wait_for_timeout(200)
        scan.page.wait_for_selector('[data-sign="giver"]:focus')
        assert scan.page.locator("[data-back]").count() == 1
        assert [error for error in scan.errors if "422" not in error] == [], "the empty one was refused"

    def test_what_was_mistyped_stands_there_to_be_corrected(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = begin(window, served)
        code = station.codes()[0]
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        scan.page.fill("#line", "")
        scan.page.keyboard.type(wrong, delay=90)  # no scanner types so slowly
        scan.page.keyboard.press("Enter")
        scan.shows("#last.wrong", "NOT counted")
        scan.page.wait_for_function("code => document.getElementById('line').value === code", arg=wrong)
        scan.type(code)
        scan.shows("#taken", "1")
        scan.type(wrong)
        scan.shows("#last.wrong", "NOT counted")
        assert scan.page.input_value("#line") == "" and scan.errors == []

    def test_a_truck_is_asked_once_where_it_goes(self, window: "BrowserContext", served: Served) -> None:
        begun = tab(window, f"{served.url}/scan?lang=en")
        begun.page.fill("#receiver", "DK 8123 AB")
        begun.page.keyboard.press("Tab")  # else the list of places may come over the button
        begun.page.click("#begin button.main")
        begun.shows("#begin-error", "Where does the vehicle go?")
        assert begun.page.evaluate("document.activeElement.id") == "bound"
        begun.shoot("begin-truck")
        begun.page.click("#begin button.main")
        begun.shows("#count", "Nobody has said where this vehicle goes")
        begun.page.click("#ends-open")
        begun.page.click("#ends-form button.main")
        begun.shows("#ends-error", "Where does the vehicle go?")
        begun.page.fill("#bound", "51.08.01.2001")
        begun.page.keyboard.press("Tab")  # else the list of places may come over the button
        begun.page.click("#ends-form button.main")
        begun.shows("#count", "bound for PPS Patas")
        assert begun.errors == []

    def test_the_panel_says_what_to_do_and_the_button_which_one_it_takes_out(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        codes, astray = station.codes("--to", "51.08.01.2001"), station.codes("--to", "51.08.02")[0]
        scan = begin(window, served)
        scan.type(codes[0])
        scan.shows("#undo", show_code(codes[0]))
        scan.type(astray)
        scan.shows("#last.wrong", "Take it off the load and press")
        scan.shows("#undo.main", show_code(astray))
        assert scan.page.locator("#review.main").count() == 0, "undoing it is the first thing to think of"
        scan.page.goto(scan.page.url + "?lang=id")
        scan.shows("#undo", show_code(astray))
        for size in (LAPTOP, PHONE):
            scan.page.set_viewport_size(size)  # type: ignore[arg-type]
            message, undo, review = (box_of(scan, name) for name in ("#last", "#undo", "#review"))
            gap = undo["y"] - message["y"] - message["height"]
            assert 0 < gap < 20, "it is right below the label that it takes out"
            assert undo["y"] + undo["height"] < min(review["y"], size["height"])
        scan.page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        scan.type(codes[1])
        scan.type(codes[2][:-1] + ("0" if codes[2][-1] != "0" else "1"))
        scan.shows("#last.wrong", "TIDAK dihitung")
        scan.type(astray)
        scan.check_access()
        scan.shoot("panel")
        scan.page.click("#undo")
        scan.shows("#last", f"{show_code(codes[1])} dihapus dari daftar serah terima ini; jangan dimuat")
        scan.hears("undone")
        scan.shows("#undo", show_code(astray))
        assert scan.errors == []
