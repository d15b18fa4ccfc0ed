"""What is asked of one regency costs a hub no more where it has others besides: counted in steps of the database, rows
that it returns and bytes in them, never in time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import apsw
import pytest

from bench.regencies import QUESTIONS, WHOLE, hub_of
from bench.scenario.stations import Clock, Laptop
from db.store import Store


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laptop, Laptop]]:
    """Two hubs with one regency, one that joined, and two others beside them, small ones and large ones."""
    folder, clock = tmp_path_factory.mktemp("hubs"), Clock(datetime(2024, 2, 10, tzinfo=UTC))
    few, many = (hub_of(folder / str(other), clock, [20, 4, other, other]) for other in (4, 40))
    yield few, many
    few.close()
    many.close()


def work_of(hub: Laptop, ask: Callable[[Store], object]) -> Counter[str]:
    """What an answer takes by a ledger that was just opened."""
    hub.close()
    store, work = hub.open(begin=False).store, Counter[str]()

    def note(event: dict[str, object]) -> None:
        status = event["stmt_status"]
        assert isinstance(status, dict)
        work["steps"] += status["SQLITE_STMTSTATUS_VM_STEP"]

    def count(_cursor: object, row: tuple[object, ...]) -> object:
        work["rows"] += 1
        work["bytes"] += sum(len(value) for value in row if isinstance(value, bytes | str))
        return row

    connection = store.ledger.database.connection()
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)
    connection.row_trace = count
    ask(store)
    connection.row_trace = None
    connection.trace_v2(0, None)
    return work


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_of_one_regency_costs_the_same_however_large_the_others_are(
    hubs: tuple[Laptop, Laptop], name: str
) -> None:
    few, many = (work_of(hub, QUESTIONS[name]) for hub in hubs)
    assert few["rows"] == many["rows"] > 0
    assert many["steps"] < 1.02 * few["steps"] and many["bytes"] < 1.02 * few["bytes"]


@pytest.mark.parametrize("name", WHOLE)
def test_a_question_of_the_whole_hub_costs_more_with_more_in_it(hubs: tuple[Laptop, Laptop], name: str) -> None:
    few, many = (work_of(hub, WHOLE[name]) for hub in hubs)
    assert many["rows"] > 2 * few["rows"] and many["steps"] > 2 * few["steps"], "else nothing is counted here"


def test_what_is_taken_out_of_the_plan_is_the_same_by_the_records_of_a_branch_as_by_all(
    hubs: tuple[Laptop, Laptop],
) -> None:
    for hub in hubs:
        state = hub.store.state
        whole, tree = state.withdrawn, state.places.tree()
        for top in ("51.08", "51.08.01.1001", "51.02", "51"):
            own = state.withdrawn_below((top,))
            items = list(state.find_items(under=top, with_withdrawn=True))
            covered = [whole.covers(item.kind, item.to, tree, item.code) for item in items]
            assert covered == [own.covers(item.kind, item.to, state.places, item.code) for item in items]
            assert any(covered) and not all(covered), top
            left = [item for item, is_gone in zip(items, covered, strict=True) if not is_gone]
            assert left == list(state.find_items(under=top)), top
