"""What vendors delivered: contract, arrived, damaged, to come and short, over deliveries, stations and corrections."""

import hashlib
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.format.events import Event, check_body
from custody.plan.deliveries import delivery_account
from custody.plan.needs import NeedRules, grouped
from custody.plan.places import Need, Place, below
from tests.support.command_examples import Terminal, station_at
from tests.support.pdf_text import text_of

WAREHOUSE = "51.08"
PLACES = {
    place.code: place
    for place in (
        Place(WAREHOUSE, "Gudang", "warehouse"),
        Place("51.08.01", "PPK Gerokgak", "district", WAREHOUSE),
        *(Place(f"51.08.01.{k:04d}", f"TPS {k}", "polling_station", "51.08.01") for k in range(1, 11)),
        Place("51.09", "Gudang lain", "warehouse"),
        Place("51.09.1", "TPS lain", "polling_station", "51.09"),
    )
}
BOOTH = Need("booth", "Bilik suara", "Voting booth", "polling_station", 4, "buah", "item")


def delivery(seq: int, arrived: int, damaged: int = 0, contracted: int | None = None, log: str = "A", **more) -> Event:
    body = {
        "v": 2,
        "type": "delivery",
        "log": log,
        "seq": seq,
        "prev": None,
        "refs": [],
        "id": f"{log}{seq}",
        "at": f"2023-10-{seq % 28 + 1:02d}T01:00:00Z",
        "by": "Made",
        "app": "serah",
        "place": WAREHOUSE,
        "vendor": "PT Bilik",
        "contract": "",
        "kind": "booth",
        "contracted": contracted,
        "arrived": arrived,
        "damaged": damaged,
        "paper": f"SJ-{seq}",
        "parties": {"giver": "", "receiver": ""},
        "note": "",
        "occurred": None,
    } | more
    check_body(body)
    return Event(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(), body)


def correction(target: Event, seq: int, log: str = "A") -> Event:
    body = {name: target.body[name] for name in ("prev", "refs", "at", "by", "app")}
    body |= {
        "v": 1,
        "type": "correct",
        "log": log,
        "seq": seq,
        "id": "c",
        "target": target.leaf,
        "reason": "did_not_occur",
        "corrective": [],
        "note": "",
    }
    return Event(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(), body)


def row_of(*events: Event, need: int = 9100):
    per_place = replace(BOOTH, level="warehouse", per_place=need)
    account = delivery_account(events, {WAREHOUSE: PLACES[WAREHOUSE]}, [per_place])
    return account.rows[0]


def test_the_first_day_of_buleleng_2023():
    row = row_of(delivery(1, 6500, contracted=9100))
    assert (row.supply.arrived, row.supply.to_come, row.short) == (6500, 2600, 2600)
    row = row_of(delivery(1, 6500, contracted=9100), delivery(2, 2600))
    assert (row.supply.arrived, row.supply.to_come, row.short) == (9100, 0, 0)


def test_short_is_the_need_less_what_arrived_whole_as_in_jembrana_2018():
    row = row_of(delivery(1, 4370, 5, contracted=4415), need=4415)
    assert (row.usable, row.short, row.supply.to_come) == (4365, 50, 45)


def test_a_contract_that_nobody_told_leaves_what_is_to_come_unknown():
    row = row_of(delivery(1, 100), delivery(2, 50, contracted=80, contract="K-2"))
    assert row.contracted is None and row.supply.to_come is None and row.supply.arrived == 150
    assert [part.to_come for part in row.contracts] == [None, 30]


def test_more_of_one_contract_does_not_make_up_for_another():
    row = row_of(delivery(1, 120, contracted=100, contract="K-1"), delivery(2, 50, contracted=80, contract="K-2"))
    assert [(part.to_come, part.beyond) for part in row.contracts] == [(0, 20), (30, 0)] and row.supply.to_come == 30


def test_a_withdrawn_delivery_does_not_count_and_only_its_own_log_withdraws_it():
    one, two = delivery(1, 100), delivery(2, 70)
    assert row_of(one, two, correction(one, 3)).supply.arrived == 70
    assert row_of(one, two, correction(one, 3, log="B")).supply.arrived == 170


def test_one_delivery_note_recorded_twice_is_counted_and_told():
    account = delivery_account([delivery(1, 5, paper="SJ-7"), delivery(9, 5, paper="SJ-7", log="B")], PLACES, [BOOTH])
    assert account.rows[0].supply.arrived == 10 and [len(records) for records in account.repeated] == [2]
    apart = [delivery(1, 5, paper="SJ-7"), delivery(2, 5, paper="SJ-7", kind="box"), delivery(3, 5, paper="")]
    assert delivery_account([*apart, delivery(4, 5, paper="")], PLACES, [BOOTH]).repeated == ()


def test_the_need_is_that_of_the_places_below():
    rules = NeedRules((BOOTH,))
    assert rules.total(grouped(below(PLACES, WAREHOUSE)), "booth").count == 40
    assert rules.total(grouped(below(PLACES, "51.09")), "booth").count == 4
    assert rules.kinds == ["booth"]


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.one_of(st.none(), st.integers(0, 900))),
        min_size=1,
        max_size=8,
    ),
    st.randoms(),
)
def test_any_order_and_any_repeats_give_the_same_sums(counts, dice: random.Random):
    events = [
        delivery(seq, arrived, min(damaged, arrived), contracted, log="AB"[seq % 2], contract=f"K-{seq % 3}")
        for seq, (arrived, damaged, contracted) in enumerate(counts, 1)
    ]
    told = delivery_account(events, PLACES, [BOOTH])
    again = [*events, *events[:2]]
    dice.shuffle(again)
    assert delivery_account(again, PLACES, [BOOTH]) == told
    row = told.rows[0]
    assert row.supply.arrived == sum(arrived for arrived, _damaged, _contracted in counts)
    assert row.short == max(40 - row.usable, 0) and row.usable == row.supply.arrived - row.supply.damaged


def receive(terminal: Terminal, arrived: int, *more: object):
    return terminal(
        "receive", "--from", "PT Bilik", "--kind", "booth", "--arrived", arrived, "--receiver", "Made", *more
    )


def test_deliveries_are_recorded_and_reported(station, tmp_path):
    assert receive(station, 5, "--contracted", 12, "--contract", "K-1", "--paper", "SJ-1").code == 0
    ran = receive(station, 4, "--damaged", 1, "--contract", "K-1", "--paper", "SJ-2", "--json")
    assert {name: ran.json[name] for name in ("arrived", "damaged", "to_come", "need", "short")} == {
        "arrived": 9,
        "damaged": 1,
        "to_come": 3,
        "need": 12,
        "short": 4,
    }
    told = station("report", "deliveries", "--json").json
    assert len(told["records"]) == 2 and told["rows"][0]["contracts"][0]["contract"] == "K-1"
    assert "need 12, arrived 8, short 4" in station("report", "deliveries").out
    for name in ("d.pdf", "d.xlsx", "d.csv", "d.json"):
        assert station("report", "deliveries", "--out", tmp_path / name).code == 0
    text = text_of(tmp_path / "d.pdf")
    assert "Voting booth 12 9 1 3 12 4" in text and "SJ-2" in text
    assert "booth,Voting booth,12,9,1,8,3,12,4" in (tmp_path / "d.csv").read_text("utf-8-sig")


def test_a_delivery_can_be_withdrawn_and_reaches_other_stations(station, tmp_path):
    first = receive(station, 5, "--paper", "SJ-1", "--json").json["event"]
    again = receive(station, 5, "--paper", "SJ-1")
    assert "recorded before: SJ-1" in again.out
    assert station("correct", first, "--reason", "did-not-occur").code == 0
    assert station("export", "--out", tmp_path / "all.serah").code == 0
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    other = station_at(station, tmp_path / "other", "--place", "51", "--station", "Provinsi", "--root", root)
    assert other("import", tmp_path / "all.serah").code == 0
    told = other("report", "deliveries", "--json").json
    assert told["rows"] == station("report", "deliveries", "--json").json["rows"]
    assert (told["rows"][0]["arrived"], told["repeated"]) == (5, [])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--damaged", 6), "6 cannot be damaged where 5 arrived"),
        (("--kind", "bus"), "there is no kind bus"),
        (("--from", "  "), "names no vendor"),
        (("--occurred", "2030-01-01T00:00Z"), "in the future"),
        (("--contracted", -1), "-1"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(station, more, told):
    before = station.event_count()
    ran = receive(station, 5, *more)
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err
    assert station.event_count() == before


def test_without_a_delivery_the_report_says_so(station, tmp_path):
    assert "No delivery" in station("report", "deliveries").out
    assert station("report", "deliveries", "--out", tmp_path / "d.pdf").code == 0
    assert station("report", "deliveries", "--to", "51.08.01").code == 2
