"""A chain of custody as JSON, text, table and file."""

import csv
import json

import pytest
from python_calamine import CalamineWorkbook

import language
from custody.chain.chain import Chain
from custody.errors import InputError
from reports.chain.chain_facts import chain_json
from reports.chain.chain_file import save_chains
from reports.chain.chain_table import HEADERS
from reports.chain.chain_text import chain_text
from reports.output import Made
from tests.support.report_examples import (
    BOX,
    MADE_AT,
    NEEDS,
    PLACES,
    PPS,
    TPS,
    hostile_chain,
    quiet_chain,
    troubled_chain,
)

MADE = Made(MADE_AT, "Ayu", "Pemilu 2024", "Gudang", "51.08")


@pytest.fixture(autouse=True)
def english():
    language.use("en")


def test_the_json_keeps_the_contract_to_the_letter():
    facts = chain_json(troubled_chain(), PLACES, NEEDS)
    assert list(facts) == ["code", "kind", "to", "held_by", "condition", "vendor_codes", "chain", "findings"]
    assert (facts["code"], facts["kind"], facts["to"], facts["held_by"]) == (BOX, "box", TPS, PPS)
    for link in facts["chain"]:
        assert list(link) == [
            "log",
            "seq",
            "leaf",
            "type",
            "at",
            "from",
            "to",
            "how",
            "by",
            "seen",
            "repeat",
            "giver",
            "receiver",
            "bast",
            "withdrawn",
            "refused",
            "admitted",
        ]
        assert link["at"].endswith("Z")
    for finding in facts["findings"]:
        assert list(finding) == ["code", "item", "severity", "open", "provisional", "detail", "leaf", "also"]
    json.dumps(facts)


def test_the_json_tells_what_was_not_seen_and_what_was_withdrawn():
    links = chain_json(troubled_chain(), PLACES)["chain"]
    assert [link["how"] for link in links if not link["seen"]] == [None]
    assert [link["seq"] for link in links if link["withdrawn"]] == [3]


def test_an_unknown_code_is_reported_and_not_refused():
    chain = Chain(BOX, None, None, (), ())
    assert chain_json(chain, PLACES)["kind"] is None
    assert "not known" in chain_text(chain, PLACES, NEEDS)


def test_the_text_fits_eighty_columns_and_names_both_people_of_each_handover():
    text = chain_text(troubled_chain(), PLACES, NEEDS)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("Ni Luh Putu Sukerti") >= text.count("from PPK Gerokgak")
    for words in ("WITA", "not seen, moved with its parent", "[withdrawn]", "CRITICAL, ", "[DK 8123 AB]", "GRK-01:6"):
        assert words in text


def test_hostile_text_cannot_move_the_cursor_of_a_terminal():
    text = chain_text(hostile_chain(), PLACES, NEEDS)
    assert max(map(len, text.splitlines())) <= 80
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_csv_has_a_row_for_each_record_and_no_formula(tmp_path):
    path = tmp_path / "chains.csv"
    save_chains(path, [troubled_chain(), hostile_chain()], PLACES, NEEDS, MADE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    links = [*troubled_chain().links, *hostile_chain().links]
    assert [row["leaf"] for row in rows if row["type"] != "finding"] == [link.event.leaf for link in links]
    assert tuple(rows[0]) == HEADERS
    assert not any((cell or "x")[0] in "=+-@\t\r" for row in rows for cell in row.values())
    assert rows[-1]["kind"].startswith("'=cmd")


def test_a_workbook_has_the_records_and_the_findings(tmp_path):
    path = tmp_path / "chains.xlsx"
    save_chains(path, iter([troubled_chain(), quiet_chain()]), PLACES, NEEDS, MADE)
    book = CalamineWorkbook.from_path(str(path))
    records = book.get_sheet_by_name("Records").to_python()
    assert len(records) == 1 + len(troubled_chain().links) + len(quiet_chain().links)
    assert len(book.get_sheet_by_name("Findings").to_python()) == 1 + len(troubled_chain().findings)


def test_a_json_file_has_one_line_for_each_chain(tmp_path):
    path = tmp_path / "chains.json"
    save_chains(path, [quiet_chain(), hostile_chain()], PLACES, NEEDS, MADE)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["code"] for line in lines] == [BOX, BOX]


def test_another_suffix_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match=r"\.pdf"):
        save_chains(tmp_path / "chains.doc", [quiet_chain()], PLACES, NEEDS, MADE)
    assert not list(tmp_path.iterdir())
