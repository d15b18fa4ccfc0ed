"""Exchange goes on by itself: with a hub whenever there is a network, and with a folder, whoever writes there how."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from custody.errors import InputError, StoreError, TamperError
from db.store import Store
from services.exchange import watching
from services.exchange.hub_client import HubAddress
from services.exchange.sync import Synced
from services.exchange.transfer import export_bundle
from services.exchange.watching import EVERY_S, LONGEST_S, FromFolder, WatchedFolder, keep_importing, keep_syncing
from tests.support.hub_examples import FreshUrl, remark, running_hub, size_at
from tests.support.ledger_examples import planned_station
from tests.support.merge_examples import join

NOBODY = HubAddress("127.0.0.1", 9, "0" * 32)


def test_while_nobody_answers_it_waits_longer_each_time_up_to_a_limit(sqlite_url: FreshUrl) -> None:
    waits: list[float] = []
    with planned_station(sqlite_url(), 1) as root:
        outcomes = [*islice(keep_syncing(root, NOBODY, pause=waits.append), 12)]
    assert all(isinstance(outcome, StoreError) for outcome in outcomes)
    assert waits == sorted(waits) and waits[0] == 5 and waits[-1] == LONGEST_S


def test_it_sends_soon_after_a_record_and_else_once_a_minute(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url, waits = sqlite_url(), list[float]()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")

        def pause(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                remark(office, 1)

        outcomes = keep_syncing(office, hub.address, pause=pause)
        first, second = next(outcomes), next(outcomes)
        assert isinstance(first, Synced) and isinstance(second, Synced)
        assert (second.sent, sum(waits)) == (1, 10)
        next(outcomes)
        assert sum(waits) == 10 + EVERY_S
        hub.settle()
        assert size_at(root, office) == 2


@contextmanager
def watched(office: Store, folder: Path, steps: list[object]) -> Iterator[Iterator[FromFolder]]:
    """What a watched folder gives; each look does the next of the steps, and there is an end after them."""
    folder.mkdir(exist_ok=True)

    def pause(_seconds: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        step = steps.pop(0)
        if callable(step):
            step()

    yield keep_importing(office, folder, pause=pause)


def taken(of: Iterator[FromFolder]) -> list[FromFolder]:
    found = []
    with pytest.raises(KeyboardInterrupt):
        for one in of:
            found.append(one)
    return found


@pytest.fixture
def bundle(sqlite_url: FreshUrl, tmp_path: Path) -> Iterator[tuple[Path, Store]]:
    with planned_station(sqlite_url(), 1) as root:
        remark(root, 30)
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        export_bundle(root, tmp_path / "root.serah")
        yield tmp_path / "root.serah", office


def test_a_bundle_is_taken_in_once_it_has_come_whole(bundle: tuple[Path, Store], tmp_path: Path) -> None:
    path, office = bundle
    data, target = path.read_bytes(), tmp_path / "in" / "a.serah"
    steps = [lambda n=n: target.write_bytes(data[: len(data) * n // 4]) for n in (1, 2, 3)]  # type: ignore[misc]
    with watched(office, tmp_path / "in", [*steps, None, lambda: target.write_bytes(data), None, None]) as outcomes:
        found = taken(outcomes)
    assert [one.merged is None for one in found] == [True, False]
    assert isinstance(found[0].error, TamperError)  # it stood still for a moment while half of it was there
    assert office.ledger.event_count() == found[1].merged.new + 1  # type: ignore[union-attr]


def test_a_file_that_still_grows_waits(tmp_path: Path) -> None:
    folder, file = WatchedFolder(tmp_path), tmp_path / "a.serah"
    for data in (b"1", b"12"):
        file.write_bytes(data)
        assert folder.ready() == []
    assert [folder.ready(), folder.ready()] == [[file], []]


def test_a_bundle_that_came_is_not_looked_at_again(bundle: tuple[Path, Store], tmp_path: Path) -> None:
    path, office = bundle
    (tmp_path / "in").mkdir()
    shutil.copy(path, tmp_path / "in" / "a.serah")
    with watched(office, tmp_path / "in", [None] * 5) as outcomes:
        assert len(taken(outcomes)) == 1


def test_what_is_no_bundle_by_its_name_is_passed_over(bundle: tuple[Path, Store], tmp_path: Path) -> None:
    path, office = bundle
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (".syncthing.a.serah.tmp", "~syncthing~a.serah.tmp", ".a.serah", "a.serah.part", "a.txt"):
        shutil.copy(path, folder / name)
    (folder / "link.serah").symlink_to(path)
    (folder / "folder.serah").mkdir()
    (folder / "empty.serah").touch()
    with watched(office, folder, [None] * 3) as outcomes:
        assert taken(outcomes) == []


def test_one_bad_file_keeps_no_other_out(bundle: tuple[Path, Store], tmp_path: Path) -> None:
    path, office = bundle
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.serah").write_bytes(b"no bundle")
    shutil.copy(path, folder / "b.serah")
    with watched(office, folder, [None] * 3) as outcomes:
        found = taken(outcomes)
    assert [(one.path.name, one.merged is None) for one in found] == [("a.serah", True), ("b.serah", False)]


def test_a_folder_that_is_not_there_is_told(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    with planned_station(sqlite_url(), 1) as root, pytest.raises(InputError, match="cannot be read"):
        next(keep_importing(root, tmp_path / "nowhere", pause=lambda _s: None))


def test_a_bundle_that_syncthing_brings_is_taken_in_once_it_has_its_name(
    bundle: tuple[Path, Store], tmp_path: Path
) -> None:
    """It writes under another name, piece by piece, and renames; a newer bundle is renamed over the older one."""
    path, office = bundle
    data, folder = path.read_bytes(), tmp_path / "in"
    folder.mkdir()
    begun, target = folder / "~syncthing~a.serah.tmp", folder / "a.serah"
    newer = tmp_path / "newer.serah"
    remark(office, 1)
    export_bundle(office, newer)

    def write(part: bytes) -> None:
        begun.write_bytes(part)

    steps = [
        lambda: write(data[:100]),
        lambda: write(data[:5000]),
        lambda: write(data),
        lambda: begun.rename(target),
        None,
        lambda: write(newer.read_bytes()),
        lambda: begun.replace(target),
        None,
        None,
    ]
    with watched(office, folder, steps) as outcomes:
        found = taken(outcomes)
    assert [(one.path.name, one.merged is None) for one in found] == [("a.serah", False)] * 2


def test_a_share_that_goes_away_and_comes_again_loses_nothing(bundle: tuple[Path, Store], tmp_path: Path) -> None:
    path, office = bundle
    folder, away = tmp_path / "in", tmp_path / "away"
    folder.mkdir()
    shutil.copy(path, away_file := tmp_path / "a.serah")
    before = office.ledger.event_count()
    steps = [
        lambda: shutil.copy(away_file, folder / "a.serah"),
        lambda: folder.rename(away),
        None,
        None,
        lambda: away.rename(folder),
        None,
        None,
    ]
    with watched(office, folder, steps) as outcomes:
        found = taken(outcomes)
    assert [(one.path, one.merged is None) for one in found] == [(folder, True), (folder / "a.serah", False)]
    assert office.ledger.event_count() > before


def test_a_share_that_goes_away_while_a_bundle_is_read_gives_it_again(
    bundle: tuple[Path, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, office = bundle
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(path, folder / "a.serah")
    real, calls = watching.import_bundles, list[int]()

    def read(store: Store, paths: list[Path]) -> object:
        calls.append(1)
        if len(calls) > 2:
            return real(store, paths)
        paths[0].rename(tmp_path / "a.serah")  # between the look and the reading
        try:
            return real(store, paths)
        finally:
            (tmp_path / "a.serah").rename(paths[0])

    monkeypatch.setattr(watching, "import_bundles", read)
    with watched(office, folder, [None] * 5) as outcomes:
        found = taken(outcomes)
    assert [one.merged is None for one in found] == [True, False]  # told once, though it failed twice
