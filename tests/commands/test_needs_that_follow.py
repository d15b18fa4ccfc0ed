"""Needs that follow voters, other kinds and packs: loaded from an office's tables, the same number on every surface."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from commands.context import station_at
from custody.compose import item_events
from custody.errors import RuleError
from custody.plan.places import Need
from services.plan.planning import record_plan
from tables.output.write import Sheet, write_table
from tests.support.command_examples import NOW, Once, Terminal
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.work_examples import work

VILLAGE = "51.08.01.2001"
HEAD = "kode,nama,tingkat,induk,Jumlah DPT\n"
TREE = (
    f"51.08,Gudang KPU,gudang,,\n51.08.01,PPK Gerokgak,kecamatan,51.08,\n{VILLAGE},PPS Sumberklampok,desa,51.08.01,\n"
)
NEEDS_HEAD = (
    "Kode jenis;Nama barang;Tingkat;Dihitung per;Jumlah per tempat;Cadangan;Isi per pak;Nomor seri awal;Satuan;"
    "Dilacak sebagai;Dasar hukum\n"
)
NEEDS = (
    NEEDS_HEAD
    + """kotak;Kotak suara;TPS;tempat;5;;;;buah;barang;
surat;Surat suara;TPS;pemilih;1;2 %;100;;lembar;pak;PKPU contoh
sampul;Sampul;;jenis surat suara;2;;500;;buah;pak;
segel;Segel cadangan;;Kotak suara;2;;4;BLL0001;keping;pak;
"""
)
WANTED = {"kotak": 335, "surat": 17_554, "sampul": 134, "segel": 670}
"""Of 67 TPS with 256 voters each: 5 boxes, 262 ballots, 2 envelopes, and 2 seals for each box."""


def stations(voters: Sequence[object]) -> str:
    rows = (f"{VILLAGE}.{n:03},TPS {n:03},TPS,{VILLAGE},{count}\n" for n, count in enumerate(voters, 1))
    return HEAD + TREE + "".join(rows)


@pytest.fixture
def office(terminal: Terminal, once: Once) -> Terminal:
    """A station whose plan has 67 TPS with 256 voters each."""

    @once
    def loaded() -> None:
        Path("places.csv").write_text(stations([256] * 67))
        Path("needs.csv").write_text(NEEDS)
        assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
        ran = terminal("load", "places.csv", "needs.csv")
        assert ran.code == 0, ran.err

    return terminal


def needs_of(terminal: Terminal, place: str = "51.08") -> dict[str, int | None]:
    return {row["kind"]: row["need"] for row in terminal("plan", "--explain", place, "--json").json["kinds"]}


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_every_surface_counts_against_the_same_need(office: Terminal, page_at: PageAt) -> None:
    assert needs_of(office) == WANTED
    for kind, arrived in (("surat", 16_000), ("sampul", 134), ("segel", 0), ("kotak", 336)):
        told = office("receive", "--from", "PT", "--kind", kind, "--arrived", arrived, "--json").json
        assert (told["need"], told["short"]) == (WANTED[kind], max(WANTED[kind] - arrived, 0))
    said = office("receive", "--from", "PT", "--kind", "surat", "--arrived", 0, lang="id").out
    assert "kebutuhan 17.554, tiba 16.000, kurang 1.554" in said
    rows = office("report", "deliveries", "--json").json["rows"]
    assert {row["kind"]: row["need"] for row in rows} == WANTED

    first = f"{VILLAGE}.001"
    assert office("plan", "--place", first).code == 0
    short = {kind: sum(row["need"] for row in rows if row["kind"] == kind) for kind, rows in balances(office).items()}
    own = needs_of(office, first)
    assert {kind: count + (own[kind] or 0) for kind, count in short.items()} == WANTED, "the first has all of its own"
    assert office("plan").code == 0 and not balances(office)

    progress = [row for row in office("report", "progress", "--json").lines if row["place"] == "51.08"]
    assert {row["kind"]: row["need"] for row in progress} == WANTED
    assert {row["kind"]: row["registered_pieces"] for row in progress} == WANTED
    assert {row["kind"]: row["registered"] for row in progress} == {
        "kotak": 335,
        "surat": 201,
        "sampul": 67,
        "segel": 201,
    }
    assert office("report", "progress", "--out", "p.csv").code == 0
    table = csv.DictReader(io.StringIO(Path("p.csv").read_text("utf-8-sig")))
    assert {row["kind"]: int(row["need"]) for row in table if row["place"] == VILLAGE} == WANTED

    assert office.give(office.codes("--to", first), "51.08", first).code == 0
    with page_at(site_at(office.home)) as client:
        api = [row for row in client.get("/api/v1/progress").json() if row["place"] == VILLAGE]
        page = words(client.get(f"/dashboard/{VILLAGE}?view=need").text)
        plan = words(client.get("/plan").text)
    assert {row["kind"]: row["need"] for row in api} == WANTED
    assert {row["kind"]: row["need"] - row["arrived_pieces"] for row in api} == {
        row["kind"]: row["short"] for row in api
    }
    assert "Surat suara 17,554 17,554 262 17,292" in page and "Segel cadangan 670 670 10 660" in page
    assert "Surat suara Voters, Polling station + 2% 1 lembar 17,554 17,554 (201 packs)" in plan


def balances(office: Terminal) -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = {}
    for row in office("balance", "--json").json["rows"]:
        found.setdefault(row["kind"], []).append(row)
    return found


def test_an_explanation_shows_how_each_number_came_about_in_both_languages(office: Terminal) -> None:
    said = office("plan", "--explain", f"{VILLAGE}.001").out
    assert "Surat suara: 262 lembar" in said and "[PKPU contoh]" in said
    assert "1 × 256 (Voters, Polling station) = 256; reserve 2%, rounded up for each place: 6; together 262" in said
    assert "2 × 5 (Kotak suara) = 10" in said and "2 × 1 (elections of Surat suara) = 2" in said
    said = office("plan", "--explain", "51.08", "--kind", "surat", lang="id").out
    assert (
        "1 × 17.152 (pemilih, TPS) = 17.152; cadangan 2%, dibulatkan ke atas di setiap tempat: 402; semuanya 17.554"
        in said
    )
    assert "dalam 201 pak, isi 100" in said and "Kotak" not in said
    assert office("plan", "--explain", "51.99").code == 2


def test_packs_are_registered_with_their_contents_and_numbers_and_more_voters_bring_another(office: Terminal) -> None:
    first = f"{VILLAGE}.001"
    assert office("plan", "--place", first).code == 0
    packs = office.items("--to", first, "--kind", "surat")
    assert [(item["k"], item["n"], item["quantity"]) for item in packs] == [(1, 3, 100), (2, 3, 100), (3, 3, 62)]
    seals = office.items("--to", first, "--kind", "segel")
    assert [item["serials"] for item in seals] == ["BLL0001-BLL0004", "BLL0005-BLL0008", "BLL0009-BLL0010"]
    Path("dpt.csv").write_text(f"Kode;Nama;Jumlah DPT\n{first};TPS 001;300\n")
    assert office("load", "dpt.csv").code == 0
    assert office("plan", "--place", first).code == 0
    packs = office.items("--to", first, "--kind", "surat")
    assert [item["quantity"] for item in packs] == [100, 100, 62, 44]
    assert office("plan", "--place", f"{VILLAGE}.002").code == 0
    assert office.items("--to", f"{VILLAGE}.002", "--kind", "segel")[0]["serials"] == "BLL0011-BLL0014"


def test_where_voters_are_missing_the_need_is_not_known_and_every_surface_says_so(office: Terminal) -> None:
    Path("places.csv").write_text(stations([256] * 65 + ["", ""]))
    told = office("load", "places.csv").err
    assert "is not known: 2 (TPS 066, TPS 067)" in told
    assert needs_of(office) == WANTED | {"surat": None}
    said = office("plan", "--explain", "51.08")
    assert "not known at 2 places: their number of voters is missing" in said.out and "TPS 066" in said.err
    assert "not known at 2 places" in office("receive", "--from", "PT", "--kind", "surat", "--arrived", 9).out
    row = office("report", "deliveries", "--json").json["rows"][0]
    assert (row["need"], row["short"], row["need_open_at"]) == (None, None, 2)
    assert office("plan", "--kind", "surat").code == 0 and len(office.codes()) == 65 * 3
    [row] = [r for r in office("report", "progress", "--json").lines if (r["place"], r["kind"]) == ("51.08", "surat")]
    assert (row["need"], row["short"], row["registered_pieces"]) == (None, None, 65 * 262)
    found = office("balance", "--json").json
    assert found["rows"] == [] and found["open"] == [f"{VILLAGE}.066", f"{VILLAGE}.067"]


def test_a_plan_that_does_not_know_a_need_does_not_say_that_nothing_is_missing(
    office: Terminal, page_at: PageAt
) -> None:
    assert office("plan").code == 0
    assert "Nothing is missing" in office("plan").out and office("plan", "--json").json["not_known"] == []
    Path("places.csv").write_text(stations([256] * 65 + ["", ""]))
    assert office("load", "places.csv").code == 0
    said = office("plan")
    assert "Nothing is missing" not in said.out and "Load a list of these places" in said.err
    assert "Surat suara: not known at 2 places: their number of voters is missing" in said.err
    [unknown] = office("plan", "--json").json["not_known"]
    assert (unknown["kind"], unknown["need"], unknown["open"]) == ("surat", None, 2)
    assert office("plan", "--kind", "kotak", "--json").json["not_known"] == []
    with page_at(site_at(office.home)) as client:
        page = words(work(Visitor(client), "/api/plan/missing", {})["page"])
    assert "Nothing is missing" not in page and "not known at 2 places" in page


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("surat;Surat;TPS;pemilih;1;-2 %;;;;pak;", "-2 % is negative"),
        ("surat;Surat;TPS;pemilih;1;2;;;;pak;", "2 may be pieces or per cent"),
        ("surat;Surat;TPS;pemilih;1;dua;;;;pak;", "dua is no reserve"),
        ("surat;Surat;TPS;pemilih;1;2,345 %;;;;pak;", "at most two decimals"),
        ("surat;Surat;TPS;pemilih;1;;100;;;barang;", "only what is tracked as pack"),
        ("surat;Surat;TPS;pemilih;1;;;A1;;pak;", "numbers packs"),
        ("surat;Surat;TPS;pemilih;1;;5;A;;pak;", "not a serial number"),
        ("segel;Segel;;gergaji;1;;;;;pak;", "gergaji is none of"),
        ("segel;Segel;TPS;tempat;1;;50;;;pak;", "is 50, and elsewhere 4 are in a pack"),
        ("kotak;Kotak;;segel;1;;;;;barang;", "Dihitung per (D2): follows another kind that follows it in turn"),
        ("surat;Surat;PPS;TPS;1;;;;;pak;", "names TPS, and the column of levels PPS"),
        ("surat;Surat;;;1;;;;;pak;", "Tingkat (C2): is empty"),
        ("surat;Surat;TPS;%;1;;;;;pak;", "% is none of"),
    ],
)
def test_a_need_that_cannot_be_is_refused_in_its_cell(office: Terminal, row: str, told: str) -> None:
    Path("more.csv").write_text(NEEDS_HEAD + row + "\n")
    before = needs_of(office)
    ran = office("load", "more.csv")
    assert ran.code == 2 and told in ran.err and "Traceback" not in ran.err, ran.err
    assert needs_of(office) == before


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (stations(["dua ratus"]), "Jumlah DPT (E5): dua ratus is not a whole number"),
        (stations([256, 300, 1]) + "Jumlah,,,,600\n", "the total says 600"),
        (
            stations([256, 300]).replace("desa,51.08.01,", "desa,51.08.01,600"),
            "has 600 voters, and the places right below it 556",
        ),
        (f"Kode,Jumlah DPT\n{VILLAGE}.099,251\n", f"no place has the code {VILLAGE}.099"),
        (f"Kode,Jumlah DPT\n{VILLAGE}.001,\n", "is empty"),
    ],
)
def test_voters_that_cannot_be_are_refused_in_their_cell(office: Terminal, table: str, told: str) -> None:
    Path("voters.csv").write_text(table)
    ran = office("load", "voters.csv")
    assert ran.code == 2 and told in ran.err, ran.err
    assert needs_of(office) == WANTED


def test_a_column_that_could_be_two_things_is_asked(office: Terminal) -> None:
    Path("two.csv").write_text(f"Kode,Jumlah DPT,Jumlah Pemilih\n{VILLAGE}.001,251,260\n")
    ran = office("load", "two.csv")
    assert ran.code == 2 and "Jumlah DPT, Jumlah Pemilih" in ran.err and '--map "Jumlah DPT=voters"' in ran.err
    assert office("load", "two.csv", "--map", "Jumlah Pemilih=voters").code == 0
    assert needs_of(office, f"{VILLAGE}.001")["surat"] == 266


def test_a_spreadsheet_s_per_cent_is_taken_as_what_was_typed(office: Terminal) -> None:
    write_table(
        Path("n.xlsx"),
        [Sheet("n", ["Jenis", "Tingkat", "Per", "Cadangan", "Pelacakan"], [["surat", "TPS", "pemilih", 0.03, "pak"]])],
    )
    assert office("load", "n.xlsx").code == 0
    assert needs_of(office, f"{VILLAGE}.001")["surat"] == 264


def test_a_changed_way_to_count_replaces_the_old_one(office: Terminal) -> None:
    Path("n.csv").write_text(
        "Jenis,Tingkat,Per,Jumlah,Pelacakan\nsurat,TPS,tempat,300,pak\n".replace("Jumlah", "Jumlah per tempat")
    )
    assert office("load", "n.csv").code == 0
    assert needs_of(office)["surat"] == 67 * (300 + 6), "the reserve stays, as the table has no column for it"


def test_a_table_of_deliveries_is_recorded_once(office: Terminal) -> None:
    head = "Penyedia,Kode jenis,Tiba,Rusak,Surat jalan,Kontrak,Jumlah kontrak\n"
    Path("d.csv").write_text(
        head + "PT Cetak,surat,9000,5,SJ-1,K-1,17554\nPT Cetak,surat,7000,0,SJ-2,K-1,\nJumlah,,16000,5,,,\n"
    )
    ran = office("receive", "--load", "d.csv")
    assert (
        ran.code == 0 and "2 deliveries recorded" in ran.out and "need 17,554, arrived 15,995, short 1,559" in ran.out
    )
    before = office.event_count()
    again = office("receive", "--load", "d.csv", "--json").json
    assert (again["added"], again["same"]) == (0, 2) and office.event_count() == before
    Path("d.csv").write_text(
        head + "PT Cetak,surat,1,2,SJ-3,,\nPT Cetak,bus,1,0,SJ-4,,\nPT Cetak,surat,8000,0,SJ-2,,\n"
    )
    ran = office("receive", "--load", "d.csv")
    assert ran.code == 2 and office.event_count() == before
    assert "2 cannot be damaged" in ran.err
    Path("d.csv").write_text(head + "PT Cetak,bus,1,0,SJ-4,,\nPT Cetak,surat,8000,0,SJ-2,,\n")
    ran = office("receive", "--load", "d.csv")
    assert "no need is of the kind bus" in ran.err and "SJ-2 is recorded with 7000 arrived" in ran.err
    assert "receive --load" in office("load", "d.csv").err
    assert office("receive", "--kind", "surat").code == 2


def test_a_plan_that_was_merged_in_a_circle_is_open_and_stops_nothing(office: Terminal) -> None:
    a = Need("a", "A", "A", "", 1, "", "pack", per="piece", follows="b")
    b = Need("b", "B", "B", "", 1, "", "pack", per="piece", follows="a")
    with station_at(str(office.home), None, lambda: NOW).store(write=True) as store:
        with pytest.raises(RuleError, match="in a circle: a, b"):
            record_plan(store, [], [a, b], source="x", digest="0" * 64)
        store.record(item_events.plan_events([], [a, b], source="x", digest="0" * 64))
    assert needs_of(office) == WANTED | {"a": None, "b": None}
    assert "the kinds follow each other" in office("plan", "--explain", "51.08").out


def test_ballots_in_numbered_packs_are_no_seals(terminal: Terminal) -> None:
    Path("places.csv").write_text(stations([256]))
    Path("needs.csv").write_text(NEEDS.replace(";1;2 %;100;;lembar", ";1;2 %;100;SS0001;lembar"))
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    assert terminal("load", "places.csv", "needs.csv").code == 0
    assert terminal("plan").code == 0
    assert {"kind": "surat", "serials": "SS0001-SS0100"}.items() <= terminal.items("--kind", "surat")[0].items()
    told = terminal("report", "seals", "--json").json
    assert {pack["kind"] for pack in told["packs"]} == {"segel"}
    assert len(told["packs"]) == 3, "ten seals in packs of four"
