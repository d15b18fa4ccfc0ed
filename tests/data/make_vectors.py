"""Make tests/data/ledger_v1.json: one entry of each type of event, with its bytes, signatures and leaf digest.

The key is fixed and public (bytes 0 to 31), so anybody can make the same file again and nothing real is signed with
it. Run `python tests/data/make_vectors.py` to write the file; the tests make the same and compare. Its bytes must
never change: a change of the format is a new version with a file of its own.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.ledger import SIGNING_CONTEXT, canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from evidence.checkpoint import make_checkpoint

FILE = Path(__file__).with_name("ledger_v1.json")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BOX, INK, PACK = "7Q2M9X4T5B8C6", "000000000000Q", "ZZZZZZZZZZZZ6"
LOG = "buleleng-2026/gudang/0011223344556677"


def own_fields() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of one event of each type, and of forms worth a vector of their own."""
    register = {
        "items": [
            {"code": BOX, "kind": "kotak", "to": "51.08.01.2009.001", "k": 1, "n": 5, "quantity": 1,
             "election": "PPWP", "range": None},
            {"code": PACK, "kind": "segel", "to": "51.08.01.2009.001", "k": 1, "n": 1, "quantity": 25, "election": None,
             "range": {"prefix": "A", "first": 1, "last": 25, "width": 6}},
        ],
        "held_by": "51.08",
        "out_of": None,
    }  # fmt: skip
    handover = {
        "from": "51.08", "to": "DK8123AB", "bound": ["51.08.01"], "counted": 2,
        "items": [
            {"code": BOX, "print": 1, "after": 0, "how": "camera"},
            {"code": INK, "print": None, "after": None, "how": "typed"},
        ],
        "extras": [{"kind": "kotak", "count": 1, "note": "label robek"}],
        "parties": {"giver": "Ni Luh Ayu", "receiver": "I Wayan Sudarma"}, "witnesses": ["Bawaslu: Ketut"],
        "vehicle": "truk boks", "note": "caf\u00e9 \u2028 \"q\" \\ \t \u0001 \U0001f5f3",
        "occurred": "2026-11-20T00:30:00Z",
        "bast": "0042/51.08/2026", "part": 1, "parts": 1,
    }  # fmt: skip
    return [
        ("genesis", {"election": "Pemilu 2026", "root": key_fingerprint(public_key()), "station": "gudang",
                     "place": "51.08", "public_key": public_key().hex(), "continues": None}),
        ("plan", {"rows": [
            {"row": "place", "code": "51.08", "name": "Gudang KPU", "level": "warehouse", "parent": None, "due": None},
            {"row": "place", "code": "51.08.01", "name": "PPK Gerokgak", "level": "district", "parent": "51.08",
             "due": "2026-11-22T04:00:00Z"},
            {"row": "need", "kind": "kotak", "name_id": "Kotak suara", "name_en": "Ballot box",
             "level": "polling_station", "per_place": 5, "unit": "buah", "tracked_as": "item",
             "elections": ["PPWP", "DPR", "DPD", "DPRD1", "DPRD2"]},
        ], "source": "places.csv", "source_digest": "ab" * 32, "part": 1, "parts": 2}),
        ("register", register),
        ("print", {"codes": [BOX, PACK], "print": 1, "sheet": "a4-3x7", "reason": None, "second": None}),
        ("print", {"codes": [BOX], "print": 2, "sheet": "roll-50x30", "reason": "sobek", "second": "Made"}),
        ("pack", {"parent": PACK, "children": [BOX], "action": "add"}),
        ("handover", handover),
        ("inspect", {"item": {"code": BOX, "print": 2, "after": 1, "how": "wedge"}, "condition": "wet",
                     "photo": "cd" * 32, "note": "hujan"}),
        ("reassign", {"items": [{"code": BOX, "print": None, "after": None, "how": "typed"}],
                      "to": "51.08.01.2009.002", "reason": "TPS digabung"}),
        ("correct", {"target": "", "reason": "incorrect_data", "corrective": [], "note": "salah tujuan"}),
        ("admit", {"station": "PPK Gerokgak", "place": "51.08.01", "key": "0f" * 32, "powers": ["plan"]}),
        ("revoke", {"station": "PPK Gerokgak", "key": "0f" * 32, "reason": "laptop dicuri",
                    "last_good": [{"log": "buleleng-2026/ppk/8899aabbccddeeff", "size": 120}]}),
        ("witness", {"head": make_checkpoint("buleleng-2026/ppk/8899aabbccddeeff", 120, bytes(32), public_key(),
                                             KEY.sign)}),
    ]  # fmt: skip


def public_key() -> bytes:
    """The 32 bytes of the public key that belongs to the fixed secret one."""
    return KEY.public_key().public_bytes_raw()


def make() -> dict[str, Any]:
    """The content of the vectors' file."""
    vectors: list[dict[str, Any]] = []
    for seq, (type_, fields) in enumerate(own_fields(), 1):
        earlier = [{"log": LOG, "seq": v["seq"], "leaf": v["leaf"]} for v in vectors]
        if type_ == "correct":
            fields["target"] = vectors[-1]["leaf"]
        body = {
            "v": 1, "type": type_, "log": LOG, "seq": seq, "prev": vectors[-1]["leaf"] if vectors else None,
            "refs": earlier[2:4] if type_ in ("handover", "inspect") else [], "id": f"session-{seq}",
            "at": f"2026-11-20T01:00:{seq:02d}{'' if seq % 2 else '.5'}Z", "by": "Luh", "app": "0.1", **fields,
        }  # fmt: skip
        data = canonical(body)
        signature = sign_body(data, public_key(), KEY.sign)
        entry = entry_bytes(data, (signature,))
        vectors.append(
            {"type": type_, "seq": seq, "body": data.decode(), "signatures": f"{signature}\n", "entry_hex": entry.hex(),
             "leaf": leaf_digest(entry).hex()}
        )  # fmt: skip
    return {
        "format": 1,
        "signing_context": SIGNING_CONTEXT.decode(),
        "public_key": public_key().hex(),
        "fingerprint": key_fingerprint(public_key()),
        "vectors": vectors,
    }


def text() -> str:
    """The file's text."""
    return json.dumps(make(), indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
