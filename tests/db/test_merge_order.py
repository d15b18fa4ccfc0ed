"""What a hostile key may sign into its own log: the same is held of it whatever comes first, and no other is hit."""

import pytest

from db.log.merge import merge
from db.store import Store
from evidence.entry import RawEntry
from services.records.correcting import correct
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import boxes, planned_station


def held(store: Store, log: str) -> tuple[int, int, int]:
    """How many entries of a log are in its sequence, beside it, and waiting."""
    tables = store.ledger.tables
    row = tables.log.get(tables.log.name == log)
    beside = tables.fork.select().where(tables.fork.log_id == row.id).count()
    return row.size, beside, tables.waiting.select().where(tables.waiting.log_id == row.id).count()


@pytest.mark.parametrize("is_last_first", [False, True])
def test_an_entry_whose_number_does_not_follow_what_it_names_waits_whatever_comes_first(url, is_last_first) -> None:
    liar = Station(21).fill(4)
    last = liar.bodies[-1]
    skipping: RawEntry = liar.sign({**last, "seq": 7, "prev": liar.entries[3].leaf.hex(), "id": "skips"})
    front, rest = liar.entries[:2], liar.entries[2:]
    pieces = [front, [skipping], rest] if is_last_first else [front, rest, [skipping]]
    with planned_station(url) as store:
        for piece in pieces:
            merge(store, piece)
        assert held(store, liar.name) == (4, 0, 1)
        assert liar.name not in store.state.stations.forked()
        boxes(store, 1)


def test_two_histories_that_wait_for_the_same_entry_are_both_put_in_place_whole(url) -> None:
    liar = Station(21).fill(4)
    other, prev = [], liar.entries[1].leaf
    for body in liar.bodies[2:]:
        other.append(liar.sign({**body, "prev": prev.hex(), "id": f"other-{body['seq']}"}))
        prev = other[-1].leaf
    with planned_station(url) as store:
        merge(store, liar.entries[:1])
        merge(store, [*liar.entries[2:], *other])
        assert held(store, liar.name) == (1, 0, 4)
        merge(store, liar.entries[1:2])
        assert held(store, liar.name) == (4, 2, 0)


@pytest.mark.parametrize("differs", ["bast", "from", "to", "id", "parts"])
def test_withdrawing_one_handover_leaves_another_alone_that_calls_itself_its_other_part(url, differs: str) -> None:
    """Root withdraws what a station recorded wrongly; that a second record claims to belong to it is a claim."""
    other = {"bast": "BAST/2", "from": "51.08.02", "to": "51.08.02.2001", "id": "another-session", "parts": 3}
    liar = Station(21)
    first, second = (dict(liar_handover(liar, part)) for part in (1, 2))
    if differs == "id":
        liar.bodies[-1]["id"] = other["id"]
    else:
        liar.bodies[-1][differs] = other[differs]
    liar.entries[-1] = liar.sign(liar.bodies[-1])
    assert (first["part"], second["part"]) == (1, 2)
    with planned_station(url) as store:
        merge(store, liar.entries)
        event = store.ledger.at(liar.name, 2)[0]
        done = correct(store, event, reason="did_not_occur")
        assert [old.seq for old in done.withdrawn] == [2]


def test_the_parts_of_one_handover_are_withdrawn_together(url) -> None:
    honest = Station(21)
    for part in (1, 2):
        liar_handover(honest, part)
    with planned_station(url) as store:
        merge(store, honest.entries)
        done = correct(store, store.ledger.at(honest.name, 3)[0], reason="did_not_occur")
        assert [old.seq for old in done.withdrawn] == [2, 3]


def liar_handover(station: Station, part: int) -> dict[str, object]:
    """Append one of two parts of a handover; the body, which the caller may change and sign again."""
    station.hand_over()
    body = station.bodies[-1]
    body |= {"bast": "BAST/1", "id": "one-session", "part": part, "parts": 2}
    station.entries[-1] = station.sign(body)
    return body
