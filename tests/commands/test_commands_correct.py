"""Putting records right by command: what is withdrawn, what stands instead, and who may."""

import json
from pathlib import Path

import pytest

from tests.support.command_examples import NOW, Attended, Terminal, station_at, told_last

WH, PPK, PPK2 = "51.08", "51.08.01", "51.08.02"


def chain(station: Terminal, code: str) -> dict:
    return station("custody", code, "--json").json


def given(station: Terminal, count: int = 3) -> tuple[list[str], str]:
    codes = station.codes("--to", PPK)[:count]
    return codes, station.give(codes, WH, PPK).json["event"]


def test_a_handover_that_did_not_occur_moves_nothing_and_is_still_shown(station: Terminal) -> None:
    codes, event = given(station)
    done = station("correct", event, "--reason", "did-not-occur", "--note", "truk tidak datang", "--json")
    assert done.code == 0 and len(done.json["withdrawn"]) == len(done.json["events"]) == 1
    assert done.json["corrective"] == []
    after = chain(station, codes[0])
    assert after["held_by"] == WH and [link["withdrawn"] for link in after["chain"]] == [False, True]
    assert [finding["code"] for finding in after["findings"]] == ["CORRECTED"]
    assert station.items("--held-by", PPK) == []


def test_another_receiver_is_recorded_beside_the_wrong_one(station: Terminal) -> None:
    codes, event = given(station)
    done = station("correct", event.rpartition(":")[2], "--to", PPK2, "--reason", "incorrect-data", "--json")
    assert done.code == 0 and len(done.json["corrective"]) == 1
    assert {item["code"] for item in station.items("--held-by", PPK2)} == set(codes)
    assert chain(station, codes[0])["chain"][1]["to"] == PPK2


def test_an_item_that_was_not_in_it_is_taken_out(station: Terminal) -> None:
    codes, _ = given(station)
    leaf = chain(station, codes[0])["chain"][-1]["leaf"]
    done = station("correct", leaf[:12], "--remove", codes[2], "--reason", "incorrect-data", "--json")
    assert done.code == 0, done.err
    assert [chain(station, code)["held_by"] for code in codes] == [PPK, PPK, WH]


def test_what_is_put_right_days_later_happened_when_it_happened(station: Terminal) -> None:
    codes, event = given(station)
    station(
        "handover", "--from", PPK, "--to", f"{PPK}.2001", "--codes", "-", typed=codes[0], now="2024-02-11T02:00:00Z"
    )
    later = "2024-02-13T01:00:00Z"  # they were due on the 12th
    wrong = ("--reason", "incorrect-data", "--json")
    done = station("correct", event, "--remove", codes[2], *wrong, now=later)
    assert done.code == 0 and told_last(station)[0]["occurred"] == NOW
    for code in codes[:2]:  # neither late, nor does a clock seem to have gone back
        assert {finding["code"] for finding in chain(station, code)["findings"]} == {"CORRECTED", "LATE_ENTRY"}
    again = station("correct", done.json["corrective"][0]["leaf"], "--remove", codes[1], *wrong, now=later)
    assert again.code == 0 and told_last(station)[0]["occurred"] == NOW


def test_the_givers_count_is_put_right_with_what_is_removed(station: Terminal) -> None:
    codes, given_at = given_with_count(station)
    half = station("correct", given_at, "--remove", codes[2], "--reason", "incorrect-data")
    assert half.code == 0 and "count is left at 3" in half.err and "--counted" in half.err
    assert counts(station) == [("COUNT", "open")]
    newest = told_last(station)[0]
    other = station("correct", f"{newest['log']}:{newest['seq']}", "--counted", 4, "--reason", "incorrect-data")
    assert other.code == 0 and "count is left" not in other.err, "it was said, whatever it is"
    newest = told_last(station)[0]
    whole = station("correct", f"{newest['log']}:{newest['seq']}", "--counted", 2, "--reason", "incorrect-data")
    assert whole.code == 0 and "count is left" not in whole.err and counts(station) == []
    assert station("correct", newest["bast"], "--counted", -1, "--reason", "incorrect-data").code == 2


def given_with_count(station: Terminal) -> tuple[list[str], str]:
    codes = station.codes("--to", PPK)[:3]
    return codes, station.give(codes, WH, PPK, "--counted", 3).json["event"]


def counts(station: Terminal) -> list[tuple[str, str]]:
    rows = station("report", "discrepancies", "--json").json["rows"]
    return [(row["finding"], row["state"]) for row in rows if row["finding"] == "COUNT"]


def test_a_correction_leaves_nothing_open_and_is_told_without_a_note_that_nobody_wrote(station: Terminal) -> None:
    codes, event = given(station)
    station("correct", event, "--reason", "did-not-occur")
    [finding] = chain(station, codes[0])["findings"]
    assert finding["code"] == "CORRECTED" and not finding["open"]
    for lang, ends in (("en", "(it did not happen)"), ("id", "(tidak terjadi)")):
        told = " ".join(station("custody", codes[0], lang=lang).out.split())
        assert ends in told and "): ." not in told and f"{ends}:" not in told


@pytest.mark.parametrize("name", ["bast", "short", "whole", "number", "digest"])
def test_a_record_is_named_as_papers_and_reports_print_it(station: Terminal, name: str) -> None:
    codes, event = given(station)
    link, bast = chain(station, codes[0])["chain"][-1], told_last(station)[0]["bast"]
    number = event.rpartition(":")[2]
    said = {"bast": bast, "short": f"gudang-1:{number}", "whole": event, "number": number, "digest": link["leaf"][:9]}
    assert station("correct", said[name], "--reason", "did-not-occur").code == 0
    assert chain(station, codes[0])["held_by"] == WH


def test_all_parts_of_a_large_handover_are_corrected_together(station: Terminal, monkeypatch) -> None:
    monkeypatch.setattr("custody.compose.compose.ITEMS_PER_EVENT", 2)
    codes, event = given(station, 5)
    done = station("correct", event, "--to", PPK2, "--reason", "incorrect-data", "--json").json
    assert [len(done[name]) for name in ("withdrawn", "corrective", "events")] == [3, 3, 3]
    assert {item["code"] for item in station.items("--held-by", PPK2)} == set(codes)


def test_a_correction_can_be_withdrawn_itself(station: Terminal) -> None:
    codes, event = given(station)
    [correction] = station("correct", event, "--reason", "did-not-occur", "--json").json["events"]
    assert station("correct", correction["leaf"], "--reason", "did-not-occur").code == 0
    assert chain(station, codes[0])["held_by"] == PPK


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--reason", "incorrect-data", "--to", PPK), "already"),
        (("--reason", "incorrect-data", "--to", WH), "itself"),
        (("--reason", "incorrect-data", "--to", "99"), "no place"),
        (("--reason", "did-not-occur", "--to", PPK2), "did not occur"),
        (("--reason", "incorrect-data", "--remove", "000000000000Q"), "not in that handover"),
        (("--reason", "because"), "--reason"),
        (("--to", PPK2), "--reason"),
    ],
)
def test_what_cannot_be_right_is_refused_and_records_nothing(station: Terminal, more, says) -> None:
    _, event = given(station)
    before = station.event_count()
    refused = station("correct", event, *more)
    assert refused.code == 2 and says in refused.err and len(refused.err.splitlines()) <= 3
    assert station.event_count() == before


@pytest.mark.parametrize("event", ["999", "serah/x/y/0:1", "abcdef", "1", "", "0", ":", "\x1b[2J"])
def test_what_is_no_event_or_not_correctable_is_refused(station: Terminal, event) -> None:
    assert station("correct", event, "--reason", "did-not-occur").code == 2


def test_nothing_is_withdrawn_twice(station: Terminal) -> None:
    _, event = given(station)
    assert station("correct", event, "--reason", "did-not-occur").code == 0
    again = station("correct", event, "--reason", "did-not-occur")
    assert again.code == 2 and "already" in again.err


def test_removing_everything_is_a_handover_that_did_not_occur(station: Terminal) -> None:
    codes, event = given(station, 1)
    refused = station("correct", event, "--remove", codes[0], "--reason", "incorrect-data")
    assert refused.code == 2 and "did-not-occur" in refused.err


def test_another_stations_record_is_for_that_station_or_root_to_correct(station: Terminal, tmp_path: Path) -> None:
    other = station_at(station, tmp_path / "other", "--place", PPK, "--station", "PPK")
    codes, event = given(station)
    station("admit", other.home / "station-card.json")
    station("export", "--out", "a.serah")
    other("import", "a.serah")
    theirs = other.give(codes, WH, PPK).json["event"]
    refused = other("correct", event, "--reason", "did-not-occur")
    assert refused.code == 2 and "root" in refused.err
    other("export", "--out", "b.serah")
    station("import", "b.serah")
    assert station("correct", theirs, "--reason", "did-not-occur").code == 0
    station("export", "--out", "a.serah")
    other("import", "a.serah")
    assert json.dumps(chain(station, codes[0])) == json.dumps(chain(other, codes[0]))
    assert station("custody", codes[0], "--proof", "box.proof").code == 0
    for more in ([], ["--root", json.loads((station.home / "station-card.json").read_text())["root"]]):
        [proven] = station("verify", "box.proof", "--json", *more).json["items"]
        said = [(step["log"], step["seq"], step["withdrawn"]) for step in proven["chain"]]
        assert said == [(step["log"], step["seq"], step["withdrawn"]) for step in chain(station, codes[0])["chain"]]


def test_things_are_taken_off_the_list_only_by_who_says_yes(station: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    code = station.codes()[0]
    register = chain(station, code)["chain"][0]
    withdraw = ("correct", f"{register['log']}:{register['seq']}", "--reason", "did-not-occur")
    refused = station(*withdraw, typed="")
    assert refused.code == 2 and "27 items would be registered no longer" in refused.err
    monkeypatch.setattr("commands.record.correct.sys.stdin", Attended("n\n"))
    assert station(*withdraw).code == 2 and len(station.codes()) == 27
    monkeypatch.setattr("commands.record.correct.sys.stdin", Attended("y\n"))
    asked = station(*withdraw)
    assert asked.code == 0 and "Withdraw it?" in asked.err and "27 items are registered no longer." in asked.out
    assert station.codes() == []
    back = station("correct", str(station.event_count()), "--reason", "did-not-occur", typed="")
    assert back.code == 0 and "stands again" in back.out and len(station.codes()) == 27
