"""`verify` as an outsider runs it: a ledger, a bundle, heads, a fingerprint; what it says and its exit."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from custody.format.paper_codes import is_head
from scanner.decoding.picture_reader import Reader
from tests.support.command_examples import Once, Ran, Terminal, station_at
from tests.support.meet_examples import fingerprint_of

PLATE = "DK8123AB"


@pytest.fixture
def moved(station: Terminal, once: Once) -> Terminal:
    """A station that has handed five boxes to a truck."""

    @once
    def given() -> None:
        assert station.give(station.codes("--kind", "box")[:5], "51.08", PLATE, "--bound", "51.08.01").code == 0

    return station


def change(ledger: Path, *statements: str) -> None:
    """What somebody does who has the file and a tool for databases."""
    with sqlite3.connect(ledger) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def test_an_honest_ledger_is_self_consistent_and_never_called_complete(moved: Terminal) -> None:
    ran = moved("verify")
    assert ran.code == 0
    assert "Self-consistent only" in ran.out
    assert "omplete" not in ran.out
    assert "witnessed by nobody" in ran.out


def test_with_a_head_that_was_kept_it_is_complete_up_to_that_head(moved: Terminal, tmp_path: Path) -> None:
    head = tmp_path / "head.txt"
    assert moved("export", "--head", head).code == 0
    ran = moved("verify", "--head", head)
    assert ran.code == 0
    assert "Complete up to these heads." in ran.out
    assert "UNWITNESSED" not in ran.out


def test_where_no_head_is_given_and_nobody_witnessed_it_says_that_the_end_could_be_cut_off(moved: Terminal) -> None:
    root = fingerprint_of(moved)
    told = moved("verify", "--root", root)
    *_before, caution, verdict = told.out.splitlines()
    assert (told.code, verdict) == (
        0,
        "Unchanged, and not known to be complete: nobody has witnessed how long these logs are.",
    )
    assert caution.startswith("Nobody else vouches for the length of these logs")
    moved("export", "--head", "head.txt")
    kept = moved("verify", "--root", root, "--head", "head.txt").out
    assert "vouches" not in kept and kept.endswith("Complete up to these heads.\n")
    assert "vouches" not in moved("verify").out, "it is self-consistent only: that says enough"


def test_the_head_on_a_handover_paper_is_one_to_keep(moved: Terminal, tmp_path: Path) -> None:
    """What any telephone reads from the paper's one code of the head, saved as a file."""
    assert moved("report", "handover", "--out", tmp_path / "paper.pdf").code == 0
    page = pypdfium2.PdfDocument(tmp_path / "paper.pdf")[0].render(scale=150 / 72).to_numpy()[..., :3].copy()
    [text] = {read.text for read in Reader().read(page) if is_head(read.text)}
    (tmp_path / "head.txt").write_text(text, encoding="utf-8")
    ran = moved("verify", "--head", tmp_path / "head.txt")
    assert ran.code == 0
    assert "Complete up to these heads." in ran.out


def test_the_json_is_that_of_the_design(moved: Terminal) -> None:
    [said] = moved("verify", "--json").lines
    assert said["ok"] is True
    [log] = said["logs"]
    assert log.keys() >= {"log", "station", "size", "head", "witnessed_to", "witnesses"}
    assert (log["station"], log["witnessed_to"], log["witnesses"]) == ("Gudang-1", 0, [])
    assert [finding["code"] for finding in said["findings"]] == ["UNWITNESSED"]


OFF = ("DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete")
ATTACKS = {
    "an edited body": (
        *OFF,
        "UPDATE event SET body = CAST(replace(body, 'Gudang-1', 'Gudang-2') AS BLOB) WHERE seq = 1",
    ),
    "a deleted entry": (*OFF, "DELETE FROM event WHERE seq = 2"),
    "a cut tail": (*OFF, "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)"),
    "a guard taken away": ("DROP TRIGGER event_no_update",),
    "a guard that does nothing": (
        "DROP TRIGGER event_no_update",
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT 1; END",
    ),
    "a trigger of another's": ("CREATE TRIGGER odd AFTER INSERT ON event BEGIN DELETE FROM draft; END",),
    "an item in other hands": ("UPDATE item SET held_by = '51.08.02' WHERE rowid = 3",),
    "an item that nobody registered": (
        "CREATE TEMP TABLE made_up AS SELECT * FROM item LIMIT 1",
        "UPDATE made_up SET code = '0000000000000'",
        "INSERT INTO item SELECT * FROM made_up",
    ),
    "a void label that nobody voided": ("UPDATE item SET void = '1:lost' WHERE rowid = 3",),
    "an index without registrations": ("DELETE FROM event_topic WHERE topic = 'register'",),
    "an item that is gone": ("DELETE FROM item WHERE rowid = 3",),
    "a later due time": ("UPDATE place SET due = NULL WHERE level = 'district'",),
    "a need that nobody planned": ("UPDATE need SET per_place = per_place + 1",),
    "an index without a box": ("DELETE FROM event_item WHERE code = (SELECT code FROM item LIMIT 1)",),
    "an index without a notice": ("DELETE FROM event_topic WHERE topic = 'plan'",),
    "another count of handovers": ("UPDATE log SET handovers = handovers + 1",),
    "another key": ("UPDATE log SET public_key = substr(public_key, 2) || substr(public_key, 1, 1)",),
    "entries of no log": (
        "DROP TRIGGER event_in_sequence",
        "INSERT INTO event SELECT 99999, 7, 1, x'00', body, '' FROM event WHERE seq = 1",
    ),
}


@pytest.mark.parametrize("statements", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_is_changed_in_the_database_is_wrong(moved: Terminal, statements: tuple[str, ...]) -> None:
    ledger = moved.home / "ledger.db"
    change(ledger, *statements)
    before = ledger.read_bytes()
    ran = moved("verify", "--json")
    assert ran.code == 1
    assert ran.json["ok"] is False
    assert any(finding["code"] in ("TAMPERED", "INCOMPLETE") for finding in ran.json["findings"])
    assert ledger.read_bytes() == before


def test_a_finding_names_log_and_number_in_plain_words(moved: Terminal) -> None:
    change(moved.home / "ledger.db", *ATTACKS["an edited body"])
    ran = moved("verify")
    assert ran.code == 1
    assert "Wrong:\n" in ran.out
    assert "number 1 of serah/pemilu-2024/gudang-1/" in ran.out
    assert "The evidence is wrong" in ran.out
    assert moved("verify", lang="id").code == 1


def test_a_bundle_is_checked_without_a_ledger(moved: Terminal, tmp_path: Path) -> None:
    bundle, head = tmp_path / "logs.serah", tmp_path / "head.txt"
    moved("export", "--out", bundle, "--head", head)
    fingerprint = moved("verify", "--json").json["logs"][0]["key"]
    elsewhere = Terminal(tmp_path / "nothing", moved._capsys, moved._monkeypatch)
    assert elsewhere("verify", bundle, "--head", head, "--root", fingerprint).code == 0
    assert "Self-consistent only" in elsewhere("verify", bundle).out
    assert elsewhere("verify", bundle, "--root", "0" * 64).code == 1
    assert not elsewhere.home.exists()


def test_a_ledger_older_than_a_kept_head_is_incomplete(moved: Terminal, tmp_path: Path) -> None:
    bundle, head = tmp_path / "old.serah", tmp_path / "head.txt"
    moved("export", "--out", bundle)
    moved.give(moved.codes("--kind", "booth")[:2], "51.08", PLATE, "--bound", "51.08.01")
    moved("export", "--head", head)
    ran = moved("verify", bundle, "--head", head, "--json")
    assert ran.code == 1
    assert "INCOMPLETE" in [finding["code"] for finding in ran.json["findings"]]
    for lang, says in (
        ("en", "Incomplete: records are missing"),
        ("id", "Belum lengkap: ada catatan yang belum masuk"),
    ):
        told = moved("verify", bundle, "--head", head, lang=lang)
        assert told.code == 1 and says in told.out and "Wrong:" not in told.out and "Salah:" not in told.out


def test_nothing_is_merely_missing_where_something_is_altered_or_nobody_vouches(
    moved: Terminal, tmp_path: Path
) -> None:
    bundle, head = tmp_path / "old.serah", tmp_path / "head.txt"
    moved("export", "--out", bundle)
    moved.give(moved.codes("--kind", "booth")[:2], "51.08", PLATE, "--bound", "51.08.01")
    moved("export", "--head", head)
    unvouched = moved("verify", bundle, "--head", head, "--root", "0" * 64)
    assert unvouched.code == 1 and "Wrong:" in unvouched.out and "The evidence is wrong" in unvouched.out
    change(moved.home / "ledger.db", *ATTACKS["an edited body"])
    altered = moved("verify")
    assert altered.code == 1 and "Wrong:" in altered.out


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip(),
        lambda t: t + "\n",
    ],
    ids=["lines of Windows", "a byte order mark", "no last line feed", "an empty line more"],
)
def test_a_head_that_went_through_an_editor_is_still_a_head(
    moved: Terminal, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    head = tmp_path / "head.txt"
    moved("export", "--head", head)
    head.write_bytes(spoil(head.read_text("utf-8")).encode())
    assert moved("verify", "--head", head).code == 0


@pytest.mark.parametrize("what", ["", "a letter", "serah/x/y/0\n7\nAAAA\n"])
def test_a_head_that_is_none_is_the_users_mistake_and_nothing_is_checked(moved: Terminal, tmp_path: Path, what: str):
    wrong = tmp_path / "pass.txt"
    wrong.write_text(what)
    ran = moved("verify", "--head", wrong)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ") and "pass.txt is no signed head of a log: nothing was checked" in ran.err


def test_a_damaged_head_of_ones_own_is_named_and_the_next_record_signs_a_new_one(moved: Terminal, tmp_path: Path):
    change(moved.home / "ledger.db", "UPDATE tree SET note = 'x'")
    ran = moved("verify", "--json")
    [found] = [finding for finding in ran.json["findings"] if finding["severity"] == "critical"]
    assert ran.code == 1 and found["log"] == ran.json["logs"][0]["log"]
    assert f"its own log {found['log']} is damaged" in found["detail"] and "next record" in found["detail"]
    assert moved("export", "--out", tmp_path / "logs.serah").code == 0
    assert moved("verify", tmp_path / "logs.serah").code == 0  # the bundle goes without it
    assert moved.give(moved.codes("--kind", "booth")[:2], "51.08", PLATE, "--bound", "51.08.01").code == 0
    assert moved("verify").code == 0


def test_a_head_may_be_given_as_its_text(moved: Terminal, tmp_path: Path) -> None:
    """As a telephone copies it from the QR of a letter; some let the lines run together."""
    text = moved("export", "--head", tmp_path / "head.txt", "--json").json["head"]
    for given in (text, " ".join(text.split()), " ".join(text.split()).replace("\u2014", "-")):
        assert "Complete up to these heads." in moved("verify", "--head", given).out
    log, size, *rest = text.split()
    assert moved("verify", "--head", " ".join([log, f"{size}0", *rest])).code == 1


def test_a_head_may_be_given_as_a_photograph_of_its_code(moved: Terminal, tmp_path: Path) -> None:
    text = moved("export", "--head", tmp_path / "head.txt", "--json").json["head"]
    for name, said in (("kept.png", text), ("other.png", "serah")):
        square = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.QRCodeModel2).to_image(scale=4)
        cv2.imwrite(str(tmp_path / name), np.asarray(square))
    assert "Complete up to these heads." in moved("verify", "--head", tmp_path / "kept.png").out
    ran = moved("verify", "--head", tmp_path / "other.png")
    assert ran.code == 2 and "no QR code" in ran.err


def test_every_station_is_listed_that_was_admitted_or_that_others_rely_on(moved: Terminal, tmp_path: Path) -> None:
    """Three stations: one is met, one is named by it alone, one was only admitted."""
    root = moved("verify", "--json").json["logs"][0]["key"]
    ppk, pps, never = (
        station_at(moved, tmp_path / name, "--place", place, "--station", name, "--root", root)
        for name, place in (("PPK", "51.08.01"), ("PPS", "51.08.01.2001"), ("Never", "51.08.02"))
    )
    for other in (ppk, pps, never):
        assert moved("admit", other.home / "station-card.json").code == 0
    for giver, taker, name in ((moved, ppk, "a"), (moved, pps, "b")):
        giver("export", "--out", f"{name}.serah")
        taker("import", f"{name}.serah")
    code = moved.codes("--kind", "box")[0]
    ppk.give([code], PLATE, "51.08.01")
    ppk("export", "--out", "c.serah")
    pps("import", "c.serah")
    pps.give([code], "51.08.01", "51.08.01.2001")
    pps("export", "--out", "d.serah", "--under", "51.08.01.2001")
    moved("import", "d.serah")
    ran = moved("verify", "--root", root)
    assert ran.code == 1  # PPS relied on PPK's log, which is not here
    assert "  not here; its number 3 is named by serah/pemilu/pps/" in ran.out
    assert "Missing:\n" in ran.out and "Incomplete: records are missing" in ran.out
    assert "Station Never at 51.08.02: admitted, and no log of it is here" in ran.out
    assert "Station PPS" not in ran.out
    listed = {log["station"]: log for log in moved("verify", "--json", "--root", root).json["logs"] if not log["size"]}
    assert listed["Never"]["log"] is None and listed[""]["known"] == 3


@pytest.mark.parametrize("what", ["a letter", "", "\x1f\x8b", "%PDF-1.4\n", "serah-custody-proof/v1\n"])
def test_what_is_no_evidence_is_refused_in_one_line(moved: Terminal, tmp_path: Path, what: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(what.encode("latin-1"))
    ran = moved("verify", file)
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert ran.err.startswith("Error: ")
    assert "Traceback" not in ran.err


def test_a_missing_file_is_named(moved: Terminal, tmp_path: Path) -> None:
    ran = moved("verify", tmp_path / "none.serah")
    assert ran.code == 2
    assert "none.serah" in ran.err


def test_a_head_that_was_shown_and_is_deleted_from_the_ledgers_file_is_noticed(moved: Terminal, tmp_path: Path) -> None:
    """By the next record it is signed which heads were shown; before it, their sum is there."""
    root = moved("verify", "--json").json["logs"][0]["key"]
    ppk = station_at(moved, tmp_path / "PPK", "--place", "51.08.01", "--station", "PPK", "--root", root)
    moved("export", "--out", "a.serah")
    assert ppk("import", "a.serah").code == 0 and ppk("verify").code == 0

    def without_heads() -> Ran:
        with contextlib.closing(sqlite3.connect(ppk.home / "ledger.db", isolation_level=None)) as database:
            held = database.execute("SELECT * FROM seen_head").fetchall()
            assert held
            database.execute("DELETE FROM seen_head")
            told = ppk("verify")
            database.executemany(f"INSERT INTO seen_head VALUES ({','.join('?' * len(held[0]))})", held)
        return told

    for _ in range(2):
        told = without_heads()
        assert told.code == 1 and "the heads that were shown to" in told.out
        assert ppk("verify").code == 0
        assert ppk.give([moved.codes("--kind", "box")[0]], "51.08.01", "51.08.01.2001").code == 0


def test_a_witness_that_is_not_admitted_is_named_as_one(station: Terminal, tmp_path: Path) -> None:
    key = station("verify", "--json").json["logs"][0]["key"]
    late = station_at(station, tmp_path / "late", "--place", "51.08.01", "--station", "Late", "--root", key)
    ours, theirs = tmp_path / "ours.serah", tmp_path / "theirs.serah"
    assert station("export", "--out", ours).code == late("import", ours).code == 0
    late.give(station.codes("--to", "51.08.01")[:1], "51.08", "51.08.01")
    assert late("export", "--out", theirs).code == station("import", theirs).code == 0
    assert "by Late (not admitted)" in station("verify").out
    assert "by Late" not in station("verify", "--root", key).out
    assert station("admit", late.home / "station-card.json").code == 0
    said = station("verify").out
    assert "by Late" in said and "(not admitted)" not in said
