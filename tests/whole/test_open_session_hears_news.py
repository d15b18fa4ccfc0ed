"""Data that arrives while a session is open: what was scanned before is judged again, on the page and in a terminal."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import web.live.server_events
from custody.format.codes import parse_entry, show_code
from custody.format.paper_codes import is_part
from scanner.decoding.picture_reader import Reader
from services.scanning import judging
from services.scanning.handover_desk import DraftDesk
from tests.support.browser_examples import Served, wait_until
from tests.support.command_examples import Once, Terminal, station_at
from tests.support.meet_examples import PPK, WH, fingerprint_of
from tests.support.page_examples import Visitor, begun_draft, site_at, wait_for
from tests.support.paper_examples import rendered

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.support.page_examples import PageAt


@pytest.fixture
def newcomer(station: Terminal, tmp_path: Path, once: Once) -> Terminal:
    """A district's laptop that follows root and has met nobody; what the warehouse gave it is in `sent.serah`."""

    @once
    def sent() -> None:
        new = ("--place", PPK, "--station", "PPK-1", "--root", fingerprint_of(station))
        station_at(station, tmp_path / "new", *new)
        assert station("admit", tmp_path / "new" / "station-card.json").code == 0
        assert station.give(station.codes("--to", PPK)[:9], WH, PPK, "--paper", "paper.pdf").code == 0
        codes = [read.text for read in Reader().read(rendered("paper.pdf"))]
        Path("paper.txt").write_text("\n".join(filter(is_part, codes)))
        assert station("export", "--out", "sent.serah").code == 0

    return Terminal(tmp_path / "new", station._capsys, station._monkeypatch)


class TypedAndMeanwhile(io.StringIO):
    """What is typed at a terminal, line by line; where a line is a callable, it happens before the next one is read."""

    def __init__(self, *lines: str | Callable[[], object]) -> None:
        super().__init__()
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if isinstance(line, str):
                yield f"{line}\n"
            else:
                line()


def scan(newcomer: Terminal, *lines: str | Callable[[], object]) -> Any:
    newcomer._monkeypatch.setattr(sys, "stdin", TypedAndMeanwhile(*lines))
    return newcomer("scan", "--source", "-", "--from", WH, "--to", PPK, "--yes", "--json", "--new")


def imported_elsewhere(newcomer: Terminal, file: str = "sent.serah") -> Callable[[], None]:
    """A bundle that another program takes in at this station."""

    def do() -> None:
        process = newcomer.process("import", file)
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err

    return do


def test_a_terminal_tells_before_its_next_line_that_what_was_unknown_is_known(newcomer: Terminal, station: Terminal):
    codes = station.codes("--to", PPK)
    ran = scan(newcomer, *codes[:2], imported_elsewhere(newcomer), codes[2])
    told = [(line["outcome"], line["text"]) for line in ran.lines if "outcome" in line]
    assert [kind for kind, _text in told] == ["taken", "taken", "said", "taken"]
    assert "judged again. Labels: 2, all right" in told[2][1]
    assert ran.err.count("registered nowhere") == 2, ran.err
    [tally] = [line for line in ran.lines if line.get("outcome") == "said"]
    assert (tally["taken"], tally["expected"], tally["missing"]) == (2, 18, 16)
    assert {finding["code"] for finding in ran.json["findings"]} == {"SHORTAGE"}


def test_what_was_right_and_is_wrong_now_is_told_with_the_gravest_finding(newcomer: Terminal, station: Terminal):
    codes = station.codes("--to", PPK)
    newcomer("import", "sent.serah")

    def reprinted() -> None:
        said = ("--reason", "torn", "--by", "Made", "--by", "Ketut", "--out", "label.pdf")
        assert station.process("labels", "--sheet", "a4-3x7", "--out", "labels.pdf").wait(60) == 0
        assert station.process("reprint", codes[0], *said).wait(60) == 0
        assert station.process("export", "--out", "more.serah").wait(60) == 0
        imported_elsewhere(newcomer, "more.serah")()

    ran = scan(newcomer, f"{codes[0]}*01", codes[1], reprinted, codes[2])
    [told] = [line for line in ran.lines if line.get("outcome") == "said"]
    assert "Labels: 2; not right: 1" in told["text"]
    assert "print 02 has replaced it" in ran.err


def test_the_end_of_the_input_is_a_line_too_and_nothing_is_told_where_nothing_came(
    newcomer: Terminal, station: Terminal
):
    codes = station.codes("--to", PPK)
    ran = scan(newcomer, codes[0], codes[1])
    assert [line["outcome"] for line in ran.lines if "outcome" in line] == ["taken", "taken"]
    ran = scan(newcomer, codes[2], imported_elsewhere(newcomer))
    assert [line["outcome"] for line in ran.lines if "outcome" in line] == ["taken", "said"]
    assert ran.err.count("missing: ") == 10 and "and 5 more" in ran.err, ran.err  # 18 go there, two have come


def test_what_a_paper_names_is_unknown_no_more_once_the_paper_was_shown(newcomer: Terminal, station: Terminal):
    codes, paper = station.codes("--to", PPK), Path("paper.txt").read_text().splitlines()
    ran = scan(newcomer, codes[0], *paper, codes[1])
    told = [line["outcome"] for line in ran.lines if "outcome" in line]
    assert told == ["taken", *["paper"] * len(paper), "said", "taken"]
    assert "Labels: 1, all right" in ran.err and ran.err.count("registered nowhere") == 1


def board_of(visitor: Visitor, draft: str) -> str:
    return visitor.see(f"/scan/{draft}/board")


def test_the_board_of_the_page_and_the_review_are_right_at_once(
    newcomer: Terminal, station: Terminal, page_at: "PageAt"
):
    codes = station.codes("--to", PPK)
    with page_at(site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        draft = begun_draft(visitor, WH, PPK)
        for code in codes[:2]:
            visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})
        assert "Unknown item" in board_of(visitor, draft)
        assert newcomer("import", "sent.serah").code == 0
        board = board_of(visitor, draft)
        assert "Unknown item" not in board and "1 of 4, TPS 001 Patas" in board
        review = visitor.see(f"/scan/{draft}/review")
        assert "registered nowhere" not in review and "16 are expected and not scanned" in review


def test_every_open_page_hears_of_it_although_nobody_scans(
    newcomer: Terminal, station: Terminal, page_at: "PageAt", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(web.live.server_events, "BEAT_S", 0.05)
    code = station.codes("--to", PPK)[0]
    with page_at(site := site_at(newcomer.home)) as client:
        visitor = Visitor(client)
        draft = begun_draft(visitor, WH, PPK)
        visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})
        stream = site.sessions.events(draft)

        async def heard() -> list[str]:
            events, beats = list[str](), 0
            async for event in stream.stream(stream.mark(), lambda: False, lambda: site.sessions.catch_up(draft)):
                beats += "event: beat" in event
                if beats == 2 and "event: beat" in event:  # so far nothing was told
                    assert not events
                    imported_elsewhere(newcomer)()
                if "event: outcome" in event or "event: changed" in event:
                    events.append(event)
                if len(events) == 2 or beats > 100:
                    return events
            return events

        outcome, changed = wait_for(heard())
        assert "judged again. Labels: 1, all right" in outcome and "event: changed" in changed


def test_a_session_that_was_recorded_or_dropped_is_looked_at_without_harm(newcomer: Terminal, page_at: "PageAt"):
    with page_at(site := site_at(newcomer.home)) as client:
        draft = begun_draft(visitor := Visitor(client), WH, PPK)
        visitor.ask("DELETE", f"/api/drafts/{draft}")
        site.sessions.catch_up(draft)


def test_a_scan_judges_one_label_and_only_news_judge_all_of_them_once(
    newcomer: Terminal, station: Terminal, monkeypatch: pytest.MonkeyPatch
):
    from commands.context import station_at as opened

    codes, judged = station.codes("--to", PPK), list[int]()
    with opened(str(newcomer.home), None, lambda: "2024-02-11T01:00:00Z").store(write=True) as store:
        desk = DraftDesk(store, store.drafts.open("d", WH, PPK, (), at="2024-02-11T01:00:00Z").id)
        judge = judging._judge_items

        def counted(store: Any, labels: Any, handover: Any, waybill: Any) -> Any:
            judged.append(len(labels))
            return judge(store, labels, handover, waybill)

        monkeypatch.setattr(judging, "_judge_items", counted)
        for code in codes[:6]:
            assert desk.catch_up() is None
            desk.take(parse_entry(code), "typed")  # type: ignore[arg-type]
        assert judged == [1] * 6
        assert newcomer("import", "sent.serah").code == 0
        assert desk.catch_up() is not None and desk.catch_up() is None
        assert judged == [1] * 6 + [6]
        for code in codes[6:8]:
            desk.take(parse_entry(code), "typed")  # type: ignore[arg-type]
            assert desk.catch_up() is None
        assert judged == [1] * 6 + [6, 1, 1]
        assert (desk.tally.right, desk.tally.missing) == (8, 10)
        assert station.give(station.codes("--to", "51.08.02")[:1], WH, "51.08.02").code == 0  # nothing of ours
        assert station("export", "--out", "other.serah").code == newcomer("import", "other.serah").code == 0
        assert desk.catch_up() is None and judged[-1] == 8


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_the_red_board_turns_right_when_a_bundle_arrives(
    window: "BrowserContext", newcomer: Terminal, station: Terminal
):
    from tests.support.browser_examples import Watched

    code, served = station.codes("--to", PPK)[0], Served(newcomer)
    try:
        scan = Watched(window.new_page())
        scan.page.goto(served.site.address)
        draft = begun_draft_in(scan, served)
        scan.page.goto(f"{served.site.address}scan/{draft}")
        scan.type(code)
        scan.shows(".irregular", show_code(code))
        imported_elsewhere(newcomer)()
        wait_until(lambda: scan.page.locator(".irregular details").count() == 0)
        scan.shows("#last", "judged again")
        scan.shows("#board", "1 of 4, TPS 001 Patas")
        assert scan.errors == []
    finally:
        served.stop()


def begun_draft_in(scan: Any, served: Served) -> str:
    """A session from the warehouse, begun as the page's scripts do it."""
    told = scan.page.evaluate(
        """async (ends) => (await fetch("/api/drafts", {method: "POST", body: JSON.stringify(ends), headers: {
            "Content-Type": "application/json",
            "X-Serah-Token": document.querySelector('meta[name="serah-token"]').content}})).json()""",
        {"giver": WH, "receiver": PPK},
    )
    return str(told["draft"])
