"""`doctor --rebuild`: the present state is made anew from the records, all or nothing, and nothing else changes."""

import pytest

from tests.support.command_examples import ITEMS, Terminal
from tests.support.ledger_examples import TPS, TRUCK, boxes, cache_of, give, planned_station


def edited(station: Terminal, *statements: str) -> None:
    import apsw

    connection = apsw.Connection(str(station.home / "ledger.db"))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_what_somebody_wrote_into_the_present_state_is_gone_after_a_rebuild(station: Terminal) -> None:
    codes = station.codes()
    station.give(codes[:3], "51.08", "51.08.01")
    before = station("items", "--json").out
    edited(
        station,
        "UPDATE item SET held_by = '51.08.02'",
        "DELETE FROM place WHERE code LIKE '51.08.02%'",
        "UPDATE need SET per_place = 99",
        f"DELETE FROM item WHERE code = '{codes[5]}'",
    )
    assert station("verify").code == 1 and station("items", "--json").out != before
    events = station.event_count()
    done = station("doctor", "--rebuild", "--json")
    assert (done.lines[0]["health"], str(ITEMS) in done.lines[0]["found"]) == ("ok", True)
    assert station("verify").code == 0 and station("items", "--json").out == before
    assert station.event_count() == events


def test_a_rebuild_says_what_it_did_in_words(station: Terminal) -> None:
    said = station("doctor", "--rebuild")
    assert said.out.startswith(f"+ Present state: rebuilt from the records of {ITEMS} items\n")
    assert "Traceback" not in said.err


def test_a_rebuild_without_a_ledger_is_refused_in_words(terminal: Terminal) -> None:
    refused = terminal("doctor", "--rebuild")
    assert refused.code == 3 and refused.out.startswith("X Present state: there is no ledger")


def test_a_rebuild_that_is_broken_off_leaves_the_tables_as_they_were(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 12)
        give(store, codes[:5], TRUCK)
        item = store.state.tables.item
        item.update(held_by=TPS[0]).where(item.code == codes[0]).execute()
        before = cache_of(store)

        def stop(_count: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.projection.rebuild(stop)
        assert cache_of(store) == before
        told: list[int] = []
        assert store.projection.rebuild(told.append) == sum(told) == 12
        assert cache_of(store) != before
        found = store.state.item(codes[0])
        assert found is not None and found.held_by == TRUCK
