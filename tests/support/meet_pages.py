"""Two stations that meet on the page."""

import json
import re
import shutil
from pathlib import Path

import pytest

import main
from tests.support.command_examples import NOW

WH, PPK = "51.08", "51.08.01"


def words(page: str) -> str:
    """What a part of a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture(scope="module")
def prepared_other(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That laptop, made once."""
    folder = tmp_path_factory.mktemp("met")
    shutil.copytree(prepared / "home", folder / "home")
    root = json.loads((folder / "home" / "station-card.json").read_text())["root"]
    bundle = str(folder / "meet.serah")
    for home, *command in (
        ("other", "init", "--place", PPK, "--station", "PPK", "--root", root, "--election", "Pemilu 2024"),
        ("home", "export", "--out", bundle),
        ("other", "import", bundle),
        ("other", "incident", "Jembatan putus"),
    ):
        assert main.main(["--home", str(folder / home), *command], now_utc=lambda: NOW) == 0
    return folder
