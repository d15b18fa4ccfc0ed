"""The own fields of the frozen events of versions 3 to 7, each from the form that the type had before."""

from typing import Any

from tests.data.vector_forms import BOX, EXTRA_BOX, INK, PACK, second_forms


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


def sixth_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of three events of the type that version 6 changed: with how much was to go as the station knew
    it, by a list of somebody else, and where it could not know.
    """
    told = dict(fifth_forms())["handover"]
    return [
        ("handover", told | {"bast": f"{number}/51.08/2026", "expected": expected})
        for number, expected in (
            ("0049", {"count": 192, "absent": 189, "by": "records"}),
            ("0050", {"count": 2, "absent": 0, "by": "list"}),
            ("0051", None),
        )
    ]


def seventh_forms() -> list[tuple[str, dict[str, Any]]]:
    """The own fields of an event of the type that version 7 changed: labels that were completed, taken and refused."""
    told = dict(sixth_forms())["handover"]
    rows = [{**row, "how": "completed"} for row in told["items"]]
    refused = [{"code": PACK, "print": 1, "after": 1, "how": "completed"}]
    return [("handover", told | {"bast": "0052/51.08/2026", "items": rows, "refused": refused})]
