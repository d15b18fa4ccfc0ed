"""The table of seals is the fold of the events; a number on two things is found, on both kinds of database."""

from custody.plan.places import Need
from db.store import Store
from services.plan.planning import record_plan
from services.records.correcting import correct
from services.records.sealing import account, opened_packs, record_seal
from tests.support.checked_ledger import told
from tests.support.judged import judge_scanned
from tests.support.ledger_examples import TPS, boxes, cache_of, planned_station, touched

SEALS_ON_BOXES = Need("strap", "Segel", "Seal", "box", 2, "keping", "pack")


def seal(store: Store, code: str, action: str, *serials: str, **more):
    return record_seal(store, touched([code])[0], action, serials, **more)


def table(store: Store) -> list[tuple]:
    return sorted((use.serial, use.code, use.fate) for use in store.state.seals.all())


def test_the_table_of_seals_is_what_the_events_say_and_can_be_made_anew(url: str) -> None:
    with planned_station(url) as store:
        first, second = boxes(store, 2)
        seal(store, first, "apply", "A1", "A2")
        wrong = seal(store, second, "apply", "A3").events[0]
        seal(store, first, "replace", "A4")
        assert table(store) == [
            ("A1", first, "off"),
            ("A2", first, "off"),
            ("A3", second, "on"),
            ("A4", first, "on"),
        ]
        correct(store, wrong, reason="did_not_occur")
        assert [row for row in table(store) if row[1] == second] == []
        before, rows = table(store), cache_of(store)
        store.projection.rebuild()
        assert (table(store), cache_of(store)) == (before, rows)
        assert told(store) == []
        store.ledger.tables.seal_use.delete().execute()
        assert len(told(store)) == 1


def test_one_number_on_two_things_is_found_from_both(url: str) -> None:
    with planned_station(url) as store:
        first, second = boxes(store, 2)
        assert seal(store, first, "apply", "A1").findings == ()
        found = seal(store, second, "apply", "A1").findings
        assert [finding.code for finding in found] == ["SUSPECTED_COPY"]
        assert [finding.code for finding in store.state.chain(first).findings] == ["SUSPECTED_COPY"]
        assert account(store).twice == (("A1", tuple(sorted((first, second)))),)


def test_the_plan_says_which_kinds_may_not_go_without_seals(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        [code] = boxes(store, 1)
        item, handover = store.state.item(code), {"giver": "51.08", "to": TPS[0]}
        assert item is not None and store.state.need_rules().where(item.to).sealed_kinds == frozenset()
        from custody.compose.compose import Handover
        from custody.format.codes import ItemLabel

        label, way = ItemLabel(code, 1), Handover(**handover)
        assert "UNSEALED" not in [finding.code for finding in judge_scanned(store, label, way)[1]]
        record_plan(store, (), [SEALS_ON_BOXES], source="needs.csv", digest="0" * 64)
        assert "UNSEALED" in [finding.code for finding in judge_scanned(store, label, way)[1]]
        seal(store, code, "apply", "A1", "A2")
        assert "UNSEALED" not in [finding.code for finding in judge_scanned(store, label, way)[1]]
        seal(store, code, "remove")
        assert "UNSEALED" in [finding.code for finding in judge_scanned(store, label, way)[1]]
        assert opened_packs(store) == frozenset()
