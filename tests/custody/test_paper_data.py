"""The data of handover papers: exact after any way through QR codes, and hostile parts change nothing."""

import base64
import json
import random
import zlib
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from custody.errors import CodeError
from custody.format import compression
from custody.format.codes import ALPHABET
from custody.format.events import read_body
from custody.format.paper_codes import (
    BASE45,
    Collector,
    base45,
    from_base45,
    is_head,
    is_part,
    pack_sheet,
    paper_id,
    parts,
    unpack_sheet,
)
from evidence.entry import is_signed
from tests.support.paper_examples import PUBLIC_KEY, sheet
from tests.support.sampling import examples

QR_ALPHANUMERIC = set(BASE45)
DATA = pack_sheet(sheet(7))


@pytest.mark.parametrize(
    ("plain", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_base45_is_that_of_rfc_9285(plain, text):
    assert base45(plain) == text
    assert from_base45(text) == plain


@given(st.binary(max_size=300))
def test_any_bytes_come_back_from_base45(data):
    text = base45(data)
    assert from_base45(text) == data
    assert set(text) <= QR_ALPHANUMERIC


@pytest.mark.parametrize("text", ["GGW", ":::", "A", "AAAA", "ab", "::", "\u0661\u0661"])
def test_text_that_no_bytes_encode_to_is_refused(text):
    with pytest.raises(CodeError):
        from_base45(text)


_PIECES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=40),
        st.text(ALPHABET, min_size=13, max_size=13),
        st.binary(min_size=32, max_size=32).map(bytes.hex),
        st.sampled_from(
            [
                "7Q2M9X4T5B8C6",
                ',"code":"7Q2M9X4T5B8C6","how":"camera","print":1},{"after":',
                "A" * 86 + "==",
                "A" * 85 + "B==",
                "\n",
                "0" * 200,
                "Z" * 43 + "=",
            ]
        ),
    )
)


@given(_PIECES)
@example([',"code":"7Q2M9X4T5B8C6","how":"camera","print":1},{"after":'] * 3)
@example(["A" * 86 + "==", "A" * 85 + "B==", "Z" * 43 + "=", "0" * 63, "0" * 64, "0" * 65])
def test_any_text_comes_back_as_it_was_packed(pieces):
    text = "".join(pieces)
    assert compression.unpack(compression.pack(text)) == text


def test_a_text_with_a_mark_is_not_packed():
    with pytest.raises(ValueError):
        compression.pack("\x01")


@pytest.mark.parametrize("count", [1, 7, 60, 200])
def test_the_very_bytes_that_were_signed_come_back(count):
    given_sheet = sheet(count, refs=min(count, 5))
    back = unpack_sheet(pack_sheet(given_sheet))
    assert back == given_sheet
    assert is_signed(back.body, back.signatures, PUBLIC_KEY)
    assert len(read_body(back.body)["items"]) == count


@pytest.mark.parametrize(("count", "limit"), [(7, 600), (60, 1_000), (200, 2_100)])
def test_a_paper_takes_some_eight_bytes_an_item(count, limit):
    assert len(pack_sheet(sheet(count))) < limit


@given(st.integers(1, 30), st.randoms(use_true_random=False))
@example(1, Random(0))
@example(2, Random(1))
def test_parts_may_come_in_any_order_and_twice(count, random_):
    texts = parts(DATA, count)
    assert all(set(text) <= QR_ALPHANUMERIC and is_part(text) for text in texts)
    shuffled = texts + random_.sample(texts, len(texts) // 2)
    random_.shuffle(shuffled)
    collector, seen = Collector(), set()
    for text in shuffled:
        progress = collector.take(text)
        seen.add(text)
        if len(seen) == count:
            break
        assert progress.sheet is None and len(progress.have) == len(seen)
    assert progress.sheet == sheet(7)


def test_two_papers_may_be_read_at_once():
    one, two = parts(DATA, 3), parts(pack_sheet(sheet(9)), 3)
    collector = Collector()
    for texts in zip(one[:2], two[:2], strict=True):
        for text in texts:
            collector.take(text)
    assert collector.take(one[2]).sheet == sheet(7)
    assert collector.take(two[2]).sheet == sheet(9)


def test_a_wrong_part_spoils_one_reading_and_not_the_next():
    texts = parts(DATA, 3)
    wrong = texts[1][:40] + ("0" if texts[1][40] != "0" else "1") + texts[1][41:]
    collector = Collector()
    collector.take(texts[0])
    collector.take(wrong)
    with pytest.raises(CodeError):
        collector.take(texts[2])
    assert [collector.take(text) for text in texts][-1].sheet == sheet(7)


@pytest.mark.parametrize(
    "text",
    [
        "W1:",
        "W1:00000000:0/1:*",
        "W1:00000000:2/1:*",
        "W1:0000000U:1/1:*",
        "W1:00000000:1/1:abc*",
        "W1:00000000:1/100:A*",
        "W1:00000000:1/1:AB",
        "W1:00000000:1/2:AB*\n",
    ],
)
def test_what_is_no_part_is_refused(text):
    with pytest.raises(CodeError):
        Collector().take(text)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_bytes_that_nobody_packed_are_refused_and_nothing_else_happens(data):
    collector = Collector()
    with pytest.raises(CodeError):
        collector.take(parts(data, 1)[0])


@settings(max_examples=examples(300))
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255), st.integers(0, 40))
@example(0, 1, 0)
@example(len(DATA) - 1, 255, 0)
@example(0, 255, len(DATA))
def test_altered_bytes_are_refused_or_no_longer_signed(place, change, cut):
    data = bytearray(DATA)
    data[place] ^= change
    data = data[: len(data) - cut]
    try:
        back = unpack_sheet(bytes(data))
    except CodeError:
        return
    same = back.body == sheet(7).body and back.signatures == sheet(7).signatures
    assert same or not is_signed(back.body, back.signatures, PUBLIC_KEY)


def test_a_packed_text_that_unfolds_to_a_gigabyte_is_refused():
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=compression._DICTIONARY)
    first, again = (deflate.compress(b" " * 4_000_000) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = first + again * 250  # what stands between full flushes may be said again
    with pytest.raises(CodeError):
        unpack_sheet(bomb)
    with pytest.raises(CodeError):
        unpack_sheet(bomb[:250_000])


def test_a_collector_forgets_the_oldest_of_too_many_papers():
    collector, random_ = Collector(), random.Random(1)
    for _ in range(200):
        collector.take(parts(random_.randbytes(30), 2)[0])
    assert len(collector._open) <= 16


def test_the_name_of_a_paper_is_that_of_its_data():
    assert len(paper_id(DATA)) == 8 and paper_id(DATA) != paper_id(DATA + b"\0")


def test_a_head_is_known_by_its_form():
    assert is_head(sheet(1).head)
    assert not is_head("W1:") and not is_head("a\nb\n") and not is_head(sheet(1).head + "x" * 3000)


VECTOR = json.loads((Path(__file__).parents[1] / "data" / "paper_v1.json").read_text(encoding="utf-8"))


def test_the_frozen_paper_is_read_for_ever():
    collector = Collector()
    read = [collector.take(text) for text in reversed(VECTOR["parts"])][-1]
    assert read.paper == VECTOR["paper"] and read.sheet is not None
    assert (read.sheet.body.decode(), read.sheet.signatures) == (VECTOR["body"], VECTOR["signatures"])
    assert (read.sheet.public_key.hex(), read.sheet.head) == (VECTOR["public_key"], VECTOR["head"])
    assert compression._DICTIONARY.hex() == VECTOR["dictionary_hex"]


def test_the_format_document_is_enough_to_read_a_paper():
    """Reads the vector by the words of docs/ledger-format.md alone, with no function of ours."""
    data = bytes.fromhex(VECTOR["packed_hex"])
    inflate = zlib.decompressobj(-15, zdict=bytes.fromhex(VECTOR["dictionary_hex"]))
    text = inflate.decompress(data).decode()
    values, place = inflate.unused_data, 0
    sizes = {"\3": 32, "\4": 64, "\5": 32, "\6": 68, "\7": 16}
    start = sum(sizes.get(char, 0) for char in text)
    count = text.count("\1") + text.count("\2")
    number, index, said = int.from_bytes(values[start:], "big"), 0, []
    for char in text:
        if char in "\1\2":
            index += 1
            bits = number >> 60 * (count - index) & (1 << 60) - 1
            code = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in reversed(range(12)))
            code += mod_37_36.calc_check_digit(code)
            said.append(code if char == "\1" else f',"code":"{code}","how":"camera","print":1}},{{"after":')
        elif char in sizes:
            value, place = values[place : place + sizes[char]], place + sizes[char]
            digits = value.hex()
            said.append(
                digits if char == "\3" else str(UUID(digits)) if char == "\7" else base64.b64encode(value).decode()
            )
        else:
            said.append(char)
    assert "".join(said) == VECTOR["body"] + "\n" + VECTOR["signatures"] + VECTOR["public_key"] + "\n" + VECTOR["head"]
