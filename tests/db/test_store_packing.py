"""Sets and sacks in the ledger, and packs of seals opened into smaller ones, on both kinds of database."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.seals import opening_faults
from custody.compose.compose import Handover, NewEvent
from custody.compose.splitting import Part, equal_parts, rest_of
from custody.errors import CustodyError, RuleError
from custody.format.item_facts import Item, SerialRange
from custody.format.serials import count_of
from db.store import Store
from services.plan.registering import register_items
from services.records.handovers import record_handover
from services.records.packing import open_pack, record_packing
from services.records.sealing import account, record_seal
from services.scanning.handover_context import expected_now
from tests.support.checked_ledger import told
from tests.support.judged import judge_scanned
from tests.support.ledger_examples import TPS, TRUCK, WAREHOUSE, boxes, cache_of, planned_station, record, touched


def pack(store: Store, parent: str, codes: list[str], action: str = "add", **more):
    return record_packing(store, touched([parent])[0], touched(codes), action, **more)


def seals(store: Store, first: int = 1, last: int = 100, to: str = "51.08.01") -> str:
    item = Item(
        store.around.new_code(),
        "seal",
        to,
        quantity=last - first + 1,
        serials=SerialRange("A", first, last, 4),
        held_by=WAREHOUSE,
    )
    register_items(store, [item])
    return item.code


def test_one_label_moves_all_and_what_was_not_seen_is_counted_apart(url: str) -> None:
    with planned_station(url) as store:
        sack, tps_set, *inner = boxes(store, 6)
        pack(store, tps_set, inner)
        pack(store, sack, [tps_set])
        assert set(store.state.contents.carried({sack: store.state.item(sack)})) == {tps_set, *inner}
        handover = Handover(WAREHOUSE, TPS[0])
        recorded = record_handover(store, handover, touched([sack, inner[0]]))
        assert (recorded.scanned, recorded.assumed, recorded.expected) == (2, 4, 6)
        assert "SHORTAGE" not in [finding.code for finding in recorded.findings]
        assert {store.state.item(code).held_by for code in inner} == {TPS[0]}
        last = {code: store.state.chain(code).links[-1].is_seen for code in inner}
        assert last == {inner[0]: True, inner[1]: False, inner[2]: False, inner[3]: False}
        assert told(store) == []
        before = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == before


def test_what_is_inside_and_goes_elsewhere_is_told_when_the_parent_is_scanned(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        [sack] = boxes(store, 1)
        [other] = boxes(store, 1, TPS[-1])
        found = pack(store, sack, [other]).findings
        assert [finding.code for finding in found] == ["WRONG_DESTINATION"]
        _item, judged = judge_scanned(store, touched_label(sack), Handover(WAREHOUSE, TPS[0]))
        assert [(finding.code, finding.item) for finding in judged] == [("WRONG_DESTINATION", other)]


def touched_label(code: str):
    from custody.format.codes import ItemLabel

    return ItemLabel(code, 1)


def test_a_look_inside_in_full_tells_what_is_not_there(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        sack, *inner = boxes(store, 4)
        pack(store, sack, inner)
        assert pack(store, sack, inner[:1], "check", scope="sample").findings == ()
        found = pack(store, sack, inner[:2], "check", scope="full").findings
        assert [(finding.code, finding.item) for finding in found] == [("SHORTAGE", inner[2])]
        assert set(store.state.contents.packed(sack)) == set(inner[:2])
        pack(store, sack, [], "open")
        assert store.state.contents.packed(sack) == {}


def test_a_look_into_more_than_an_event_holds_is_whole(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        [pallet] = boxes(store, 1)
        inner = boxes(store, 450, TPS[0])
        assert len(pack(store, pallet, inner).events) == 3
        recorded = pack(store, pallet, inner[:-1], "check", scope="full")
        assert [finding.item for finding in recorded.findings] == [inner[-1]]
        assert len(store.state.contents.packed(pallet)) == 449


def test_what_cannot_be_true_is_refused_and_records_nothing(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        sack, tps_set, box, other = boxes(store, 4)
        pack(store, sack, [tps_set])
        pack(store, tps_set, [box])
        count = store.ledger.event_count()
        for parent, codes, action in (
            (box, [sack], "add"),
            (tps_set, [sack], "add"),
            (sack, [other], "remove"),
            (sack, [sack], "add"),
            ("7Q2M9X4T5B8C6", [box], "add"),
            (sack, [], "add"),
        ):
            with pytest.raises(CustodyError):
                pack(store, parent, codes, action)
        assert store.ledger.event_count() == count


def test_things_in_other_hands_are_packed_and_told(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        sack, box = boxes(store, 2)
        record_handover(store, Handover(WAREHOUSE, TRUCK), touched([box]))
        assert [finding.code for finding in pack(store, sack, [box]).findings] == ["NOT_HELD"]
        assert store.state.contents.carried({sack: store.state.item(sack)}) == {}


def test_an_opened_pack_is_the_sum_of_its_parts(url: str) -> None:
    with planned_station(url) as store:
        code = seals(store)
        opened = open_pack(store, touched([code])[0], [Part(SerialRange("A", 11, 40, 4), 30, TPS[0])])
        assert [str(item.serials) for item in opened.items] == ["A0011-A0040", "A0001-A0010", "A0041-A0100"]
        assert sum(item.quantity for item in opened.items) == 100
        assert store.state.item(code).to == WAREHOUSE, "an empty wrapper is expected nowhere"
        assert code not in {item.code for item in expected_now(store, WAREHOUSE, "51.08.01") or ()}
        record_seal(store, None, "spoil", ["A0012"])
        rows = {row.pack.code: row.fates["spoiled"] for row in account(store).packs}
        assert code not in rows and rows[opened.items[0].code] == 1
        assert told(store) == []


@pytest.mark.parametrize(
    "parts",
    [
        [Part(SerialRange("A", 90, 120, 4), 31)],
        [Part(SerialRange("A", 1, 10, 4), 10), Part(SerialRange("A", 10, 20, 4), 11)],
        [Part(SerialRange("B", 1, 10, 4), 10)],
        [Part(SerialRange("A", 1, 10, 5), 10)],
        [Part(None, 10)],
        [Part(SerialRange("A", 1, 100, 4), 100)],
        [],
    ],
)
def test_a_pack_is_not_opened_into_what_it_does_not_hold(sqlite_url, parts: list[Part]) -> None:
    with planned_station(sqlite_url()) as store:
        code, count = seals(store), store.ledger.event_count() + 1
        with pytest.raises(RuleError):
            open_pack(store, touched([code])[0], parts)
        assert store.ledger.event_count() == count - 1 and store.state.items_of([code])[code].to == "51.08.01"


def test_a_pack_without_numbers_is_opened_by_counts(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        item = Item(store.around.new_code(), "seal", TPS[0], quantity=50, held_by=WAREHOUSE)
        register_items(store, [item])
        with pytest.raises(RuleError):
            open_pack(store, touched([item.code])[0], [Part(None, 51)])
        opened = open_pack(store, touched([item.code])[0], [Part(None, 20), Part(None, 5)])
        assert [part.quantity for part in opened.items] == [20, 5, 25]
        with pytest.raises(RuleError, match="before"):
            open_pack(store, touched([item.code])[0], [Part(None, 20)])


def test_an_opening_withdrawn_by_its_station_gives_the_numbers_back(sqlite_url) -> None:
    from services.records.correcting import correct

    with planned_station(sqlite_url()) as store:
        code = seals(store)
        opened = open_pack(store, touched([code])[0], equal_parts(store.state.item(code), 50))
        correct(store, opened.recorded.events[0], reason="did_not_occur")
        assert [row.pack.code for row in account(store).packs] == [code]


@given(
    st.integers(0, 900), st.integers(1, 200), st.lists(st.tuples(st.integers(0, 220), st.integers(1, 60)), max_size=4)
)
@example(0, 10, [(0, 5), (5, 5)])  # all of it
@example(0, 10, [(0, 5), (4, 3)])  # one number twice
@example(0, 10, [(5, 6)])  # one beyond its end
@example(0, 10, [(0, 10), (0, 10)])
@example(9, 1, [(0, 1)])
def test_parts_and_their_rest_hold_every_number_once_or_are_refused(
    first: int, count: int, cuts: list[tuple[int, int]]
) -> None:
    whole = SerialRange("A", first, first + count - 1, 5)
    item = Item("X", "seal", "T", quantity=count, serials=whole)
    parts = [Part(SerialRange("A", first + at, first + at + size - 1, 5), size) for at, size in cuts]
    numbers = [number for part in parts for number in range(part.serials.first, part.serials.last + 1)]
    is_sound = len(set(numbers)) == len(numbers) and all(whole.first <= n <= whole.last for n in numbers)
    if not is_sound:
        with pytest.raises(RuleError):
            rest_of(item, parts)
        return
    every = [part.serials for part in (*parts, *rest_of(item, parts))]
    assert opening_faults(whole, every) == [] and sum(map(count_of, every)) == count


@given(st.integers(1, 300), st.integers(1, 80))
@example(80, 80)
@example(81, 80)
@example(1, 80)
def test_equal_parts_sum_to_the_pack(count: int, each: int) -> None:
    item = Item("X", "seal", "T", quantity=count, serials=SerialRange("A", 5, 4 + count, 4))
    parts = equal_parts(item, each)
    assert sum(part.quantity for part in parts) == count and max(part.quantity for part in parts) <= each
    assert rest_of(item, parts) == []


def test_a_pack_event_of_an_older_program_is_followed(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        sack, box = boxes(store, 2)
        fields = {
            "parent": sack,
            "children": [box],
            "action": "add",
            "scope": None,
            "items": [],
            "names": [],
            "note": "",
            "occurred": None,
        }
        record(store, NewEvent("pack", fields))
        assert store.state.item(box).parent == sack
