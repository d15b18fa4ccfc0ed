"""What an import counts and says of each log that came, to the number."""

from collections.abc import Iterator

import pytest

from custody.format.encoding import key_fingerprint
from db.log.merge import Merged, merge
from db.store import Store
from evidence.entry import RawEntry
from services.records.membership import revoking
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import empty_ledger, planned_station, signer


@pytest.fixture
def store(sqlite_url) -> Iterator[Store]:
    with planned_station(sqlite_url()) as store:
        yield store


def counts(merged: Merged) -> tuple[int, int, int, int, int]:
    return merged.new, merged.known, merged.quarantined, merged.waiting, merged.left_out


def told(merged: Merged, code: str) -> list[tuple[str, int | None, dict[str, object], str]]:
    """What is found of this code: the log, the number, the values, and the first words."""
    found = [one for one in merged.findings if one.code == code]
    return [(one.log, one.seq, dict(one.values), " ".join(str(one).split()[:2])) for one in found]


def test_only_entries_of_logs_that_nobody_admitted_wait_for_it(sqlite_url) -> None:
    stranger = Station(21).fill(4)
    with planned_station(sqlite_url(), 1) as root:
        entries = [RawEntry(*entry) for entry in root.ledger.entries()]
    with empty_ledger(sqlite_url(), 50) as store:
        store.begin(election="Pemilu 2024", station="Kantor", place="51.08", root=key_fingerprint(signer(1).public_key))
        assert counts(merge(store, [*entries, *stranger.entries])) == (len(entries) + 4, 0, 0, 4, 0)
        assert counts(merge(store, [*entries, *stranger.entries])) == (0, len(entries) + 4, 0, 0, 0)


def test_of_a_revoked_stranger_what_came_before_waits_and_what_came_after_is_kept_apart(store: Store) -> None:
    stranger = Station(21).fill(5)
    store.record([revoking("Gudang", stranger.public_key.hex(), {stranger.name: 2}, "stolen")])
    assert counts(merge(store, stranger.entries)) == (2, 0, 3, 2, 0)


def test_entries_that_wait_are_told_with_the_number_that_they_wait_for(store: Store) -> None:
    other = Station(21).fill(6)
    merged = merge(store, [*other.entries[:2], *other.entries[3:]])
    values = {"log": other.name, "seq": 3, "count": 3}
    assert told(merged, "INCOMPLETE") == [(other.name, 3, values, "entries of")]


def test_entries_that_a_head_tells_of_are_told_with_the_first_that_is_missing(store: Store) -> None:
    other = Station(21).fill(6)
    merged = merge(store, other.entries[:4], heads=[other.head()], at="2024-02-10T12:00:00Z")
    values = {"log": other.name, "seq": 5, "size": 6, "held": 4}
    assert told(merged, "INCOMPLETE") == [(other.name, 5, values, "entries of")]
    seen = store.ledger.tables.seen_head
    assert seen.get(seen.log == other.name).seen_at == "2024-02-10T12:00:00Z"


def test_a_log_that_has_two_histories_is_told_with_the_first_number_of_which_there_are_two(store: Store) -> None:
    other = Station(21).fill(4)
    body = other.bodies[2]
    merged = merge(store, [*other.entries, other.sign({**body, "id": "another"})])
    values = {"log": other.name, "seq": 3}
    assert told(merged, "FORK") == [(other.name, 3, values, f"{other.name} has")]


def test_own_entries_that_were_written_elsewhere_are_told_with_the_way_on(store: Store) -> None:
    other = Station(21).fill(5)
    merge(store, other.entries[:2])
    log = store.ledger.tables.log
    log.update(is_own=1).where(log.name == other.name).execute()
    merged = merge(store, other.entries[2:])
    values = {"log": other.name, "seq": 3, "size": 5, "way": "continue"}
    assert told(merged, "INCOMPLETE") == [(other.name, 3, values, "this station's")]


def test_handovers_of_a_log_are_counted_once_whatever_their_parts_and_pieces(store: Store) -> None:
    other = Station(21)
    for part in (1, 1, 2, 1):
        other.hand_over()
        other.bodies[-1] |= {"part": part, "parts": 2}
        other.entries[-1] = other.sign(other.bodies[-1])
    log = store.ledger.tables.log
    found = []
    for piece in (other.entries[:3], other.entries[3:]):
        merge(store, piece)
        found.append(log.get(log.name == other.name).handovers)
    assert found == [2, 3]


def test_progress_is_told_of_every_entry(store: Store) -> None:
    told: list[int] = []
    merge(store, Station(21).fill(3).entries, told.append)
    assert told == [1, 1, 1]
