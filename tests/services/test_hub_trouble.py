"""A hub in trouble: a full disk, a certificate that has run out, clocks a year apart, two hubs with two histories."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from custody.compose.compose import NewEvent
from custody.errors import InputError, StoreError, TamperError
from db.store import open_store
from evidence.mirror_forms import Package, Upload, records
from evidence.tree import Tree
from services.exchange.hub_client import HubClient
from services.exchange.ledger_audit import audit_ledger
from services.exchange.sync import sync
from services.records.membership import revoke
from tests.support.hub_examples import POINT, ask, clone, entries_of, head_of, held, own, remark, running_hub, size_at
from tests.support.ledger_examples import Clock, around, planned_station, record, signer
from tests.support.merge_examples import bundle_of, join, take
from web.security import certificate

FreshUrl = Callable[[], str]


# --- A disk that is full ------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A file system of so many bytes."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no file system may be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="mounts a file system")
def test_on_a_full_disk_nothing_is_half_stored_and_it_goes_on_by_itself_once_there_is_room(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 24 * 1024 * 1024) as disk:
        url = f"sqlite:///{disk / 'hub.db'}"
        with planned_station(url, 1) as root:
            office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        with running_hub(url, disk) as hub:
            hub.sync(office)
            remark(office, 700)
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(free - 100 * 1024))
            with pytest.raises(StoreError, match="disk may be full"):
                sync(office, HubClient(hub.address), pause=lambda _s: None)
            note = ask(hub, "/add-log", entries_of(office, 0, 1)[0])
            assert note.status == 200  # what needs no room is answered as ever
            assert office.cosigned.most(own(office)) < 701  # and nothing was cosigned that is not on the disk
            ballast.unlink()
            assert not hub.sync(office).waiting
        with open_store(url, signer(1), around(1, Clock(90_000))) as root:
            assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
            assert root.ledger.tables.waiting.select().count() == 0
            assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]


# --- Certificates and clocks --------------------------------------------------------------------------------------


def test_a_certificate_that_has_run_out_is_still_the_hubs(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    """It is known by its fingerprint: a clock that is wrong on either side shuts nobody out."""
    url, long_ago = sqlite_url(), datetime(2001, 1, 1, tzinfo=UTC)
    certificate._make(tmp_path / "hub.pem", [IPv4Address("127.0.0.1")], long_ago, days=1)
    before = (tmp_path / "hub.pem").read_bytes()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        assert (tmp_path / "hub.pem").read_bytes() == before
        assert not hub.sync(office).waiting


def test_a_certificate_that_the_system_does_not_trust_is_spoken_to_by_its_fingerprint_alone(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        with pytest.raises(StoreError, match="vouches for the certificate"):
            sync(office, HubClient(replace(hub.address, pin="")))
        assert size_at(root, office) == 0


@pytest.mark.parametrize("year", ["2023", "2025"])
def test_a_station_whose_clock_is_a_year_wrong_sends_and_takes_as_any_other(
    sqlite_url: FreshUrl, tmp_path: Path, year: str
) -> None:
    url, clock = sqlite_url(), Clock(60_000)
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        office.around = replace(office.around, now_utc=lambda: clock().replace("2024", year))
        remark(office, 3)
        done = hub.sync(office)
        assert (done.waiting, done.receipts) == (0, ((own(office), 4),))
        assert own(root) in office.ledger.sizes()
        assert office.heads.unwitnessed() == 0
        assert size_at(root, office) == 4


# --- Two histories, and keys that count no longer -----------------------------------------------------------------


@pytest.mark.parametrize("longer", [0, 1])
def test_a_fork_that_was_sent_to_two_hubs_is_caught_as_soon_as_these_meet(
    sqlite_url: FreshUrl, tmp_path: Path, longer: int
) -> None:
    first, second = sqlite_url(), sqlite_url()
    (tmp_path / "2").mkdir()
    with planned_station(first, 1) as root:
        relay = join(second, 3, root, place="51.08", name="Pusat 2")
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        take(relay, bundle_of(root))
        with clone(sqlite_url(), office) as copy:
            remark(office, 2 + longer)
            record(copy, NewEvent("point", {**POINT, "title": "another history"}))
            remark(copy, 1)
            with running_hub(first, tmp_path) as one, running_hub(second, tmp_path / "2", seed=3) as other:
                assert one.sync(office).receipts and other.sync(copy).receipts  # each believes its own
                with pytest.raises(TamperError, match=f"another history of {own(office)}"):
                    one.sync(relay)
        # who is shown a head that does not fit keeps it: two heads prove the fork
        for finder in (relay,) if longer else (relay, root):
            codes = {found.code for found in audit_ledger(finder).findings if found.log == own(office)}
            assert codes & {"FORK", "INCOMPLETE", "TAMPERED"}, codes


def test_entries_that_do_not_fit_their_head_leave_nothing_behind(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        hub.sync(office)
        with clone(sqlite_url(), office) as copy:
            remark(office, 2)
            record(copy, NewEvent("point", {**POINT, "title": "another history"}))
            remark(copy, 1)
            assert ask(hub, "/add-checkpoint", head_of(office, 1)).status == 200
            body = Upload(own(office), 1, 3).to_bytes() + records(entries_of(copy, 1, 3))  # cut before its proof
            answer = ask(hub, "/add-entries", body)
        assert (answer.status, answer.reason) == (422, "fork")
        assert not hub.sync(office).waiting
        assert held(hub, root, office) == 3


def test_a_hub_that_was_put_back_refuses_its_own_longer_head(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub, clone(sqlite_url(), root, 1) as newer:
        size = root.ledger.sizes()[own(root)]
        remark(newer, 1)
        answer = ask(hub, "/add-checkpoint", head_of(newer, size))
        assert (answer.status, answer.reason) == (403, "own")
        with pytest.raises(TamperError, match="older copy"):
            remark(root, 1)


def test_a_key_that_was_revoked_after_its_head_came_sends_nothing_below_it(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        hub.sync(office)
        remark(office, 3)
        assert ask(hub, "/add-checkpoint", head_of(office, 1)).status == 200
        revoke(root, "PPK 1", reason="stolen")
        proof = tuple(Tree(office.ledger.leaves(own(office))).subtree_proof(0, 4, 4))
        body = Upload(own(office), 1, 4).to_bytes() + Package(0, 1, entries_of(office, 1, 4), proof).to_bytes()
        for _ in range(3):
            answer = ask(hub, "/add-entries", body)
            assert (answer.status, answer.reason) == (403, "revoked")
        with pytest.raises(InputError, match="revoked"):
            hub.sync(office)
        assert held(hub, root, office) == 1


def test_a_hub_that_was_put_back_hears_what_it_lost_and_gets_it_again(
    sqlite_url: Callable[[], str], tmp_path: Path
) -> None:
    """As after a restore, or where a replica with old data was promoted."""
    url = sqlite_url()
    file = Path(url.removeprefix("sqlite:///"))
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 2)
        hub.sync(office)
    kept = file.read_bytes()
    with open_store(url, signer(1), around(1, Clock(60_000))) as root, running_hub(url, tmp_path) as hub:
        remark(root, 1)
        remark(office, 3)
        assert hub.sync(office).notes == ()
    for rest in file.parent.glob(f"{file.name}-*"):
        rest.unlink()
    file.write_bytes(kept)
    with open_store(url, signer(1), around(1, Clock(70_000))) as root, running_hub(url, tmp_path) as hub:
        done = hub.sync(office)
        told, own_log = done.notes
        assert told == f"The hub has lost 3 records of {own(office)} that it had acknowledged: they are sent again."
        assert "the hub was put back to an older copy" in own_log
        assert (done.sent, done.waiting) == (3, 0)
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
        with pytest.raises(TamperError, match="older copy"):
            remark(root, 1)
        take(root, bundle_of(office))
        remark(root, 1)
        assert hub.sync(office).notes == ()
