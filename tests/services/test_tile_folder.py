"""Logs as static files: written once, added to, never changed; and read by the program and by the tool beside it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from custody.compose.compose import NewEvent
from custody.errors import InputError, TamperError
from db.store import Store
from evidence.checkpoint import claimed_checkpoint, verifier_key
from evidence.cosignature import cosign, cosigners
from evidence.tiles import MAX_TILE_BYTES, folder_of, read_list, read_path
from services.exchange.evidence_files import audit_file
from services.exchange.tile_folder import write_tiles
from tests.support.ledger_examples import absorb, empty_ledger, planned_station, record, signer
from tests.support.tile_examples import MANY, POINT, by_the_program, by_the_tool, files_of, folder, remark, two_logs
from tests.support.tool_examples import TOOLS

__all__ = ["folder", "two_logs"]


def own(store: Store) -> str:
    return store.ledger.own_log().name


def test_the_program_and_the_tool_read_what_a_bundle_would_hold(folder: Path, two_logs: Store) -> None:
    root = two_logs.ledger.own_log().root
    audit = audit_file(folder, root)
    assert audit.is_ok and {log.log: log.size for log in audit.logs} == two_logs.ledger.sizes()
    code, told = by_the_tool(folder, "--root", root)
    assert code == 0 and {log["log"]: log["size"] for log in told["logs"]} == two_logs.ledger.sizes()
    keys = ("log", "station", "place", "head", "root", "witnessed_to")
    facts = [tuple(log[key] for key in keys) for log in told["logs"]]
    assert sorted(facts) == sorted(tuple(log[key] for key in keys) for log in audit.to_json()["logs"])
    assert by_the_tool(folder, "--root", "0" * 64)[0] == 1


def test_a_folder_lists_its_logs_and_names_their_folders_as_mirrors_do(folder: Path, two_logs: Store) -> None:
    listed = read_list((folder / "logs.txt").read_bytes())
    assert listed == two_logs.ledger.keys()
    assert {path.name for path in folder.iterdir()} == {"logs.txt", *map(folder_of, listed)}
    for path in files_of(folder / folder_of(own(two_logs))):
        assert path == "checkpoint" or read_path(path)


def test_what_was_written_is_not_touched_and_what_is_new_is_added(folder: Path, two_logs: Store) -> None:
    before = files_of(folder)
    assert write_tiles(two_logs, folder).files == 0
    old = (folder / folder_of(own(two_logs)) / "checkpoint").read_bytes()
    stamps = {path: (folder / path).stat().st_mtime_ns for path in before}
    remark(two_logs, MANY)
    done = write_tiles(two_logs, folder)
    after = files_of(folder)
    size = two_logs.ledger.sizes()[own(two_logs)]
    assert 3 <= done.files < 10 and size // 256 == 2
    whole = [path for path in before if path in after and not path.endswith("checkpoint")]
    assert all(after[path] == before[path] and (folder / path).stat().st_mtime_ns == stamps[path] for path in whole)
    gone = before.keys() - after.keys()
    assert gone and all(".p/" in path and path.partition(".p/")[0] in after for path in gone)
    assert by_the_program(folder) and by_the_tool(folder)[0] == 0
    (folder / folder_of(own(two_logs)) / "checkpoint").write_bytes(old)  # as whoever has kept the older head reads
    assert by_the_program(folder) and by_the_tool(folder)[0] == 0


@pytest.mark.slow
def test_whatever_byte_is_changed_or_file_is_missing_both_find_it(folder: Path) -> None:
    for number, (path, data) in enumerate(sorted(files_of(folder).items())):
        file = folder / path
        at = data.find(b"serah/") + 7 if path == "logs.txt" else len(data) // 2  # a listed log's name
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for bent in (flipped, (data[:-1], data + b"\0", None)[number % 3]):
            if path == "logs.txt" and bent not in (None, data) and len(bent) != len(data):
                continue  # lines of other kinds are passed over
            file.unlink() if bent is None else file.write_bytes(bent)
            assert not by_the_program(folder), (path, bent and len(bent))
            assert by_the_tool(folder)[0] in ({2} if path == "logs.txt" and bent is None else {1}), path
            file.write_bytes(data)
    assert by_the_program(folder) and by_the_tool(folder)[0] == 0


def test_a_folder_with_another_history_is_refused_and_stays_as_it_was(
    folder: Path, two_logs: Store, tmp_path: Path
) -> None:
    remark(two_logs, 1)
    before = files_of(folder)
    path = next(path for path in before if path.endswith("tile/0/000"))
    bent = before[path][:-1] + b"x"
    (folder / path).write_bytes(bent)
    with pytest.raises(TamperError, match="another history"):
        write_tiles(two_logs, folder)
    assert (folder / path).read_bytes() == bent
    (folder / path).write_bytes(before[path])
    write_tiles(two_logs, folder)
    log = own(two_logs)
    with empty_ledger(f"sqlite:///{tmp_path / 'copy.db'}", 1, 77) as copy:
        absorb(copy, two_logs)
        table = copy.ledger.tables.log
        table.update(is_own=1).where(table.name == log).execute()
        copy.ledger.memory.forget()
        remark(copy, 1)
        remark(two_logs, 3)
        shutil.copytree(folder, tmp_path / "theirs")
        write_tiles(two_logs, tmp_path / "theirs")
        before = files_of(tmp_path / "theirs" / folder_of(log))
        with pytest.raises(InputError, match="has more"):
            write_tiles(copy, tmp_path / "theirs")
        remark(copy, 5)
        with pytest.raises(TamperError, match="another history"):
            write_tiles(copy, tmp_path / "theirs")
        assert files_of(tmp_path / "theirs" / folder_of(log)) == before


def test_an_entry_that_was_altered_here_is_not_published(folder: Path, two_logs: Store) -> None:
    remark(two_logs, 1)
    size, before = two_logs.ledger.sizes()[own(two_logs)], files_of(folder)
    event = two_logs.ledger.tables.event
    row = event.select(event.id).where(event.seq == size).order_by(event.id.desc()).get()
    run = two_logs.ledger.database.execute_sql
    for (trigger,) in [*run("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
        run(f'DROP TRIGGER "{trigger}"')
    event.update(signatures="station 0000000000000000 AAAA\n").where(event.id == row.id).execute()
    with pytest.raises(TamperError, match="not as it was recorded"):
        write_tiles(two_logs, folder)
    assert (
        files_of(folder)[f"{folder_of(own(two_logs))}/checkpoint"] == before[f"{folder_of(own(two_logs))}/checkpoint"]
    )


def test_a_log_of_nobody_who_was_admitted_is_left_out_unless_it_is_asked_for(two_logs: Store, tmp_path: Path) -> None:
    with empty_ledger(f"sqlite:///{tmp_path / 'stranger.db'}", 7) as stranger:
        stranger.begin(election="Pemilu 2024", station="X", place="51.08.02", root=two_logs.ledger.own_log().root)
        absorb(two_logs, stranger)
        done = write_tiles(two_logs, tmp_path / "tiles")
        assert (done.logs, done.left_out) == (2, [own(stranger)])


def test_a_file_in_the_place_of_the_folder_is_told_and_stays(two_logs: Store, tmp_path: Path) -> None:
    path = tmp_path / "tiles"
    path.write_text("ours")
    with pytest.raises(InputError, match="is a file"):
        write_tiles(two_logs, path)
    assert path.read_text() == "ours"


def test_a_folder_of_something_else_is_no_folder_of_tiles(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tiles"):
        audit_file(tmp_path)
    assert by_the_tool(tmp_path)[0] == 2


def test_the_head_that_is_given_has_the_cosignatures_that_are_kept_of_it(folder: Path, two_logs: Store) -> None:
    office = next(log for log in two_logs.ledger.sizes() if log != own(two_logs))
    note = two_logs.cosigned.longest(office)
    assert note is not None
    hub = signer(9)
    two_logs.cosigned.keep(note + cosign(note, "hub", hub.public_key, 7, hub.sign), "hub", hub.public_key)
    assert write_tiles(two_logs, folder).files == 1
    given = (folder / folder_of(office) / "checkpoint").read_text("utf-8")
    assert claimed_checkpoint(given).origin == office
    assert [*cosigners(given, {"hub": hub.public_key})] == [("hub", 7)]
    assert by_the_program(folder) and by_the_tool(folder)[0] == 0


def test_a_key_whose_base64_has_a_plus_is_read_as_any_other(tmp_path: Path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'root.db'}", 8) as root:
        assert verifier_key(own(root), root.signer().public_key).count("+") > 2
        write_tiles(root, tmp_path / "tiles")
    assert by_the_program(tmp_path / "tiles") and by_the_tool(tmp_path / "tiles")[0] == 0


def test_files_that_are_larger_than_a_log_can_have_are_not_read_on(folder: Path) -> None:
    path = next(folder / path for path in files_of(folder) if path.endswith("tile/entries/000"))
    with path.open("r+b") as file:
        file.truncate(MAX_TILE_BYTES + 2)  # a hole, as large as one likes
    with pytest.raises(InputError, match="larger than logs can be"):
        audit_file(folder)
    assert by_the_tool(folder)[0] == 1


def test_the_tool_runs_by_itself_and_keeps_the_bundle_that_it_made(
    folder: Path, two_logs: Store, tmp_path: Path
) -> None:
    made = tmp_path / "made.serah"
    words = [sys.executable, "-I", str(TOOLS / "verify_tiles.py"), str(folder), "--bundle", str(made)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and "self-consistent only" in done.stdout, done.stderr
    assert {log.log: log.size for log in audit_file(made).logs} == two_logs.ledger.sizes()
    done = subprocess.run([*words[:4], "--root", "x"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_an_entry_too_long_for_two_bytes_of_length_is_carried_too(tmp_path: Path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'root.db'}", 1) as root:
        for size in (65_100, 65_000):  # on both sides of the limit
            record(root, NewEvent("point", {**POINT, "title": "x" * size}))
        write_tiles(root, tmp_path / "tiles")
        sizes = [len(body) + 1 + len(signatures) for body, signatures in root.ledger.entries()]
        size = root.ledger.sizes()[own(root)]
    assert sorted(sizes)[-1] >= 65_535 > sorted(sizes)[-2]
    assert audit_file(tmp_path / "tiles").logs[0].size == size
    code, told = by_the_tool(tmp_path / "tiles")
    assert code == 0 and told["logs"][0]["size"] == size
