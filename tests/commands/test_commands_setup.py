"""Setting a station up by commands: init, load, plan, items."""

import json
from pathlib import Path

import pytest

from evidence.fingerprint_words import words_of
from tests.support.command_examples import ITEMS, NEEDS, PLACES, ROOT, Terminal, station_at

INIT = ("init", "--place", "51.08", "--station", "Gudang-1")


def test_a_station_begins_with_a_log_and_the_fingerprint_of_its_key(terminal: Terminal) -> None:
    began = terminal(*INIT, "--election", "Pemilu 2024", "--json")
    assert began.code == 0 and began.json["place"] == "51.08" and len(began.json["fingerprint"]) == 64
    assert (terminal.home / "station.key").is_file() and (terminal.home / "ledger.db").is_file()


def test_a_station_begins_once(terminal: Terminal) -> None:
    terminal(*INIT)
    key = (terminal.home / "station.key").read_bytes()
    again = terminal(*INIT)
    assert again.code == 2 and "already" in again.err and len(again.err.splitlines()) == 2
    assert (terminal.home / "station.key").read_bytes() == key


@pytest.mark.parametrize("url", ["sqlite:////proc/none/ledger.db", "foo://bar", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_station_that_cannot_begin_leaves_nothing_behind(terminal: Terminal, url: str) -> None:
    assert terminal(*INIT, "--db", url).code == 3
    assert list(terminal.home.iterdir()) == []
    assert terminal(*INIT).code == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 200, "Gudang\x1b[2J", "\u202eGudang"])
def test_a_station_needs_a_name_that_can_be_read(terminal: Terminal, name: str) -> None:
    assert terminal("init", "--place", "51.08", "--station", name).code == 2
    assert not terminal.home.exists()


def test_loading_the_same_tables_twice_changes_nothing(station: Terminal) -> None:
    before = station.event_count()
    again = station("load", "places.csv", "needs.csv", "--json")
    assert again.code == 0 and all(not file["added"] and not file["changed"] for file in again.json["files"])
    assert station.event_count() == before


def test_a_corrected_table_says_what_it_changed(station: Terminal) -> None:
    Path("places.csv").write_text(PLACES.replace("PPK Gerokgak", "PPK Gerokgak Barat"))
    changed = station("load", "places.csv", "--json").json["files"][0]["changed"]
    assert changed == [{"key": "51.08.01", "fields": {"name": {"old": "PPK Gerokgak", "new": "PPK Gerokgak Barat"}}}]


def test_a_column_that_a_table_does_not_have_takes_nothing_away(station: Terminal) -> None:
    head = "code,name,level,parent"
    Path("dues.csv").write_text(f"{head},due,dapil\n51.08.01,PPK Gerokgak,district,51.08,2024-02-12T08:00:00Z,4\n")
    assert station("load", "dues.csv").code == 0
    Path("names.csv").write_text("code,name,level\n51.08.01,PPK Gerokgak Barat,district\n")
    changed = station("load", "names.csv", "--json").json["files"][0]["changed"]
    assert [list(row["fields"]) for row in changed] == [["name"]]
    Path("dues.csv").write_text(f"{head},due\n51.08.01,PPK Gerokgak Barat,district,51.08,\n")
    [row] = station("load", "dues.csv", "--json").json["files"][0]["changed"]
    assert row["fields"] == {"due": {"old": "2024-02-12T08:00:00Z", "new": None}}, "an empty cell does"


def test_a_column_that_a_table_of_needs_does_not_have_takes_nothing_away(station: Terminal) -> None:
    Path("few.csv").write_text("kind,level,per_place\nbox,polling_station,5\nbooth,polling_station,3\nseal,TPS,1\n")
    told = station("load", "few.csv", "--json").json["files"][0]
    assert (told["same"], [list(row["fields"]) for row in told["changed"]]) == (2, [["per_place"]])
    assert [item["n"] for item in station.items("--kind", "box")[:1]] == [5]
    Path("few.csv").write_text("kind,level,per_place\nbox,polling_station,4\n")
    refused = station("load", "few.csv")
    assert refused.code == 2 and "is 4, and known are 5 elections" in refused.err and "column elections" in refused.err
    Path("few.csv").write_text("kind,level,per_place,elections,unit\nbox,polling_station,4,PPWP;DPR;DPD;DPRD-KAB,\n")
    [row] = station("load", "few.csv", "--json").json["files"][0]["changed"]
    assert set(row["fields"]) == {"per_place", "elections", "unit"}, "an empty cell does"


def test_a_table_with_indonesian_headers_semicolons_and_a_mark_at_its_beginning_is_taken(station: Terminal) -> None:
    text = "Nama;Kode;Induk;Tingkat\nPPK Banjar;51.08.04;51.08;PPK\n"
    Path("banjar.csv").write_text(text, encoding="utf-8-sig")
    loaded = station("load", "banjar.csv")
    assert loaded.code == 0, loaded.err
    assert station("items", "--to", "51.08.04").code == 0


def test_every_fault_of_every_table_is_named_and_nothing_is_loaded(station: Terminal) -> None:
    Path("good.csv").write_text(PLACES + "51.08.05,PPK Sukasada,district,51.08,\n")
    Path("bad.csv").write_text(PLACES + "51.08.06,,district,51.08,\n51.08.07,PPK Sawan,district,99,\n")
    before = station.event_count()
    refused = station("load", "good.csv", "bad.csv")
    assert refused.code == 2 and "bad.csv, row 10, column name" in refused.err and "row 11" in refused.err
    assert station.event_count() == before


@pytest.mark.parametrize("content", [b"", b"\0\1\2" * 999, b"foo,bar\n1,2\n", b"%PDF-1.7\n"])
def test_what_is_no_table_is_refused_in_a_few_lines(station: Terminal, content: bytes) -> None:
    Path("table.csv").write_bytes(content)
    refused = station("load", "table.csv")
    assert refused.code == 2 and len(refused.err.splitlines()) <= 3 and refused.err.startswith("Error: ")


def test_planning_registers_exactly_what_is_missing_and_then_nothing(station: Terminal) -> None:
    items = station.items()
    assert len(items) == ITEMS
    boxes = [item for item in items if item["to"] == "51.08.01.2001.001" and item["kind"] == "box"]
    assert [item["election"] for item in boxes] == ["PPWP", "DPR", "DPD", "DPRD-PROV", "DPRD-KAB"]
    assert [(item["k"], item["n"]) for item in boxes] == [(k, 5) for k in range(1, 6)]
    assert station("plan", "--json").json["registered"] == 0
    assert station.codes() == [item["code"] for item in items]


def test_planning_dry_counts_and_records_nothing(station: Terminal) -> None:
    Path("more.csv").write_text(NEEDS.splitlines()[0] + "\ntub,Bak,Tub,village,2,buah,item,\n")
    assert station("load", "more.csv").code == 0
    before = station.event_count()
    dry = station("plan", "--dry-run", "--json").json
    assert (dry["missing"], dry["registered"], dry["events"]) == (4, 0, [])
    assert station.event_count() == before
    assert station("plan", "--kind", "tub", "--place", "51.08.01", "--json").json["by_kind"] == {"tub": 2}


def test_an_item_is_told_as_the_contract_has_it(station: Terminal) -> None:
    item = station.items("--kind", "box")[0]
    assert list(item)[:7] == ["code", "kind", "to", "k", "n", "held_by", "condition"]
    assert (item["held_by"], item["condition"], item["print"]) == ("51.08", None, 0)


def test_items_are_chosen_by_kind_and_by_everything_below_a_place(station: Terminal) -> None:
    assert len(station.items("--to", "51.08.01")) == 18
    assert len(station.items("--to", "51.08.01.2001.001", "--kind", "booth")) == 4
    assert station.items("--held-by", "51.08.02") == []


@pytest.mark.parametrize(
    "args",
    [("items", "--to", "51.99"), ("items", "--kind", "foo"), ("items", "--to", "<script>"), ("plan", "--kind", "x")],
)
def test_an_unknown_place_or_kind_is_refused_with_what_to_do(station: Terminal, args: tuple[str, ...]) -> None:
    refused = station(*args)
    assert refused.code == 2 and refused.out == "" and len(refused.err.splitlines()) == 2


def test_global_options_stand_before_or_after_the_command(station: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    import main

    args = ["items", "--json", f"--home={station.home}", "--lang", "id"]
    assert main.main(args) == main.main(["--home", str(station.home), "items"]) == 0
    monkeypatch.setenv("SERAH_HOME", str(station.home))
    assert main.main(["items"]) == 0


@pytest.mark.slow
def test_two_that_plan_at_once_register_everything_once(station: Terminal) -> None:
    Path("needs.csv").write_text(NEEDS.replace("booth,", "table,"))
    station("load", "needs.csv")
    both = [station.process("plan", "--json") for _ in range(2)]
    registered = sum(json.loads(process.communicate(timeout=60)[0])["registered"] for process in both)
    assert registered == 12 and len(station.codes()) == ITEMS + 12


@pytest.mark.slow
def test_the_whole_of_buleleng_is_loaded_planned_and_counted(terminal: Terminal) -> None:
    example = ROOT / "examples" / "buleleng"
    terminal(*INIT)
    tables = [path for path in sorted(example.glob("*.csv")) if path.name != "sizes.csv"]  # that one is no plan
    assert terminal("load", *tables, "--json").code == 0
    assert terminal("plan", "--json").json["by_kind"] == {"box": 11375, "booth": 9100, "ink": 4550}
    assert len(terminal.items("--to", "51.08.06.1024")) > 100


def test_init_says_which_root_it_follows_in_digits_and_words(terminal: Terminal) -> None:
    root = "b03a30dd9301a6b3d75bdc2e00deaf765b6f97ad609e5024615b1f32aca1310e"
    told = terminal("init", "--place", "51.08.01", "--station", "PPK", "--root", root)
    assert told.code == 0 and "b03a 30dd 9301" in told.out and "key sheet" in told.out
    assert " · ".join(words_of(root)) in told.out


def test_a_station_below_the_warehouse_that_was_told_of_no_root_says_so(terminal: Terminal, tmp_path: Path) -> None:
    alone = terminal("init", "--place", "51.08.01", "--station", "PPK")
    assert alone.code == 0 and "a root of its own" in alone.err and "--root" in alone.err
    warehouse = Terminal(tmp_path / "warehouse", terminal._capsys, terminal._monkeypatch)
    assert "a root of its own" not in warehouse(*INIT).err


def test_a_mistyped_root_is_told_at_import_and_mended_while_nothing_is_recorded(
    station: Terminal, tmp_path: Path
) -> None:
    station("export", "--out", "a.serah")
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    wrong = ("0" if root[0] != "0" else "1") + root[1:]
    begin = ("init", "--place", "51.08.01", "--station", "PPK", "--election", "Pemilu 2024", "--root")
    ppk = station_at(station, tmp_path / "ppk", *begin[1:], wrong)
    taken = ppk("import", "a.serah")
    assert taken.code == 0 and "mistyped" in taken.err and f"--root {root}" in taken.err
    assert "salah ketik" in ppk("import", "a.serah", lang="id").err
    refused = ppk(*begin, root, typed="")
    assert refused.code == 2 and "--yes" in refused.err and ppk.event_count() > 1  # all is as it was
    assert ppk(*begin, root, "--yes").code == 0
    [aside] = ppk.home.glob("set-aside-*")
    assert {"ledger.db", "station.key", "station-card.json"} <= {path.name for path in aside.iterdir()}
    again = ppk("import", "a.serah")
    assert again.code == 0 and "mistyped" not in again.err


def test_a_station_that_has_recorded_something_does_not_begin_anew(station: Terminal) -> None:
    before = (station.home / "station.key").read_bytes()
    refused = station(*INIT, "--yes")
    assert refused.code == 2 and (station.home / "station.key").read_bytes() == before
    assert not list(station.home.glob("set-aside-*"))


def test_where_beginning_anew_fails_all_is_as_it_was(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(*INIT)
    before = {path.name: path.read_bytes() for path in terminal.home.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("db.station_key._write_new", full)
    assert terminal(*INIT, "--yes").code == 3
    assert {path.name: path.read_bytes() for path in terminal.home.iterdir()} == before


def test_a_list_that_is_empty_says_what_there_is_and_leads_to_it(station: Terminal, tmp_path: Path) -> None:
    unknown = station("items", "--kind", "ballot")
    assert unknown.code == 2 and "The kinds are: booth, box, seal." in unknown.err
    for asked in (("--held-by", "51.08.02"), ("--kind", "seal")):
        ran = station("items", *asked)
        assert ran.code == 0 and "plan" not in ran.err and "All of them: python main.py items" in ran.err
    bare = station_at(station, tmp_path / "bare", "--place", "51.08", "--station", "G")("items", "--kind", "ballot")
    assert bare.code == 2 and "-" not in bare.err.splitlines()[1] and "Load a table of needs" in bare.err


def test_things_are_listed_in_the_users_words(station: Terminal) -> None:
    station("inspect", station.codes("--kind", "box")[0], "--condition", "light")
    told = {lang: station("items", "--kind", "box", lang=lang).out for lang in ("en", "id")}
    assert "Ballot box" in told["en"] and "lightly damaged" in told["en"]
    assert "Kotak suara" in told["id"] and "rusak ringan" in told["id"]
    assert told["en"].count("not looked at") == told["id"].count("belum diperiksa") == 14
    assert "box " not in told["id"] and "good" not in told["id"]
