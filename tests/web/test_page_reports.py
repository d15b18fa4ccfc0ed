"""The page Reports: every report that the command writes, as tables on the page and as the same files."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from commands.program import REPORTS as WRITTEN
from tests.support.command_examples import Once, Terminal
from tests.support.page_examples import Visitor
from tests.support.work_examples import work
from web.forms.report_table import REPORTS
from web.site import Site

NEEDED = {"pace": {"stations": "4", "seconds": "5"}, "forms": {"to": "51.08.01", "empty": "3"}}
ELSEWHERE = {"custody", "handover", "bast"}
"""Of one item or one handover: on its own page."""
_BEGINS = {"pdf": b"%PDF", "xlsx": b"PK", "zip": b"PK"}


def tell(visitor: Visitor, name: str, format_: str = "", typed: dict[str, str] | None = None) -> Any:
    said = {"typed": NEEDED.get(name, {}) if typed is None else typed, "format": format_}
    return work(visitor, f"/api/reports/{name}", said)


@pytest.fixture
def busy(station: Terminal, once: Once) -> Terminal:
    """A station with a handover and an incident; a test asks for it before the page, which has the ledger open."""

    @once
    def worked() -> None:
        codes = station.codes("--to", "51.08.01")
        assert station.give(codes[:3], "51.08", "51.08.01").code == 0
        assert station("incident", "Flat <b>tyre</b>", "--place", "51.08.01").code == 0

    return station


def test_the_page_has_every_report_of_the_command(visitor: Visitor) -> None:
    assert set(WRITTEN) - ELSEWHERE <= set(REPORTS)
    page = visitor.see("/reports")
    for name in REPORTS:
        assert page.count(f'href="/reports/{name}"') == 1
        shown = visitor.see(f"/reports/{name}")
        assert shown.count("<h1") == 1 and "python main.py" not in shown


@pytest.mark.parametrize("name", [name for name, report in REPORTS.items() if report.listing])
def test_a_report_is_shown_as_tables(busy: Terminal, visitor: Visitor, name: str) -> None:
    page = str(tell(visitor, name)["page"])
    assert "<h2" in page and "<b>tyre" not in page
    if name in ("progress", "incidents", "late", "scorecard"):
        assert "<table>" in page and "<td" in page


@pytest.mark.parametrize(
    ("name", "format_"),
    [(name, one) for name, report in REPORTS.items() for one in report.formats if one in ("pdf", "zip", "jsonld")]
    + [("late", "xlsx"), ("late", "csv"), ("progress", "xlsx"), ("evaluation", "xlsx"), ("tables", "xlsx")],
)
def test_a_report_is_saved_as_a_file(busy: Terminal, visitor: Visitor, name: str, format_: str) -> None:
    answer = tell(visitor, name, format_)
    file = visitor.client.get(f"/files/{answer['file']}")
    assert file.status_code == 200 and file.content.startswith(_BEGINS.get(format_, b""))
    assert "-2024-02-11-" in file.headers["content-disposition"] and len(file.content) > 50


@pytest.mark.parametrize("name", ["late", "incidents", "progress", "condition"])
def test_the_page_and_the_command_write_the_same_facts(busy: Terminal, visitor: Visitor, name: str) -> None:
    answer = tell(visitor, name, "json", {"place": "51.08.01"})
    page = json.loads(visitor.client.get(f"/files/{answer['file']}").content)
    busy("report", name, "--to", "51.08.01", "--out", "told.json")
    told = json.loads((busy.home.parent / "told.json").read_text())
    assert page == told


def test_the_pack_has_what_the_command_writes(busy: Terminal, visitor: Visitor) -> None:
    answer = tell(visitor, "pack", "zip")
    with ZipFile(BytesIO(visitor.client.get(f"/files/{answer['file']}").content)) as pack:
        names = {name.partition("/")[2] for name in pack.namelist()}
    busy("export", "--observers", "pack")
    there = {path.relative_to(busy.home.parent / "pack").as_posix() for path in (busy.home.parent / "pack").rglob("*")}
    assert {name.rstrip("/") for name in names} - {""} == there


def test_wrong_options_stand_beside_their_fields(visitor: Visitor, site: Site) -> None:
    said = {"typed": {"place": "Nowhere at all", "as_of": "yesterday", "within": "-3"}, "format": "pdf"}
    wrong = visitor.ask("POST", "/api/reports/late", said, expect=422)
    assert set(wrong["fields"]) == {"place", "as_of", "within"}
    none = visitor.ask("POST", "/api/reports/pace", {"typed": {"stations": "0"}, "format": ""}, expect=422)
    assert set(none["fields"]) == {"stations", "seconds"}
    other = visitor.ask("POST", "/api/reports/late", {"format": "exe"}, expect=422)
    assert "such a file" in other["error"]
    assert visitor.ask("POST", "/api/reports/forms", {"typed": {"to": "51.08.01"}, "format": ""}, expect=422)["error"]
    assert not site.file_store._files, "nothing half made is left"
