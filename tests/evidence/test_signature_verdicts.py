"""A signature has one verdict, whichever library looks first: also one that was made to be doubtful.

Checkers of Ed25519 differ over keys and points of small order, and over bytes that are not in their one form. Here they
are made by the curve's own arithmetic (RFC 8032 §5.1) and held against OpenSSL, which the second verifier asks alone.
Keys of small order are the exception: OpenSSL takes them, and we do not.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.format.encoding import Signature, canonical, entry_bytes, key_fingerprint, leaf_digest
from db.station_key import FILE_NAME, load_key, make_key
from evidence.audit import audit_bundle
from evidence.checkpoint import holds
from evidence.entry import RawEntry
from services.exchange.bundle import read_bundle
from tests.support.bundle_examples import Evidence
from tests.support.evidence_logs import Station
from tests.support.sampling import examples
from tests.support.tool_examples import load_tool

standalone = load_tool("verify_standalone")

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
Case = tuple[bytes, bytes, bytes]
"""Key, signature, message."""


def add(a: Point, b: Point) -> Point:
    """The sum of two points of the curve (RFC 8032 §5.1.4)."""
    cross = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + cross, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, P) % P


def times(number: int, point: Point) -> Point:
    total = (0, 1)
    while number:
        total = add(total, point) if number & 1 else total
        point, number = add(point, point), number >> 1
    return total


def at(y: int) -> Point | None:
    """A point at this height; None where the curve has none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - square) % P else (x, y % P)


def written(point: Point, *, also: int = 0) -> bytes:
    return (point[1] + also | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = at(4 * pow(5, -1, P) % P) or (0, 0)
if BASE[0] & 1:
    BASE = (P - BASE[0], BASE[1])
EIGHTH = next(t for y in range(2, 99) if (top := at(y)) and (t := times(ORDER, top)) and times(4, t) != (0, 1))
SMALL = [times(number, EIGHTH) for number in range(8)]
"""The eight points of small order."""


def forms(point: Point) -> set[bytes]:
    """A point as its bytes, and as those that are not its one form: the height past P, the sign of zero."""
    found = {written(point)}
    if point[1] < 19:
        found.add(written(point, also=P))
    if point[0] == 0:
        found |= {bytes([*data[:31], data[31] | 0x80]) for data in found}
    return found


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little")


SMALL_FORMS = sorted(set().union(*map(forms, SMALL)))


def small_keys() -> Iterator[Case]:
    """Keys and points of small order: whoever publishes such a key can sign what he likes, or seem to."""
    for key, r, s in product(SMALL_FORMS, SMALL_FORMS, (0, ORDER)):
        yield key, r + s.to_bytes(32, "little"), b"box 7"


def mixed_keys() -> Iterator[Case]:
    """True signatures, but the key, the point or both are moved by a point of small order; or there is no nonce, and
    the point is of small order itself: that gives the key away, libsodium refuses it, and OpenSSL does not."""
    secret = 12345678901234567890
    for number, (moved, shifted, nonce) in enumerate(product(SMALL, SMALL, (98765432109876543210, 0))):
        key, r = written(add(times(secret, BASE), moved)), written(add(times(nonce, BASE), shifted))
        message = b"box %d" % number
        s = nonce + challenge(r, key, message) * secret
        for excess in (0, ORDER, 8 * ORDER):
            yield key, r + (s % ORDER + excess).to_bytes(32, "little"), message


def openssl(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def by_the_tool(key: bytes, signature: bytes, message: bytes) -> bool:
    return bool(standalone.is_signed(key, b64encode(signature).decode(), message))


@pytest.mark.parametrize("doubtful", [small_keys, mixed_keys])
def test_a_doubtful_signature_has_openssls_verdict_and_a_key_of_small_order_holds_none(doubtful) -> None:
    verdicts = {case: openssl(*case) for case in doubtful()}
    assert set(verdicts.values()) == {True, False}  # else nothing is shown
    expected = {case: said and case[0] not in SMALL_FORMS for case, said in verdicts.items()}
    for verifier in (holds, by_the_tool):
        assert {case: verifier(*case) for case in verdicts} == expected


def test_a_log_of_a_key_of_small_order_is_wrong_whoever_looks(tmp_path) -> None:
    """One signature that fits every body: R is the neutral point, S is 0, and the key is the neutral point too."""
    station = Station(1)
    key = written((0, 1))
    body = canonical(station.bodies[0] | {"public_key": key.hex()})
    line = Signature("station", key_fingerprint(key)[:16], written((0, 1)) + bytes(32))
    entry = RawEntry(body, f"{line}\n")
    leaf = leaf_digest(entry_bytes(body, (line,)))
    row = replace(station.row(), head=leaf.hex())
    path = Evidence([station], [[entry]], [row]).write(tmp_path / "logs.serah")
    with read_bundle(path) as found:
        [finding] = [one for one in audit_bundle(found.logs, found.entries).findings if one.is_wrong]
    assert (finding.code, finding.seq) == ("TAMPERED", 1)
    assert standalone.main([str(path)]) == 1


SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()


@given(st.binary(max_size=80), st.integers(0, 64 * 8 - 1), st.integers(0, 32 * 8 - 1))
@example(b"", 0, 0)
@example(b"x", 255, 255)  # the signs of R and of the key
@example(b"x", 256, 0)
@example(b"x", 508, 254)
@example(b"x", 511, 254)  # the top of S
@settings(max_examples=examples(50))
def test_a_signature_holds_as_it_was_made_and_with_no_bit_changed(message: bytes, in_signature: int, in_key: int):
    signature = SECRET.sign(message)
    assert holds(PUBLIC, signature, message)
    assert not holds(PUBLIC, flipped(signature, in_signature), message)
    assert not holds(flipped(PUBLIC, in_key), signature, message)
    assert not holds(PUBLIC, signature, message + b"!")


def flipped(data: bytes, bit: int) -> bytes:
    return bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]])


@pytest.mark.parametrize("length", [0, 31, 33, 63, 65, 128])
def test_keys_and_signatures_of_another_length_hold_nothing(length: int) -> None:
    assert not holds(PUBLIC, bytes(length), b"box 7")
    assert not holds(bytes(length), SECRET.sign(b"box 7"), b"box 7")


def test_a_station_signs_the_bytes_that_openssl_would(tmp_path) -> None:
    station = make_key(tmp_path)
    secret = load_pem_private_key((tmp_path / FILE_NAME).read_bytes(), password=None)
    for signer in (station, load_key(tmp_path)):
        assert signer.public_key == secret.public_key().public_bytes_raw()
        assert signer.sign(b"box 7") == secret.sign(b"box 7")
