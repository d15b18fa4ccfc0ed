"""A lost station comes back on the page of the first run: from a safe copy or from bundles, all of it or nothing."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from custody.format.codes import show_code
from db.station_key import load_key
from services.access.key_shares import shares_in, split
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.page_examples import SAME_ORIGIN, PageAt, Visitor, empty_site, files, site_at
from tests.support.paper_examples import photographs
from tests.support.work_examples import upload
from web.security.entrances import HEADER
from web.site import Site


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "new"


@pytest.fixture
def guide(new_home: Path, station: Terminal, page_at: PageAt) -> Iterator[Visitor]:
    """The guide in an empty folder, beside a station that will be lost."""
    with page_at(empty_site(new_home)) as client:
        yield Visitor(client)


@pytest.fixture
def copy(station: Terminal, tmp_path: Path) -> Path:
    assert station("backup", tmp_path / "copy.db").code == 0
    return tmp_path / "copy.db"


def put_back(
    visitor: Visitor, uploads: list[str], key: str | None = None, expect: int = 200, **said: str
) -> dict[str, object]:
    return dict(visitor.ask("POST", "/api/first/restore", {"uploads": uploads, "key": key, **said}, expect=expect))


def at(station: Terminal, home: Path) -> Terminal:
    return Terminal(home, station._capsys, station._monkeypatch)


def test_a_safe_copy_with_its_key_goes_on_under_the_same_key(
    guide: Visitor, station: Terminal, copy: Path, new_home: Path
) -> None:
    key = upload(guide, station.home / "station.key")
    told = put_back(guide, [upload(guide, copy)], key)
    assert told == {"page": "/station?restored=1"}
    page = guide.see(str(told["page"]))
    assert f"put back with {station.event_count() + 1} records" in page and 'href="/people"' in page
    assert "Load the tables" not in page and "Load the tables" in guide.see("/station"), "it has begun long ago"
    there = at(station, new_home)
    assert there("verify").code == 0 and there.event_count() == station.event_count() + 1
    assert (new_home / "station.key").read_bytes() == (station.home / "station.key").read_bytes()
    assert not any(is_open_to_others(new_home / name) for name in ("station.key", "ledger.db"))
    assert there.give(there.codes()[:1], "51.08", "51.08.01").code == 0


def test_a_station_that_was_put_back_gives_no_number_of_a_letter_twice(
    guide: Visitor, station: Terminal, copy: Path, tmp_path: Path, new_home: Path
) -> None:
    codes = station.codes()
    lost = station.give(codes[:1], "51.08", "51.08.01").json["bast"]  # after the copy was made
    assert station("export", "--out", tmp_path / "later.serah").code == 0
    put_back(guide, [upload(guide, copy)], upload(guide, station.home / "station.key"))
    there = at(station, new_home)
    given = there.give(codes[1:2], "51.08", "51.08.01").json["bast"]
    assert (lost, given) == ("0001/GUDANG-1/2024", "0001/GUDANG-1-2/2024")
    assert there("import", tmp_path / "later.serah").code == 0
    for number, code in ((lost, codes[0]), (given, codes[1])):
        [item] = there("report", "bast", "--number", number, "--json").json["items"]
        assert item["code"] == show_code(code)


def test_without_its_key_it_gets_a_new_one(guide: Visitor, station: Terminal, copy: Path, new_home: Path) -> None:
    put_back(guide, [upload(guide, copy)], passphrase="empat kata yang panjang")
    assert (new_home / "station.key").read_bytes() != (station.home / "station.key").read_bytes()
    assert b"PRIVATE KEY" not in (new_home / "station.key").read_bytes(), "the passphrase locks it"


def test_what_bundles_hold_comes_back(guide: Visitor, station: Terminal, tmp_path: Path, new_home: Path) -> None:
    assert station("export", "--out", tmp_path / "logs.serah").code == 0
    key = upload(guide, station.home / "station.key")
    put_back(guide, [upload(guide, tmp_path / "logs.serah")], key)
    assert at(station, new_home).codes() == station.codes()


@pytest.mark.parametrize("wrong", ["no copy", "copy cut short", "two copies", "no key", "nothing"])
def test_a_failure_leaves_the_folder_as_it_was(
    guide: Visitor, station: Terminal, copy: Path, tmp_path: Path, new_home: Path, wrong: str
) -> None:
    before, key = files(new_home), upload(guide, station.home / "station.key")
    (tmp_path / "text.serah").write_text("no bundle")
    (tmp_path / "cut.db").write_bytes(copy.read_bytes()[:5000])
    sent = {
        "no copy": [tmp_path / "text.serah"],
        "copy cut short": [tmp_path / "cut.db"],
        "two copies": [copy, copy],
        "no key": [copy],
        "nothing": [],
    }[wrong]
    if wrong == "no key":
        key = upload(guide, tmp_path / "text.serah")
    answer = guide.client.post(
        "/api/first/restore",
        json={"uploads": [upload(guide, path) for path in sent], "key": key},
        headers={"X-Serah-Token": guide.token},
    )
    assert answer.status_code in (409, 422, 507) and answer.json()["error"], answer.text
    assert str(new_home) not in answer.text and files(new_home) == before
    assert "What is this laptop?" in guide.see("/first")
    put_back(guide, [upload(guide, copy)], upload(guide, station.home / "station.key"))


def test_nothing_is_put_back_over_a_station_that_runs(
    visitor: Visitor, copy: Path, site: Site, station: Terminal
) -> None:
    before = station.event_count()
    refused = put_back(visitor, [upload(visitor, copy)], expect=409)
    assert "begun here already" in str(refused["error"]) and station.event_count() == before


# --- recovery sheets --------------------------------------------------------------------------------------------------


@pytest.fixture
def sheets(station: Terminal, page_at: PageAt) -> list[str]:
    """The words of the two first of three recovery sheets that the page drew."""
    with page_at(site_at(station.home)) as client:
        visitor = Visitor(client)
        assert 'id="recovery"' in visitor.see("/station")
        kept = files(station.home)
        headers = {HEADER: visitor.token, **SAME_ORIGIN}
        answer = client.post("/api/station/recovery", json={"needed": 2, "total": 3}, headers=headers)
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        assert files(station.home) == kept, "nothing of it is on the disk"
        many = client.post("/api/station/recovery", json={"needed": 3, "total": 2}, headers=headers)
        assert many.status_code == 422 and many.json()["error"]
        client.close()
    (station.home.parent / "sheets.pdf").write_bytes(answer.content)
    assert len(PdfReader(BytesIO(answer.content)).pages) == 3
    taken = photographs(station.home.parent / "sheets.pdf")
    assert len(taken) == 3
    return [share for picture in taken[:2] for share in shares_in(picture, lambda _line: None)]


def test_the_key_comes_back_from_the_words_of_recovery_sheets(
    station: Terminal, sheets: list[str], copy: Path, tmp_path: Path, page_at: PageAt
) -> None:
    new_home = tmp_path / "new"
    with page_at(empty_site(new_home)) as client:
        guide, said = Visitor(client), {"words": "\n".join(sheets).upper(), "passphrase": "empat kata yang panjang"}
        before = files(new_home)
        too_few = put_back(guide, [upload(guide, copy)], expect=422, words=sheets[0])
        assert "Too few shares" in str(too_few["fields"]) and files(new_home) == before
        wrong = put_back(guide, [upload(guide, copy)], expect=422, words=sheets[0] + " qqqq")
        assert "is not in the list of words" in str(wrong["fields"])
        assert put_back(guide, [upload(guide, copy)], **said) == {"page": "/station?restored=1"}
    assert load_key(new_home, lambda: said["passphrase"]).public_key == load_key(station.home).public_key
    assert b"PRIVATE KEY" not in (new_home / "station.key").read_bytes(), "the passphrase locks it"


def test_pictures_of_recovery_sheets_and_bundles_bring_a_station_back(
    station: Terminal, sheets: list[str], tmp_path: Path, page_at: PageAt
) -> None:
    assert sheets and station("export", "--out", tmp_path / "logs.serah").code == 0
    with page_at(empty_site(tmp_path / "new")) as client:
        guide = Visitor(client)
        asked = {
            "uploads": [upload(guide, tmp_path / "logs.serah")],
            "sheets": [upload(guide, tmp_path / f"sheets-{number}.png") for number in (1, 2)],
        }
        assert guide.ask("POST", "/api/first/restore", asked) == {"page": "/station?restored=1"}
    there = at(station, tmp_path / "new")
    assert there.codes() == station.codes() and load_key(there.home).public_key == load_key(station.home).public_key


def test_sheets_of_another_key_put_nothing_back(guide: Visitor, copy: Path, new_home: Path) -> None:
    other, before = split(bytes(range(32)), 2, 3), files(new_home)
    refused = put_back(guide, [upload(guide, copy)], expect=422, words=" ".join(other[:2]))
    assert "this is the key" in str(refused["error"]) and files(new_home) == before
