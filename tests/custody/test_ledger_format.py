"""The ledger format, to the byte: canonical bodies, signatures, leaves, and what a reader refuses."""

import base64
import hashlib
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given

from custody.errors import TamperError
from custody.format.encoding import (
    Signature,
    canonical,
    entry_bytes,
    key_fingerprint,
    leaf_digest,
    read_signatures,
)
from custody.format.event_types import COMMON, FORMS, NEWEST
from custody.format.events import check_body, read_event, stored_event
from tests.support.json_examples import bodies

DATA = Path(__file__).parents[1] / "data"
FILES = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("ledger_v*.json"))}
FILE = FILES["ledger_v1.json"]
VECTORS: list[dict[str, Any]] = [vector for file in FILES.values() for vector in file["vectors"]]
by_type = pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['seq']}-{v['type']}" for v in VECTORS])

# --- vectors --------------------------------------------------------------------------------------------------------


def test_the_vectors_are_what_the_script_makes():
    made = runpy.run_path(str(DATA / "make_vectors.py"))
    assert made["texts"]() == {name: (DATA / name).read_text(encoding="utf-8") for name in FILES}


def test_the_bytes_of_version_1_are_those_that_were_frozen():
    digest = hashlib.sha256((DATA / "ledger_v1.json").read_bytes()).hexdigest()
    assert digest == "e6ed17e19fc58cdcfe01927b2691396ceb5956c567e87f85a8168cb90cb65c59"


def test_there_is_a_vector_of_each_form_in_the_file_of_its_version():
    for name, file in FILES.items():
        forms = {(body["type"], body["v"]) for body in (json.loads(vector["body"]) for vector in file["vectors"])}
        assert forms == {form for form in FORMS if form[1] == file["format"]}, name


def test_a_type_is_written_in_the_newest_of_its_forms():
    assert {type_: max(v for name, v in FORMS if name == type_) for type_, _version in FORMS} == {**NEWEST}
    assert NEWEST["handover"] == 7 and NEWEST["pack"] == 2 and NEWEST["print"] == 1


@by_type
def test_a_vector_reads_back(vector):
    body = vector["body"].encode()
    signatures = read_signatures(vector["signatures"])
    event = read_event(body, signatures)
    assert entry_bytes(body, signatures).hex() == vector["entry_hex"]
    assert event.leaf == vector["leaf"]
    assert (event.type, event.seq) == (vector["type"], vector["seq"])
    assert canonical(event.body) == body
    assert stored_event(bytes.fromhex(event.leaf), body) == event


@by_type
def test_a_vector_can_be_checked_without_our_code(vector):
    body, line = vector["body"].encode(), vector["signatures"].removesuffix("\n")
    entry = body + b"\n" + line.encode() + b"\n"
    assert hashlib.sha256(b"\x00" + entry).hexdigest() == vector["leaf"]
    role, key_id, signature = line.split(" ")
    assert (role, key_id) == ("station", hashlib.sha256(bytes.fromhex(FILE["public_key"])).hexdigest()[:16])
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(FILE["public_key"]))
    key.verify(base64.b64decode(signature), b"serah-event/v1\n" + body)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature), body)  # without the context it is no signature of an event


def test_each_vector_names_the_leaf_of_the_one_before():
    bodies = [json.loads(vector["body"]) for vector in VECTORS]
    assert [body["prev"] for body in bodies] == [None, *(vector["leaf"] for vector in VECTORS[:-1])]


def test_the_fingerprint_is_the_digest_of_the_key():
    assert key_fingerprint(bytes.fromhex(FILE["public_key"])) == FILE["fingerprint"]


# --- canonical bytes ------------------------------------------------------------------------------------------------


def test_a_leaf_is_that_of_rfc_6962():
    # RFC 6962 §2.1: MTH({d(0)}) = SHA-256(0x00 || d(0)); the first two are the known answers of its test vectors.
    assert leaf_digest(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_digest(b"\x00").hex() == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"


def test_signature_lines_round_trip():
    signatures = (Signature("station", "0123456789abcdef", bytes(64)), Signature("root", "f" * 16, bytes(range(64))))
    text = "".join(f"{signature}\n" for signature in signatures)
    assert read_signatures(text) == signatures
    assert read_signatures("") == ()
    assert entry_bytes(b"{}", signatures) == b"{}\n" + text.encode()


def test_signature_lines_have_one_form():
    good = str(Signature("station", "0123456789abcdef", bytes(64)))
    assert read_signatures(good + "\n")
    for bad in (
        good.replace("A==", "B=="),
        good + " ",
        " " + good,
        good.replace(" ", "  ", 1),
        good.replace(" ", "\t", 1),
        good.upper(),
        good.replace("station", ""),
        good.replace("station", "sta-tion"),
        good.replace("0123", "0x23"),
        good.replace("abcdef", "abcdeF"),
        good[:-1],
        good + "=",
        good + "\r",
        f"{good}\r\n{good}",
        f"{good}\n\n{good}",
        f"{good}\n\n",
        "\n",
        f"{good}\x0b{good}",
        f"{good}\u2028{good}",
        good.replace("A", "-", 5),
        "station",
        "é" * 100,
    ):
        with pytest.raises(TamperError):
            read_signatures(bad)


def test_leaves_bind_the_signatures_too():
    body = VECTORS[0]["body"].encode()
    signatures = read_signatures(VECTORS[0]["signatures"])
    other = Signature("station", signatures[0].key_id, bytes(64))
    leaves = {read_event(body, some).leaf for some in ((), signatures, (other,), (*signatures, other))}
    assert len(leaves) == 4


# --- what an event may hold -------------------------------------------------------------------------------------------


def body_of(type_: str, version: int = 1) -> dict[str, Any]:
    bodies = (json.loads(vector["body"]) for vector in VECTORS if vector["type"] == type_)
    body: dict[str, Any] = next(body for body in bodies if body["v"] == version)
    return body


@by_type
def test_every_field_is_required_and_no_other_is_allowed(vector):
    body = json.loads(vector["body"])
    for name in (*COMMON, *FORMS[body["type"], body["v"]]):
        with pytest.raises(TamperError):
            check_body({key: value for key, value in body.items() if key != name})
    with pytest.raises(TamperError, match="surprise"):
        check_body({**body, "surprise": 1})


@by_type
def test_no_field_takes_a_value_of_another_kind(vector):
    body = json.loads(vector["body"])
    for name in body:
        with pytest.raises(TamperError):
            check_body({**body, name: {"of": "another kind"}})


@pytest.mark.parametrize("unknown", ["", "Handover", "seals", None, 1, [], {}, ["print"]])
def test_types_that_are_not_known_are_refused(unknown):
    with pytest.raises(TamperError):
        check_body({**body_of("print"), "type": unknown})


@pytest.mark.parametrize("type_", sorted({type_ for type_, _version in FORMS}))
def test_a_version_that_a_type_has_no_form_of_is_refused(type_):
    known = {version for name, version in FORMS if name == type_}
    body = body_of(type_, max(known))
    for version in (0, 1, 2, 3, -1, True, 1.0, 2.0, "1", "2", None, [1], {}):
        if type(version) is int and version in known:
            continue
        with pytest.raises(TamperError):
            check_body({**body, "v": version})


def test_one_form_does_not_pass_as_another():
    for type_ in ("handover", "pack"):
        old, new = body_of(type_), body_of(type_, 2)
        for body, version in ((old, 2), (new, 1)):
            with pytest.raises(TamperError):
                check_body({**body, "v": version})


@pytest.mark.parametrize(
    ("type_", "field", "value"),
    [
        ("print", "v", 2),
        ("print", "v", True),
        ("print", "v", "1"),
        ("print", "type", ["print"]),
        ("print", "type", None),
        ("print", "seq", 0),
        ("print", "seq", True),
        ("print", "seq", 2**53),
        ("print", "print", 0),
        ("print", "prev", ""),
        ("print", "prev", "AB" * 32),
        ("print", "prev", "ab" * 31),
        ("print", "codes", [1]),
        ("print", "at", "2026-11-20T01:00:00"),
        ("print", "at", "2026-11-20T01:00:00+00:00"),
        ("print", "at", ""),
        ("print", "at", "2026-13-20T01:00:00Z"),
        ("print", "at", "2026-02-29T01:00:00Z"),
        ("print", "at", None),
        ("print", "at", "2026-11-20T24:00:00Z"),
        ("print", "at", "2026-11-20 01:00:00Z"),
        ("print", "at", "2026-11-20T01:00:00.Z"),
        ("print", "at", "2026-11-20T01:00:00.1234567Z"),
        ("print", "at", "２026-11-20T01:00:00Z"),
        ("print", "refs", [{"log": "A", "seq": 1}]),
        ("print", "refs", [{"log": "A", "seq": 0, "leaf": "ab" * 32}]),
        ("print", "refs", None),
        ("handover", "counted", -1),
        ("handover", "counted", 1.5),
        ("handover", "parties", {"giver": ""}),
        ("handover", "items", [{"code": "X", "print": 0, "after": None, "how": "camera"}]),
        ("handover", "items", [{"code": "X", "print": 1, "after": -1, "how": "camera"}]),
        ("handover", "items", [{"code": "X", "print": 1, "after": None, "how": "guessed"}]),
        ("handover", "items", [{"code": "X", "print": 1, "after": None, "how": "camera", "more": 1}]),
        ("handover", "extras", [{"kind": "box", "count": 0, "note": ""}]),
        ("handover", "occurred", "yesterday"),
        ("pack", "action", "open"),
        ("inspect", "condition", "fine"),
        ("inspect", "photo", "photo.jpg"),
        ("correct", "target", None),
        ("correct", "reason", "because"),
        ("correct", "corrective", ["x"]),
        ("plan", "rows", [{"row": "place", "code": "51"}]),
        ("plan", "rows", ["51"]),
        ("plan", "part", 0),
        ("register", "items", [{"code": "X"}]),
        ("register", "held_by", None),
        ("genesis", "continues", 1),
        ("void", "labels", [{"code": "X", "print": None}]),
        ("void", "reason", "torn"),
        ("void", "second", 1),
        ("handover2", "items", [{"code": "X", "print": 1, "after": None, "how": "guessed"}]),
        ("handover2", "refused", [{"code": "X"}]),
        ("handover2", "remarks", [{"code": "X", "text": None}]),
        ("handover2", "parties", {"giver": "", "receiver": ""}),
        ("handover2", "carriage", "truk boks"),
        ("handover2", "carriage", {"vehicle": "", "driver": "", "escort": "", "stops": ""}),
        ("handover2", "acknowledged", [{"party": "driver", "name": "", "how": "pin", "digest": None}]),
        ("handover2", "acknowledged", [{"party": "giver", "name": "", "how": "video", "digest": None}]),
        ("handover2", "acknowledged", [{"party": "giver", "name": "", "how": "drawn", "digest": "x.png"}]),
        ("pack2", "action", "split"),
        ("pack2", "scope", "some"),
        ("pack2", "items", ["X"]),
        ("seal", "action", "open"),
        ("seal", "result", "good"),
        ("seal", "serials", [1]),
        ("seal", "photo", "x.jpg"),
        ("seal", "item", {"code": "X", "print": 1, "after": None, "how": "matched"}),
        ("seal", "names", "Luh"),
        ("delivery", "arrived", None),
        ("delivery", "arrived", -1),
        ("delivery", "contracted", 0.5),
        ("incident", "action", "reopen"),
        ("incident", "opened", "A1"),
        ("incident", "items", None),
        ("checklist", "answers", [{"question": "", "answer": "maybe", "note": ""}]),
        ("checklist", "place", None),
        ("point", "state", "late"),
        ("point", "due", "tomorrow"),
        ("point", "place", 1),
    ],
)
def test_values_out_of_their_range_are_refused(type_, field, value):
    name = type_.rstrip("2")
    version = 1 if type_ == name and (name, 1) in FORMS else 2
    with pytest.raises(TamperError):
        check_body({**body_of(name, version), field: value})


def test_a_place_names_its_district_in_the_second_form_of_a_plan_and_only_there():
    first, second = body_of("plan", 1)["rows"], body_of("plan", 2)["rows"]
    for version, rows in ((1, second), (2, first), (2, [{**second[0], "dapil": 4}])):
        with pytest.raises(TamperError, match="rows"):
            check_body({**body_of("plan", version), "rows": rows})


def test_a_refusal_names_the_field():
    with pytest.raises(TamperError, match="counted"):
        check_body({**body_of("handover"), "counted": "two"})


@given(bodies)
def test_hostile_bodies_are_refused_without_a_crash(body):
    with pytest.raises(TamperError):
        read_event(canonical({**body_of("handover"), "x_": 1, **body}), ())


def test_a_mark_after_a_line_feed_stays_json_when_text_is_composed() -> None:
    body = {"note": "a\n\u0303 b", "word": "e\u0301"}
    written = canonical(body)
    assert json.loads(written) == {"note": "a\n\u0303 b", "word": "\u00e9"}
    assert canonical(json.loads(written)) == written
