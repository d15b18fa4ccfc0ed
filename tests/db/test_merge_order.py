"""What a hostile key may sign into its own log: the same is held of it whatever comes first, and no other is hit."""

import pytest

from db.log.merge import merge
from db.store import Store
from evidence.entry import RawEntry
from services.records.correcting import correct
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import WAREHOUSE, absorb, boxes, empty_ledger, give, planned_station


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


def test_what_waits_within_one_import_is_put_in_place_as_it_came(url) -> None:
    other = Station(21).fill(5)
    with planned_station(url) as store:
        merge(store, [*other.entries[:1], *other.entries[:1:-1], other.entries[1]])
        assert held(store, other.name) == (5, 0, 0)
        kept = [RawEntry(*entry) for entry in store.ledger.entries() if entry[0] in {e.body for e in other.entries}]
        assert [(raw.body, raw.signatures) for raw in kept] == [(raw.body, raw.signatures) for raw in other.entries]


def test_a_correction_that_comes_in_a_later_import_withdraws_what_it_is_about(sqlite_url) -> None:
    with planned_station(sqlite_url()) as root, empty_ledger(sqlite_url(), 50) as store:
        store.begin(election="Pemilu 2024", station="Kantor", place=WAREHOUSE, root=root.ledger.own_log().root)
        [code] = boxes(root, 1)
        [event] = give(root, [code], "51.08.01")
        absorb(store, root)
        assert store.state.item(code).held_by == "51.08.01"
        correct(root, event, reason="did_not_occur")
        absorb(store, root)
        assert store.state.item(code).held_by == WAREHOUSE


def test_what_is_put_in_place_waits_no_more_and_what_waits_of_other_logs_stays(url) -> None:
    one, other = Station(21).fill(3), Station(22).fill(4)
    with planned_station(url) as store:
        merge(store, [one.entries[0], one.entries[2], other.entries[0], *other.entries[2:]])
        merge(store, one.entries[1:2])
        assert held(store, one.name) == (3, 0, 0)
        assert held(store, other.name) == (1, 0, 2)


def test_a_log_of_which_nothing_is_in_place_yet_is_taken_in(url) -> None:
    """As at a hub, where what was sent has arrived and nothing of it is in place."""
    other = Station(21).fill(3)
    columns = {name: other.bodies[0][name] for name in ("station", "place", "root", "public_key")}
    with planned_station(url) as store:
        log = store.ledger.tables.log
        log.insert(name=other.name, **columns, is_own=0, size=0, head=None, handovers=0).execute()
        merge(store, other.entries)
        assert held(store, other.name) == (3, 0, 0)


def test_another_history_that_grows_longer_stays_beside_the_first_one(url) -> None:
    first, longer = Station(21).fill(4), Station(21).fill(6)
    other, prev = [], first.entries[1].leaf
    for body in longer.bodies[2:]:
        other.append(longer.sign({**body, "prev": prev.hex(), "id": f"other-{body['seq']}"}))
        prev = other[-1].leaf
    with planned_station(url) as store:
        merge(store, first.entries)
        merge(store, other)
        assert held(store, first.name) == (4, 4, 0)


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
