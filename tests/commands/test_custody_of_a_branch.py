"""Custody reports of a whole branch at once: a file of each item, or one of all, with little memory."""

import csv
import io
import tracemalloc
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from custody.format.codes import show_code
from tests.support.command_examples import Terminal
from tests.support.pdf_text import text_of

AREA, VILLAGE = "51.08.01", "51.08.01.2001"


def test_a_zip_has_a_report_of_each_item_in_a_folder_of_its_destination(station: Terminal, tmp_path: Path) -> None:
    codes = station.codes("--to", VILLAGE)
    station.give(codes[:2], "51.08", AREA)
    ran = station("custody", "--under", "pps patas", "--out", tmp_path / "all.zip")
    assert ran.code == 0 and "all.zip" in ran.err
    with ZipFile(tmp_path / "all.zip") as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
        assert sorted(name.rpartition("/")[2] for name in names) == sorted(f"{show_code(code)}.pdf" for code in codes)
        assert all(name.startswith(f"{VILLAGE}.") for name in names)
        [name] = [name for name in names if show_code(codes[0]) in name]
        text = text_of(bundle.read(name))
    assert show_code(codes[0]) in text and "PPK Gerokgak" in text
    first = (tmp_path / "all.zip").read_bytes()
    assert station("report", "custody", "--to", VILLAGE, "--out", tmp_path / "again.zip").code == 0
    assert ZipFile(io.BytesIO(first)).namelist() == ZipFile(tmp_path / "again.zip").namelist(), "and so does the report"


def test_a_table_and_one_paper_of_all_are_written_too(station: Terminal, tmp_path: Path) -> None:
    codes = station.codes("--to", AREA)
    assert station("custody", "--under", AREA, "--out", tmp_path / "all.csv").code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert {row["code"] for row in rows} == {*codes}
    assert station("custody", "--under", AREA, "--out", tmp_path / "all.pdf").code == 0
    assert len(PdfReader(tmp_path / "all.pdf").pages) > len(codes), "each on a page, and a cover"


def test_what_is_asked_wrongly_is_said_and_nothing_is_written(station: Terminal, tmp_path: Path) -> None:
    code = station.codes()[0]
    out = tmp_path / "all.pdf"
    for words in (
        ("custody", "--out", out),
        ("custody", code, "--under", AREA, "--out", out),
        ("custody", "--under", AREA),
        ("custody", "--under", AREA, "--proof", tmp_path / "x.proof"),
        ("custody", "--under", "Nowhere", "--out", out),
        ("custody", "--under", AREA, "--out", tmp_path / "all.docx"),
    ):
        ran = station(*words)
        assert ran.code == 2 and "Traceback" not in ran.err, words
    assert not list(tmp_path.glob("all.*")) and not list(tmp_path.glob("*.proof"))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["zip", "pdf", "csv"])
def test_a_file_of_twice_as_much_takes_no_more_memory(station: Terminal, tmp_path: Path, suffix: str) -> None:
    def peak(place: str) -> int:
        tracemalloc.start()
        assert station("custody", "--under", place, "--out", tmp_path / f"{place}.{suffix}").code == 0
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(VILLAGE)  # what is loaded and kept once
    assert len(station.codes("--to", "51.08")) > len(station.codes("--to", "51.08.02")) * 2
    assert peak("51.08") < peak("51.08.02") + 300_000
