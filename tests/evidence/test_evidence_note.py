"""Signed notes and heads: the vectors that Go's implementation publishes, round trips, and what is refused."""

import base64
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import CustodyError, TamperError
from evidence.checkpoint import (
    Checkpoint,
    claimed_checkpoint,
    key_id,
    make_checkpoint,
    parse_checkpoint,
    read_checkpoint,
    read_note,
    read_verifier_key,
    sign_note,
    verifier_key,
)
from tests.support.evidence_logs import Station

# The example of golang.org/x/mod/sumdb/note, and a head that Go's checksum database really signed.
PETER = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
PETERS_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_NOTE = (
    f"{PETERS_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SUMDB = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
SUMDB_TEXT = "go.sum database tree\n65664258\nWVVNVD2qx+fTq31zkj6UAqxT5X6HvGphGM+o8Thnbsg=\n"
SUMDB_NOTE = (
    f"{SUMDB_TEXT}\n— sum.golang.org "
    "Az3grligJmgX7KGyGPKybykNTh3VgsbLvUuvOwrM5zLVlulmFp2wdvbxOw74/gcNxURShXEpb7RXcs3+BYflYN+w0gQ=\n"
)
STATION = Station(1).fill(8)
HEAD = STATION.head()


def test_a_verifier_key_is_as_go_writes_it_and_has_one_form():
    known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert verifier_key("sum.golang.org", SUMDB) == known and read_verifier_key(known) == ("sum.golang.org", SUMDB)
    for wrong in ("", "a", known[:-4], known.replace("033de0ae", "033de0af"), known + "=", known.replace("+A", "+B")):
        with pytest.raises(TamperError):
            read_verifier_key(wrong)


@given(st.binary(min_size=32, max_size=32))
def test_every_verifier_key_reads_back(key):
    assert read_verifier_key(verifier_key("serah/x/y/0", key)) == ("serah/x/y/0", key)


def test_the_key_ids_that_go_publishes_come_out():
    assert key_id("sum.golang.org", SUMDB).hex() == "033de0ae"
    assert key_id("PeterNeumann", PETER).hex() == "c74f20a3"


def test_the_notes_that_go_signed_are_read():
    assert read_note(PETERS_NOTE).text_signed_by("PeterNeumann", PETER) == PETERS_TEXT
    assert read_note(SUMDB_NOTE).text_signed_by("sum.golang.org", SUMDB) == SUMDB_TEXT
    assert parse_checkpoint(SUMDB_TEXT).size == 65664258


def test_our_note_is_gos_to_the_byte():
    signature = read_note(PETERS_NOTE).signatures[0].value
    assert sign_note(PETERS_TEXT, "PeterNeumann", PETER, lambda text: signature) == PETERS_NOTE


def test_a_text_may_have_empty_lines_and_words_of_any_language():
    text = "Segel n° 7\n\ntelah dibuka — dua orang\n\n"
    note = sign_note(text, STATION.name, STATION.public_key, STATION.secret.sign)
    assert read_note(note).text_signed_by(STATION.name, STATION.public_key) == text


def test_other_keys_signatures_are_passed_over():
    other = Station(2)
    line = sign_note(SUMDB_TEXT, other.name, other.public_key, other.secret.sign).rpartition("\n\n")[2]
    both = read_note(SUMDB_NOTE + line)
    assert (
        both.text_signed_by("sum.golang.org", SUMDB) == both.text_signed_by(other.name, other.public_key) == SUMDB_TEXT
    )


def test_a_known_keys_false_signature_spoils_the_note_though_another_holds():
    false = SUMDB_NOTE.rpartition("\n\n")[2].replace("Az3grligJ", "Az3grligK")
    with pytest.raises(TamperError):
        read_note(SUMDB_NOTE + false).text_signed_by("sum.golang.org", SUMDB)


@pytest.mark.parametrize(
    ("name", "key"), [("sum.golang.org", PETER), ("PeterNeumann", SUMDB), ("sum.golang.org", bytes(32)), ("", b"")]
)
def test_a_note_that_this_key_did_not_sign_is_refused(name, key):
    with pytest.raises(TamperError):
        read_note(SUMDB_NOTE).text_signed_by(name, key)


NOT_NOTES = {
    "nothing": "",
    "no signature": PETERS_TEXT,
    "no signature line": PETERS_TEXT + "\n",
    "no text": PETERS_NOTE.rpartition("\n\n")[2],
    "a hyphen for the dash": PETERS_NOTE.replace("—", "-"),
    "no last line feed": PETERS_NOTE[:-1],
    "a line after the end": PETERS_NOTE + "more\n",
    "an empty line after the end": PETERS_NOTE + "\n",
    "two spaces": PETERS_NOTE.replace("— P", "—  P"),
    "a space at the end": PETERS_NOTE.replace("=\n", "= \n"),
    "a carriage return": PETERS_NOTE.replace("\n", "\r\n"),
    "a tab": PETERS_NOTE.replace("If you", "If\tyou"),
    "half a surrogate": PETERS_NOTE.replace("If", "\ud800"),
    "a name with a plus": PETERS_NOTE.replace("PeterN", "Peter+N"),
    "a name with a Unicode space": PETERS_NOTE.replace("PeterN", "Peter\u3000N"),
    "other letters in base64": PETERS_NOTE.replace("x08go/", "x08go_"),
    "base64 with bits to spare": PETERS_NOTE.replace("nAM=", "nAN="),
    "no bytes but the key id": PETERS_TEXT + "\n— PeterNeumann x08gow==\n",
    "too many signatures": PETERS_TEXT + "\n" + PETERS_NOTE.rpartition("\n\n")[2] * 17,
    "too long": "x" * 70_000 + PETERS_NOTE,
}


@pytest.mark.parametrize("note", NOT_NOTES.values(), ids=NOT_NOTES.keys())
def test_what_is_not_a_note_is_refused(note):
    with pytest.raises(TamperError):
        read_note(note)


@pytest.mark.parametrize("text", ["", "no line feed", "bell\a\n", "half \udc00\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text):
    with pytest.raises(CustodyError):
        sign_note(text, "name", PETER, lambda data: bytes(64))


def test_a_head_is_read_as_it_was_made_and_fits_a_qr():
    head = read_checkpoint(HEAD, STATION.public_key)
    assert head == claimed_checkpoint(HEAD) == Checkpoint(STATION.name, 8, STATION.tree().root())
    assert len(HEAD.encode()) < 300


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
@example(0, bytes(32))
@example(2**53 - 1, b"\xff" * 32)
def test_every_head_is_read_as_it_was_made(size, root):
    text = make_checkpoint(STATION.name, size, root, STATION.public_key, STATION.secret.sign)
    assert read_checkpoint(text, STATION.public_key) == Checkpoint(STATION.name, size, root)


def test_a_head_that_another_station_signed_is_refused():
    with pytest.raises(TamperError):
        read_checkpoint(HEAD, Station(2).public_key)


def test_no_head_is_taken_with_a_character_changed():
    dice = random.Random(1)
    for place in range(len(HEAD)):
        other = dice.choice([c for c in "0123456789AZaz/+= \n—é" if c != HEAD[place]])
        with pytest.raises(TamperError):
            read_checkpoint(HEAD[:place] + other + HEAD[place + 1 :], STATION.public_key)


NOT_HEADS = {
    "a leading zero": "log\n08\n{root}\n",
    "a sign": "log\n+8\n{root}\n",
    "another alphabet's digit": "log\n٨\n{root}\n",
    "no size": "log\n\n{root}\n",
    "a size beyond counting": "log\n99999999999999999\n{root}\n",
    "no name": "\n8\n{root}\n",
    "a short root": "log\n8\nAAAA\n",
    "an extension line": "log\n8\n{root}\nmore\n",
    "no root": "log\n8\n",
}


@pytest.mark.parametrize("text", NOT_HEADS.values(), ids=NOT_HEADS.keys())
def test_what_is_not_a_head_is_refused(text):
    with pytest.raises(TamperError):
        parse_checkpoint(text.format(root=base64.b64encode(bytes(32)).decode()))
