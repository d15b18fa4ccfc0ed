"""A cosignature says who saw a head and when, in the form that other implementations read."""

import base64
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.checkpoint import NoteSignature, make_checkpoint, read_checkpoint
from evidence.cosignature import cosign, cosigned_at
from tests.support.ledger_examples import signer

LOG, HUB = signer(1), signer(2)
NOTE = make_checkpoint("serah/x/log", 5, bytes(range(32)), LOG.public_key, LOG.sign)
AT = 1_700_000_000
LINE = cosign(NOTE, "serah/x/hub", HUB.public_key, AT, HUB.sign)


def test_it_is_what_the_specification_says() -> None:
    name, data = LINE.removeprefix("— ").split(" ")
    raw = base64.b64decode(data)
    assert raw[:4] == sha256(b"serah/x/hub\n\x04" + HUB.public_key).digest()[:4]
    assert int.from_bytes(raw[4:12], "big") == AT
    text = NOTE.partition("\n\n")[0] + "\n"
    key = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32).public_key()
    key.verify(raw[12:], f"cosignature/v1\ntime {AT}\n{text}".encode())
    assert name == "serah/x/hub"


def test_a_cosigned_head_is_still_the_logs() -> None:
    assert read_checkpoint(NOTE + LINE, LOG.public_key) == read_checkpoint(NOTE, LOG.public_key)
    assert cosigned_at(NOTE + LINE, "serah/x/hub", HUB.public_key) == AT


def test_nothing_else_passes_for_one() -> None:
    other = make_checkpoint("serah/x/log", 6, bytes(range(32)), LOG.public_key, LOG.sign)
    assert cosigned_at(NOTE, "serah/x/hub", HUB.public_key) is None
    assert cosigned_at(other + LINE, "serah/x/hub", HUB.public_key) is None
    assert cosigned_at(NOTE + LINE, "serah/x/hub", LOG.public_key) is None
    assert cosigned_at(NOTE + LINE, "serah/x/other", HUB.public_key) is None
    assert cosigned_at(NOTE, "serah/x/log", LOG.public_key) is None  # the log's own signature is none


def test_a_cosignature_of_ml_dsa_is_passed_over_wherever_it_stands() -> None:
    for name in ("serah/x/hub", "witness.example/w1"):
        value = AT.to_bytes(8, "big") + bytes(2420)  # of ML-DSA-44 (FIPS 204)
        other = str(NoteSignature(name, sha256(name.encode() + b"\n\x06" + bytes(1312)).digest()[:4], value))
        for note in (NOTE + other + LINE, NOTE + LINE + other + other):
            assert cosigned_at(note, "serah/x/hub", HUB.public_key) == AT
            assert read_checkpoint(note, LOG.public_key) == read_checkpoint(NOTE, LOG.public_key)
        assert cosigned_at(NOTE + other, "serah/x/hub", HUB.public_key) is None
