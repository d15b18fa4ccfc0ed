"""Where an answer is lost the page claims nothing: it asks by id until it knows, and then tells what is so, once."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import ConflictError
from tests.support.browser_examples import Served, Watched, wait_until
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.scan_in_browser import begin, begin_with
from tests.support.scan_pages import record, reviewed, typed
from web.answers import Answers

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

RECORD, LINES = "**/api/drafts/*/record", "**/api/drafts/*/lines"


def asked(visitor: Visitor, draft: str, what: str, **body: str) -> Any:
    return visitor.ask("POST", f"/api/drafts/{draft}/{what}/asked", body)


@given(st.lists(st.tuples(st.sampled_from(["send", "ask"]), st.sampled_from("ab")), max_size=12))
@example([("ask", "a"), ("send", "a"), ("ask", "a")])  # it comes after the page was told that it did not
@example([("send", "a"), ("send", "a"), ("ask", "a")])
def test_what_was_said_of_an_id_stays_true_in_whatever_order_things_come(steps: list[tuple[str, str]]) -> None:
    answers, done, said = Answers(), list[str](), dict[str, object]()
    for step, id in steps:
        if step == "ask":
            told = answers.of(id)
            assert told == said.setdefault(id, told) and (told is None) == (id not in done)
            continue
        try:
            assert answers.once(id, lambda id=id: done.append(id) or f"done {id}") == said.setdefault(id, f"done {id}")  # type: ignore[misc, func-returns-value]
        except ConflictError:
            assert said[id] is None
    assert len(done) == len(set(done))


def test_a_line_is_told_again_by_its_id_and_taken_once(visitor: Visitor, station: Terminal) -> None:
    draft, code = begun_draft(visitor), station.codes()[0]
    sent = {"line": code, "id": "run.1"}
    first = visitor.ask("POST", f"/api/drafts/{draft}/lines", sent)
    assert first["kind"] == "taken" and first["line"] == "run.1"
    assert visitor.ask("POST", f"/api/drafts/{draft}/lines", sent) == first, (
        "sent twice it is one line, not a second scan"
    )
    assert asked(visitor, draft, "lines", id="run.1", line=code) == {"state": "told", "told": first}


def test_a_line_that_was_given_up_is_not_taken_when_it_comes_late(
    visitor: Visitor, site: Any, station: Terminal
) -> None:
    draft, code, other = begun_draft(visitor), *station.codes()[:2]
    run = site.sessions.events(draft).mark().partition("-")[0]
    assert asked(visitor, draft, "lines", id=f"{run}.1", line=code) == {"state": "out"}
    visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code, "id": f"{run}.1"}, expect=409)
    assert typed(visitor, draft, code)["kind"] == "taken"
    assert asked(visitor, draft, "lines", id="before.2", line=code) == {"state": "in"}, (
        "sent to a server before this one"
    )
    assert asked(visitor, draft, "lines", id="before.3", line=other) == {"state": "out"}
    assert asked(visitor, draft, "lines", id="before.4", line="undo") == {"state": "unknown"}, "nobody can say it"
    assert asked(visitor, draft, "lines", id=f"{run}.5", line="undo") == {"state": "out"}


def test_a_press_that_was_given_up_records_nothing_when_it_comes_late(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    typed(visitor, draft, station.codes()[0])
    version, before = reviewed(visitor, draft), station.event_count()
    assert asked(visitor, draft, "record", id="a") == {"state": "open"}
    record(visitor, draft, version, expect=409, id="a")
    assert station.event_count() == before
    page = record(visitor, draft, version, id="b")["page"]
    assert (
        asked(visitor, draft, "record", id="b")
        == asked(visitor, draft, "record", id="c")
        == {
            "state": "recorded",
            "page": page,
        }
    )
    gone = begun_draft(visitor)
    visitor.ask("DELETE", f"/api/drafts/{gone}")
    assert asked(visitor, gone, "record", id="d") == {"state": "dropped"}


@pytest.mark.browser
@pytest.mark.slow
class TestInABrowser:
    def cut(self, page: Watched, address: str, times: int = 1) -> list[int]:
        """Let what is sent there be done, and lose its answer, so often; what the server answered each time."""
        seen: list[int] = []

        def lose(route: "Route") -> None:
            if len(seen) >= times:
                return route.fallback()
            seen.append(route.fetch().status)
            route.abort("connectionreset")

        page.page.route(address, lose)
        return seen

    def away(self, page: Watched, address: str) -> list["Route"]:
        """From here on nothing comes there; what was tried. `unroute` ends it."""
        tried: list[Route] = []
        page.page.route(address, lambda route: (tried.append(route), route.abort("connectionrefused")))
        return tried

    def test_a_handover_whose_answer_was_lost_is_said_to_be_recorded_and_never_that_it_is_not(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        review = begin_with(window, served, station.codes("--to", "51.08.01.2001")[0])
        review.page.click("#review")
        review.page.wait_for_url("**/review")
        review.say_names()
        before, answered = station.event_count(), self.cut(review, RECORD)
        tried = self.away(review, f"{RECORD}/asked")
        review.page.click("#record-button")
        review.shows("#record-error", "Not known yet whether it was recorded")
        wait_until(lambda: review.page.wait_for_timeout(50) or len(tried) >= 2)
        assert answered == [200] and station.event_count() == before + 1
        assert "NOT recorded" not in review.page.inner_text("main") and review.page.is_disabled("#record-button")
        review.check_access()
        review.shoot("not-known-recorded")
        review.page.unroute(f"{RECORD}/asked")
        review.page.wait_for_url("**/handover?**")
        review.shows("main", "RECORDED 0001/GUDANG-1/2024")
        assert station.event_count() == before + 1

    def test_scans_made_while_the_server_was_away_are_each_told_as_what_they_became(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        codes = station.codes("--to", "51.08.01.2001")
        scan = begin(window, served)
        self.cut(scan, LINES)
        self.away(scan, f"{LINES}/asked")
        scan.page.route("**/news?**", lambda route: route.abort())
        scan.page.reload()
        scan.type(codes[0])  # kept, and its answer lost
        scan.shows("#waiting", codes[0])
        served.stop()
        scan.shows("#alarm:visible", "does not answer")
        scan.type(codes[1])
        scan.type(codes[2])
        scan.shows("#waiting", f"Not known yet whether this was counted: {codes[0]}, {codes[1]}, {codes[2]}")
        assert "NOT counted" not in scan.page.inner_text("main")
        scan.check_access()
        scan.shoot("not-known-counted")
        served.start()
        scan.page.unroute(f"{LINES}/asked")
        scan.page.unroute("**/news?**")
        scan.page.wait_for_selector("#waiting", state="hidden")
        scan.page.wait_for_selector("#alarm", state="hidden")
        scan.shows("#last.right", f"In the list: {codes[0]}")
        scan.shows("#untaken", f"NOT counted: {codes[1]}. Scan it again.")
        scan.shows("#untaken", f"NOT counted: {codes[2]}. Scan it again.")
        assert codes[0] not in scan.page.inner_text("#untaken")
        scan.check_access()
        scan.shoot("not-counted")
        scan.type(codes[2])
        scan.shows("#taken", "2")
        scan.page.wait_for_function(
            "code => !document.getElementById('untaken').textContent.includes(code)", arg=codes[2]
        )
        scan.shows("#untaken", codes[1])
        scan.page.click("#untaken-seen")
        scan.page.wait_for_selector("#untaken", state="hidden")
