"""Files that are sent to the page: whole or not at all, bounded, and gone when the server ends."""

from pathlib import Path

import pytest

from custody.errors import InputError
from tests.support.command_examples import Terminal
from tests.support.page_examples import SAME_ORIGIN, Visitor
from tests.support.work_examples import upload
from web.live.file_store import FileStore, safe_name
from web.security import guard
from web.security.entrances import HEADER
from web.site import Site


def left(station: Terminal) -> list[Path]:
    return list(station.home.glob(".page-*/*/*"))


def test_a_file_is_kept_byte_for_byte_until_the_server_ends(visitor: Visitor, site: Site, station: Terminal) -> None:
    data = bytes(range(256)) * 9000
    key = upload(visitor, data, "places.csv")
    path = site.file_store.path(key)
    assert path.read_bytes() == data and path.name == "places.csv"
    site.file_store.close()
    assert not left(station)
    with pytest.raises(InputError):
        site.file_store.path(key)


def test_a_file_that_is_too_large_leaves_nothing_whether_it_says_so_or_not(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = guard.Limit(5000, guard.UPLOAD.kinds, 5.0)
    monkeypatch.setattr(
        guard, "LIMITS", tuple((form, small if limit is guard.UPLOAD else limit) for form, limit in guard.LIMITS)
    )
    headers = {HEADER: visitor.token, **SAME_ORIGIN, "Content-Type": "application/octet-stream"}
    said = visitor.client.post("/api/uploads?name=x.csv", content=b"x" * 6000, headers=headers)
    chunks = (b"x" * 1000 for _number in range(6))
    unsaid = visitor.client.post("/api/uploads?name=x.csv", content=chunks, headers=headers)
    assert (said.status_code, unsaid.status_code) == (413, 413) and not left(station)


def test_a_full_disk_is_told_before_anything_is_written(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.file_store._SPARE_BYTES", 1 << 62)
    headers = {HEADER: visitor.token, **SAME_ORIGIN, "Content-Type": "application/octet-stream"}
    answer = visitor.client.post("/api/uploads?name=x.csv", content=b"x", headers=headers)
    assert answer.status_code == 507 and "no room on the disk for x.csv" in answer.json()["error"] and not left(station)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../station.key", "station.key"),
        ("C:\\Users\\x\\needs.xlsx", "needs.xlsx"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\u202e.csv", "a-b-.csv"),
        ("x" * 300 + ".xlsx", "x" * 95 + ".xlsx"),
        ("kebutuhan 2024.csv", "kebutuhan 2024.csv"),
    ],
)
def test_a_name_leads_nowhere(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_the_shelf_holds_so_many_files_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.file_store._MOST_FILES", 2)
    files = FileStore(tmp_path)
    keys = []
    for number in range(3):
        key, path = files.place(f"{number}.csv")
        path.write_bytes(b"x")
        keys.append(key)
    with pytest.raises(InputError):
        files.path(keys[0])
    assert files.path(keys[2]).is_file()
