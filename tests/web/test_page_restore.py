"""A lost station comes back on the page of the first run: from a safe copy or from bundles, all of it or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.page_examples import PageAt, Visitor
from tests.support.work_examples import upload
from tests.web.test_page_first_run import empty_site, files
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
    assert put_back(guide, [upload(guide, copy)], key) == {"page": "/station"}
    assert "Gudang-1" in guide.see("/station")
    there = at(station, new_home)
    assert there("verify").code == 0 and there.event_count() == station.event_count() + 1
    assert (new_home / "station.key").read_bytes() == (station.home / "station.key").read_bytes()
    assert not is_open_to_others(new_home / "station.key")
    assert there.give(there.codes()[:1], "51.08", "51.08.01").code == 0


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
