"""A handover paper of another station, whole and in its parts."""

import shutil
from pathlib import Path

import pytest

import main
from custody.format.paper_codes import pack_sheet
from custody.format.paper_codes import parts as paper_parts
from tests.support.command_examples import NOW
from tests.support.page_examples import site_at


@pytest.fixture(scope="module")
def paper(prepared_other: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper of a handover of eighteen things from the warehouse to the sub-district, as a PDF."""
    folder = tmp_path_factory.mktemp("paper")
    shutil.copytree(prepared_other / "home", folder / "home")
    options = ["--home", str(folder / "home"), "--lang", "en"]
    (folder / "codes.txt").write_text("\n".join(codes_of(folder / "home")))
    given = ["handover", "--from", "51.08", "--to", "51.08.01", "--codes", str(folder / "codes.txt")]
    assert main.main([*options, *given, "--paper", str(folder / "paper.pdf")], now_utc=lambda: NOW) == 0
    return folder / "paper.pdf"


def codes_of(home: Path) -> list[str]:
    site = site_at(home)
    try:
        return site.ask.do(lambda store: [item.code for item in store.state.find_items(under="51.08.01")])
    finally:
        site.close()


@pytest.fixture(scope="module")
def parts(paper: Path) -> list[str]:
    """Its record as the texts of five codes: as many as a long list has, or small codes."""
    site = site_at(paper.parent / "home")
    try:
        [(_said, sheet)] = site.ask.do(lambda store: store.papers.sheets())
    finally:
        site.close()
    return paper_parts(pack_sheet(sheet), 5)
