"""The first run: an empty folder becomes the warehouse, a station that joins it, or practice; all of it or nothing."""

import json
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.access.new_station import CARD_FILE, SHEET_FILE
from services.access.practice import FOLDER
from tests.support.browser_examples import LAPTOP, PHONE, Served, tab
from tests.support.command_examples import Terminal
from tests.support.page_examples import SAME_ORIGIN, PageAt, Visitor, empty_site, files, site_at
from tests.support.page_routes import all_routes
from tests.support.pdf_text import text_of
from tests.support.work_examples import upload, work
from web.security.entrances import HEADER, kept_token

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

SAID = {"kind": "root", "election": "Pemilu 2029", "place": "51.08", "name": "Gudang-1", "by": "Made"}
PAGES = ("/", "/scan", "/items", "/dashboard", "/dashboard/wall", "/meet", "/labels", "/plan", "/station", "/observers")


@pytest.fixture
def first(terminal: Terminal, page_at: PageAt) -> Iterator[Visitor]:
    """The guide in an empty folder."""
    with page_at(empty_site(terminal.home)) as client:
        yield Visitor(client)


def begin(visitor: Visitor, expect: int = 200, **said: Any) -> Any:
    return visitor.ask("POST", "/api/first", SAID | said, expect=expect)


def test_until_a_station_has_begun_there_is_nothing_but_the_guide(first: Visitor, terminal: Terminal) -> None:
    assert "What is this laptop?" in first.see("/")
    for method, path in sorted(all_routes(first.client)):
        if path.startswith(("/first", "/api/first", "/api/uploads", "/static")):
            continue
        asked = re.sub(r"\{\w+\}", "x", path)
        headers = {HEADER: first.token, **SAME_ORIGIN}
        answer = first.client.request(method, asked, headers=headers, follow_redirects=False)
        assert answer.status_code == 409 or answer.headers.get("location") == "/first", (method, path)
    assert files(terminal.home) == {"page.token"}


def test_nobody_begins_a_station_without_the_secret(first: Visitor, terminal: Terminal) -> None:
    for method, path, body in (
        ("POST", "/api/first", SAID),
        ("POST", "/api/first/practice", {}),
        ("DELETE", "/api/first/practice", None),
    ):
        assert first.client.request(method, path, json=body, headers=SAME_ORIGIN).status_code == 403
        forged = {HEADER: first.token, "Origin": "https://evil.example"}
        assert first.client.request(method, path, json=body, headers=forged).status_code == 403
    assert files(terminal.home) == {"page.token"}


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_made(first: Visitor, terminal: Terminal) -> None:
    wrong = begin(first, 422, election=" ", place="where?", name="", passphrase="short", again="short")["fields"]
    assert set(wrong) == {"election", "place", "name", "passphrase"}
    assert "51.08.01" in wrong["place"] and "8 characters" in wrong["passphrase"]
    assert "not the same" in begin(first, 422, passphrase="four words here", again="other")["fields"]["passphrase"]
    assert set(begin(first, 422, kind="join", root="12 34")["fields"]) == {"root"}
    assert set(begin(first, 422, kind="join", upload="0" * 32)["fields"]) == {"found", "root"}
    assert files(terminal.home) == {"page.token"}


def test_the_warehouse_begins_as_by_command_and_the_page_goes_on_at_once(first: Visitor, terminal: Terminal) -> None:
    assert begin(first) == {"page": "/station"}
    page = first.see("/station")
    sheet = first.client.get("/station/key-sheet.pdf")
    assert "Gudang-1" in text_of(BytesIO(sheet.content)) and sheet.headers["content-type"] == "application/pdf"
    card = json.loads((terminal.home / CARD_FILE).read_text())
    assert card["election"] == "Pemilu 2029" and " ".join(re.findall("....", card["root"])) in page
    assert 'href="/plan"' in page and 'href="/labels"' in page and "LATIHAN" not in page
    assert 'href="/meet#admit"' in page and 'id="admit"' in first.see("/meet"), "where the next station is admitted"
    assert terminal("verify").code == 0 and terminal.event_count() == 1
    assert "has begun here already" in begin(first, 409)["error"], "a second tab"
    assert first.client.get("/first", follow_redirects=False).headers["location"] == "/"
    work(first, "/api/plan/missing", {"place": "", "kind": ""})


def test_a_key_that_a_passphrase_locks_signs_until_the_page_ends(first: Visitor, terminal: Terminal) -> None:
    begin(first, passphrase="kuda laut naik becak", again="kuda laut naik becak")
    assert b"scrypt" in (terminal.home / "station.key").read_bytes()
    places = upload(first, b"code,name,level\n51.08,Gudang,warehouse\n", "places.csv")
    seen = work(first, "/api/plan/preview", {"uploads": [places]})
    work(first, "/api/plan/load", {"uploads": [places], "version": seen["version"]})


def test_where_the_key_sheet_cannot_be_written_nothing_has_begun(first: Visitor, terminal: Terminal) -> None:
    (terminal.home / SHEET_FILE).mkdir()
    headers = {HEADER: first.token, **SAME_ORIGIN}
    assert first.client.post("/api/first", json=SAID, headers=headers).status_code in (422, 507)
    assert files(terminal.home) == {"page.token", SHEET_FILE}
    (terminal.home / SHEET_FILE).rmdir()
    begin(first)


@pytest.mark.parametrize("file", ["station-card.json", "meet.serah"])
def test_a_station_joins_by_the_warehouses_card_or_bundle(first: Visitor, prepared_other: Path, file: str) -> None:
    path = prepared_other / ("meet.serah" if file == "meet.serah" else f"home/{file}")
    root = json.loads((prepared_other / "home" / "station-card.json").read_text())["root"]
    key = upload(first, path)
    found = first.ask("POST", "/api/first/root", {"upload": key})
    assert found["root"].replace(" ", "") == root and found["election"] == "Pemilu 2024" and "·" in found["words"]
    said = {"kind": "join", "place": "51.08.01", "name": "PPK", "election": found["election"], "upload": key}
    assert set(begin(first, 422, **said, root="ab" * 32)["fields"]) == {"root"}
    begin(first, **said, root=found["root"])
    page = first.see("/station")
    assert found["words"] in page and "admitted there" in page
    assert ("The plan is here" in page) == (file == "meet.serah")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"serah_station":1}', b"\x1f\x8bno bundle"])
def test_what_is_neither_card_nor_bundle_is_refused_in_a_line(first: Visitor, data: bytes) -> None:
    expected = 409 if data[:1] == b"\x1f" else 422  # a bundle that was cut, or what is neither
    answer = first.ask("POST", "/api/first/root", {"upload": upload(first, data, "x")}, expect=expected)
    assert answer["error"] and "/" not in answer["error"]


def test_practice_is_called_so_on_every_page_and_paper_and_refused_elsewhere(
    first: Visitor, terminal: Terminal, prepared_other: Path, page_at: PageAt, tmp_path: Path
) -> None:
    assert first.ask("POST", "/api/first/practice", {}) == {"page": "/"}
    for path in PAGES:
        assert "LATIHAN" in first.see(path), path
    practice = terminal.home / FOLDER
    labels = next((practice / "labels").glob("*.pdf"))
    for paper in (labels, practice / SHEET_FILE):
        assert "LATIHAN" in text_of(paper), paper.name
    number = re.findall(r"0001/LATIHAN/\d{4}", first.see("/"))[0]
    letter = first.client.get(f"/handover/letter/BAST.pdf?number={number}")
    assert "LATIHAN" in text_of(BytesIO(letter.content))
    made = work(first, "/api/meet/export", {})["page"]
    [key] = re.findall(r"/files/([0-9a-f]{32})", made)[:1]
    bundle = tmp_path / "practice.serah"
    bundle.write_bytes(first.client.get(f"/files/{key}").content)
    with page_at(site_at(shutil.copytree(prepared_other / "home", tmp_path / "real"))) as client:
        real = Visitor(client)
        refused = work(real, "/api/meet/import", {"uploads": [upload(real, bundle)]}, expect=422)
        assert "LATIHAN Pemilu" in refused["error"] and "nothing was taken" in refused["error"]


def test_practice_is_gone_on_with_and_thrown_away_and_the_real_station_is_none_of_it(
    first: Visitor, terminal: Terminal, page_at: PageAt
) -> None:
    first.ask("POST", "/api/first/practice", {})
    assert 'id="discard"' in first.see("/station") and files(terminal.home) == {"page.token", FOLDER}
    with page_at(empty_site(terminal.home)) as client:
        again = Visitor(client)
        assert "Go on practising" in again.see("/first")
        again.ask("POST", "/api/first/practice", {})
        assert "0001/LATIHAN/" in again.see("/"), "what was made before"
        assert again.ask("DELETE", "/api/first/practice") == {"page": "/first"}
        left = {name for name in files(terminal.home) if not name.startswith(".")}  # the first page holds it on Windows
        assert left == {"page.token"} and "Try the example" in again.see("/first")
        begin(again)
        assert "LATIHAN" not in again.see("/") and 'id="discard"' not in again.see("/station")
        again.ask("DELETE", "/api/first/practice", expect=409)


@pytest.mark.browser
@pytest.mark.slow
def test_the_guide_by_keyboard_alone_over_a_refresh(window: "BrowserContext", terminal: Terminal) -> None:
    made = empty_site(terminal.home)
    made.close()
    served = Served(terminal)
    served.site.first = made.first
    try:
        page = tab(window, served.url)
        page.page.wait_for_url("**/first")
        for size in (LAPTOP, PHONE):
            page.page.set_viewport_size(size)
            page.check_access()
        page.page.set_viewport_size(LAPTOP)
        page.tab_to('input[name="kind"]')
        page.page.keyboard.press("ArrowRight")
        page.shows("label[for=first-root]", "Fingerprint")
        page.page.keyboard.press("ArrowLeft")
        page.tab_to("#first-election")
        page.page.keyboard.type("Pemilu 2029")
        page.tab_to("#first-place")
        page.page.keyboard.type("where?")
        page.tab_to("#first-passphrase")
        page.page.keyboard.type("kuda laut naik becak")
        page.page.reload()
        assert page.page.input_value("#first-election") == "Pemilu 2029"
        assert page.page.input_value("#first-passphrase") == "", "a passphrase is kept nowhere"
        page.tab_to("#first-name")
        page.page.keyboard.type("Gudang-1")
        page.page.keyboard.press("Enter")
        page.shows("#first-passphrase-wrong", "choose to have none")
        assert page.page.evaluate("document.activeElement.id") == "first-passphrase"
        assert not (terminal.home / "ledger.db").exists(), "a root has a passphrase unless somebody says otherwise"
        page.page.check("input[value=join]")
        assert not page.page.is_visible("#first-open") and page.page.is_visible("h2 .may-be-empty")
        page.page.check("input[value=root]")
        page.tab_to("#first-open")
        page.page.keyboard.press("Space")
        page.check_access()
        page.page.keyboard.press("Enter")
        page.shows("#first-place-wrong", "51.08")
        assert page.page.evaluate("document.activeElement.id") == "first-place"
        page.check_access()
        page.page.keyboard.press("Control+A")
        page.page.keyboard.type("51.08")
        page.page.keyboard.press("Enter")
        page.page.wait_for_url("**/station")
        page.check_access()
        page.shoot("station")
        assert [error for error in page.errors if "422" not in error] == []
    finally:
        served.stop()
    assert kept_token(terminal.home) == served.site.token


def test_the_root_chooses_a_profile_and_the_first_page_shows_it(first: Visitor) -> None:
    assert "School exams (ujian)" in first.see("/first")
    begin(first, profile="ujian")
    assert "Profile: School exams (ujian): Printing house" in first.see("/")


def test_a_profile_that_does_not_come_with_serah_is_refused_and_no_file_is_read(first: Visitor, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("name = 'x'")
    told = begin(first, 422, profile=str(tmp_path / "own.toml"))["fields"]
    assert "There is no profile" in told["profile"], told


def test_the_page_speaks_in_the_words_of_the_profile(first: Visitor) -> None:
    begin(first, profile="ujian", place="CETAK")
    example = (Path(__file__).parents[2] / "examples" / "ujian" / "places.csv").read_bytes()
    places = upload(first, example, "places.csv")
    seen = work(first, "/api/plan/preview", {"uploads": [places]})
    work(first, "/api/plan/load", {"uploads": [places], "version": seen["version"]})
    work(first, "/api/plan/missing", {"place": "", "kind": ""})
    for path, words in {"/plan": "Cluster", "/dashboard/DINAS": "Clusters", "/dashboard/SR-01": "Schools"}.items():
        page = first.see(path)
        assert words in page, path
        assert not re.search(r"[Ss]ub-district|[Vv]illage|[Pp]olling station|\b(PPK|PPS|TPS)\b", page), path
