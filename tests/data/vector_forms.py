"""The own fields of the frozen events, by the version in which their type took that form."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.format.encoding import key_fingerprint
from evidence.checkpoint import make_checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BOX, INK, PACK, EXTRA_BOX = "7Q2M9X4T5B8C6", "000000000000Q", "ZZZZZZZZZZZZ6", "GP1XF3A7QYFRR"


def public_key() -> bytes:
    """The 32 bytes of the public key that belongs to the fixed secret one."""
    return KEY.public_key().public_bytes_raw()


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
