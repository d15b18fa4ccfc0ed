"""Stations meet on the page: bundles out and in, evidence checked in plain words, a safe copy, the doctor."""

import hashlib
import json
import re
import shutil
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from tables.output.private_files import keep_private
from tests.support.command_examples import Terminal
from tests.support.meet_pages import PPK, WH, words
from tests.support.page_examples import Visitor
from tests.support.photo_examples import jpeg
from tests.support.portable import let_others_in
from tests.support.work_examples import upload, work


@pytest.fixture
def other(station: Terminal, prepared_other: Path, tmp_path: Path) -> Terminal:
    """A sub-district's laptop that follows the warehouse's root and has its plan and its receipts."""
    shutil.copytree(prepared_other / "other", tmp_path / "other")
    return Terminal(tmp_path / "other", station._capsys, station._monkeypatch)


def test_the_photographs_that_records_name_are_saved_as_one_file(
    visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    refused = work(visitor, "/api/meet/photos", {}, expect=422)
    assert "no record names a photograph" in refused["error"]
    (tmp_path / "wet.jpg").write_bytes(jpeg())
    for code in station.codes()[:2]:  # one picture of two things
        assert station("inspect", code, "--condition", "wet", "--photo", tmp_path / "wet.jpg").code == 0
    made = work(visitor, "/api/meet/photos", {})
    assert (made["photos"], made["lacking"]) == (1, 0) and "1 photograph in one file" in words(made["page"])
    saved = visitor.client.get(f"/files/{made['file']}")
    with ZipFile(BytesIO(saved.content)) as packed:
        kept = {name: packed.read(name) for name in packed.namelist()}
    assert [hashlib.sha256(data).hexdigest() + ".jpg" for data in kept.values()] == list(kept)


def test_what_is_given_away_on_the_page_is_a_whole_bundle(visitor: Visitor, other: Terminal, tmp_path: Path) -> None:
    made = work(visitor, "/api/meet/export", {})
    saved = visitor.client.get(f"/files/{made['file']}")
    name = re.search(r'filename="(serah-Gudang-1-[0-9-]+\.serah)"', saved.headers["content-disposition"])
    assert name and name[1] in made["page"]
    (tmp_path / "given.serah").write_bytes(saved.content)
    taken = other("import", "--json", tmp_path / "given.serah").json
    assert taken["new"] == 0 and taken["known"] == made["events"] and made["logs"] == 1
    head = visitor.client.get("/meet/head.txt")
    assert head.text.startswith("serah/pemilu-2024/") and "attachment" in head.headers["content-disposition"]
    refused = work(visitor, "/api/meet/export", {"under": "51.08.02"}, expect=422)
    assert "no log is held of a station there" in refused["error"]
    assert work(visitor, "/api/meet/export", {"under": "nowhere"}, expect=422)["error"]


def test_a_bundle_is_taken_in_once_and_its_findings_are_said_in_plain_words(
    visitor: Visitor, station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    key = upload(visitor, tmp_path / "ppk.serah")
    taken = work(visitor, "/api/meet/import", {"uploads": [key]})
    assert taken["new"] == 2 and taken["known"] > 0 and "Records taken in: 2" in words(taken["page"])
    assert taken["findings"] == ["UNKNOWN_STATION"] and "Station not admitted" in words(taken["page"])
    again = work(visitor, "/api/meet/import", {"uploads": [key]})
    assert (
        again["new"] == 0 and "Records taken in: 0" in words(again["page"]) and "here already" in words(again["page"])
    )
    held = visitor.see("/meet")
    assert held.index('id="paper"') < held.index('id="held"')  # a new station reads its paper first
    assert "PPK Gerokgak" in held and "this station" in held
    short = visitor.see("/items")
    assert "wait for admission" in short and "main.py admit" not in short and 'href="/meet#held"' in short
    assert "main.py" not in held and 'id="admit"' in held  # the one page that does it
    assert "wait for admission" in held and station("incident", "--all", "--json").out == ""
    assert station("admit", other.home / "station-card.json").code == 0
    assert "wait for admission" not in visitor.see("/meet")
    assert station("incident", "--all", "--json").json["text"] == "Jembatan putus"


def test_logs_that_nobody_admitted_are_given_away_only_where_the_box_is_ticked(
    visitor: Visitor, station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    assert station("import", tmp_path / "ppk.serah").code == 0
    assert 'name="with_strangers"' in visitor.see("/meet")
    without = work(visitor, "/api/meet/export", {})
    assert without["logs"] == 1 and "Left out" in words(without["page"])
    whole = work(visitor, "/api/meet/export", {"with_strangers": True})
    assert whole["logs"] == 2 and "Left out" not in words(whole["page"])


@pytest.mark.parametrize("kind", ["progress", "discrepancies", "evaluation", "prints", "custody"])
def test_a_report_file_says_what_waits_for_admission_where_it_has_room_for_a_sentence(
    kind: str, station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    def said() -> list[bool]:
        found = {}
        for suffix in ("xlsx", "json", "csv", *["txt"] * (kind == "custody")):
            out = tmp_path / f"report.{suffix}"
            told = station("report", kind, "--out", out)
            assert told.code == 0
            assert ("wait for admission" in told.err) == bool(found.setdefault("waits", "admission" in told.err))
            found[suffix] = out
        book = CalamineWorkbook.from_path(found["xlsx"])
        last = book.get_sheet_by_name(book.sheet_names[-1]).to_python()
        lines = found["json"].read_text().splitlines()
        waits = json.loads("".join(lines)) if kind != "custody" else {}
        if kind == "custody":
            assert found["waits"] == ("wait for admission" in found["txt"].read_text().splitlines()[-1])
        return [
            found["waits"],
            "wait for admission" in str(last),
            "wait for admission" in waits.get("waiting", "") if isinstance(waits, dict) else False,
            "wait for admission" in found["csv"].read_text(),
        ]

    assert said() == [False] * 4
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    assert station("import", tmp_path / "ppk.serah").code == 0
    assert said() == [True, True, kind not in ("custody", "progress"), False]


def test_a_bundle_that_was_cut_or_changed_is_refused_whole_by_its_name(
    visitor: Visitor, station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    data, before = (tmp_path / "ppk.serah").read_bytes(), station.event_count()
    for harmed in (data[:-40], data[: len(data) // 2], b"\x1f\x8b" + bytes(50), b"PK\x03\x04", b""):
        key = upload(visitor, harmed, "harmed.serah")
        refused = work(visitor, "/api/meet/import", {"uploads": [key]}, expect=409)
        assert "harmed.serah is no whole bundle" in refused["error"], harmed[:9]
        assert str(station.home) not in str(refused)
    assert station.event_count() == before
    assert "not here any more" in work(visitor, "/api/meet/import", {"uploads": ["0" * 32]}, expect=422)["error"]


def test_the_own_ledger_is_checked_and_said_to_be_complete_up_to_its_heads_only_with_something_to_hold_it_against(
    visitor: Visitor, station: Terminal
) -> None:
    alone = work(visitor, "/api/meet/verify", {})
    assert alone["ok"] and not alone["anchored"] and "Self-consistent only" in words(alone["page"])
    head = visitor.client.get("/meet/head.txt").content
    kept = work(visitor, "/api/meet/verify", {"heads": [upload(visitor, head, "head.txt")]})
    assert kept["anchored"] and "Complete up to these heads." in words(kept["page"])
    assert "a head that was kept" in words(kept["page"])
    typed = work(visitor, "/api/meet/verify", {"head": " ".join(head.decode().split())})
    assert typed["verdict"] == "complete up to these heads", "its lines ran together in a mail"
    wrong = work(visitor, "/api/meet/verify", {"root": "0" * 64})
    assert not wrong["ok"] and "evidence is wrong" in words(wrong["page"]) and "tell the supervisor" in wrong["page"]
    assert "no fingerprint" in work(visitor, "/api/meet/verify", {"root": "abc"}, expect=422)["error"]


def test_a_check_that_only_misses_records_says_calmly_what_to_take_in(visitor: Visitor, station: Terminal) -> None:
    old = station.home / "old.serah"
    station("export", "--out", old)
    station.give(station.codes()[:1], WH, PPK)
    short = work(
        visitor,
        "/api/meet/verify",
        {
            "upload": upload(visitor, old.read_bytes(), "old.serah"),
            "heads": [upload(visitor, visitor.client.get("/meet/head.txt").content, "head.txt")],
        },
    )
    assert not short["ok"] and "Incomplete: records are missing" in words(short["page"])
    assert "notice watch" in short["page"] and "something in it is altered" not in short["page"]


def test_a_ledger_that_was_altered_is_told_on_the_page(visitor: Visitor, station: Terminal) -> None:
    import apsw

    with apsw.Connection(str(station.home / "ledger.db")) as database:
        guards = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
        for (name,) in guards.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'Patas', 'Patis') AS BLOB) WHERE seq = 2"
        )
    told = work(visitor, "/api/meet/verify", {})
    assert not told["ok"] and "Altered" in words(told["page"])


def test_evidence_from_elsewhere_is_checked_whatever_it_is(visitor: Visitor, station: Terminal, tmp_path: Path) -> None:
    code = station.codes()[0]
    station.give([code], WH, PPK)
    assert station("custody", code, "--out", tmp_path / "c.pdf", "--proof", tmp_path / "c.proof").code == 0
    assert station("export", "--out", tmp_path / "b.serah").code == 0
    for name in ("c.pdf", "c.proof", "b.serah"):
        told = work(visitor, "/api/meet/verify", {"upload": upload(visitor, tmp_path / name)})
        assert told["ok"], name
        assert ("What the proofs show" in told["page"]) == (name != "b.serah")
        assert "Gudang-1 · 51.08" in told["page"]
    foreign = work(visitor, "/api/meet/verify", {"upload": upload(visitor, b"hello", "x.txt")}, expect=422)
    assert "x.txt is no bundle" in foreign["error"]


def test_a_safe_copy_is_made_while_the_page_is_open_and_goes_on_as_a_ledger(
    visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    made = work(visitor, "/api/meet/backup", {})
    copy = tmp_path / "copy.db"
    copy.write_bytes(visitor.client.get(f"/files/{made['file']}").content)
    assert copy.stat().st_size == made["bytes"]
    assert f"station.key from {station.home}" in made["page"] and "Put a lost station back" in made["page"]
    ran = station("--db", f"sqlite:///{copy}", "verify", "--json")
    assert ran.code == 0 and ran.json["logs"][0]["size"] == made["events"]


def test_the_doctor_says_on_the_page_what_it_says_in_the_terminal(visitor: Visitor, station: Terminal) -> None:
    keep_private(station.home / "station.key")  # a copy of a file has its folder's rights on Windows
    told = work(visitor, "/api/meet/doctor", {"camera": False})
    health = {check["check"]: check["health"] for check in told["checks"]}
    assert health["Ledger"] == health["Station key"] == health["Copies"] == "ok" and "Camera 0" not in health
    let_others_in(station.home / "station.key")
    ill = work(visitor, "/api/meet/doctor", {})
    assert "others may read" in ill["page"] and ("chmod 600" in ill["page"] or "icacls" in ill["page"])
