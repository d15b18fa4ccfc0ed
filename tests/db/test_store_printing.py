"""Printing in the ledger, on both databases: blanks, claims and the account of labels, also after a merge."""

import pytest

from custody.compose.compose import Handover
from custody.errors import RuleError
from custody.format.codes import ItemLabel
from db.store import Store
from services.records.label_prints import account, claim, record_blanks, record_prints, record_reprints
from tests.support.judged import judge_scanned
from tests.support.ledger_examples import TPS, WAREHOUSE, absorb, boxes, cache_of, give, planned_station
from tests.support.merge_examples import join

SHEET = {"sheet": "a4-3x7"}


def blanks(store: Store, count: int) -> list[str]:
    codes = [store.around.new_code() for _number in range(count)]
    record_blanks(store, codes, **SHEET)
    return codes


def said(store: Store, code: str) -> list[str]:
    return [str(finding) for finding in judge_scanned(store, ItemLabel(code, 1), Handover(WAREHOUSE, "51.08.01"))[1]]


def test_a_blank_is_claimed_once_and_its_print_is_the_first(url: str) -> None:
    with planned_station(url) as store:
        code, other = blanks(store, 2)
        assert "blank label that nobody has claimed" in said(store, code)[0]
        [item] = claim(store, [code], kind="box", to=TPS[0], quantity=3)
        assert (item.quantity, item.held_by) == (3, WAREHOUSE)
        known = store.state.item(code)
        assert known is not None and (known.print, known.k, known.quantity) == (1, item.k, 3)
        assert said(store, code) == []
        assert store.state.blanks([code, other]) == {other: ()}
        for refused in ([code], [other, code], [store.around.new_code()]):
            with pytest.raises(RuleError):
                claim(store, refused, kind="box", to=TPS[0])
        with pytest.raises(RuleError):
            record_blanks(store, [other], **SHEET)
        with pytest.raises(RuleError):
            record_prints(store, [code], **SHEET)
        record_reprints(store, {code: 2}, **SHEET, reason="sobek", second="Ketut")
        assert store.state.item(code).print == 2  # type: ignore[union-attr]


def test_claims_of_many_fit_their_events_and_refer_to_the_prints(url: str) -> None:
    with planned_station(url) as store:
        codes = [code for _sheet in range(5) for code in blanks(store, 50)]
        before = store.ledger.event_count()
        items = claim(store, codes, kind="box", to=TPS[0])
        assert [item.k for item in items] == list(range(1, 251))
        events = [store.ledger.at(store.ledger.own_log().name, n)[0] for n in range(before + 1, before + 4)]
        assert [len(event.rows) for event in events] == [100, 100, 50]
        assert [len(event.body["refs"]) for event in events] == [2, 2, 1]
        rows = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == rows


def test_the_account_counts_the_labels_of_all_stations_that_were_met(url: str, fresh_url) -> None:
    with planned_station(url) as store:
        other = join(fresh_url(), 1, store, place="51.08.01", name="PPK 1")
        record_prints(store, boxes(store, 3), **SHEET)
        codes = blanks(store, 2)
        absorb(other, store)
        claim(other, codes[:1], kind="box", to=TPS[0])
        blanks(other, 4)
        absorb(store, other)
        give(store, codes, "51.08.01")
        for ledger in (store, other):
            total = account(ledger).total
            assert (total.printed, total.blanks, total.claimed) == (9, 6, 1)
            assert (total.fates["in_use"], total.fates["open"]) == (4, 5)
        other.close_after_test.close()  # type: ignore[attr-defined]
