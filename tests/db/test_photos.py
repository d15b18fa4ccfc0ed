"""Photographs beside the ledger: kept under their digest, whole or not at all, and never taken for evidence."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from custody.errors import InputError
from db.sqlite_backup import backup
from db.store import Store, open_store
from scanner.sources.photo import LONGEST_SIDE_PX, MAX_PHOTO_BYTES, clean_photo, take_photo
from services.exchange.ledger_audit import audit_ledger
from services.records.inspecting import record_inspection
from tests.support.checked_ledger import told
from tests.support.ledger_examples import boxes, planned_station, station, touched
from tests.support.photo_examples import jpeg

EXIF = (
    bytes.fromhex(
        "ffe1002e" + b"Exif\0\0".hex() + "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000" + "00000000"
    )
    + b"GPS 8.1S 115"
)
"""A segment that says: turn me a quarter to the right (orientation 6), and where I was taken."""


def overwrite(store: Store, digest: str, data: bytes) -> None:
    photo = store.ledger.tables.photo
    photo.update(data=data).where(photo.digest == bytes.fromhex(digest)).execute()


def test_what_is_kept_comes_back_by_its_digest_however_often_it_is_given(url: str) -> None:
    with station(url) as store:
        data = jpeg()
        digest = store.photos.keep(data)
        assert digest == hashlib.sha256(data).hexdigest() == store.photos.keep(data)
        assert store.photos.get(digest) == data
        assert store.photos.get("0" * 64) is None


def test_an_altered_photograph_is_not_shown_and_given_again_it_is_put_right(url: str) -> None:
    with station(url) as store:
        data = jpeg()
        digest = store.photos.keep(data)
        overwrite(store, digest, jpeg(seed=1))
        assert store.photos.get(digest) is None
        store.photos.keep(data)
        assert store.photos.get(digest) == data


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff" + bytes(1024 * 1024)])
def test_what_is_no_photograph_or_too_large_is_not_kept(sqlite_url, data: bytes) -> None:
    with station(sqlite_url()) as store, pytest.raises(InputError):
        store.photos.keep(data)


def test_a_photograph_is_kept_with_its_inspection_or_not_at_all(sqlite_url, monkeypatch: pytest.MonkeyPatch) -> None:
    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 1)
        data = jpeg()
        monkeypatch.setattr(type(store), "record", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record_inspection(store, touched(codes), "wet", photo=data)
        monkeypatch.undo()
        assert store.photos.get(hashlib.sha256(data).hexdigest()) is None
        recorded = record_inspection(store, touched(codes), "wet", photo=data)
        assert store.photos.get(recorded.events[0].body["photo"]) == data


def test_verify_names_lost_and_altered_photographs_and_the_evidence_stays_whole(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 3)
        digests = [
            record_inspection(store, touched([code]), "heavy", photo=jpeg(seed=seed)).events[0].body["photo"]
            for seed, code in enumerate(codes)
        ]
        assert list(store.photos.findings()) == []
        overwrite(store, digests[0], jpeg(seed=9))
        photo = store.ledger.tables.photo
        photo.delete().where(photo.digest == bytes.fromhex(digests[2])).execute()
        found = list(store.photos.findings())
        assert len(found) == 2 and digests[0][:16] in str(found[0]) and "not kept here: 1," in str(found[1])
        assert not any(finding.is_wrong for finding in found)
        assert told(store) == []


def test_verify_names_an_altered_record_that_tells_of_a_photograph(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        record_inspection(store, touched(boxes(store, 1)), "wet", photo=jpeg())
        database = store.ledger.database
        for (name,) in database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute_sql(f"DROP TRIGGER {name}")
        event = store.ledger.tables.event
        row = event.select().order_by(event.seq.desc()).get()
        event.update(body=bytes(row.body).replace(b'"wet"', b'"dry"')).where(event.id == row.id).execute()
        assert row.seq in [finding.seq for finding in audit_ledger(store).findings if finding.code == "TAMPERED"]


def test_a_backup_has_the_photographs(tmp_path: Path) -> None:
    data = jpeg()
    with station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        digest = store.photos.keep(data)
        backup(store.ledger.database, tmp_path / "copy.db", lambda _share: None)
        around = store.around
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}", None, around) as copy:
        assert copy.photos.get(digest) == data


def test_another_station_takes_in_only_photographs_that_a_record_names(url: str) -> None:
    with planned_station(url) as store:
        data = jpeg()
        [event] = record_inspection(store, touched(boxes(store, 1)), "light", photo=data).events
        store.ledger.tables.photo.delete().execute()
        assert not store.photos.take_in(jpeg(seed=5))
        assert store.photos.take_in(data) and not store.photos.take_in(data)
        assert store.photos.get(event.body["photo"]) == data


def test_nothing_of_a_file_is_kept_but_its_pixels_upright() -> None:
    plain = jpeg(width=320, height=160)
    clean = clean_photo(plain[:2] + EXIF + plain[2:])
    assert b"Exif" not in clean and b"GPS" not in clean
    height, width = cv2.imdecode(np.frombuffer(clean, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    assert (width, height) == (160, 320)
    assert clean == clean_photo(plain[:2] + EXIF + plain[2:])


def test_the_largest_picture_is_made_small() -> None:
    clean = clean_photo(jpeg(width=4000, height=3000))
    assert len(clean) <= MAX_PHOTO_BYTES
    assert max(cv2.imdecode(np.frombuffer(clean, np.uint8), cv2.IMREAD_COLOR).shape[:2]) == LONGEST_SIDE_PX


def test_a_source_of_frames_gives_a_photograph(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(jpeg(300, 200))
    assert take_photo(str(tmp_path / "one.jpg")) == clean_photo(jpeg(300, 200))
    with pytest.raises(InputError):
        take_photo(str(tmp_path / "none.jpg"))


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg()[:40], b"%PDF-1.7"])
def test_what_no_picture_can_be_read_from_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        clean_photo(data)
