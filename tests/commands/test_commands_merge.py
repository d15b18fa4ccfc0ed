"""Stations meeting by command: init with a root, admit, export, import, revoke."""

import gzip
import re
import shutil
from pathlib import Path

import pytest

from tests.support.command_examples import Attended, Terminal, station_at
from tests.support.meet_examples import PPK, PPK2, WH, database, fingerprint_of, meet

# --- the way it goes --------------------------------------------------------------------------------------------------


def test_two_stations_that_have_met_tell_the_same_of_every_item(station: Terminal, other: Terminal) -> None:
    codes = station.codes("--to", PPK)
    station.give(codes, WH, PPK)
    meet(station, other)
    other.give(codes[1:], WH, PPK)
    meet(other, station)
    for code in codes:
        one, two = station("custody", code, "--json"), other("custody", code, "--json")
        assert one.out == two.out and one.out
    assert station("custody", codes[0]).out == other("custody", codes[0]).out


REPORTS = (
    "custody",
    "progress",
    "prints",
    "deliveries",
    "condition",
    "seals",
    "late",
    "incidents",
    "readiness",
    "points",
    "returns",
    "discrepancies",
    "scorecard",
    "evaluation",
)
OFFICES = (b'"office": "Gudang"', b'"office": "PPK Gerokgak"')


@pytest.mark.slow
def test_two_stations_that_have_met_write_every_report_with_the_same_bytes(
    station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    """But for who made it: the line at the foot of papers, and the office that an evaluation is of."""
    codes = station.codes("--to", PPK)
    station.give(codes, WH, PPK, "--counted", len(codes) + 1)
    meet(station, other)
    other.give(codes[1:], WH, PPK)
    other.give(codes[:2], PPK2, PPK)
    meet(other, station)
    for kind in REPORTS:
        for suffix in (".csv", ".json"):
            files = [tmp_path / f"{name}-{kind}{suffix}" for name in ("one", "two")]
            for terminal, file in zip((station, other), files, strict=True):
                assert terminal("report", kind, "--out", file).code == 0, kind
            told = [file.read_bytes().replace(office, b"WHO") for file, office in zip(files, OFFICES, strict=True)]
            assert told[0] == told[1], files


def test_what_a_log_not_met_yet_may_explain_is_said_to_be_provisional(station: Terminal, other: Terminal) -> None:
    code = station.codes("--to", PPK)[0]
    told = other("handover", "--from", PPK2, "--to", PPK, "--codes", "-", typed=code)
    assert told.code == 0 and "! Critical, provisional, Not with the giver (NOT_HELD):" in told.out
    told = other("handover", "--from", WH, "--to", PPK, "--codes", "-", typed=code)
    assert "! Critical, provisional, Not with the giver (NOT_HELD):" in told.out  # its log is here: a fresher one is not
    alone = station("handover", "--from", PPK2, "--to", PPK, "--codes", "-", typed=code)
    assert "! Critical, Not with the giver (NOT_HELD):" in alone.out


def test_a_receipt_keeps_the_senders_newest_head_once(station: Terminal, other: Terminal) -> None:
    """It came with the bundle, and reaches further than the record that the receipt relies on."""
    codes = station.codes("--to", PPK)[:3]
    station.give(codes, WH, PPK)
    station.give(station.codes("--kind", "booth")[:1], WH, "51.08.02")
    meet(station, other)
    kinds = [len(other.give([code], WH, PPK).json["events"]) for code in codes]
    assert kinds == [2, 1, 1]
    meet(other, station)
    [ours, _] = station("verify", "--json").json["logs"]
    assert ours["witnessed_to"] == ours["size"]
    assert "Another station keeps a copy of every record of this station." in station("doctor", "--camera", "none").out


def test_importing_twice_adds_nothing(station: Terminal, other: Terminal) -> None:
    station.give(station.codes()[:3], WH, PPK)
    first = meet(station, other)
    assert first["new"] == 1 and first["known"] > 0
    assert set(first) == {"new", "known", "quarantined", "waiting", "findings"}
    before = database(other)
    again = meet(station, other)
    assert (again["new"], again["known"], again["quarantined"]) == (0, first["new"] + first["known"], 0)
    assert database(other) == before
    told = other("import", "meet.serah", "meet.serah")
    assert told.out == f"Records taken in: 0; here already: {2 * again['known']}; set apart: 0\n"


def test_an_unknown_station_is_kept_flagged_and_counts_once_it_is_admitted(station: Terminal, tmp_path: Path) -> None:
    stranger = station_at(station, tmp_path / "stranger", "--place", PPK, "--station", "Pos gelap")
    code = station.codes()[0]
    stranger.give([code], WH, PPK)
    assert [f["code"] for f in meet(stranger, station)["findings"]] == ["UNKNOWN_STATION"]
    found = station("custody", code, "--json").json
    assert found["held_by"] == WH and "UNKNOWN_STATION" in [f["code"] for f in found["findings"]]
    assert [link["to"] for link in found["chain"] if not link["admitted"]] == [PPK]
    for told in (station("items"), station("report", "progress"), station("custody", code)):
        assert told.err.count("wait for admission") == 1 and "Pos gelap at 51.08.01" in told.err
    assert f"{code}" not in station("items", "--held-by", PPK).out
    assert station("admit", stranger.home / "station-card.json", "--json").json["station"] == "Pos gelap"
    found = station("custody", code, "--json").json
    assert found["held_by"] == PPK and all(link["admitted"] for link in found["chain"])
    assert "admission" not in station("items").err
    assert "UNKNOWN_STATION" not in [f["code"] for f in found["findings"]]
    again = station("admit", stranger.home / "station-card.json", "--json")
    assert again.code == 0 and again.json["events"] == []


def test_a_bundle_of_another_election_is_refused_until_its_station_is_admitted(
    station: Terminal, tmp_path: Path
) -> None:
    named = ("--place", PPK, "--station", "Pos", "--election")
    foreign = station_at(station, tmp_path / "foreign", *named, "Pilkada 2030")
    root = fingerprint_of(station)
    ours = [
        station_at(station, tmp_path / "short", *named, "pemilu"),
        station_at(station, tmp_path / "long", *named, "PEMILU-2024 Buleleng"),
        station_at(station, tmp_path / "root", *named, "Pilkada 2030", "--root", root),
    ]
    for other in (foreign, *ours):
        other.give(station.codes()[:1], WH, PPK)
        assert other("export", "--out", other.home / "logs.serah").code == 0
    before = database(station)
    together = [other.home / "logs.serah" for other in (ours[0], foreign)]
    ran = station("import", *together)
    assert ran.code == 2 and ran.err.count("Error: ") == 1
    assert "Pilkada 2030" in ran.err and "admit" in ran.err
    assert database(station) == before
    for other in ours:
        assert station("import", other.home / "logs.serah").code == 0
    assert foreign("import", together[0]).code == 2
    assert station("admit", foreign.home / "station-card.json").code == 0
    assert station("import", *together, "--json").json["new"] == 2  # it began, and gave


def test_a_laptop_that_was_told_no_root_follows_the_one_whose_plan_it_takes(station: Terminal, tmp_path: Path) -> None:
    lone = station_at(station, tmp_path / "lone", "--place", PPK, "--station", "PPK")
    meet(station, lone)
    code = station.codes()[0]
    assert lone.give([code], WH, PPK).code == 0
    meet(lone, station)
    meet(station, lone)
    assert lone("custody", code, "--json").json["held_by"] == PPK  # a station's own word counts at that station
    assert station("custody", code, "--json").json["held_by"] == WH
    assert station("admit", lone.home / "station-card.json").code == 0
    meet(station, lone)
    assert station("custody", code, "--json").out == lone("custody", code, "--json").out


def test_a_revoked_station_ends_where_root_says(station: Terminal, other: Terminal) -> None:
    codes = station.codes("--to", PPK)[:3]
    for code in codes:
        other.give([code], WH, PPK)
    revoked = station("revoke", "PPK", "--reason", "laptop hilang", "--json")
    assert revoked.code == 2 and "Import" in revoked.err  # else what it honestly did before would never count
    meet(other, station)
    beyond = station("revoke", "PPK", "--last-good", "999", "--reason", "laptop hilang")
    assert beyond.code == 2 and "no more than 5 entries are known here" in beyond.err
    revoked = station("revoke", "PPK", "--last-good", "2", "--reason", "laptop hilang", "--json")
    assert revoked.code == 0 and [end["size"] for end in revoked.json["last_good"]] == [2]
    assert [station("custody", code, "--json").json["held_by"] for code in codes] == [PPK, WH, WH]
    other.give(station.codes()[-1:], WH, PPK)
    assert meet(other, station)["quarantined"] == 1
    assert station("admit", other.home / "station-card.json").code == 2


def test_a_station_goes_on_with_a_new_key_and_needs_nothing_but_admission(station: Terminal, other: Terminal) -> None:
    before = other("export", "--json", "--out", "x.serah").json["logs"]
    began = other("init", "--continue", "--new-key", "--json")
    assert began.code == 0 and began.json["root"] == fingerprint_of(station)
    old = next(log for log in before if log["station"] == "PPK")
    assert began.json["continues"] == f"{old['log']}:{old['size']}:{old['head']}"
    assert len(list(other.home.glob("station.key*"))) == 2
    assert "UNKNOWN_STATION" in [f["code"] for f in meet(other, station)["findings"]]
    assert station("admit", began.json["key_file"]).code == 2  # another key under the name that is admitted
    assert station("admit", began.json["key_file"], "--yes").code == 0
    assert meet(other, station)["findings"] == []


def test_a_lost_key_is_no_end(station: Terminal) -> None:
    (station.home / "station.key").unlink()
    assert station.give(station.codes()[:1], WH, PPK).code == 3
    assert station("init", "--continue").code == 0
    assert station.give(station.codes()[:1], WH, PPK).code == 0
    assert station("custody", station.codes()[0], "--json").json["findings"] == []


@pytest.mark.parametrize(
    "name, place, is_asked",
    [
        ("PPK", PPK, True),
        ("ppk", PPK, True),
        ("P P-K", PPK, True),
        ("РРК", "51.08.02", True),
        ("PPK 1", PPK, False),
        ("PPK", "51.08.02", False),
        ("Gudang l", WH, True),
        ("Gudаng 1", "51.08.02", True),
        ("Gudang 2", WH, False),
    ],
)
def test_a_name_that_is_easily_taken_for_one_that_counts_is_admitted_by_a_yes_alone(
    station: Terminal,
    other: Terminal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    place: str,
    is_asked: bool,
) -> None:
    root = fingerprint_of(station)
    thief = station_at(station, tmp_path / "thief", "--place", place, "--station", name, "--root", root)
    before, card = station.event_count(), thief.home / "station-card.json"
    ran = station("admit", card)
    assert ran.code == (2 if is_asked else 0) and station.event_count() == before + (not is_asked)
    if not is_asked:
        return
    fingerprint = " ".join(re.findall("....", station("admit", card, "--yes", "--json").json["fingerprint"]))
    assert "is easily taken for" in ran.err and "--yes" in ran.err and fingerprint in ran.err
    assert station.event_count() == before + 1
    assert station("admit", card).code == 0  # it counts already


def test_who_sits_there_is_asked_with_the_fingerprint(
    station: Terminal, other: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = station_at(
        station, tmp_path / "thief", "--place", PPK, "--station", "PРK", "--root", fingerprint_of(station)
    )
    before = station.event_count()
    for said, code in (("n\n", 2), ("y\n", 0)):
        monkeypatch.setattr("commands.exchange.import_.sys.stdin", Attended(said))
        ran = station("admit", thief.home / "station-card.json")
        assert ran.code == code and "Does the paper" in ran.err
    assert station.event_count() == before + 1


def test_a_revoked_station_asks_nothing_of_the_one_that_takes_its_place(station: Terminal, other: Terminal) -> None:
    meet(other, station)
    assert station("revoke", "PPK", "--reason", "lost").code == 0
    began = other("init", "--continue", "--new-key", "--json")
    assert station("admit", began.json["key_file"]).code == 0


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("init", "--place", WH, "--station", "x", "--root", "abc"),
        ("init", "--place", WH, "--station", "x", "--new-key"),
        ("init", "--station", "x"),
        ("init", "--place", WH),
        ("admit", "nothing.json"),
        ("admit", "places.csv"),
        ("admit", "home/station.key"),
        ("import", "nothing.serah"),
        ("import", "."),
        ("import",),
        ("revoke", "Gudang-1", "--reason", "x"),
        ("revoke", "Nobody", "--reason", "x"),
        ("revoke", "Nobody"),
        ("revoke", "Gudang-1"),
    ],
)
def test_wrong_use_is_a_line_and_records_nothing(station: Terminal, args: tuple[str, ...]) -> None:
    before = station.event_count()
    refused = station(*args)
    assert refused.code == 2 and refused.err.startswith("Error: ") and len(refused.err.splitlines()) <= 3
    assert station.event_count() == before


def test_a_laptop_that_lost_everything_goes_on_from_what_another_station_holds(
    station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    codes = station.codes("--to", PPK)[:2]
    other.give(codes[:1], WH, PPK)
    meet(other, station)
    assert station("export", "--out", "evening.serah", "--json").code == 0
    old = next(log for log in station("verify", "--json").json["logs"] if log["station"] == "PPK")
    again = Terminal(tmp_path / "again", station._capsys, station._monkeypatch)
    nobody = again("init", "--continue", "--from", "evening.serah", "--station", "PPS")
    assert nobody.code == 2 and "PPK" in nobody.err and not (again.home / "ledger.db").exists()
    assert "--from FILE" in again("init", "--continue").err
    began = again("init", "--continue", "--from", "evening.serah", "--station", "PPK", "--json")
    assert began.code == 0, began.err
    assert began.json["continues"] == f"{old['log']}:{old['size']}:{old['head']}"
    assert (began.json["root"], began.json["place"]) == (fingerprint_of(station), PPK)
    assert station("admit", began.json["key_file"]).code == 2  # another key under the name that is admitted
    assert station("admit", began.json["key_file"], "--yes").code == 0
    again.give(codes[1:], WH, PPK)
    assert meet(again, station)["findings"] == []
    assert [station("custody", code, "--json").json["held_by"] for code in codes] == [PPK, PPK]
    assert again("verify").code == 0
    assert again("init", "--continue", "--from", "evening.serah").code == 2


def test_a_laptop_that_kept_its_key_alone_goes_on_with_it(station: Terminal, tmp_path: Path) -> None:
    station.give(station.codes()[:1], WH, PPK)
    station("export", "--out", "kept.serah")
    root = fingerprint_of(station)
    again = Terminal(tmp_path / "again", station._capsys, station._monkeypatch)
    again.home.mkdir()
    shutil.copy(station.home / "station.key", again.home)
    assert "--from FILE" in again("init", "--place", WH, "--station", "Gudang-1").err
    began = again("init", "--continue", "--from", "kept.serah", "--json").json
    assert (began["fingerprint"], began["root"]) == (root, root)
    assert again.give(station.codes()[1:2], WH, PPK).code == 0
    assert again("verify", "--root", root).code == 0


def test_going_on_needs_a_ledger_and_makes_no_key_for_none(terminal: Terminal) -> None:
    assert terminal("init", "--continue").code == 3
    assert not terminal.home.exists() or list(terminal.home.iterdir()) == []


def test_a_card_that_was_changed_is_refused(station: Terminal, other: Terminal) -> None:
    card = other.home / "station-card.json"
    card.write_text(card.read_text().replace('"PPK"', '"PPS"'))
    assert station("admit", card).code == 2


def test_a_bundle_of_a_forked_log_is_written_with_both_histories_and_counted_so(
    station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    copy = Terminal(tmp_path / "copy", station._capsys, station._monkeypatch)
    shutil.copytree(other.home, copy.home)
    first, second = station.codes("--to", PPK)[:2]
    other.give([first], WH, PPK)
    copy.give([second], WH, PPK)
    meet(other, station)
    meet(copy, station)
    told = station("export", "--out", "both.serah", "--json").json
    lines = gzip.decompress(Path("both.serah").read_bytes()).splitlines()
    beside = 2  # the copy's handover, and the head of the warehouse's log that it keeps
    assert told["events"] == len(lines) - 1 == sum(log["size"] for log in told["logs"]) + beside
