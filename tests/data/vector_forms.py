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


def fourth_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of each type of event that version 4 changed or brought: a plan with voters and needs that follow
    something, and a withdrawal.
    """
    plan = dict(second_forms())["plan"]
    warehouse, district, booth = plan["rows"]
    station = district | {"code": "51.08.01.2009.001", "name": "TPS 001", "level": "polling_station", "voters": 251}
    plain = {"per": "place", "follows": "", "reserve": 0, "pack": None, "serial": "", "rule": ""}
    ballot = {"kind": "surat_suara", "name_id": "Surat suara", "name_en": "Ballot paper", "per_place": 1}
    ballot |= {"unit": "lembar", "tracked_as": "pack", "per": "voter", "reserve": 200, "pack": 500, "rule": "PKPU"}
    seal = {"kind": "segel", "name_id": "Segel", "name_en": "Seal", "level": "", "per_place": 2, "unit": "keping"}
    seal |= {"tracked_as": "pack", "per": "piece", "follows": "surat_suara", "pack": 100, "serial": "BLL000001"}
    envelope = seal | {"kind": "sampul", "per": "election", "pack": None, "serial": ""}
    rows = [warehouse | {"voters": None}, station, *(booth | plain | more for more in ({}, ballot, seal, envelope))]
    gone = [
        {"row": "place", "code": "51.08.01.2009.001"},
        {"row": "need", "kind": "bilik", "level": "polling_station"},
        {"row": "need", "kind": "segel", "level": None},
        {"row": "point", "point": "TK-01"},
    ]
    withdrawn = {"rows": gone, "note": "salah ketik", "part": 1, "parts": 1}
    return [("plan", plan | {"rows": rows}), ("withdraw", withdrawn)]


def fifth_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of each type of event that version 5 changed or brought: a profile, an admission whose powers
    reach no farther than a place, the word of an office that it joins another, a plan for one branch, one with phases,
    and handovers that say what was to go by phase and kinds.
    """
    both = {"name_id": "Sekolah", "name_en": "School"}
    level = both | {"level": "polling_station", "many_id": "Sekolah", "many_en": "Schools", "short": "SD", "words": []}
    profile = {
        "name": "ujian",
        "name_id": "Ujian sekolah",
        "name_en": "School exams",
        "codes": "free",
        "zone": "WITA",
        "levels": [level | {"level": "store-2", "words": ["kantor", "dinas"]}, level],
        "phases": [
            both | {"code": "1", "kinds": ["amplop"], "days": 7},
            both | {"code": "2", "kinds": [], "days": None},
        ],
        "conditions": [{"condition": "wet", "name_id": "basah", "name_en": "damp"}],
        "checklists": [
            {"about": "storage", "questions": [{"key": "lock", "name_id": "Terkunci?", "name_en": "Locked?"}]}
        ],
        "words": [{"language": "id", "word": "TPS", "instead": "sekolah"}],
        "letter": [{"language": "id", "key": "basis.list", "lines": ["Peraturan Menteri;", "Keputusan Dinas."]}],
        "source": "ujian.toml",
        "source_digest": "ef" * 32,
    }
    bare = {key: list[str]() for key in ("phases", "conditions", "checklists", "words", "letter")}
    plan, third = dict(fourth_forms())["plan"], dict(third_forms())["handover"]
    rows = [
        {"phase": "I", "name": "Tahap I", "kind": "bilik", "due": "2026-11-10T04:00:00Z"},
        {"phase": "II", "name": "Tahap II", "kind": "surat_suara", "due": None},
        {"phase": "", "name": "", "kind": "segel", "due": None},
    ]
    said = third | {"bast": "0046/51.08/2026", "phase": "I", "kinds": ["bilik", "kotak"]}
    listed = said | {"meant": {"absent": [EXTRA_BOX], "beyond": [INK]}}
    powers = [
        {"power": "admit", "under": "51.08"},
        {"power": "plan", "under": "51.08"},
        {"power": "plan", "under": None},
    ]
    return [
        ("profile", profile),
        ("profile", profile | bare | {"codes": "official", "zone": ""}),
        ("admit", {"station": "KPU Buleleng", "place": "51.08", "key": "0f" * 32, "powers": powers}),
        ("join", {"station": "KPU Provinsi Bali", "place": "51", "key": "1e" * 32}),
        ("plan", plan | {"phases": [], "under": "51.08"}),
        ("withdraw", dict(fourth_forms())["withdraw"] | {"rows": [{"row": "item", "code": BOX}], "note": "kembar"}),
        ("plan", plan | {"rows": plan["rows"][:1], "phases": rows, "under": None}),
        ("handover", listed),
        ("handover", said | {"bast": "0047/51.08/2026", "phase": None}),
        ("handover", said | {"bast": "0048/51.08/2026", "phase": None, "kinds": []}),
    ]
