"""Handover papers on the page: their codes in any order from a field, a camera or a file; what is still to be shown."""

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from custody.format.codes import item_payload
from tests.support.command_examples import NOW, Terminal
from tests.support.meet_pages import words
from tests.support.page_examples import SAME_ORIGIN, PageAt, Visitor, site_at
from tests.support.paper_pages import codes_of
from tests.support.work_examples import upload, work
from web.live.paper_session import HALF_READ_FILE
from web.security.entrances import HEADER


@pytest.fixture
def guest(prepared_other: Path, terminal: Terminal, page_at: PageAt) -> Iterator[Visitor]:
    """The page of the sub-district's laptop, which has not met the warehouse since."""
    shutil.copytree(prepared_other / "other", terminal.home)
    with page_at(site_at(terminal.home)) as client:
        yield Visitor(client)


def show(visitor: Visitor, line: str) -> dict[str, object]:
    answer: dict[str, object] = visitor.ask("POST", "/api/papers/lines", {"line": line})
    return answer


def test_codes_in_any_order_become_the_paper_and_until_then_it_is_said_which_are_missing(
    guest: Visitor, parts: list[str], terminal: Terminal
) -> None:
    parts = random.Random(3).sample(parts, len(parts))
    for have, part in enumerate(parts[:-1], start=1):
        told = str(show(guest, part)["page"])
        assert f"{have} of {len(parts)} codes read" in told
    again = str(show(guest, parts[0])["page"])
    assert f"{len(parts) - 1} of {len(parts)} codes read" in again, "shown twice, counted once"
    [missing] = re.findall(r"Still to show: ([0-9, ]+)", again)
    assert f"/{len(parts)}:" in parts[-1] and f":{missing}/" in parts[-1]
    assert f'<span class="unread">{missing}</span>' in again
    assert "Still to show" in guest.see("/meet"), "the page that is loaded again says the same"
    whole = show(guest, parts[-1])
    assert whole["beep"] == "ok" and "items from Gudang to PPK Gerokgak: 18" in words(str(whole["page"]))
    assert "Still to show" not in str(whole["page"])
    [giver, receiver] = re.findall(r'data-(?:giver|receiver)="([^"]+)"', str(whole["page"]))
    draft = guest.ask("POST", "/api/drafts", {"giver": giver, "receiver": receiver}, expect=201)["draft"]
    assert "18" in guest.see(f"/scan/{draft}"), "so many are expected now"


def test_a_paper_that_is_half_read_is_so_still_after_the_server_was_started_anew(
    guest: Visitor, parts: list[str], terminal: Terminal, page_at: PageAt
) -> None:
    for part in parts[:-1]:
        show(guest, part)
    (terminal.home / HALF_READ_FILE).open("a").write("\nno part of a paper\n")
    with page_at(site_at(terminal.home)) as client:
        anew = Visitor(client)
        assert f"{len(parts) - 1} of {len(parts)} codes read" in anew.see("/meet")
        whole = show(anew, parts[-1])
        assert "items from Gudang to PPK Gerokgak: 18" in words(str(whole["page"]))
    assert not (terminal.home / HALF_READ_FILE).exists(), "nothing is half read any more"


def test_a_session_is_as_far_with_a_paper_after_the_server_was_started_anew(
    guest: Visitor, parts: list[str], terminal: Terminal, page_at: PageAt
) -> None:
    draft = guest.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": "51.08.01"}, expect=201)["draft"]
    for part in parts[:-1]:
        guest.ask("POST", f"/api/drafts/{draft}/lines", {"line": part})
    with page_at(site_at(terminal.home)) as client:
        anew = Visitor(client)
        told = anew.ask("POST", f"/api/drafts/{draft}/lines", {"line": parts[-1]})
        assert "items from Gudang to PPK Gerokgak: 18" in told["text"]


@pytest.mark.slow
def test_a_photograph_or_a_pdf_is_read_whole(guest: Visitor, paper: Path) -> None:
    told = work(guest, "/api/papers/pictures", {"upload": upload(guest, paper)})
    assert told["codes"] >= 3 and "items from Gudang to PPK Gerokgak: 18" in words(told["page"])
    empty = work(guest, "/api/papers/pictures", {"upload": upload(guest, b"%PDF-1.4 nothing", "x.pdf")}, expect=422)
    assert "x.pdf" in empty["error"] and "/.page-" not in empty["error"]


def test_this_browsers_camera_reads_a_paper_code_by_code(guest: Visitor, paper: Path) -> None:
    import cv2

    from scanner.sources.pages import open_pdf

    with open_pdf(paper, clock=lambda: 0.0, dpi=150) as pages:
        [image, *_more] = [frame.image for frame in pages]
    jpeg = bytes(cv2.imencode(".jpg", image)[1])
    headers = {HEADER: guest.token, **SAME_ORIGIN, "Content-Type": "image/jpeg"}
    for _frame in range(3):  # a text counts when it was read twice
        seen = guest.client.post("/api/papers/frames?eye=front", content=jpeg, headers=headers)
        assert seen.status_code == 200, seen.text
    assert {label["mark"] for label in seen.json()["labels"]} == {"taken"}
    assert seen.json()["version"] >= 2 and "items from Gudang to PPK Gerokgak: 18" in words(guest.see("/meet/papers"))


def test_what_is_no_code_of_a_paper_is_refused_and_changes_nothing(guest: Visitor, parts: list[str]) -> None:
    for line in (item_payload("7Q2M9X4T5B8C6", 1), "P:51.08.01", "undo", "", "W1:junk*", "<b>x</b>", "from 51.08"):
        told = show(guest, line)
        assert told["beep"] == "wrong" and "<b>x" not in str(told["page"]), line
    changed = parts[0][:-3] + ("AB*" if parts[0][-3:] != "AB*" else "BA*")
    show(guest, changed)
    for part in parts[1:]:
        told = show(guest, part)
    assert "do not fit together" in str(told["page"]), "a part that was read wrong is asked for again"
    assert "18 items" not in str(told["page"])


def test_a_paper_is_judged_anew_when_its_data_has_come_and_when_its_things_were_received(
    guest: Visitor, paper: Path, parts: list[str], terminal: Terminal
) -> None:
    for part in parts:
        show(guest, part)
    before = guest.see("/meet/papers")
    assert "Receive from Gudang" in before and "own records are here" not in before
    assert main.main(["--home", str(paper.parent / "home"), "export", "--out", "w.serah"], now_utc=lambda: NOW) == 0
    assert terminal("import", "w.serah").code == 0
    met = guest.see("/meet/papers")
    assert "own records are here already" in met and "Receive from Gudang" in met
    codes = codes_of(paper.parent / "home")
    assert terminal.give(codes, "51.08", "51.08.01").code == 0
    received = guest.see("/meet/papers")
    assert "Received already." in received and "Receive from Gudang" not in received


def test_the_head_of_every_page_names_the_place(guest: Visitor) -> None:
    assert "PPK · PPK Gerokgak" in words(guest.see("/meet"))


def test_after_the_paper_was_read_home_does_not_ask_for_it_again(guest: Visitor, parts: list[str]) -> None:
    assert "On its way here" not in words(guest.see("/"))
    for part in parts:
        show(guest, part)
    home = words(guest.see("/"))
    assert "Show the handover paper" not in home and "items from Gudang to PPK Gerokgak: 18" in home
