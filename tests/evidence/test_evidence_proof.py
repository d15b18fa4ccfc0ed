"""One entry with its proof: what it shows, how small it is, and that no change to it passes."""

import random
from hashlib import sha256

import pytest

from custody.errors import TamperError
from custody.format.encoding import leaf_digest
from evidence.checkpoint import make_checkpoint
from evidence.entry import RawEntry
from evidence.proof import check_proof, claimed_log, make_proof, read_proof
from evidence.tree import Tree
from tests.support.evidence_logs import Station

STATION = Station(1).fill(40)


def entry_of(raw: RawEntry) -> bytes:
    return raw.body + b"\n" + raw.signatures.encode()


def proof_of(seq: int, size: int = 40) -> str:
    path = STATION.tree().inclusion_proof(seq - 1, size)
    return make_proof(entry_of(STATION.entries[seq - 1]), seq - 1, path, STATION.head(size))


@pytest.mark.parametrize(("seq", "size"), [(1, 1), (1, 40), (40, 40), (17, 23)])
def test_a_proof_shows_the_event_and_the_head_that_has_it(seq, size):
    text = proof_of(seq, size)
    proven = check_proof(text, STATION.public_key)
    assert (proven.event.log, proven.event.seq, proven.head.size) == (STATION.name, seq, size)
    assert proven.event.leaf == STATION.entries[seq - 1].leaf.hex()
    assert str(read_proof(text)) == text
    assert claimed_log(read_proof(text)) == STATION.name


def test_a_proof_of_a_large_log_is_below_two_kilobytes_besides_the_entry():
    tree = Tree(sha256(i.to_bytes(4, "big")).digest() for i in range(131_071))
    entry = entry_of(STATION.entries[1])
    tree.append(leaf_digest(entry))
    head = make_checkpoint(STATION.name, tree.size, tree.root(), STATION.public_key, STATION.secret.sign)
    text = make_proof(entry, 131_071, tree.inclusion_proof(131_071), head)
    assert len(text.encode()) - len(text.split("\n")[1]) < 2048


def test_a_proof_by_another_station_is_refused():
    with pytest.raises(TamperError):
        check_proof(proof_of(5), Station(2).public_key)


def test_no_proof_is_taken_with_a_character_changed():
    text, dice = proof_of(17), random.Random(17)
    for place in range(len(text)):
        other = dice.choice([c for c in "0189AZaz/+= \n—" if c != text[place]])
        with pytest.raises(TamperError):
            check_proof(text[:place] + other + text[place + 1 :], STATION.public_key)


def test_a_proof_of_one_entry_is_not_one_of_another():
    mine, other = read_proof(proof_of(5)), read_proof(proof_of(6))
    for text in (
        make_proof(other.entry, mine.index, mine.path, mine.checkpoint),
        make_proof(mine.entry, other.index, mine.path, mine.checkpoint),
        make_proof(mine.entry, mine.index, other.path, mine.checkpoint),
        make_proof(mine.entry, mine.index, mine.path, STATION.head(39)),
    ):
        with pytest.raises(TamperError):
            check_proof(text, STATION.public_key)


def test_an_entry_in_the_tree_that_its_station_did_not_sign_is_refused():
    """A station cannot put another's words into its own log and prove them as its own events."""
    for foreign in (Station(2).entries[0], STATION.sign(STATION.bodies[0], by=Station(2))):
        tree = Tree([leaf_digest(entry_of(foreign))])
        head = make_checkpoint(STATION.name, 1, tree.root(), STATION.public_key, STATION.secret.sign)
        with pytest.raises(TamperError):
            check_proof(make_proof(entry_of(foreign), 0, [], head), STATION.public_key)


def test_an_entry_at_another_place_than_its_number_is_refused():
    tree = Tree(entry.leaf for entry in (STATION.entries[1], STATION.entries[0]))
    head = make_checkpoint(STATION.name, 2, tree.root(), STATION.public_key, STATION.secret.sign)
    with pytest.raises(TamperError):
        check_proof(make_proof(entry_of(STATION.entries[1]), 0, tree.inclusion_proof(0), head), STATION.public_key)


def test_base64_with_bits_to_spare_is_refused():
    """43 characters and a `=` hold 258 bits for 256: two of them say nothing, and must be zero."""
    lines = proof_of(17).split("\n")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    lines[3] = lines[3][:42] + alphabet[alphabet.index(lines[3][42]) | 1] + "="
    with pytest.raises(TamperError):
        read_proof("\n".join(lines))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index ", "index 0"),
        lambda text: text.replace("index", "\nindex"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n",
        lambda text: text[: text.index("index")],
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("extra")),
        lambda text: text + "x" * 300_000,
        lambda text: "",
    ],
)
def test_what_is_not_a_proof_is_refused(change):
    with pytest.raises(TamperError):
        check_proof(change(proof_of(5)), STATION.public_key)
