"""A place or kind that is loaded under another name is called so everywhere at once, also on a page that is open."""

from pathlib import Path

import pytest

from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor, begun_draft
from tests.support.pdf_text import text_of

OLD = ("PPK Gerokgak", "PPS Patas", "TPS 001 Patas", "Kotak suara", "Ballot box")
PLACES = """\
code,name,level,parent
51.08.01,PPK Batu Ampar,district,51.08
51.08.01.2001,PPS Melati,village,51.08.01
51.08.01.2001.001,TPS 001 Melati,polling_station,51.08.01.2001
"""
HEADINGS = "kind,name_id,name_en,level,per_place,unit,tracked_as\n"
NEEDS = f"{HEADINGS}box,Peti suara,Voting chest,polling_station,5,buah,item\n"
AT_VILLAGES = f"{HEADINGS}box,Kotak suara,Ballot box,village,1,buah,item\n"


def rename(station: Terminal, folder: Path) -> None:
    (folder / "baru.csv").write_text(PLACES)
    (folder / "jenis.csv").write_text(NEEDS)
    assert station("load", folder / "baru.csv", folder / "jenis.csv").code == 0


def told(station: Terminal, out: Path) -> dict[str, str]:
    """What commands and papers say of the first village's things, by where it stands."""
    code = station.codes("--to", "51.08.01.2001.001", "--kind", "box")[0]
    found = {
        " ".join(map(str, words)): station(*words, lang=lang).out
        for lang in ("en", "id")
        for words in (
            ("items",),
            ("custody", code),
            ("report", "progress", "--to", "51.08.01"),
            ("report", "late"),
            ("report", "deliveries"),
            ("report", "handover"),
            ("plan", "--dry-run"),
            ("balance",),
            ("point",),
            ("incident",),
        )
    }
    for name, words in {
        "labels": ("labels", "--to", "51.08.01.2001.001"),
        "again": ("reprint", code, "--reason", "sobek", "--by", "Made", "--by", "Luh"),
        "places": ("labels", "--places", "--to", "51.08.01"),
        "letter": ("report", "bast"),
        "chain": ("custody", code),
    }.items():
        file = out / f"{name}.pdf"
        ran = station(*words, "--out", file)
        assert ran.code == 0, (name, ran.err)
        found[name] = text_of(file)
    return found


@pytest.mark.slow
def test_a_renamed_place_and_kind_have_their_old_name_nowhere(
    station: Terminal, tmp_path: Path, visitor: Visitor
) -> None:
    (tmp_path / "dua.csv").write_text(AT_VILLAGES)
    assert station("load", tmp_path / "dua.csv").code == 0
    boxes = station.codes("--to", "51.08.01.2001.001", "--kind", "box")
    assert station.give(boxes[:1], "51.08", "51.08.01").code == 0
    assert station("point", "TK", "--title", "x", "--place", "51.08.01").code == 0
    assert station("incident", "hujan", "--place", "51.08.01.2001").code == 0
    draft = begun_draft(visitor)
    pages = (
        *("/", "/scan", "/plan", "/items", "/labels", "/dashboard", "/dashboard/51.08.01", "/dashboard/wall"),
        *(f"/items/{boxes[0]}", f"/scan/{draft}", f"/scan/{draft}/board", f"/scan/{draft}/review"),
    )
    before = {path: visitor.see(path) for path in pages}
    assert all(any(name in page for page in before.values()) for name in OLD if name != "Kotak suara"), before.keys()
    rename(station, tmp_path)
    (tmp_path / "out").mkdir()
    for where, text in {**told(station, tmp_path / "out"), **{path: visitor.see(path) for path in pages}}.items():
        assert not [name for name in OLD if name in text], where
    [found] = visitor.ask("GET", "/api/places?q=melati")[:1]
    assert found["name"] == "PPS Melati" and visitor.ask("GET", "/api/places?q=patas") != []
    assert station("items", "--to", "pps melati", "--kind", "peti suara").out
    assert station("items", "--to", "PPS Patas").code == 2
