"""Which heads a station was shown is signed by its next record: taking one away is noticed, before that too."""

from collections.abc import Callable
from contextlib import contextmanager

import pytest

from db.log.table_audit import shown_findings
from db.store import Store, open_store
from evidence.checkpoint import make_seal, sum_of
from tests.support.ledger_examples import TRUCK, around, boxes, give, planned_station, signer

AT = "2024-02-10T08:00:00Z"


def wrong(store: Store) -> list[str]:
    return [finding.code for finding in shown_findings(store)]


def show(store: Store) -> str:
    """Our own newest head, as somebody else brings it back."""
    head = store.heads.own_head()
    store.heads.take(head, at=AT)
    return head


@contextmanager
def shown(url: str):
    """A station that was shown three heads before its newest record, and one after it."""
    with planned_station(url) as store:
        show(store)
        codes = boxes(store, 3)
        show(store)
        give(store, codes[:1], TRUCK)
        show(store)
        give(store, codes[1:], TRUCK)
        show(store)
        assert wrong(store) == []
        yield store


def test_heads_that_were_shown_and_signed_are_right_and_so_are_those_shown_twice(url: str) -> None:
    with shown(url) as store:
        show(store)
        assert wrong(store) == []
        boxes(store, 1)
        assert wrong(store) == []
    with open_store(url, signer(), around(1)) as store:
        show(store)
        boxes(store, 1)
        show(store)
        assert wrong(store) == [] and store.ledger.tables.seen_head.select().count() == 6


@pytest.mark.parametrize("which", range(4))
def test_whichever_head_is_taken_away_it_is_noticed_and_no_later_record_covers_it(url: str, which: int) -> None:
    with shown(url) as store:
        head = store.ledger.tables.seen_head
        size = sorted(size for (size,) in head.select(head.size).tuples())[which]
        head.delete().where(head.size == size).execute()
        assert wrong(store) == ["TAMPERED"]
        boxes(store, 1)
        assert wrong(store) == ["TAMPERED"]
    with open_store(url, signer(), around(1)) as store:
        boxes(store, 1)
        assert wrong(store) == ["TAMPERED"]


def test_all_of_them_taken_away_is_noticed(url: str) -> None:
    with shown(url) as store:
        store.ledger.tables.seen_head.delete().execute()
        assert wrong(store) == ["TAMPERED"]


def later(store: Store) -> None:
    """Call all of them newer than the newest record, and make the sum of those that no key has signed fit."""
    tables, total = store.ledger.tables, 0
    own = store.ledger.own_row()
    tables.seen_head.delete().where(tables.seen_head.size < own.size).execute()
    tables.seen_head.update(known_at=own.size).execute()
    for row in tables.seen_head.select():
        total = sum_of(total, row.note)
    tables.tree.update(shown=f"{total:x}").execute()


def seal_of_another_key(store: Store) -> None:
    own, other = store.ledger.own_row(), signer(7)
    store.ledger.tables.seen_head.delete().execute()
    seal = make_seal(own.name, own.size, "", other.public_key, other.sign)
    store.ledger.tables.tree.update(shown="", seal=seal).execute()


def seal_of_an_older_record(store: Store) -> None:
    own, own_key = store.ledger.own_row(), signer()
    store.ledger.tables.seen_head.delete().execute()
    seal = make_seal(own.name, own.size - 1, "", own_key.public_key, own_key.sign)
    store.ledger.tables.tree.update(shown="", seal=seal).execute()


def move_away(store: Store) -> None:
    store.ledger.tables.seen_head.update(seen_by=99).execute()


@pytest.mark.parametrize("forge", [later, seal_of_another_key, seal_of_an_older_record, move_away])
def test_who_has_not_the_key_cannot_make_what_is_left_fit(url: str, forge: Callable[[Store], None]) -> None:
    with shown(url) as store:
        forge(store)
        assert "TAMPERED" in wrong(store)
        boxes(store, 1)
        assert "TAMPERED" in wrong(store), "nor does our own next record sign it"


def test_where_no_record_has_signed_yet_that_is_said_and_nobody_accused(url: str) -> None:
    """A ledger of an older Serah; or somebody who took the seal away as well."""
    with planned_station(url) as store:
        store.ledger.tables.tree.update(seal="").execute()
        assert wrong(store) == ["UNWITNESSED"]
        show(store)
        assert wrong(store) == ["UNWITNESSED"]
        boxes(store, 1)
        assert wrong(store) == []
