"""A plan that is withdrawn changes places and needs back to what they would be without it, in any order of arrival."""

from contextlib import ExitStack

import pytest

from custody.chain.planned import plan_of
from custody.chain.roster import roster
from custody.errors import RuleError
from custody.format.events import Event
from custody.plan.places import Need, Place
from db.store import Store, open_store
from services.plan.planning import record_plan
from services.records.correcting import correct
from services.records.membership import revoke as revoke_station
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import (
    NEEDS,
    PLACES,
    TPS,
    WAREHOUSE,
    all_events,
    around,
    boxes,
    cache_of,
    planned_station,
    signer,
)
from tests.support.merge_examples import bundle_of, join, take
from tests.support.plan_examples import comes_out_alike, sound
from tests.support.roster_examples import GENESES, admit, event, fingerprint, plan, revoke

WRONG = [Place(WAREHOUSE, "Gudang lama", "warehouse"), Place("51.08.03", "PPK 3", "district", WAREHOUSE)]
INK = Need("ink", "Tinta", "Ink", "polling_station", 2, "botol", "item")


def held(store: Store) -> tuple[object, object]:
    cache = cache_of(store)
    return [row[:5] for row in cache["place"]], cache["need"]


def test_withdrawing_a_plan_takes_its_places_and_needs_back(url: str) -> None:
    with planned_station(url) as store:
        before = held(store)
        [wrong] = record_plan(store, WRONG, [INK], source="wrong.csv", digest="1" * 64)
        assert held(store) != before and store.state.places[WAREHOUSE].name == "Gudang lama"
        withdrawn = correct(store, wrong, reason="incorrect_data")
        assert held(store) == before and store.state.places[WAREHOUSE].name == "Gudang"
        assert "51.08.03" not in store.state.places and sound(store)
        correct(store, withdrawn.corrections[0], reason="did_not_occur")  # it was right after all
        assert store.state.places[WAREHOUSE].name == "Gudang lama" and sound(store)


def test_all_parts_of_a_plan_are_withdrawn_together(url: str) -> None:
    with planned_station(url) as store:
        before = held(store)
        many = [Place(f"51.09.{n:04d}", "Desa " + "x" * 60, "village", WAREHOUSE) for n in range(900)]
        parts = record_plan(store, many, [], source="many.csv", digest="2" * 64)
        assert len(parts) > 1 and len(store.state.places) == len(PLACES) + 900
        assert len(correct(store, parts[-1], reason="did_not_occur").withdrawn) == len(parts)
        assert held(store) == before and sound(store)
        with pytest.raises(RuleError, match="already"):
            correct(store, parts[0], reason="did_not_occur")


def test_the_plan_is_worked_out_again_when_it_or_who_counts_has_changed_and_not_for_a_log_that_begins(
    url: str, sqlite_url
) -> None:
    with planned_station(url, 1) as root, open_store(url, signer(1), around(9)) as asking:

        def planned() -> bool:
            assert root.state.plan._folded == asking.state.plan._folded
            return any(row.get("code") == "51.08.01.2999" for row in asking.state.plan._folded.rows)

        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1", powers=["plan"], under=["51.08.01"])
        before = asking.state.plan.placed
        assert take(root, bundle_of(office)).new == 1
        boxes(root, 2)
        assert asking.state.plan.placed is before
        take(office, bundle_of(root))
        for _ in range(2):
            village = Place("51.08.01.2999", "Desa baru", "village", "51.08.01")
            [wrong] = record_plan(office, [village], [], source="desa.csv", digest="3" * 64)
            assert not planned()
            take(root, bundle_of(office))
            assert planned()
            correct(office, wrong, reason="incorrect_data")
            take(root, bundle_of(office))
            assert not planned()
        record_plan(office, [village], [], source="desa.csv", digest="3" * 64)
        take(root, bundle_of(office))
        assert planned()
        revoke_station(root, "PPK 1", reason="lost", last_good=1)
        assert not planned() and sound(root)


def test_items_of_a_withdrawn_place_stay_and_are_not_judged_by_it(url: str) -> None:
    with planned_station(url) as store:
        [late] = record_plan(
            store, [Place("51.08.09", "PPK 9", "district", WAREHOUSE)], [], source="x", digest="3" * 64
        )
        [code] = boxes(store, 1, "51.08.09")
        correct(store, late, reason="did_not_occur")
        item = store.state.item(code)
        assert item is not None and item.to == "51.08.09" and sound(store)
        assert store.state.chain(code).findings == ()


def test_every_order_of_arrival_gives_the_same_places(sqlite_url) -> None:
    """Plans of root and of a delegate, one withdrawn, the withdrawal withdrawn and the plan withdrawn again."""
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(sqlite_url()))
        other = join(sqlite_url(), 5, root, place="51.08.01", name="PPK", powers=["plan"])
        stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
        take(other, bundle_of(root))
        [theirs] = record_plan(other, WRONG, [INK], source="wrong.csv", digest="1" * 64)
        first = correct(other, theirs, reason="incorrect_data")
        correct(other, first.corrections[0], reason="did_not_occur")
        take(root, bundle_of(other))
        assert root.state.places[WAREHOUSE].name == "Gudang lama"
        correct(root, theirs, reason="incorrect_data")  # root may withdraw what another log said
        take(other, bundle_of(root))
        assert held(root) == held(other) and root.state.places[WAREHOUSE].name == "Gudang"
        assert sound(root) and sound(other)
        comes_out_alike(root, sqlite_url, held)


def test_who_may_not_withdraw_a_plan_changes_no_place(sqlite_url) -> None:
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(sqlite_url()))
        other = join(sqlite_url(), 5, root, place="51.08.01", name="PPK")
        stack.enter_context(other.close_after_test)  # type: ignore[attr-defined]
        take(other, bundle_of(root))
        before, mine = held(root), next(e for e in all_events(root) if e.type == "plan")
        with pytest.raises(RuleError):
            correct(other, mine, reason="did_not_occur")
        from custody.compose.compose import NewEvent
        from tests.support.ledger_examples import record

        record(
            other, NewEvent("correct", {"target": mine.leaf, "reason": "did_not_occur", "note": "", "corrective": []})
        )
        take(root, bundle_of(other))
        assert held(root) == held(other) == before and sound(root)
        assert len(NEEDS) == len(root.state.needs()) and TPS[0] in root.state.places


# --- the rule alone ---------------------------------------------------------------------------------------------------


def names(*said: Event) -> list[str]:
    return [row["name"] for row in plan_of(said, roster(fingerprint("A"), [*GENESES, *said])).rows]


def withdraw(log: str, seq: int, target: Event, *corrective: Event) -> Event:
    return event(
        log,
        seq,
        "correct",
        (target,),
        target=target.leaf,
        reason="incorrect_data",
        note="",
        corrective=[one.leaf for one in corrective],
    )


def test_a_corrective_plan_stands_where_the_withdrawn_one_stood():
    one, two = plan("A", 2, "one"), plan("A", 3, "two")
    right = plan("A", 4, "right")
    assert names(one, two, right) == ["one", "two", "right"]
    assert names(one, two, right, withdraw("A", 5, one, right)) == ["right", "two"]


def test_a_withdrawal_after_its_stations_end_does_not_count():
    delegate, mine = admit("A", 2, "B", "plan"), plan("B", 2, "mine")
    assert names(delegate, mine, withdraw("B", 3, mine)) == []
    assert names(delegate, mine, withdraw("B", 3, mine), revoke("A", 3, "B", B=2)) == ["mine"]


def test_a_plan_is_withdrawn_by_command(station: Terminal) -> None:
    (station.home.parent / "more.csv").write_text("code,name,level,parent,due\n51.08.07,PPK 7,district,51.08,\n")
    assert station("load", "more.csv").code == 0
    number = station.event_count()
    wrong = ("correct", str(number), "--reason", "did-not-occur")
    refused = station(*wrong, "--json", typed="")
    assert refused.code == 2 and "places: 1, kinds of needs: 0" in refused.err and "--yes" in refused.err
    assert station("items", "--to", "51.08.07").code == 0
    done = station(*wrong, "--yes")
    assert done.code == 0 and "has lost what that record says (places: 1" in done.out
    assert "no place" in station("items", "--to", "51.08.07").err
    assert station("verify").code == 0
