"""Photographs that come in one .zip file, as the page writes them: taken in where a record names them, nothing else."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from custody.errors import InputError
from services.exchange.photo_files import import_photos, split_photos, zip_photos
from services.records.inspecting import record_inspection
from tests.support.ledger_examples import boxes, planned_station, touched
from tests.support.photo_examples import jpeg

FreshUrl = Callable[[], str]


def test_what_one_station_packs_another_takes_in_once(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    with planned_station(sqlite_url()) as store:
        data = jpeg()
        [event] = record_inspection(store, touched(boxes(store, 1)), "light", photo=data).events
        zip_photos(store, tmp_path / "photos.zip")
        with ZipFile(tmp_path / "photos.zip", "a", ZIP_DEFLATED) as packed:
            packed.writestr("stranger.jpg", jpeg(seed=5))
            packed.writestr("huge.jpg", bytes(50_000_000))
            packed.writestr("../../read-me.txt", "no photograph")
        store.ledger.tables.photo.delete().execute()
        bundles, photos = split_photos([tmp_path / "a.serah", tmp_path / "photos.zip"])
        assert bundles == [tmp_path / "a.serah"]
        assert import_photos(store, photos) == 1 and import_photos(store, photos) == 0
        assert store.photos.get(event.body["photo"]) == data
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".db") == [
            "photos.zip"
        ]


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[: len(data) // 2], lambda _data: b"PK", lambda data: data[:60] + b"\xff" * 20 + data[80:]],
)
def test_a_file_that_is_cut_or_altered_is_refused_in_one_line(
    sqlite_url: FreshUrl, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "photos.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("a.jpg", jpeg())
    path.write_bytes(spoil(path.read_bytes()))
    with planned_station(sqlite_url()) as store, pytest.raises(InputError, match="can be read"):
        import_photos(store, [path])


def test_a_file_without_photographs_says_so(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "empty.zip", "w") as packed:
        packed.writestr("list.csv", "code")
    with planned_station(sqlite_url()) as store, pytest.raises(InputError, match="no photograph"):
        import_photos(store, [tmp_path / "empty.zip"])


def test_a_file_that_names_the_same_bytes_many_times_is_refused(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for number in range(40):
            packed.writestr(f"{number}.jpg", jpeg() + bytes(1_000_000))
    with planned_station(sqlite_url()) as store, pytest.raises(InputError, match="file that can be read"):
        import_photos(store, [path])
