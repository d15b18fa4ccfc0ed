"""A bundle as a file: what is written is read again, and what was cut, changed or made to harm is refused."""

import gzip
import random
import tracemalloc
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from custody.errors import CustodyError, InputError, TamperError
from evidence.audit import audit_bundle
from evidence.entry import RawEntry
from evidence.intake import MAX_LINE_BYTES, entry_line, header_line, read_entry, read_header
from services.exchange import bundle
from services.exchange.bundle import read_bundle, write_bundle
from tests.support.evidence_logs import Station, chain_of_stations, unfiled

STATIONS = chain_of_stations(2, 30)
ENTRIES = [entry for station in STATIONS for entry in unfiled(station.entries)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "logs.serah"
    heads = [
        {"log": row.log, "station": row.station, "place": row.place, "size": row.size, "head": row.head}
        for row in (station.row() for station in STATIONS)
    ]
    write_bundle(path, heads, ((entry.body, entry.signatures) for entry in ENTRIES), lambda count: None)
    return path


def read_all(path: Path) -> list[RawEntry]:
    with read_bundle(path) as found:
        return list(found.entries)


def packed(path: Path, *lines: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(lines)))
    return path


def test_what_is_written_is_read_again(file):
    with read_bundle(file) as found:
        assert found.logs == tuple(station.row() for station in STATIONS)
        assert audit_bundle(found.logs, found.entries).is_ok
    assert read_all(file) == ENTRIES


def test_the_same_logs_give_the_same_bytes(file):
    before = file.read_bytes()
    heads = [station.row() for station in STATIONS]
    rows = [{"log": r.log, "station": r.station, "place": r.place, "size": r.size, "head": r.head} for r in heads]
    write_bundle(file, rows, ((e.body, e.signatures) for e in ENTRIES), lambda count: None)
    assert file.read_bytes() == before


def test_a_bundle_cut_anywhere_is_refused(file):
    whole = file.read_bytes()
    for size in [*range(0, len(whole), max(1, len(whole) // 100)), len(whole) - 1, len(whole) - 8]:
        file.write_bytes(whole[:size])
        with pytest.raises(TamperError):
            read_all(file)


def test_a_bundle_with_a_bit_flipped_is_refused_or_says_the_same(file):
    """Some bits of a gzip file mean nothing: the time, the system it was made on."""
    whole, dice = file.read_bytes(), random.Random(1)
    for _ in range(300):
        place = dice.randrange(len(whole))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :])
        with suppress(TamperError):
            assert read_all(file) == ENTRIES


def test_bytes_behind_the_end_are_refused(file):
    whole = file.read_bytes()
    for more in (b"x", b"PK\x03\x04", whole):
        file.write_bytes(whole + more)
        with pytest.raises(TamperError):
            read_all(file)


def test_a_bomb_is_refused_while_it_unpacks(tmp_path):
    """Ten gigabytes of well-formed lines in ten megabytes: no more than a few of them are ever in memory."""
    line = entry_line(b"a" * 60_000, "")
    member = gzip.compress(line * (10_000_000 // len(line)), 9)
    path = tmp_path / "bomb.serah"
    path.write_bytes(gzip.compress(header_line([])) + member * 1000)
    tracemalloc.start()
    with pytest.raises(InputError, match="far more"), read_bundle(path) as found:
        for _ in found.entries:
            pass
    assert tracemalloc.get_traced_memory()[1] < 8e6
    tracemalloc.stop()


def test_a_bomb_in_one_line_is_refused(tmp_path):
    packer = zlib.compressobj(9, wbits=31)
    data = b"".join(packer.compress(bytes(1_000_000)) for _ in range(20)) + packer.flush()
    path = tmp_path / "bomb.serah"
    path.write_bytes(data)
    with pytest.raises(CustodyError):
        read_all(path)


def test_more_than_any_election_has_is_refused(file, monkeypatch):
    monkeypatch.setattr(bundle, "MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(InputError):
        read_all(file)


def test_a_file_that_is_no_bundle_is_refused(tmp_path):
    path = tmp_path / "other"
    for data in (b"", b"PK\x03\x04zip", b"SQLite format 3\0", b"\x1f\x8b", random.Random(1).randbytes(5000)):
        path.write_bytes(data)
        with pytest.raises(TamperError):
            read_all(path)
    with pytest.raises(InputError):
        read_all(tmp_path / "missing")
    with pytest.raises(InputError):
        read_all(tmp_path)


HEADER = header_line([STATIONS[0].row()])
ENTRY = entry_line(ENTRIES[0].body, ENTRIES[0].signatures)


def test_each_line_is_read_as_it_was_written():
    assert read_header(HEADER) == (STATIONS[0].row(),)
    assert read_entry(ENTRY, 2) == ENTRIES[0]


BAD_HEADERS = {
    "nothing": b"",
    "a newer version": HEADER.replace(b'"serah_bundle":1', b'"serah_bundle":2'),
    "true for one": HEADER.replace(b'"serah_bundle":1', b'"serah_bundle":true'),
    "an unknown key": HEADER.replace(b'{"logs"', b'{"extra":1,"logs"'),
    "an unknown key of a log": HEADER.replace(b'{"checkpoint"', b'{"a":1,"checkpoint"'),
    "a missing key": HEADER.replace(b'"checkpoint":null,', b""),
    "a negative size": HEADER.replace(b'"size":30', b'"size":-30'),
    "a size with a fraction": HEADER.replace(b'"size":30', b'"size":30.0'),
    "a log twice": header_line([STATIONS[0].row()] * 2),
    "no list": b'{"logs":{},"serah_bundle":1}\n',
    "an entry": ENTRY,
    "no last line feed": HEADER[:-1],
}
BAD_ENTRIES = {
    "a header": HEADER,
    "no object": b"[]\n",
    "not UTF-8": ENTRY.replace(b"Made", b"\xff\xfe"),
    "half a surrogate": ENTRY.replace(b"Made", rb"\ud800"),
    "a space": ENTRY.replace(b'"signatures":', b'"signatures": '),
    "another escape": ENTRY.replace(b"Made", rb"\u004dade"),
    "a key twice": ENTRY.replace(b'"signatures"', b'"body":"","signatures"'),
    "an unknown key": ENTRY.replace(b'"signatures"', b'"path":"../../x","signatures"'),
    "a body that is no text": b'{"body":{},"signatures":""}\n',
    "nested deeply": b'{"body":' + b"[" * 90_000 + b"]" * 90_000 + b',"signatures":""}\n',
    "too long a line": entry_line(b"a" * MAX_LINE_BYTES, ""),
    "too long a signature": entry_line(b"", "a" * MAX_LINE_BYTES),
    "too large a body": entry_line(b"a" * 70_000, ""),
    "no last line feed": ENTRY[:-1],
}


@pytest.mark.parametrize("line", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_first_line_of_another_form_is_refused(line, tmp_path):
    with pytest.raises(TamperError):
        read_header(line)
    with pytest.raises(TamperError):
        read_all(packed(tmp_path / "b", line, ENTRY))


@pytest.mark.parametrize("line", BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
def test_an_entry_of_another_form_is_refused(line, tmp_path):
    with pytest.raises(TamperError):
        read_entry(line, 2)
    with pytest.raises(TamperError):
        read_all(packed(tmp_path / "b", HEADER, line))


def test_a_bundle_of_a_stolen_key_says_nothing_about_the_true_log(file):
    thief = Station(9, STATIONS[0].name).fill(30)
    entries = [*unfiled(thief.entries), *unfiled(STATIONS[1].entries)]
    row = STATIONS[0].row()
    write_bundle(
        file,
        [{"log": row.log, "station": "Gudang 9", "place": "51.09", "size": 30, "head": thief.row().head}],
        ((e.body, e.signatures) for e in entries),
        lambda count: None,
    )
    with read_bundle(file) as found:
        assert not audit_bundle(found.logs, found.entries).is_ok
