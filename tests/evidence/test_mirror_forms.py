"""What hub and station send each other reads back as it was written, in whatever pieces it comes; nothing else does."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import TamperError
from evidence.mirror_forms import (
    MAX_ENTRY_BYTES,
    PACKAGE,
    EntriesReader,
    HeadRequest,
    Package,
    Standing,
    Upload,
    UploadReader,
    entry_record,
    read_head_request,
    read_size,
    read_standing,
    records,
    spans,
)

DIGESTS = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)
ENTRIES = st.lists(st.binary(max_size=40), min_size=1, max_size=12)
COUNTS = st.integers(0, 2**53 - 1)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@given(COUNTS, DIGESTS, st.text(st.characters(codec="utf-8"), max_size=80))
def test_a_head_reads_back(old: int, proof: tuple[bytes, ...], note: str) -> None:
    request = HeadRequest(old, proof, note)
    assert read_head_request(request.to_bytes()) == request


@given(st.binary(max_size=200))
@example(b"old 1\n\n")
@example(b"old 01\n\nx")
@example(b"old 1\nAA==\n\nx")
@example(b"old -1\n\nx")
@example("old ١\n\nx".encode())
@example("old 1\né\n\nx".encode())
def test_a_head_has_one_form(data: bytes) -> None:
    try:
        request = read_head_request(data)
    except TamperError:
        return
    assert request.to_bytes() == data


@pytest.mark.parametrize(
    "data",
    [
        b"1\n\nx",
        HeadRequest(1, (bytes(32),), "x").to_bytes().replace(b"AAA", b"A A A", 1),
        HeadRequest(1, (bytes(31),), "x").to_bytes(),
        HeadRequest(1, (bytes(32),) * 64, "x").to_bytes(),
    ],
)
def test_what_is_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(TamperError):
        read_head_request(data)


@given(st.integers(0, 700), st.integers(0, 700))
@example(255, 257)
@example(256, 256)
def test_packages_cover_what_is_sent_and_end_at_every_256th(begin: int, more: int) -> None:
    end = begin + more
    found = [*spans(begin, end)]
    assert [i for _, first, last in found for i in range(first, last)] == [*range(begin, end)]
    assert all(rounded % PACKAGE == 0 and rounded <= first for rounded, first, _ in found)
    assert all(last % PACKAGE == 0 for _, _, last in found[:-1])


@given(st.integers(0, 600), ENTRIES, DIGESTS, st.lists(st.integers(0, 10_000), max_size=20), st.binary(max_size=30))
def test_entries_read_back_in_whatever_pieces_they_come(
    begin: int, entries: list[bytes], proof: tuple[bytes, ...], cuts: list[int], ticket: bytes
) -> None:
    upload = Upload("serah/x/y", begin, begin + len(entries), ticket)
    packages = [
        Package(rounded, first, tuple(entries[first - begin : last - begin]), proof)
        for rounded, first, last in spans(begin, upload.end)
    ]
    data = upload.to_bytes() + b"".join(package.to_bytes() for package in packages)
    reader = UploadReader()
    assert [package for piece in pieces(data, cuts) for package in reader.feed(piece)] == packages
    assert (reader.upload, reader.begun) == (upload, [])
    with pytest.raises(TamperError):
        list(reader.feed(b"x"))


@given(ENTRIES, st.integers(0, 500))
def test_of_a_cut_body_the_whole_entries_are_known(entries: list[bytes], cut: int) -> None:
    upload = Upload("serah/x/y", 3, 3 + len(entries))
    data = upload.to_bytes() + records(entries)
    reader = UploadReader()
    assert [*reader.feed(data[:cut])] == []
    assert reader.begun == entries[: len(reader.begun)]
    lengths = [len(upload.to_bytes()) + len(records(entries[:n])) for n in range(1, len(entries) + 1)]
    assert len(reader.begun) == sum(length <= cut for length in lengths)
    assert reader.begun_at == (3 if cut >= len(upload.to_bytes()) else 0)


@pytest.mark.parametrize("size", [0, 1, 65_534, 65_535, 65_536, MAX_ENTRY_BYTES])
def test_entries_of_every_length_read_back(size: int) -> None:
    reader = EntriesReader()
    reader.feed(entry_record(b"x" * size))
    assert (reader.entry(), reader.rest) == (b"x" * size, 0)


def test_short_entries_have_the_form_of_the_specification() -> None:
    assert entry_record(b"ab") == b"\x00\x02ab"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\x7f\xff\xff\xff",
        b"\xff\xff" + (MAX_ENTRY_BYTES + 1).to_bytes(4, "big"),
    ],
)
def test_an_entry_longer_than_any_is_refused_before_it_comes(data: bytes) -> None:
    reader = EntriesReader()
    reader.feed(data)
    with pytest.raises(TamperError):
        reader.entry()


@pytest.mark.parametrize(
    "data",
    [
        b"\x05\x00" + bytes(40),
        Upload("x", 2, 1).to_bytes(),
        Upload("x", 0, 1 << 54).to_bytes(),
        b"\x00\x01\xff" + bytes(18),
        Upload("x", 0, 1, bytes(2000)).to_bytes(),
        Upload("x", 0, 1).to_bytes() + entry_record(b"e") + b"\x40",
    ],
)
def test_what_is_no_upload_is_refused(data: bytes) -> None:
    with pytest.raises(TamperError):
        list(UploadReader().feed(data))


@given(COUNTS, COUNTS, st.binary(max_size=60))
def test_a_standing_reads_back(size: int, following: int, ticket: bytes) -> None:
    standing = Standing(size, following, ticket)
    assert read_standing(str(standing)) == standing


@pytest.mark.parametrize("text", ["", "1\n2\n", "1\n2\n\n\n", "01\n2\n\n", "1\n2\n*\n", "<html>"])
def test_what_is_no_standing_is_refused(text: str) -> None:
    with pytest.raises(TamperError):
        read_standing(text)
    with pytest.raises(TamperError):
        read_size(text)
