"""Stations send to a hub and take from it, over real sockets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.hub_examples import running_hub
from tests.support.ledger_examples import TPS, boxes, planned_station
from tests.support.merge_examples import join


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], str]:
    numbers = iter(range(100))
    return lambda: f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"


def test_a_station_sends_its_log_and_gets_a_receipt_of_all_of_it(fresh: Callable[[], str], tmp_path: Path) -> None:
    url = fresh()
    with planned_station(url, 1) as root:
        boxes(root, 3, TPS[0])
        office = join(fresh(), 2, root, place="51.08.01", name="PPK 1")
        with running_hub(url, tmp_path) as hub:
            done = hub.sync(office)
            own = office.ledger.own_log().name
            assert (done.sent, done.waiting, done.waits) == (1, 0, False)
            assert done.receipts == ((own, 1),)
            assert done.taken == root.ledger.sizes()[root.ledger.own_log().name]
            assert root.ledger.sizes()[own] == 1
            again = hub.sync(office)
            assert (again.sent, again.taken, again.receipts) == (0, 0, ())
