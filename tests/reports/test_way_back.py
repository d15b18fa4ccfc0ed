"""The way back after the vote: no rule of the way down accuses it, and the report tells what has not come back."""

import random
from dataclasses import replace

from custody.compose.compose import Handover, NewEvent, Touch
from custody.measures.returning import return_rows, way_back
from custody.plan.places import Place, Ways
from reports.lists.returns import returns_report
from services.plan.planning import record_plan
from services.records.handovers import record_handover
from tests.support.custody_notation import PLACES, chain_of, codes, ledger, read
from tests.support.ledger_examples import TPS, WAREHOUSE, boxes, give, planned_station
from tests.support.ledger_examples import record as record_new
from tests.support.pdf_text import text_of

VENDOR = "MUSNAH-01"
GONE = Place(VENDOR, "Pemusnahan", "vendor")
PPK, PPS, HOME = "51.08.01", "51.08.01.2001", TPS[0]
DOWN, UP = [PPK, PPS, HOME], [PPS, PPK, WAREHOUSE]


def seal(store, code: str, action: str, serials=(), result=None, by: str = WAREHOUSE) -> None:
    row = {"code": code, "print": None, "after": None, "how": "typed"}
    said = {
        "item": row,
        "place": by,
        "action": action,
        "serials": list(serials),
        "result": result,
        "names": ["Made", "Luh"],
        "witness": "",
        "photo": None,
        "note": "",
        "occurred": None,
    }
    record_new(store, NewEvent("seal", said))


def moved(store, codes: list[str], ways: list[str], giver: str) -> list[object]:
    found = []
    for to in ways:
        found += record_handover(store, Handover(giver, to), [Touch(code, 1, "camera") for code in codes]).findings
        giver = to
    return found


def the_way_back_of(store, codes: list[str]):
    ways = Ways(store.state.places.all())
    return {one.code: way_back(one, ways) for one in store.state.chains(codes)}


def test_a_whole_way_back_accuses_nobody_and_each_state_is_told(sqlite_url):
    with planned_station(sqlite_url()) as store:
        record_plan(store, [GONE], [], source="vendors.csv", digest="0" * 64)
        codes = boxes(store, 6, HOME)
        for code in codes:
            seal(store, code, "apply", [f"S-{code[:4]}"])
        assert moved(store, codes, DOWN, WAREHOUSE) == []
        assert {one.state for one in the_way_back_of(store, codes).values()} == {"there"}
        there, stuck, back, stock, gone, unsealed = codes
        moved(store, [stuck], UP[:1], HOME)
        assert moved(store, [back, stock, gone, unsealed], UP, HOME)[0].code == "SHORTAGE"  # what stays behind is told
        seal(store, back, "check", [f"S-{back[:4]}"], "intact")
        seal(store, unsealed, "check", [], "none")
        for code in (stock, gone):
            store.state.places.refresh()
            record_new(
                store,
                NewEvent(
                    "reassign",
                    {
                        "items": [{"code": code, "print": None, "after": None, "how": "typed"}],
                        "to": WAREHOUSE,
                        "reason": "kembali ke stok",
                    },
                ),
            )
            seal(store, code, "remove")
        record_new(
            store,
            NewEvent(
                "inspect",
                {
                    "item": {"code": stock, "print": None, "after": None, "how": "typed"},
                    "condition": "good",
                    "photo": None,
                    "note": "dilipat",
                },
            ),
        )
        handed = record_handover(store, Handover(WAREHOUSE, VENDOR, note="BA 12"), [Touch(gone, 1, "camera")])
        assert handed.findings == () and handed.expected is None  # nobody plans what is given away
        told = the_way_back_of(store, codes)
        assert [(told[code].state, told[code].holder, told[code].seals) for code in codes] == [
            ("there", HOME, None),
            ("on_the_way", PPS, "unchecked"),
            ("back", WAREHOUSE, "intact"),
            ("stock", WAREHOUSE, "unchecked"),
            ("gone", VENDOR, "unchecked"),
            ("back", WAREHOUSE, "faulty"),
        ]
        assert [(told[code].is_emptied, told[code].is_looked_at) for code in codes] == [
            (False, False),
            (False, False),
            (False, False),
            (True, True),
            (True, False),
            (False, False),
        ]
        found = {chain.code: [f.code for f in chain.findings] for chain in store.state.chains(codes)}
        assert {code: names for code, names in found.items() if names} == {unsealed: ["UNSEALED"]}
        rows = return_rows(told.values(), Ways(store.state.places.all()))
        assert [(row.place.code, row.delivered, row.not_back, row.counts["gone"]) for row in rows] == [
            (WAREHOUSE, 6, 2, 1),
            (PPK, 6, 2, 1),
            (PPS, 6, 2, 1),
        ]
        report = returns_report(rows, list(told.values()), store.state.places.all(), {}, as_of="2024-02-20T00:00:00Z")
        assert [row["code"] for row in report.facts["not_back"]] == [there, stuck]
        assert {(row["code"], row["home"]) for row in report.facts["not_back"]} == {
            (c, told[c].home) for c in (there, stuck)
        }
        assert [row["holder"] for row in report.facts["given_away"]] == [VENDOR]
        assert "At the warehouse: 3; emptied 1, folded or looked at 1." in report.summary


def test_a_set_that_was_opened_in_the_store_is_emptied_and_seals_taken_off_elsewhere_do_not_say_so():
    down = "A1 register X at WH for TPS1\nA2 handover WH>TPS1 X\nA3 seal X remove\nA4 handover TPS1>WH X\n"
    ways = Ways(PLACES)
    back = way_back(chain_of(down), ways)
    assert back is not None and back.state == "back" and not back.is_emptied
    opened = way_back(chain_of(down + "A5 pack X open"), ways)
    assert opened is not None and opened.is_emptied and not opened.is_looked_at


def test_the_way_back_is_not_late_and_a_late_way_down_is(sqlite_url):
    with planned_station(sqlite_url()) as store:
        early, slow = boxes(store, 1, HOME), boxes(store, 1, TPS[1])
        moved(store, early, DOWN, WAREHOUSE)
        store.around = replace(store.around, now_utc=lambda: "2024-02-13T01:00:00Z")
        assert moved(store, early, UP, HOME) == []
        assert "LATE" in [f.code for f in moved(store, slow, [PPK], WAREHOUSE)]
        assert "LATE" not in [f.code for f in moved(store, early, [PPK], WAREHOUSE)]  # it was there in time once


def test_what_was_never_delivered_is_not_asked_back_and_a_moved_destination_is_home(sqlite_url):
    with planned_station(sqlite_url()) as store:
        short, moved_on = boxes(store, 2, HOME)
        give(store, [short, moved_on], PPK)
        give(store, [moved_on], PPS, PPK)
        give(store, [moved_on], HOME, PPS)
        row = {"code": moved_on, "print": None, "after": None, "how": "typed"}
        record_new(store, NewEvent("reassign", {"items": [row], "to": TPS[1], "reason": "kurang di sana"}))
        give(store, [moved_on], TPS[1], HOME)
        told = the_way_back_of(store, [short, moved_on])
        assert told[short] is None and (told[moved_on].home, told[moved_on].state) == (TPS[1], "there")


def test_any_order_of_arrival_gives_the_same_way_back():
    events = list(
        ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 [A2] handover PPK>PPS X
        C1 [B1] handover PPS>TPS1 X
        C2 handover TPS1>PPS X
    """).values()
    )
    dice, told = random.Random(1), set()
    for _turn in range(6):
        dice.shuffle(events)
        one = way_back(read(events), Ways(PLACES))
        told.add((one.home, one.state, one.holder))
    assert told == {("TPS1", "on_the_way", "PPS")}


def test_what_is_bound_for_a_store_needs_no_seal():
    text = """
        A1 register X at WH for TPS1
        A2 seal X apply S1
        A3 reassign X to {to}
        A4 seal X remove S1
        A5 handover WH>VENDOR X
    """
    assert codes(chain_of(text.format(to="WH"))) == []
    assert codes(chain_of(text.format(to="TPS2"))) == ["UNSEALED"]


def test_the_report_of_the_way_back_at_the_terminal(station, tmp_path):
    place = "51.08.01.2001.001"
    codes = station.codes("--to", place)
    assert "Nothing has been delivered yet" in station("report", "returns").out
    for giver, to in [("51.08", "51.08.01"), ("51.08.01", "51.08.01.2001"), ("51.08.01.2001", place)]:
        assert station.give(codes, giver, to).code == 0
    station.give(codes[:5], place, "51.08.01.2001")
    station.give(codes[:4], "51.08.01.2001", "51.08.01")
    station.give(codes[:3], "51.08.01", "51.08")
    rows = [row for row in station("report", "progress", "--json").lines if row["place"] == "51.08.01.2001"]
    assert {(row["kind"], row["sent"], row["arrived"]) for row in rows} == {("box", 5, 5), ("booth", 4, 4)} | {
        (row["kind"], 0, 0) for row in rows if row["kind"] == "seal"
    }
    told = station("report", "returns", "--json").json
    top = [row for row in told["rows"] if row["level"] == "warehouse"]
    assert sum(row["back"] for row in top) == 3 and sum(row["not_back"] for row in top) == 6
    assert {row["holder"] for row in told["not_back"]} == {place, "51.08.01.2001", "51.08.01"}
    assert station("report", "returns", "--to", "51.08.02", "--json").json["rows"] == []
    for suffix in ("pdf", "xlsx", "csv", "json"):
        assert station("report", "returns", "--out", tmp_path / f"r.{suffix}").code == 0
    assert "PPK Gerokgak" in text_of(tmp_path / "r.pdf")
