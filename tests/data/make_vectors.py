"""Make tests/data/ledger_v1.json, _v2 and _v3: one entry of each type of event in each of its forms, with its
bytes, signatures and leaf digest.

The key is fixed and public (bytes 0 to 31), so anybody can make the same files again and nothing real is signed with
it. Run `python tests/data/make_vectors.py` to write them; the tests make the same and compare. Their bytes must never
change: a change of the format is a new version with a file of its own. Each version goes on where the log of the one
before ends, as an old station's log does.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.format.encoding import SIGNING_CONTEXT, canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from evidence.checkpoint import make_checkpoint

FOLDER = Path(__file__).parent
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BOX, INK, PACK, EXTRA_BOX = "7Q2M9X4T5B8C6", "000000000000Q", "ZZZZZZZZZZZZ6", "GP1XF3A7QYFRR"
LOG = "buleleng-2026/gudang/0011223344556677"


def own_fields() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of one event of each type, and of forms worth a vector of their own."""
    register = {
        "items": [
            {
                "code": BOX,
                "kind": "kotak",
                "to": "51.08.01.2009.001",
                "k": 1,
                "n": 5,
                "quantity": 1,
                "election": "PPWP",
                "range": None,
            },
            {
                "code": PACK,
                "kind": "segel",
                "to": "51.08.01.2009.001",
                "k": 1,
                "n": 1,
                "quantity": 25,
                "election": None,
                "range": {"prefix": "A", "first": 1, "last": 25, "width": 6},
            },
        ],
        "held_by": "51.08",
        "out_of": None,
    }
    handover = {
        "from": "51.08",
        "to": "DK8123AB",
        "bound": ["51.08.01"],
        "counted": 2,
        "items": [
            {"code": BOX, "print": 1, "after": 0, "how": "camera"},
            {"code": INK, "print": None, "after": None, "how": "typed"},
        ],
        "extras": [{"kind": "kotak", "count": 1, "note": "label robek"}],
        "parties": {"giver": "Ni Luh Ayu", "receiver": "I Wayan Sudarma"},
        "witnesses": ["Bawaslu: Ketut"],
        "vehicle": "truk boks",
        "note": 'caf\u00e9 \u2028 "q" \\ \t \u0001 \U0001f5f3',
        "occurred": "2026-11-20T00:30:00Z",
        "bast": "0042/51.08/2026",
        "part": 1,
        "parts": 1,
    }
    return [
        (
            "genesis",
            {
                "election": "Pemilu 2026",
                "root": key_fingerprint(public_key()),
                "station": "gudang",
                "place": "51.08",
                "public_key": public_key().hex(),
                "continues": None,
            },
        ),
        (
            "plan",
            {
                "rows": [
                    {
                        "row": "place",
                        "code": "51.08",
                        "name": "Gudang KPU",
                        "level": "warehouse",
                        "parent": None,
                        "due": None,
                    },
                    {
                        "row": "place",
                        "code": "51.08.01",
                        "name": "PPK Gerokgak",
                        "level": "district",
                        "parent": "51.08",
                        "due": "2026-11-22T04:00:00Z",
                    },
                    {
                        "row": "need",
                        "kind": "kotak",
                        "name_id": "Kotak suara",
                        "name_en": "Ballot box",
                        "level": "polling_station",
                        "per_place": 5,
                        "unit": "buah",
                        "tracked_as": "item",
                        "elections": ["PPWP", "DPR", "DPD", "DPRD1", "DPRD2"],
                    },
                ],
                "source": "places.csv",
                "source_digest": "ab" * 32,
                "part": 1,
                "parts": 2,
            },
        ),
        ("register", register),
        ("print", {"codes": [BOX, PACK], "print": 1, "sheet": "a4-3x7", "reason": None, "second": None}),
        ("print", {"codes": [BOX], "print": 2, "sheet": "roll-50x30", "reason": "sobek", "second": "Made"}),
        ("pack", {"parent": PACK, "children": [BOX], "action": "add"}),
        ("handover", handover),
        (
            "inspect",
            {
                "item": {"code": BOX, "print": 2, "after": 1, "how": "wedge"},
                "condition": "wet",
                "photo": "cd" * 32,
                "note": "hujan",
            },
        ),
        (
            "reassign",
            {
                "items": [{"code": BOX, "print": None, "after": None, "how": "typed"}],
                "to": "51.08.01.2009.002",
                "reason": "TPS digabung",
            },
        ),
        ("correct", {"target": "", "reason": "incorrect_data", "corrective": [], "note": "salah tujuan"}),
        ("admit", {"station": "PPK Gerokgak", "place": "51.08.01", "key": "0f" * 32, "powers": ["plan"]}),
        (
            "revoke",
            {
                "station": "PPK Gerokgak",
                "key": "0f" * 32,
                "reason": "laptop dicuri",
                "last_good": [{"log": "buleleng-2026/ppk/8899aabbccddeeff", "size": 120}],
            },
        ),
        (
            "witness",
            {"head": make_checkpoint("buleleng-2026/ppk/8899aabbccddeeff", 120, bytes(32), public_key(), KEY.sign)},
        ),
    ]


def second_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of one event of each type that version 2 brought or changed."""
    handover = {
        "from": "DK8123AB",
        "to": "51.08.01",
        "bound": [],
        "counted": 3,
        "items": [
            {"code": BOX, "print": 2, "after": 0, "how": "camera"},
            {"code": INK, "print": None, "after": None, "how": "matched"},
        ],
        "refused": [{"code": PACK, "print": 1, "after": 1, "how": "wedge"}],
        "remarks": [{"code": INK, "text": "label sobek"}, {"code": PACK, "text": "segel basah"}],
        "extras": [{"kind": "bilik", "count": 1, "note": "tanpa label"}],
        "parties": {
            "giver": "I Wayan Sudarma",
            "giver_office": "Sopir",
            "receiver": "Ni Made Sari",
            "receiver_office": "Ketua PPK Gerokgak",
        },
        "witnesses": ["Panwascam: Ketut"],
        "carriage": {
            "vehicle": "truk boks",
            "driver": "I Wayan Sudarma",
            "escort": "Aipda Nyoman",
            "stops": ["51.08.01", "51.08.02"],
        },
        "note": "",
        "occurred": None,
        "bast": "0043/51.08/2026",
        "part": 1,
        "parts": 1,
        "acknowledged": [
            {"party": "giver", "name": "I Wayan Sudarma", "how": "drawn", "digest": "0a" * 32},
            {"party": "receiver", "name": "Ni Made Sari", "how": "pin", "digest": None},
            {"party": "witness", "name": "Panwascam: Ketut", "how": "paper", "digest": None},
        ],
    }
    read = {"code": BOX, "print": 2, "after": 0, "how": "camera"}
    return [
        (
            "void",
            {
                "labels": [{"code": BOX, "print": 3}, {"code": INK, "print": 1}],
                "reason": "spoiled",
                "note": "tinta printer habis",
                "second": "Made",
            },
        ),
        ("handover", handover),
        (
            "pack",
            {
                "parent": PACK,
                "children": [BOX, INK],
                "action": "check",
                "scope": "sample",
                "items": [read],
                "names": ["Luh", "Made"],
                "note": "",
                "occurred": None,
            },
        ),
        (
            "seal",
            {
                "item": read,
                "place": "51.08",
                "action": "apply",
                "serials": ["A000001", "A000002"],
                "result": None,
                "names": ["Luh", "Made"],
                "witness": "",
                "photo": None,
                "note": "",
                "occurred": None,
            },
        ),
        (
            "seal",
            {
                "item": read,
                "place": "51.08.01",
                "action": "check",
                "serials": ["A000001"],
                "result": "broken",
                "names": ["Sari", "Putu"],
                "witness": "Panwascam: Ketut",
                "photo": "ef" * 32,
                "note": "putus di jalan",
                "occurred": "2026-11-20T02:30:00Z",
            },
        ),
        (
            "delivery",
            {
                "place": "51.08",
                "vendor": "PT Cetak",
                "contract": "SPK 12/2026",
                "kind": "bilik",
                "contracted": 9100,
                "arrived": 6500,
                "damaged": 12,
                "paper": "SJ-0007",
                "parties": {"giver": "Agus", "receiver": "Luh"},
                "note": "",
                "occurred": None,
            },
        ),
        (
            "incident",
            {
                "action": "open",
                "opened": None,
                "place": "51.08.01",
                "stage": "pengangkutan",
                "items": [read],
                "text": "truk mogok di Tejakula",
                "occurred": None,
            },
        ),
        (
            "incident",
            {
                "action": "close",
                "opened": "",
                "place": "51.08.01",
                "stage": "pengangkutan",
                "items": [],
                "text": "diganti truk lain",
                "occurred": None,
            },
        ),
        (
            "checklist",
            {
                "place": "51.08.01",
                "about": "kesiapan gudang",
                "answers": [
                    {"question": "Atap tidak bocor", "answer": "no", "note": "bocor di sudut timur"},
                    {"question": "Ada penjaga", "answer": "unknown", "note": ""},
                ],
                "names": ["Sari"],
                "note": "",
                "occurred": None,
            },
        ),
        (
            "point",
            {
                "point": "TK-01",
                "title": "Pengangkatan petugas KPPS",
                "owner": "Divisi SDM",
                "due": "2026-11-21T16:00:00Z",
                "place": None,
                "state": "open",
                "note": "",
            },
        ),
        ("clock", {"expected": "2026-11-20T02:30:00.250Z", "codes": [BOX, INK]}),
        (
            "plan",
            {
                "rows": [
                    {
                        "row": "place",
                        "code": "51.08",
                        "name": "Gudang KPU",
                        "level": "warehouse",
                        "parent": None,
                        "due": None,
                        "dapil": None,
                    },
                    {
                        "row": "place",
                        "code": "51.08.01",
                        "name": "PPK Gerokgak",
                        "level": "district",
                        "parent": "51.08",
                        "due": "2026-11-22T04:00:00Z",
                        "dapil": "Contoh 4",
                    },
                    {
                        "row": "need",
                        "kind": "bilik",
                        "name_id": "Bilik suara",
                        "name_en": "Voting booth",
                        "level": "polling_station",
                        "per_place": 4,
                        "unit": "buah",
                        "tracked_as": "item",
                        "elections": [],
                    },
                ],
                "source": "places.csv",
                "source_digest": "cd" * 32,
                "part": 1,
                "parts": 1,
            },
        ),
    ]


def third_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of two events of the type that version 3 changed: with a list of what was to go, and without."""
    second = dict(second_forms())["handover"]
    meant = {"absent": [PACK, EXTRA_BOX], "beyond": [INK], "phase": None, "kinds": []}
    runs = [{"to": "51.08.01.2009.001", "count": 1}, {"to": "", "count": 1}]
    told = {"bast": "0044/51.08/2026", "refused": [], "remarks": [], "counted": 2, "extras": [], "part": 1, "parts": 2}
    return [
        ("handover", second | told | {"destinations": runs, "meant": meant}),
        ("handover", second | {"bast": "0045/51.08/2026", "destinations": [], "meant": None}),
    ]


def public_key() -> bytes:
    """The 32 bytes of the public key that belongs to the fixed secret one."""
    return KEY.public_key().public_bytes_raw()


def _add(vectors: list[dict[str, Any]], forms: list[tuple[str, dict[str, Any]]], version: int) -> None:
    """Add an entry of each form to the log, each after the one before."""
    for type_, fields in forms:
        seq = len(vectors) + 1
        earlier = [{"log": LOG, "seq": v["seq"], "leaf": v["leaf"]} for v in vectors]
        if type_ == "correct":
            fields["target"] = vectors[-1]["leaf"]
        relies = type_ in ("handover", "inspect", "seal") or (type_, version) == ("pack", 2)
        refs = earlier[2:4] if relies else []
        if type_ == "incident":
            refs = earlier[-1:]
            fields["opened"] = None if fields["opened"] is None else vectors[-1]["leaf"]
        body = {
            "v": version,
            "type": type_,
            "log": LOG,
            "seq": seq,
            "prev": vectors[-1]["leaf"] if vectors else None,
            "refs": refs,
            "id": f"session-{seq}",
            "at": f"2026-11-20T01:00:{seq:02d}{'' if seq % 2 else '.5'}Z",
            "by": "Luh",
            "app": "0.1",
            **fields,
        }
        data = canonical(body)
        signature = sign_body(data, public_key(), KEY.sign)
        entry = entry_bytes(data, (signature,))
        vectors.append(
            {
                "type": type_,
                "seq": seq,
                "body": data.decode(),
                "signatures": f"{signature}\n",
                "entry_hex": entry.hex(),
                "leaf": leaf_digest(entry).hex(),
            }
        )


def texts() -> dict[str, str]:
    """The text of each file, by its name."""
    vectors: list[dict[str, Any]] = []
    made = {}
    for version, forms in ((1, own_fields()), (2, second_forms()), (3, third_forms())):
        first = len(vectors)
        _add(vectors, forms, version)
        content = {
            "format": version,
            "signing_context": SIGNING_CONTEXT.decode(),
            "public_key": public_key().hex(),
            "fingerprint": key_fingerprint(public_key()),
            "vectors": vectors[first:],
        }
        made[f"ledger_v{version}.json"] = json.dumps(content, indent=1, ensure_ascii=True) + "\n"
    return made


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
