"""When the office, which takes in all logs and records nothing by that, says for good that custody broke."""

from contextlib import ExitStack
from pathlib import Path

from custody.chain.findings import Finding
from db.store import Store
from services.records.inspecting import record_inspection
from services.records.membership import admit
from tests.support.ledger_examples import TPS, absorb, boxes, card_of, empty_ledger, give, planned_station, touched

PPK, PPS = "51.08.01", "51.08.01.2001"


def gaps(store: Store, code: str) -> list[Finding]:
    [chain] = store.state.chains([code])
    return [f for f in chain.findings if f.code == "GAP"]


def test_a_true_gap_is_final_at_the_office_once_the_giver_before_has_recorded_something_beyond_it(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        office = stack.enter_context(planned_station(f"sqlite:///{tmp_path / 'office.db'}", 1))
        code, other = boxes(office, 2)
        stores = []
        for seed, (name, place) in enumerate((("PPK", PPK), ("PPS", PPS)), 2):
            store = stack.enter_context(empty_ledger(f"sqlite:///{tmp_path / name}.db", seed))
            store.begin(election="Pemilu 2024", station=name, place=place, root=office.ledger.own_log().root)
            admit(office, card_of(store, seed))
            stores.append(store)
        ppk, pps = stores
        give(office, [code, other], PPK)
        for store in stores:
            absorb(store, office)
        give(pps, [code], TPS[0], giver=PPS)  # how it came from PPK to PPS, nobody has recorded
        absorb(office, ppk, pps)
        assert [gap.is_provisional for gap in gaps(office, code)] == [True], "the PPK may have a record of it"
        absorb(ppk, office, pps)
        absorb(office, ppk)
        assert [gap.is_provisional for gap in gaps(office, code)] == [True], "to take in data records nothing"
        record_inspection(ppk, touched([other]), "wet")
        absorb(office, ppk)
        assert [gap.is_provisional for gap in gaps(office, code)] == [True], (
            "of another thing: it names no record of PPS"
        )
        record_inspection(ppk, touched([code]), "missing")
        assert [gap.is_provisional for gap in gaps(office, code)] == [True], "the bundle here is the old one"
        absorb(office, ppk)
        assert [gap.is_provisional for gap in gaps(office, code)] == [True], "the PPS may have the form of it"
        absorb(pps, office)
        record_inspection(pps, touched([other]), "wet")
        absorb(office, pps)
        assert [(gap.is_provisional, gap.severity) for gap in gaps(office, code)] == [(False, "critical")]
        assert [gap.is_provisional for gap in gaps(pps, code)] == [False], "whoever holds the same logs says the same"
