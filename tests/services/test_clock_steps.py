"""A clock that was set is told of whatever was recorded under it: obstacles, plans, seals, handovers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.clocks import ClockSteps, Stamp
from db.store import open_store
from services.reporting.overview import Overview
from tests.support.command_examples import Terminal, station_at
from tests.support.ledger_examples import around
from tests.support.meet_examples import PPK, WH, fingerprint_of, meet

LONG_AGO, LATER = "2024-01-01T00:00:00Z", "2024-02-11T02:00:00Z"
KINDS = {
    "incident": ("incident", "Ban kempis"),
    "seal": ("seal", "CODE", "--apply", "A1", "--name", "Made"),
    "inspect": ("inspect", "CODE", "--condition", "wet"),
    "reassign": ("reassign", "CODE", "--to", "51.08.02.2001.001", "--reason", "x"),
    "plan": ("load", "places.csv"),
    "handover": ("handover", "--from", WH, "--to", PPK, "--codes", "-"),
    "labels": ("labels", "--out", "l.pdf"),
    "void": ("void", "CODE", "--reason", "lost"),
    "receive": ("receive", "--from", "CV", "--kind", "box", "--arrived", 1),
}


def clocks(station: Terminal) -> list[tuple[str, str]]:
    """Where the discrepancies say that a clock was set: place and record."""
    found = station("report", "discrepancies", "--json", now=LATER).json["rows"]
    return [(row["place"], row["record"]) for row in found if row["finding"] == "CLOCK"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_set_back_is_told_at_the_record_and_in_the_report(station: Terminal, kind: str) -> None:
    codes = station.codes()
    assert station("incident", "Hujan").code == 0 and clocks(station) == []
    if kind == "plan":
        text = (station.home.parent / "places.csv").read_text()
        (station.home.parent / "places.csv").write_text(text.replace("PPS Patas", "PPS Patas Baru"))
    words = [codes[0] if word == "CODE" else word for word in KINDS[kind]]
    ran = station(*words, typed=codes[0], now=LONG_AGO)
    assert ran.code == 0, ran.err
    assert (ran.out + ran.err).count("he station's clock went back") == 1
    first = clocks(station)
    assert len(first) == 1 and first[0][0] in (WH, "51.08.01.2001.001")
    assert station("incident", "Masih hujan", now="2024-01-01T00:10:00Z").code == 0
    assert clocks(station) == first  # it was set once


def test_the_clock_of_another_station_is_told_once_it_counts(station: Terminal, tmp_path) -> None:
    other = station_at(station, tmp_path / "ppk", "--place", PPK, "--station", "PPK", "--root", fingerprint_of(station))
    other("incident", "Hujan")
    assert "went back" in other("incident", "Hujan lagi", now=LONG_AGO).err
    meet(other, station)
    assert clocks(station) == []
    assert station("admit", other.home / "station-card.json").code == 0
    assert [place for place, _record in clocks(station)] == [PPK]


def test_what_an_items_chain_tells_of_a_record_is_told_once(station: Terminal) -> None:
    code = station.codes()[0]
    station.give([code], WH, PPK)
    onward = ("handover", "--from", PPK, "--to", "51.08.01.2001", "--codes", "-")
    assert station(*onward, typed=code, now=LONG_AGO).code == 0
    assert len(clocks(station)) == 1


def test_the_dashboard_tells_it_too(station: Terminal) -> None:
    station("incident", "Hujan")
    station("incident", "Hujan lagi", now=LONG_AGO)
    with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around()) as store:
        overview = Overview()
        while not overview.advance(store, 60):
            pass
        found = [(one.finding.code, one.place) for one in overview.irregular()]
        overview.advance(store, 60)
        assert found == [("CLOCK", WH)] == [(one.finding.code, one.place) for one in overview.irregular()]


@given(st.lists(st.integers(-5, 5), max_size=30))
@example([3, -3, -3])
def test_each_step_back_by_more_than_two_seconds_is_found_once(steps: list[int]) -> None:
    told, second = ClockSteps(), 30
    stamps = [Stamp("log", "51", 1, "leaf-1", "2024-02-10T05:00:30Z")]
    for number, step in enumerate(steps, 2):
        second += step
        moment = f"2024-02-10T{5 + second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}Z"
        stamps.append(Stamp("log", "51", number, f"leaf-{number}", moment))
    for stamp in stamps:
        told.put(stamp)
    assert [stamp.seq for stamp, _f in told.found] == [number for number, step in enumerate(steps, 2) if step < -2]
    assert told.sizes() == {"log": len(stamps)}
