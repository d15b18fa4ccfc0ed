"""A place, a kind, a need or a critical point that was a mistake is taken out of the plan; its records stay."""

from contextlib import ExitStack

import pytest

from custody.chain.planned import Withdrawn, plan_of
from custody.chain.roster import roster
from custody.compose.compose import NewEvent
from custody.errors import InputError, RuleError
from custody.format.events import Event
from custody.plan.places import Need, Place
from db.store import Store
from services.plan.planning import record_plan
from services.plan.registering import unregistered_items
from services.plan.withdrawing import record_withdrawal, withdrawal_of
from services.records.correcting import correct
from services.records.field_records import PointRow, point_rows, record_points
from services.reporting.overview import Overview
from services.reporting.survey import survey
from tests.support.command_examples import Attended, Terminal
from tests.support.ledger_examples import (
    NEEDS,
    PLACES,
    TPS,
    WAREHOUSE,
    boxes,
    cache_of,
    give,
    planned_station,
    record,
)
from tests.support.merge_examples import bundle_of, join, take
from tests.support.plan_examples import comes_out_alike, sound
from tests.support.roster_examples import GENESES, admit, event, fingerprint, revoke


def withdraw(store: Store, **what: object) -> list[Event]:
    return record_withdrawal(store, withdrawal_of(store, **what), note="salah")  # type: ignore[arg-type]


def held(store: Store) -> tuple[object, ...]:
    cache = cache_of(store)
    return [row[:5] for row in cache["place"]], cache["need"], store.state.withdrawn, point_rows(store)


def test_a_withdrawn_place_goes_with_all_below_it_and_its_things_are_kept_and_counted_nowhere(url: str) -> None:
    with planned_station(url) as store:
        gone, stays = boxes(store, 2, TPS[0]), boxes(store, 1, TPS[-1])
        give(store, gone[:1], "51.08.01")
        found = withdrawal_of(store, places=["51.08.01"])
        assert (found.count("place"), found.things, found.sent) == (7, 2, 1)
        record_withdrawal(store, found)
        assert TPS[0] not in store.state.places and "51.08.02" in store.state.places and sound(store)
        assert store.state.item(gone[0]) is not None and store.state.chain(gone[0]).held_by == "51.08.01"
        assert [item.code for item in store.state.find_items()] == stays
        assert [group.to for group in store.state.stock()] == [TPS[-1]]
        assert {item.code for item in store.state.find_items(with_withdrawn=True)} == {*gone, *stays}
        assert store.state.expected(WAREHOUSE, [WAREHOUSE]) == list(store.state.items_of(stays).values())
        assert store.state.unprinted_count() == 1
        there = survey(store, "2024-02-11T00:00:00Z").there
        assert there["51.08.02"][0] == 1 and "51.08.01" not in there


def test_a_withdrawn_kind_is_needed_nowhere_and_what_is_registered_of_it_is_counted_nowhere(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 2)
        overview = Overview()
        overview.advance(store, 60)
        assert overview.amounts()[WAREHOUSE].total == 2
        withdraw(store, kinds=["box"])
        assert {need.kind for need in store.state.needs()} == {"booth", "seal"} and sound(store)
        assert {item.kind for item in unregistered_items(store)} == {"booth"}
        assert list(store.state.stock()) == [] and store.state.item(codes[0]) is not None
        overview.advance(store, 60)
        assert WAREHOUSE not in overview.amounts()


def test_a_withdrawn_need_leaves_what_places_of_another_level_need_of_that_kind(url: str) -> None:
    with planned_station(url) as store:
        record_plan(store, [], [Need("box", "Kotak", "Box", "village", 1, "buah", "item")], source="x", digest="1" * 64)
        boxes(store, 1, TPS[0])
        in_village = boxes(store, 1, "51.08.01.2001")
        withdraw(store, kinds=["box"], level="polling_station")
        assert [need.level for need in store.state.needs() if need.kind == "box"] == ["village"] and sound(store)
        assert [item.code for item in store.state.find_items()] == in_village
        with pytest.raises(InputError):
            withdrawal_of(store, kinds=["box"], level="polling_station")


def test_what_is_planned_again_after_a_withdrawal_is_back_and_so_it_is_when_the_withdrawal_is_corrected(
    url: str,
) -> None:
    with planned_station(url) as store:
        boxes(store, 1)
        before = held(store)
        withdraw(store, places=[TPS[0]], kinds=["box"])
        record_plan(store, [p for p in PLACES if p.code == TPS[0]], NEEDS, source="x", digest="1" * 64)
        assert held(store) == before and len(list(store.state.stock())) == 1 and sound(store)
        [wrong] = withdraw(store, places=[TPS[0]])
        assert TPS[0] not in store.state.places
        correct(store, wrong, reason="did_not_occur")
        assert held(store) == before and sound(store)


def test_a_withdrawal_of_many_places_is_several_records_that_are_corrected_together(url: str) -> None:
    with planned_station(url) as store:
        before = held(store)
        many = [Place(f"51.08.01.2001.1{n:03d}", "TPS", "polling_station", "51.08.01.2001") for n in range(600)]
        record_plan(store, many, [], source="x", digest="1" * 64)
        parts = withdraw(store, places=[place.code for place in many])
        assert len(parts) > 1 and held(store)[0] == before[0]
        assert len(correct(store, parts[0], reason="did_not_occur").withdrawn) == len(parts)
        assert len(store.state.places) == len(PLACES) + 600 and sound(store)


def test_a_withdrawn_point_is_gone_until_it_is_recorded_again(url: str) -> None:
    with planned_station(url) as store:
        record_points(store, [PointRow("TK-01", "Lipat", "Luh"), PointRow("TK-02", "Kirim", "Luh")])
        withdraw(store, points=["TK-01"])
        assert set(point_rows(store)) == {"TK-02"} and sound(store)
        with pytest.raises(InputError, match="TK-01"):
            withdrawal_of(store, points=["TK-01"])
        record_points(store, [PointRow("TK-01", "Lipat surat suara", "Luh")])
        assert point_rows(store)["TK-01"].title == "Lipat surat suara"


def test_a_place_where_a_station_stands_stays(sqlite_url) -> None:
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(sqlite_url()))
        other = join(sqlite_url(), 5, root, place="51.08.01", name="PPK")
        stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
        take(root, bundle_of(other))
        for place in (WAREHOUSE, "51.08.01"):
            with pytest.raises(RuleError, match="stands at"):
                withdrawal_of(root, places=[place])


def test_every_order_of_arrival_gives_the_same_plan(sqlite_url) -> None:
    """Root and a delegate plan, withdraw, plan again and withdraw points, knowing of each other and not."""
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(sqlite_url()))
        other = join(sqlite_url(), 5, root, place="51.08.01", name="PPK", powers=["plan"])
        stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
        record_points(root, [PointRow("TK-01", "Lipat", "Luh"), PointRow("TK-02", "Kirim", "Luh")])
        take(other, bundle_of(root))
        withdraw(other, places=[TPS[0], TPS[1]], kinds=["booth"], points=["TK-01", "TK-02"])
        withdraw(root, places=[TPS[2]], kinds=["box"], level="polling_station")  # knows nothing of the other's
        take(root, bundle_of(other))
        again = Place(TPS[0], "TPS baru", "polling_station", "51.08.01.2001")
        [planned_again] = record_plan(root, [again], [], source="x", digest="1" * 64)
        assert {ref["log"] for ref in planned_again.body["refs"]} == {other.ledger.own_log().name}  # it knew of that
        record_points(root, [PointRow("TK-02", "Kirim lagi", "Luh")])
        take(other, bundle_of(root))
        assert held(root) == held(other) and sound(root) and sound(other)
        assert root.state.places[TPS[0]].name == "TPS baru" and TPS[1] not in root.state.places
        assert set(point_rows(root)) == {"TK-02"} and [need.kind for need in root.state.needs()] == ["seal"]
        comes_out_alike(root, sqlite_url, held)


def test_who_may_not_plan_withdraws_nothing(sqlite_url) -> None:
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(sqlite_url()))
        other = join(sqlite_url(), 5, root, place="51.08.01", name="PPK")
        stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
        record_points(root, [PointRow("TK-01", "Lipat", "Luh")])
        take(other, bundle_of(root))
        before = held(root)
        with pytest.raises(RuleError, match="root"):
            withdraw(other, places=[TPS[0]])
        rows = [{"row": "place", "code": TPS[0]}, {"row": "point", "point": "TK-01"}]
        record(other, NewEvent("withdraw", {"rows": rows, "note": "", "part": 1, "parts": 1}))  # by another program
        take(root, bundle_of(other))
        assert held(root) == held(other) == before and sound(root) and sound(other)


# --- the rule alone ---------------------------------------------------------------------------------------------------


def planned(log: str, seq: int, code: str, *refs: Event) -> Event:
    rows = [{"row": "place", "code": code, "name": code}, {"row": "need", "kind": "k" + code, "level": "village"}]
    return event(log, seq, "plan", refs, at="2024-02-11T01:00:00Z", rows=rows)


def gone(log: str, seq: int, code: str, *refs: Event, level: str | None = None) -> Event:
    rows = [{"row": "place", "code": code}, {"row": "need", "kind": "k" + code, "level": level}]
    return event(log, seq, "withdraw", refs, at="2024-02-11T01:00:00Z", rows=rows)


def judged(*said: Event) -> tuple[list[str], Withdrawn]:
    trusted = roster(fingerprint("A"), [*GENESES, *said])
    plan = plan_of(said, trusted)
    return [row.get("name", row.get("kind")) for row in plan.rows], plan.withdrawn


def test_a_withdrawal_takes_what_comes_before_it_and_nothing_that_comes_after():
    one, two = planned("A", 2, "1"), planned("A", 3, "2")
    assert judged(one, two, gone("A", 4, "1")) == (["2", "k2"], Withdrawn(frozenset({"1"}), frozenset({("k1", "")})))
    assert judged(one, gone("A", 4, "1"), planned("A", 5, "1")) == (["1", "k1"], Withdrawn())
    by_level = judged(one, gone("A", 4, "1", level="village"))
    assert by_level == ([], Withdrawn(frozenset({"1"}), needs=frozenset({("k1", "village", "")})))
    assert judged(one, gone("A", 4, "1", level="district"))[0] == ["k1"]


def test_a_withdrawal_counts_only_from_those_who_may_plan_and_up_to_their_end():
    one, may = planned("A", 2, "1"), admit("A", 3, "B", "plan")
    theirs = gone("B", 3, "1", one)
    assert judged(one, theirs)[0] == ["1", "k1"]
    assert judged(one, may, theirs)[0] == []
    assert judged(one, may, theirs, revoke("A", 4, "B", B=2))[0] == ["1", "k1"]


# --- by command -------------------------------------------------------------------------------------------------------


def test_a_kind_is_withdrawn_by_its_name_after_a_yes(station: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = station("withdraw", "kind", "bilik  suara", typed="")
    assert refused.code == 2 and "--yes" in refused.err and "12 (with a label: 0" in refused.err
    monkeypatch.setattr("sys.stdin", Attended("n\n"))
    assert station("withdraw", "kind", "booth").code == 2
    done = station("withdraw", "kind", "booth", "--yes", "--note", "tidak dipakai")
    assert done.code == 0 and "kinds 1" in done.out and "12 (with a label: 0" in done.err
    assert "booth" not in station("report", "progress", "--json").out
    assert len(station.codes("--kind", "booth")) == 12  # its things are still found
    assert station("plan", "--json", "--dry-run").json["missing"] == 0
    assert station("verify").code == 0


def test_a_table_that_still_has_what_was_withdrawn_says_that_it_brings_it_back(station: Terminal) -> None:
    tables = [station.home.parent / name for name in ("places.csv", "needs.csv")]
    assert "withdrawn before" not in station("load", *tables).err
    assert station("withdraw", "place", "TPS 1 Patas", "--yes").code == 0
    assert station("withdraw", "kind", "box", "--level", "TPS", "--yes").code == 0
    again = station("load", *tables)
    assert again.code == 0 and "planned again by this table: 51.08.01.2001.001" in again.err
    assert "planned again by this table: box" in again.err
    assert "withdrawn before" not in station("load", *tables).err


def test_a_place_and_a_point_are_withdrawn_by_command(station: Terminal) -> None:
    assert station("point", "TK-01", "--title", "Lipat").code == 0
    told_of = station("withdraw", "place", "51.08.01", "--yes", "--json").json
    assert (told_of["places"], told_of["needs"], told_of["things"]) == (4, 0, 18) and len(told_of["events"]) == 1
    assert station("withdraw", "titik", "TK-01", "--yes").code == 0
    assert station("point", "--json").lines == [] and len(station.codes()) == 27
    assert {row["place"] for row in station("report", "progress", "--json").lines} == {
        "51.08",
        "51.08.02",
        "51.08.02.2001",
    }
    assert "51.08.01" in station("withdraw", "place", "51.08.01", "--yes").err
    assert station("withdraw", "place", "51.08", "--yes").code == 2  # this station stands there
    assert station("withdraw", "point", "TK-01", "--level", "TPS", "--yes").code == 2
