"""What stays aboard a truck where others of its load came off, and what came off without a label."""

from custody.measures.truckloads import Truckloads
from tests.support.command_examples import Terminal
from tests.support.custody_notation import DAY, PLACES, chain_of

TRUCK = "DK8123AB"
LOADED = f"""
    A1 register X,Y,Z at WH for TPS1
    A2 handover WH>{TRUCK} X,Y,Z bast=7 bound=PPK,PPK2
"""


def short_of(text: str, letters: str = "XYZ", as_of: str = DAY + "23:00:00Z") -> list[tuple[str, str]]:
    """For each thing that is short its letter and the place where others came off."""
    loads = Truckloads()
    for letter in letters:
        loads.put(chain_of(text, letter), PLACES, as_of=as_of)
    codes = {chain_of(text, letter).code: letter for letter in letters}
    return [(codes[finding.item or ""], record.key.to) for record, finding in loads.left_aboard(PLACES)]


def test_what_stays_aboard_where_others_of_its_load_come_off_is_short() -> None:
    assert short_of(LOADED) == [], "nothing is short on the way"
    assert short_of(LOADED + f"B1 [A2] handover {TRUCK}>PPK X,Y") == [("Z", "PPK")]


def test_what_comes_off_later_is_short_no_more() -> None:
    assert short_of(LOADED + f"B1 [A2] handover {TRUCK}>PPK X\nB2 handover {TRUCK}>PPK Y,Z at=09:00") == []


def test_what_was_offered_and_refused_is_short_nowhere_that_it_was_offered() -> None:
    assert short_of(LOADED + f"B1 [A2] handover {TRUCK}>PPK X refused=Z") == [("Y", "PPK")]
    two_laptops = f"B1 [A2] handover {TRUCK}>PPK X bast=9\nC1 [A2] handover {TRUCK}>PPK Y refused=Z bast=9 at=09:30"
    assert short_of(LOADED + two_laptops) == []
    before = f"B1 [A2] handover {TRUCK}>PPK refused=Z bast=9\nB2 handover {TRUCK}>PPK X,Y bast=10 at=09:30"
    assert short_of(LOADED + before) == []
    elsewhere = f"B1 [A2] handover {TRUCK}>PPK X,Y bast=9\nB2 handover {TRUCK}>PPK2 refused=Z bast=9 at=09:30"
    assert short_of(LOADED + elsewhere) == [("Z", "PPK")]
    taken_back = f"B1 [A2] handover {TRUCK}>PPK X,Y refused=Z\nB2 correct B1 did_not_occur"
    assert short_of(LOADED + taken_back + f"\nB3 handover {TRUCK}>PPK X,Y at=09:30") == [("Z", "PPK")]
    loaded_again = f"B1 [A2] handover {TRUCK}>PPK X,Y refused=Z\nA3 [B1] handover {TRUCK}>WH Z at=09:10"
    loaded_again += f"\nA4 handover WH>{TRUCK} Z bast=7 bound=PPK at=09:20"
    assert short_of(LOADED + loaded_again) == [("Z", "PPK")]


def test_a_stop_that_it_does_not_go_to_and_another_load_accuse_nothing() -> None:
    other = f"""
        A1 register X,Y at WH for TPS1
        A2 register Z at WH for TPS9
        A3 handover WH>{TRUCK} X,Z bast=7 bound=PPK,PPK2
        A4 handover WH>{TRUCK} Y bast=8 bound=PPK at=09:30
        B1 [A3] handover {TRUCK}>PPK X at=09:00
    """
    assert short_of(other) == []
    assert short_of(other + f"C1 [A4] handover {TRUCK}>PPK2 Y at=10:00") == [], "Z is of another load than Y"


def test_a_receipt_that_is_withdrawn_or_yet_to_come_accuses_nothing() -> None:
    unloaded = LOADED + f"B1 [A2] handover {TRUCK}>PPK X,Y at=10:00\n"
    assert short_of(unloaded + "B2 correct B1 did_not_occur") == []
    assert short_of(unloaded, as_of=DAY + "09:59:00Z") == []


def test_the_report_and_its_sums_tell_what_is_missing_from_a_truck(station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")
    station.give(codes, "51.08", "DK 8123 AB", "--bound", "51.08.01")
    receipt = station.give(codes[1:], "DK 8123 AB", "51.08.01").json
    [row] = _rows(station, "SHORTAGE")
    assert row["record"] == receipt["event"] and row["bast"] == receipt["bast"] and row["state"] == "open"
    assert "DK 8123 AB" in row["what"] and row["place"] == "51.08.01"
    station.give(codes[:1], "DK 8123 AB", "51.08.01")
    assert _rows(station, "SHORTAGE") == []


def test_things_without_a_label_stay_open_until_they_are_matched(station: Terminal) -> None:
    first, second, third, *_rest = station.codes("--to", "51.08.01")
    extra = station("handover", "--from", "51.08", "--to", "51.08.01", "--extra", "box=2:torn", "--json").json
    [row] = _rows(station, "EXCESS")
    assert row["record"] == extra["event"] and row["what"].endswith("what is missing yet: 2")
    assert station("handover", "--from", "51.08", "--to", "51.08.01", "--match", first).code == 0
    assert _rows(station, "EXCESS")[0]["what"].endswith("missing yet: 1")
    station.give([third], "51.08", "51.08.01", "--match", second)
    assert _rows(station, "EXCESS") == []
    assert station("handover", "--from", "51.08", "--to", "51.08.01").code == 2


def test_a_withdrawn_note_of_things_without_a_label_is_open_no_more(station: Terminal) -> None:
    extra = station("handover", "--from", "51.08", "--to", "51.08.01", "--extra", "box=1", "--json").json
    assert len(_rows(station, "EXCESS")) == 1
    assert station("correct", extra["event"], "--reason", "did-not-occur").code == 0
    assert _rows(station, "EXCESS") == []


def _rows(station: Terminal, code: str) -> list[dict[str, str]]:
    return [row for row in station("report", "discrepancies", "--json").json["rows"] if row["finding"] == code]
