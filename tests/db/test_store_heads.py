"""The signed head of our own log: there after every commit, right in every size, never signed over a tree that lies."""

import random

import pytest

from custody.errors import TamperError
from db.store import Store, open_store
from evidence.checkpoint import make_checkpoint, read_checkpoint
from evidence.tree import Frontier, Tree
from tests.support.ledger_examples import TPS, TRUCK, around, boxes, give, planned_station, signer


def leaves(store: Store) -> list[bytes]:
    event = store.ledger.tables.event
    return [bytes(leaf) for (leaf,) in event.select(event.leaf).order_by(event.seq).tuples()]


def head_is_right(store: Store) -> bool:
    own = store.ledger.own_log()
    head = read_checkpoint(store.ledger.signed_heads.signed(own.name) or "", signer().public_key)
    held = leaves(store)
    return (head.origin, head.size, head.root) == (own.name, len(held), Tree(held).root())


def test_every_commit_leaves_a_signed_head_over_all_that_is_held(url: str) -> None:
    with planned_station(url) as store:
        for count in range(1, 12):
            codes = boxes(store, count)
            assert head_is_right(store)
            give(store, codes, TRUCK)
            assert head_is_right(store)


def test_a_commit_that_fails_leaves_the_head_as_it_was(url: str) -> None:
    with planned_station(url) as store:
        before = store.ledger.signed_heads.signed(store.ledger.own_log().name)
        with pytest.raises(ZeroDivisionError), store.transaction():
            boxes(store, 3)
            raise ZeroDivisionError
        assert store.ledger.signed_heads.signed(store.ledger.own_log().name) == before
        assert head_is_right(store)


def test_a_ledger_of_old_gets_its_head_at_the_next_commit(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 3)
        store.ledger.tables.tree.delete().execute()
        assert store.ledger.signed_heads.signed(store.ledger.own_log().name) is None
        give(store, codes, TRUCK)
        assert head_is_right(store)


def other_peak(data: bytes, dice: random.Random) -> bytes:
    return data[:8] + dice.randbytes(len(data) - 8)


@pytest.mark.parametrize("is_reopened", [False, True])
def test_a_tree_that_was_changed_in_the_database_is_not_signed(url: str, is_reopened: bool) -> None:
    """A false head would look like a second history of this station for ever."""
    dice = random.Random(1)
    with planned_station(url) as store:
        codes = boxes(store, 3)
        table = store.ledger.tables.tree
        row = table.get()
        table.update(frontier=other_peak(bytes(row.frontier), dice)).execute()
        if not is_reopened:
            give(store, codes, TRUCK)
            assert head_is_right(store)
    if is_reopened:
        with open_store(url, signer(), around(1)) as store:
            give(store, codes, TRUCK)
            assert head_is_right(store)


def test_a_tree_with_a_note_of_its_own_making_is_not_taken_over(url: str) -> None:
    with planned_station(url) as store:
        codes = boxes(store, 3)
        table = store.ledger.tables.tree
        row = table.get()
        tree = Frontier.from_bytes(other_peak(bytes(row.frontier), random.Random(2)))
        other = signer(7)
        note = make_checkpoint(store.ledger.own_log().name, tree.size, tree.root(), other.public_key, other.sign)
        table.update(frontier=tree.to_bytes(), note=note).execute()
    with open_store(url, signer(), around(1)) as store:
        give(store, codes, TRUCK)
        assert head_is_right(store)


def test_no_head_is_signed_over_an_entry_that_was_changed(sqlite_url) -> None:
    with planned_station(sqlite_url()) as store:
        codes = boxes(store, 3)
        database = store.ledger.database
        database.execute_sql("DROP TRIGGER event_no_update")
        event = store.ledger.tables.event
        row = event.get(event.seq == 2)
        event.update(body=bytes(row.body).replace(b"plan.csv", b"plan.tsv")).where(event.seq == 2).execute()
        store.ledger.tables.tree.delete().execute()
        with pytest.raises(TamperError, match="number 2 of this log is not as it was recorded"):
            give(store, codes, TRUCK)


def test_the_newest_head_of_a_log_is_the_longest_that_anybody_has_shown(url: str) -> None:
    with planned_station(url) as store:
        own = store.ledger.own_log().name
        shorter = store.heads.own_head()
        boxes(store, 1, to=TPS[1])
        store.heads.take(shorter, at="2024-02-10T08:00:00Z")
        assert store.ledger.signed_heads.newest(own) == store.ledger.signed_heads.signed(own)
        assert store.ledger.signed_heads.newest("serah/nobody") is None
