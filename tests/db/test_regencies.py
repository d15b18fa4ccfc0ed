"""Regencies on one provincial hub: each has its own needs and numbers, also where two of them joined later."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from custody.compose.compose import Ref
from custody.compose.item_events import plan_events, withdraw_events
from custody.errors import ConflictError, InputError, RuleError
from custody.format.codes import show_code
from custody.plan.places import Need, Place
from db.store import Store
from services.exchange.ledger_audit import audit_ledger
from services.plan.merging import merge_twins, twins_of, twins_to_merge, version_of_twins
from services.plan.planning import own_top, record_plan
from services.plan.registering import missing, plan_counts, register_missing
from services.plan.withdrawing import record_withdrawal, withdrawal_of
from services.records.correcting import correct
from services.records.field_records import PointRow, point_rows, record_points
from services.records.membership import admit, join, revoke
from services.records.searching import progress_rows
from services.reporting.overview import Overview
from tests.support.command_examples import once_in
from tests.support.ledger_examples import all_events, boxes, card_of, empty_ledger, give, later, load_plan, record
from tests.support.merge_examples import bundle_of, take
from tests.support.merge_examples import join as begin_under
from tests.support.plan_examples import asked, comes_out_alike, needs_of, sound, tree

BALI = ["51.01", "51.02", "51.03", "51.04", "51.05", "51.06", "51.07", "51.08", "51.71"]
FEW = ["51.03", "51.08", "51.71"]


class Province:
    """A hub, and regencies under it: some that it admitted when they began, some that began apart."""

    def __init__(self, folder: Path, stack: ExitStack, codes: Sequence[str], apart: Sequence[str] = ()) -> None:
        self.codes, self._folder = codes, folder
        once_in(folder, ("province", *codes, "apart", *apart), lambda: self._begin(apart))
        self.hub = stack.enter_context(later(self.url(1), 1))
        self.stations = {code: stack.enter_context(later(self.url(n), n)) for n, code in enumerate(codes, 2)}

    def url(self, seed: int) -> str:
        return f"sqlite:///{self._folder / f'{seed}.db'}"

    def _begin(self, apart: Sequence[str]) -> None:
        places = [Place("51", "Provinsi", "warehouse"), *(Place(c, f"KPU {c}", "warehouse", "51") for c in self.codes)]
        ink = Need("ink", "Tinta", "Ink", "polling_station", 2, "botol", "item")
        with ExitStack() as stack:
            hub = stack.enter_context(empty_ledger(self.url(1), 1))
            hub.begin(election="Pemilu", station="Provinsi", place="51")
            record_plan(hub, places, [ink], source="province.csv", digest="0" * 64)
            for number, code in enumerate(self.codes, 1):
                url, seed, name = self.url(number + 1), number + 1, f"KPU {code}"
                if code in apart:
                    station = stack.enter_context(empty_ledger(url, seed))
                    station.begin(election=f"Pemilu {code}", station=name, place=code)
                else:
                    station = begin_under(url, seed, hub, place=code, name=name, powers=["plan", "admit"], under=[code])
                    stack.enter_context(station.close_after_test)  # type: ignore[attr-defined]
                    take(station, bundle_of(hub))
                record_plan(station, tree(code, number + 2), needs_of(number), source=f"{code}.csv", digest="1" * 64)

    def number(self, code: str) -> int:
        return self.codes.index(code) + 1

    def meet(self) -> None:
        """Every station takes everything."""
        for station in self.stations.values():
            take(self.hub, bundle_of(station))
        for station in self.stations.values():
            take(station, bundle_of(self.hub))

    def let_in(self, code: str) -> None:
        """The ceremony: the province admits, the regency joins."""
        station = self.stations[code]
        admit(self.hub, card_of(station, self.number(code) + 1), ["plan", "admit"], [code])
        take(station, bundle_of(self.hub))
        join(station, card_of(self.hub, 1))


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Callable[..., Province]]:
    with ExitStack() as stack:
        yield lambda *what: Province(tmp_path, stack, *what)


def numbers_are_right(found: Province) -> None:
    """Each regency sees its own numbers at its station and at the hub; nothing is missing or needed beside them."""
    for code, station in found.stations.items():
        expected = asked(found.number(code))
        assert own_top(station) == code
        assert missing(station).by_kind == missing(found.hub, code).by_kind == expected, code
        for ledger in (station, found.hub):
            rows = progress_rows(ledger, code)
            assert {row.kind: row.need for row in rows if row.place.code == code} == expected, code
            assert sound(ledger)
    totals: dict[str, int] = {}
    for number, _code in enumerate(found.codes, 1):
        totals = {kind: totals.get(kind, 0) + asked(number).get(kind, 0) for kind in {**totals, **asked(number)}}
    assert missing(found.hub).by_kind == totals
    rows = [row for row in plan_counts(found.hub).needs if row.need.kind == "box"]
    boxes_of = {code: asked(found.number(code))["box"] for code in found.codes}
    assert {row.need.under: row.asked.count for row in rows} == boxes_of


def test_regencies_with_needs_of_their_own_meet_and_each_keeps_its_numbers(province: Callable[..., Province]) -> None:
    found = province(FEW)
    found.meet()
    numbers_are_right(found)


@pytest.mark.slow
def test_the_nine_regencies_of_bali_on_one_hub_two_of_which_joined_later(province: Callable[..., Province]) -> None:
    found = province(BALI, ["51.03", "51.71"])
    for code in ("51.03", "51.71"):
        found.let_in(code)
    found.meet()
    numbers_are_right(found)
    register_each(found)


def register_each(found: Province) -> None:
    """What each registers for itself is missing nowhere afterwards, and counts for nobody else."""
    for code, station in found.stations.items():
        events = register_missing(station)[1]
        items = [row for event in events for row in event.body["items"]]
        assert {row["to"][: len(code)] for row in items} == {code}
    found.meet()
    for code, station in found.stations.items():
        assert missing(station).by_kind == {} and missing(found.hub, code).by_kind == {}
    assert missing(found.hub).by_kind == {}


def test_an_office_that_began_apart_joins_without_losing_a_record(province: Callable[..., Province]) -> None:
    found = province(FEW, ["51.71"])
    office = found.stations["51.71"]
    ppk = begin_under(found.url(8), 8, office, place="51.71.01", name="PPK")
    with ppk.close_after_test:  # type: ignore[attr-defined]
        take(ppk, bundle_of(office))
        codes = boxes(office, 2, "51.71.01.2001.001", held_by="51.71")
        wrong = give(office, codes, "51.71.01", "51.71")
        take(ppk, bundle_of(office))
        mistaken = give(ppk, codes[:1], "51.71.01.2001", "51.71.01")
        take(office, bundle_of(ppk))
        correct(office, mistaken[0], reason="did_not_occur")  # root there may withdraw what its station wrote
        before = (missing(office).by_kind, office.state.item(codes[0]), len(all_events(office)))
        take(found.hub, bundle_of(office))
        assert found.hub.state.item(codes[0]) is None, "without both words nothing changes"
        found.let_in("51.71")
        assert office.state.stations.now().root == found.hub.ledger.own_log().root
        found.meet()
        take(ppk, bundle_of(found.hub))
        for ledger in (office, ppk, found.hub):
            assert missing(ledger, "51.71").by_kind["box"] == before[0]["box"]
            assert ledger.state.item(codes[0]) == before[1] and sound(ledger)
            assert ledger.state.places["51.71"].parent == "51"
            assert len(all_events(ledger)) > before[2]
        assert ppk.state.stations.now().root == found.hub.ledger.own_log().root
        assert wrong[0].leaf in {event.leaf for event in all_events(found.hub)}
        give(ppk, codes, "51.71.01.2001", "51.71.01")  # work goes on
        with pytest.raises(RuleError, match="not lie below"):
            admit(office, card_of(found.stations["51.08"], found.number("51.08") + 1))
        revoke(office, "PPK", reason="hilang")
        take(found.hub, bundle_of(office))
        assert found.hub.state.stations.now().last_good(ppk.ledger.own_log().name) is not None


def test_without_an_admission_an_office_joins_nobody_and_without_a_join_it_is_nobodys(
    province: Callable[..., Province],
) -> None:
    found = province(FEW, ["51.71"])
    office = found.stations["51.71"]
    with pytest.raises(RuleError, match="has not admitted"):
        join(office, card_of(found.hub, 1))
    admit(found.hub, card_of(office, found.number("51.71") + 1), ["plan", "admit"], ["51.71"])
    take(found.hub, bundle_of(office))
    take(office, bundle_of(found.hub))
    assert office.state.stations.now().root == office.ledger.own_log().root
    assert "51.71.01" not in found.hub.state.places and "51" not in office.state.places
    join(office, card_of(found.hub, 1))
    assert join(office, card_of(found.hub, 1)) == []
    assert missing(office).by_kind == asked(found.number("51.71"))
    other = found.stations["51.08"]
    with pytest.raises(RuleError, match="is none"):
        join(other, card_of(found.hub, 1))


def test_two_provinces_admit_one_regency_and_it_is_in_the_one_that_it_joined(
    province: Callable[..., Province], sqlite_url: Callable[[], str]
) -> None:
    found = province(FEW, ["51.71"])
    office = found.stations["51.71"]
    with empty_ledger(sqlite_url(), 40) as other:
        other.begin(election="Pemilu", station="Provinsi lain", place="52")
        load_plan(other)
        card = card_of(office, found.number("51.71") + 1)
        admit(other, card, ["plan", "admit"], ["51.71"])
        take(office, bundle_of(other))
        found.let_in("51.71")
        with pytest.raises(RuleError, match="for good"):
            join(office, card_of(other, 40))
        take(other, bundle_of(office))
        assert "51.71.01" not in other.state.places and sound(other)
        found.meet()
        numbers_are_right(found)


# --- bad input at a branch --------------------------------------------------------------------------------------------


def test_a_branch_plans_withdraws_and_admits_for_itself_alone(province: Callable[..., Province]) -> None:
    found = province(FEW)
    found.meet()
    station = found.stations["51.71"]
    with pytest.raises(InputError):
        withdrawal_of(station, kinds=["ink"])
    with pytest.raises(RuleError, match=r"51\.08 does not lie below 51\.71"):
        withdrawal_of(station, places=["51.08"])
    gone = withdrawal_of(station, kinds=["box"])
    assert gone.things == 0
    record_withdrawal(station, gone)
    found.meet()
    assert "box" not in missing(found.hub, "51.71").by_kind
    assert missing(found.hub, "51.08").by_kind == asked(found.number("51.08"))


def test_a_critical_point_is_withdrawn_by_its_own_branch_or_the_province_alone(
    province: Callable[..., Province],
) -> None:
    found = province(FEW)
    neighbour, station = found.stations["51.08"], found.stations["51.71"]
    told = [PointRow("TK-01", "Lipat", "Luh", place="51.08.01"), PointRow("TK-02", "Truk", "Luh")]
    known = tuple(Ref(event.log, event.seq, event.leaf) for event in record_points(neighbour, told))
    found.meet()
    for name in ("TK-01", "TK-02"):
        with pytest.raises(RuleError, match=rf"{name} is of no place below 51\.71"):
            withdrawal_of(station, points=[name])
    rows = [{"row": "point", "point": name} for name in ("TK-01", "TK-02")]
    record(station, *withdraw_events(rows, refs=known))  # by another program
    found.meet()
    for ledger in (found.hub, neighbour, station):
        assert set(point_rows(ledger)) == {"TK-01", "TK-02"}
        assert [(one.station, one.what) for one in ledger.state.plan.outside] == [
            ("KPU 51.71", "TK-01"),
            ("KPU 51.71", "TK-02"),
        ]
    record_withdrawal(neighbour, withdrawal_of(neighbour, points=["TK-01"]))
    found.meet()
    record_withdrawal(found.hub, withdrawal_of(found.hub, points=["TK-02"]))
    found.meet()
    assert all(point_rows(ledger) == {} for ledger in (found.hub, neighbour, station))


def test_what_another_program_plans_for_a_branch_is_told_where_it_is_not_counted(
    province: Callable[..., Province],
) -> None:
    found = province(FEW)
    found.meet()
    station = found.stations["51.71"]
    station.record(plan_events([Place("51.08.09", "PPK 9", "district", "51.08")], [], source="x", digest="2" * 64))
    take(found.hub, bundle_of(station))
    assert "51.08.09" not in found.hub.state.places
    [told] = found.hub.state.plan.outside
    assert (told.station, told.what, told.under) == ("KPU 51.71", "51.08.09", "51.71")


@pytest.mark.slow
def test_every_order_in_which_logs_arrive_gives_the_same_plan(
    province: Callable[..., Province], sqlite_url: Callable[[], str]
) -> None:
    found = province(FEW[1:], ["51.71"])
    found.let_in("51.71")
    found.meet()

    def held(store: Store) -> object:
        needs = sorted(store.state.needs(), key=repr)  # each station has its own branch last
        return store.state.places.all(), needs, missing(store, "51").by_kind, store.state.plan.outside

    comes_out_alike(found.hub, sqlite_url, held)


# --- things that both sides registered for one need -------------------------------------------------------------------


def test_what_two_offices_registered_for_one_need_counts_once_until_a_person_merges_it(
    province: Callable[..., Province],
) -> None:
    found = province(FEW, ["51.71"])
    office, hub, tps = found.stations["51.71"], found.hub, "51.71.01.2001.001"
    ours = boxes(office, 2, tps, held_by="51.71")
    theirs = boxes(hub, 3, tps, held_by="51")
    give(hub, theirs[:1], "51.71", "51")
    found.let_in("51.71")
    found.meet()
    for ledger in (office, hub):
        by_slot = {one.counted.k: one for one in twins_of(ledger)}
        assert set(by_slot) == {1, 2}
        assert by_slot[1].codes == [theirs[0], ours[0]], "the one that was handed over counts"
        assert set(by_slot[1].stations.values()) == {"Provinsi", "KPU 51.71"}
        assert sum(group.count for group in ledger.state.stock(tps)) == 3
        assert len(list(ledger.state.find_items(under=tps))) == 3
        shown = [(row.kind, row.registered) for row in progress_rows(ledger, "51.71") if row.place.code == "51.71"]
        assert dict(shown)["box"] == 3
        overview = Overview()
        overview.advance(ledger, 60)
        assert overview.amounts()[tps].total == 3
        assert missing(ledger, "51.71").by_kind["box"] == asked(found.number("51.71"))["box"] - 3
        assert sound(ledger)
    with pytest.raises(InputError, match=r"KPU 51\.08"):
        merge_twins(office, "KPU 51.08")
    neighbour, seen = found.stations["51.08"], version_of_twins(twins_to_merge(office))
    assert twins_to_merge(neighbour) == [] != twins_of(neighbour)
    with pytest.raises(RuleError, match=r"51\.71\.01\.2001\.001.* does not lie below 51\.08"):
        merge_twins(neighbour, theirs[0])
    with pytest.raises(InputError):
        merge_twins(office, "KPU 51.71", kind="own-2")
    with pytest.raises(ConflictError):
        merge_twins(office, "KPU 51.71", seen="0" * 32)
    events, left = merge_twins(office, "KPU 51.71", kind="box", seen=seen)
    assert (sum(len(event.body["rows"]) for event in events), left) == (1, 1), "one of the others has been handed over"
    assert [one.counted.k for one in twins_of(office)] == [1]
    merge_twins(office, theirs[0])
    found.meet()
    for ledger in (office, hub):
        assert twins_of(ledger) == [] and sound(ledger)
        kept = {theirs[0], ours[1], theirs[2]}
        assert {item.code for item in ledger.state.find_items(under=tps)} == kept
        assert ledger.state.item(ours[0]) is not None and ledger.state.chain(ours[0]).links, "its chain is kept"
        assert sum(group.count for group in ledger.state.stock(tps)) == 3


def test_who_takes_a_twin_of_another_branch_out_of_the_plan_is_named_by_verify_and_takes_nothing(
    province: Callable[..., Province],
) -> None:
    """The program refuses it; other software may write such a record all the same."""
    found, tps = province(FEW, ["51.71"]), "51.71.01.2001.001"
    office, hub, neighbour = found.stations["51.71"], found.hub, found.stations["51.08"]
    [ours], _theirs = boxes(office, 1, tps, held_by="51.71"), boxes(hub, 1, tps, held_by="51")
    found.let_in("51.71")
    found.meet()
    merge_twins(office, "KPU 51.71")
    found.meet()
    assert hub.state.plan.outside == [], "the branch itself may"
    neighbour.record(withdraw_events([{"row": "item", "code": ours}]))
    found.meet()
    for ledger in (office, hub):
        [told] = ledger.state.plan.outside
        assert (told.event.log, told.what) == (neighbour.ledger.require_own_row().name, show_code(ours))
        [named] = [f for f in audit_ledger(ledger).findings if f.log == told.event.log and f.code == "UNKNOWN_STATION"]
        assert (named.seq, named.is_wrong) == (told.event.seq, False)
        assert "is for no place below 51.08, where alone it may: kept" in str(named)
        assert twins_of(ledger) == [] and len(list(ledger.state.find_items(under=tps))) == 1


def test_twins_that_two_people_merged_each_his_own_way_are_left_with_one(
    province: Callable[..., Province], sqlite_url: Callable[[], str]
) -> None:
    found = province(FEW, ["51.71"])
    office, hub, tps = found.stations["51.71"], found.hub, "51.71.01.2001.001"
    ours, theirs = boxes(office, 2, tps, held_by="51.71"), boxes(hub, 2, tps, held_by="51")
    found.let_in("51.71")
    found.meet()
    merge_twins(office, "KPU 51.71")
    merge_twins(hub, "Provinsi")
    give(hub, theirs[:1], "51.71", "51")
    found.meet()

    def held(store: Store) -> object:
        items = {item.code for item in store.state.find_items(under=tps)}
        return items, missing(store, "51.71").by_kind["box"], sum(group.count for group in store.state.stock(tps))

    kept = {theirs[0], min(ours[1], theirs[1])}
    asked_for = asked(found.number("51.71"))["box"]
    for ledger in (office, hub):
        assert held(ledger) == (kept, asked_for - 2, 2), "the one that was handed over, else the lower code"
        assert twins_of(ledger) == [] and sound(ledger)
    comes_out_alike(hub, sqlite_url, held)
