"""What has arrived and is not in place yet: counted, told in its order, and kept once."""

from collections.abc import Callable, Iterator

import pytest

from db.log.arrivals import Behind
from db.store import Store
from tests.support.ledger_examples import station

NOON, ONE, TWO = (f"2024-02-10T{hour}:00:00Z" for hour in (12, 13, 14))


@pytest.fixture
def hub(sqlite_url: Callable[[], str]) -> Iterator[Store]:
    with station(sqlite_url()) as store:
        yield store


def log(store: Store, name: str) -> int:
    """A log of which nothing is in place; returns the number of its row."""
    columns = {"station": name, "place": "51.08", "root": "", "public_key": ""}
    return int(store.ledger.tables.log.insert(name=name, **columns, is_own=0, size=0, handovers=0).execute())


def entries(*names: str) -> list[tuple[bytes, bytes, str]]:
    return [(name.encode(), b"body of " + name.encode(), f"signed {name}\n") for name in names]


def rows(store: Store) -> list[tuple[object, ...]]:
    wait = store.ledger.tables.waiting
    found = wait.select(wait.log_id, wait.seq, wait.leaf, wait.body, wait.signatures, wait.at).order_by(wait.id)
    return list(found.tuples())


def let_wait(store: Store, log_id: int, seq: int, leaf: bytes) -> None:
    """An entry of a bundle, which waits for the one before it."""
    store.ledger.tables.waiting.insert(log_id=log_id, seq=seq, leaf=leaf, body=b"early", signatures="").execute()


def test_what_arrives_is_numbered_from_the_first_and_kept_as_it_came(hub: Store) -> None:
    one = log(hub, "one")
    hub.arrivals.keep(one, 5, entries("a", "b"), NOON)
    assert rows(hub) == [
        (one, 5, b"a", b"body of a", "signed a\n", NOON),
        (one, 6, b"b", b"body of b", "signed b\n", NOON),
    ]


def test_what_arrives_takes_the_place_of_the_same_entry_that_waited_and_of_no_other(hub: Store) -> None:
    one, two = log(hub, "one"), log(hub, "two")
    let_wait(hub, one, 4, b"before")
    let_wait(hub, one, 5, b"a")
    let_wait(hub, one, 6, b"another history")
    let_wait(hub, two, 6, b"of another log")
    hub.arrivals.keep(one, 5, entries("a", "b"), NOON)
    assert [(log_id, seq, leaf, at) for log_id, seq, leaf, _body, _signatures, at in rows(hub)] == [
        (one, 4, b"before", None),
        (one, 6, b"another history", None),
        (two, 6, b"of another log", None),
        (one, 5, b"a", NOON),
        (one, 6, b"b", NOON),
    ]


def test_the_newest_is_the_last_that_arrived_of_the_log_behind_what_is_in_place(hub: Store) -> None:
    one, two = log(hub, "one"), log(hub, "two")
    assert hub.arrivals.newest(one, 0) is None
    hub.arrivals.keep(one, 1, entries("a", "b", "c"), NOON)
    hub.arrivals.keep(two, 8, entries("other"), NOON)
    let_wait(hub, one, 9, b"waits")
    assert hub.arrivals.newest(one, 0) == (3, b"c")
    assert hub.arrivals.newest(one, 2) == (3, b"c")
    assert hub.arrivals.newest(one, 3) is None


def test_the_digests_between_two_indexes_are_those_that_arrived_in_their_order(hub: Store) -> None:
    one, two = log(hub, "one"), log(hub, "two")
    hub.arrivals.keep(one, 3, entries("c", "d"), ONE)
    hub.arrivals.keep(one, 1, entries("a", "b"), NOON)
    hub.arrivals.keep(two, 2, entries("other"), NOON)
    let_wait(hub, one, 3, b"waits")
    assert hub.arrivals.leaves(one, 0, 4) == dict(enumerate([b"a", b"b", b"c", b"d"]))
    assert hub.arrivals.leaves(one, 1, 3) == {1: b"b", 2: b"c"}
    assert hub.arrivals.leaves(one, 4, 9) == {}


def test_the_log_that_waits_longest_comes_first_and_each_once(hub: Store) -> None:
    one, two, three = (log(hub, name) for name in ("one", "two", "three"))
    assert [*hub.arrivals.oldest_logs()] == []
    hub.arrivals.keep(one, 1, entries("a"), ONE)
    hub.arrivals.keep(two, 1, entries("b"), NOON)
    hub.arrivals.keep(one, 2, entries("c"), NOON)
    let_wait(hub, three, 2, b"waits")
    assert [*hub.arrivals.oldest_logs()] == ["two", "one"]


def test_how_far_behind_it_is_counts_what_arrived_and_tells_since_when(hub: Store) -> None:
    one = log(hub, "one")
    let_wait(hub, one, 9, b"waits")
    assert hub.arrivals.behind() == Behind(0, None)
    hub.arrivals.keep(one, 2, entries("b"), TWO)
    hub.arrivals.keep(one, 1, entries("a"), ONE)
    assert hub.arrivals.behind() == Behind(2, ONE)


def test_one_writer_needs_no_locks(hub: Store) -> None:
    """SQLite knows none of the statements that would lock."""
    hub.arrivals.lock("one")
    hub.arrivals.lock_items(["0000000000001"])
    assert hub.arrivals.has_one_writer
