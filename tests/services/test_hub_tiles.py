"""A hub gives its logs as files to read: to observers by their tokens, to stations by their keys, to nobody else."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from custody.errors import InputError, StoreError, TamperError
from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.cosignature import cosigners
from evidence.tiles import folder_of, read_list
from services.access.observers import Observers
from services.exchange.evidence_files import audit_tiles
from services.exchange.hub_client import Answer, HubClient
from services.exchange.hub_talk import HubTalk
from services.exchange.tile_reading import at_address
from services.records.membership import revoke
from tests.support.command_examples import once_in
from tests.support.hub_examples import Running, running_hub
from tests.support.ledger_examples import empty_ledger, later, planned_station
from tests.support.merge_examples import join
from tests.support.tile_examples import by_the_tool, files_of, folder, remark, two_logs
from web.hub_tiles import MOST_READS

__all__ = ["folder", "two_logs"]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Store]:
    """A root whose hub has the logs of two districts, one of them of more than a tile."""
    url = f"sqlite:///{tmp_path / 'root.db'}"

    def synced() -> None:
        with planned_station(url, 1) as store, running_hub(url, tmp_path) as running:
            one = join(f"sqlite:///{tmp_path / 'one.db'}", 2, store, place="51.08.01", name="PPK 1")
            other = join(f"sqlite:///{tmp_path / 'other.db'}", 3, store, place="51.08.02", name="PPK 2")
            remark(one, 300)
            for office in (one, other):
                running.sync(office)
                office.close_after_test.close()  # type: ignore[attr-defined]

    once_in(tmp_path, "hub of tiles", synced)
    with later(url, 1) as store:
        yield store


@pytest.fixture
def hub(root: Store, tmp_path: Path) -> Iterator[Running]:
    with running_hub(f"sqlite:///{tmp_path / 'root.db'}", tmp_path) as running:
        yield running


@pytest.fixture
def token(tmp_path: Path) -> str:
    return Observers(tmp_path, lambda: "2024-02-10T00:00:00Z").make("Bawaslu")[1]


def address(hub: Running) -> str:
    return f"https://{hub.address.host}:{hub.address.port}/tiles#{hub.address.pin}"


def asked(hub: Running, path: str, token: str = "") -> Answer:
    client = HubClient(hub.address)
    try:
        return client.ask("GET", f"/tiles/{path}", None, {"Authorization": f"Bearer {token}"} if token else {})
    finally:
        client.close()


def test_the_program_and_the_tool_read_a_hub_by_an_observers_token(
    hub: Running, root: Store, token: str, tmp_path: Path
) -> None:
    fingerprint = root.ledger.own_log().root
    audit = audit_tiles(at_address(address(hub), token), fingerprint)
    assert audit.is_ok and {log.log: log.size for log in audit.logs if log.size} == root.ledger.sizes()
    own = root.ledger.own_log().name
    seen = {log.log: {witness.log: witness.to for witness in log.witnesses} for log in audit.logs if log.log != own}
    assert all(seen[log][own] == size for log, size in root.ledger.sizes().items() if log != own)  # the hub cosigned it
    kept = tmp_path / "token.txt"
    kept.write_text(token + "\n", "utf-8")
    code, told = by_the_tool(address(hub), "--token", str(kept), "--root", fingerprint)
    assert code == 0 and {log["log"]: log["size"] for log in told["logs"]} == root.ledger.sizes()


def test_nobody_reads_without_a_token_that_counts(hub: Running, token: str, tmp_path: Path) -> None:
    for wrong in ("", "x", token[:-1] + "g", token[:-4] + "0000"):
        assert asked(hub, "logs.txt", wrong).status == 401
    with pytest.raises(InputError, match="without a token"):
        audit_tiles(at_address(address(hub)))
    assert by_the_tool(address(hub))[0] == 3
    assert asked(hub, "logs.txt", token).status == 200
    Observers(tmp_path, lambda: "2024-02-10T00:00:00Z").revoke("Bawaslu")
    assert asked(hub, "logs.txt", token).status == 401
    late = Observers(tmp_path, lambda: "2023-01-01T00:00:00Z").make("KIPP", days=1)[1]
    assert asked(hub, "logs.txt", late).status == 401


def test_an_observer_can_change_nothing(hub: Running, token: str) -> None:
    client = HubClient(hub.address, is_hub=False)  # a method that no path has is refused by what serves the hub
    said = {"Authorization": f"Bearer {token}"}
    for method, path, status in (
        ("POST", "/tiles/logs.txt", 405),
        ("PUT", "/tiles/logs.txt", 405),
        ("POST", "/logs", 401),
        ("GET", "/entries?log=x&begin=0", 401),
    ):
        assert client.ask(method, path, b"{}" if method != "GET" else None, said).status == status
    client.close()


def test_a_head_is_cosigned_by_the_hub_and_a_tile_is_there_only_up_to_it(hub: Running, root: Store, token: str) -> None:
    for log, size in root.ledger.sizes().items():
        note = asked(hub, f"{folder_of(log)}/checkpoint", token).body.decode()
        own = root.ledger.own_log().name
        assert claimed_checkpoint(note).size == size
        assert [name for name, _ in cosigners(note, {own: root.signer().public_key})] == [own]
        last, width = divmod(size, 256)
        assert asked(hub, f"{folder_of(log)}/tile/0/{last:03}.p/{width}", token).status == 200
        for name in (f"tile/0/{last:03}.p/{width + 1}", f"tile/entries/{last + 1:03}", "tile/9/000.p/1", "tile/x", ""):
            assert asked(hub, f"{folder_of(log)}/{name}", token).status == 404
    assert asked(hub, "0" * 64 + "/checkpoint", token).status == 404


def test_a_station_reads_its_branch_by_its_key_and_a_stranger_nothing_of_others(
    hub: Running, root: Store, tmp_path: Path
) -> None:
    other = join(f"sqlite:///{tmp_path / 'third.db'}", 4, root, place="51.08.02", name="PPK 2b")
    hub.sync(other)
    talk = HubTalk(other, HubClient(hub.address), lambda _s: None)
    listed = read_list(talk.ask("GET", "/tiles/logs.txt", is_signed=True).body)
    places = {log: root.state.stations.now().owners[log].place for log in listed}
    assert set(places.values()) == {"51.08", "51.08.02"} and len(listed) == 3
    with empty_ledger(f"sqlite:///{tmp_path / 'stranger.db'}", 9) as stranger:
        stranger.begin(election="Pemilu 2024", station="X", place="51.08", root=root.ledger.own_log().root)
        hub.sync(stranger)
        talk = HubTalk(stranger, HubClient(hub.address), lambda _s: None)
        assert read_list(talk.ask("GET", "/tiles/logs.txt", is_signed=True).body) in ({}, stranger.ledger.keys())
    revoke(root, "PPK 2b", reason="stolen")
    talk = HubTalk(other, HubClient(hub.address), lambda _s: None)
    assert talk.ask("GET", "/tiles/logs.txt", is_signed=True).status == 403


def test_a_log_that_nobody_admitted_is_not_shown_to_observers(
    hub: Running, root: Store, token: str, tmp_path: Path
) -> None:
    with empty_ledger(f"sqlite:///{tmp_path / 'stranger.db'}", 9) as stranger:
        stranger.begin(election="Pemilu 2024", station="X", place="51.08", root=root.ledger.own_log().root)
        hub.sync(stranger)
        name = stranger.ledger.own_log().name
    assert name not in read_list(asked(hub, "logs.txt", token).body)
    assert asked(hub, f"{folder_of(name)}/checkpoint", token).status == 404


def test_who_reads_too_much_waits_and_others_do_not(hub: Running, token: str, tmp_path: Path) -> None:
    second = Observers(tmp_path, lambda: "2024-02-10T00:00:00Z").make("KIPP")[1]
    assert asked(hub, "logs.txt", token).status == 200
    hub.hub.site.tiles._given[" Bawaslu"] = (hub.hub.site.now_s(), MOST_READS)
    refused = asked(hub, "logs.txt", token)
    assert refused.status == 429 and refused.headers["retry-after"] == "60"
    assert asked(hub, "logs.txt", second).status == 200
    hub.hub.site.tiles._given[" Bawaslu"] = (hub.hub.site.now_s() - 61, MOST_READS)
    assert asked(hub, "logs.txt", token).status == 200


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_the_program_and_the_tool_read_the_files_from_any_web_server(folder: Path, two_logs: Store) -> None:
    handler = partial(Quiet, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        code, told = by_the_tool(url)
        assert code == 0 and {log["log"]: log["size"] for log in told["logs"]} == two_logs.ledger.sizes()
        audit = audit_tiles(at_address(url), two_logs.ledger.own_log().root)
        assert audit.is_ok and {log.log: log.size for log in audit.logs} == two_logs.ledger.sizes()
        with pytest.raises(InputError, match="https:// alone"):
            at_address(url, "token")
        kept = folder.parent / "token.txt"
        kept.write_text("token", "utf-8")
        assert by_the_tool(url, "--token", str(kept))[0] == 3
        path = next(path for path in files_of(folder) if path.endswith("tile/entries/000"))
        (folder / path).unlink()
        assert by_the_tool(url)[0] == 1
        with pytest.raises(TamperError, match="is missing"):
            audit_tiles(at_address(url))
        server.shutdown()
    assert by_the_tool(url)[0] == 3


def test_an_address_where_nobody_or_somebody_else_answers(hub: Running) -> None:
    with pytest.raises(StoreError, match="nobody answers"):
        audit_tiles(at_address("https://127.0.0.1:9/tiles"))
    with pytest.raises(StoreError, match="not the hub"):
        audit_tiles(at_address(address(hub).replace(hub.address.pin, "0" * 32)))
    with pytest.raises(InputError):
        at_address("https://")
    assert by_the_tool(address(hub).replace(hub.address.pin, "0" * 32))[0] == 3


def test_a_hub_that_gives_other_entries_is_found_out(hub: Running, root: Store, token: str) -> None:
    fetch = at_address(address(hub), token)

    def bent(path: str) -> bytes | None:
        data = fetch(path)
        return data.replace(b"xxxx", b"yyyy") if data and "entries" in path else data

    with pytest.raises(TamperError, match="not what the log's entries make"):
        audit_tiles(bent)
