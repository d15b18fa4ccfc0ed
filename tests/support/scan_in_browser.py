"""A scan session in a real browser: begun, and filmed by a camera."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, Watched, tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def begin(window: "BrowserContext", served: Served, receiver: str = "patas") -> Watched:
    """A session that was begun with the keyboard: from the own warehouse to what is found first."""
    watched = tab(window, f"{served.url}/scan?lang=en")
    watched.page.keyboard.type(receiver)
    watched.page.wait_for_selector("#receiver-list li")
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
    watched.shows("#expected", "18")
    return watched


def begin_with(window: "BrowserContext", served: Served, code: str) -> Watched:
    """The same, with one label taken."""
    scan = begin(window, served)
    scan.type(code)
    scan.shows("#taken", "1")
    return scan


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    """A simulated camera's film of the labels of one polling station, of any copy of the prepared station."""
    import main
    from scanner.simulation.simulate import simulate, write_video
    from scanner.sources.pages import open_pdf
    from tests.support.command_examples import NOW

    folder = tmp_path_factory.mktemp("film")
    labels, path = folder / "labels.pdf", folder / "film.avi"
    options = ["labels", "--to", "51.08.01.2001.001", "--sheet", "a4-3x7", "--out", str(labels)]
    shutil.copytree(prepared / "home", folder / "home")
    assert main.main(["--home", str(folder / "home"), *options], now_utc=lambda: NOW) == 0
    with open_pdf(labels, clock=lambda: 0.0, dpi=150) as pages:
        images = [frame.image for frame in pages]
    page = images[0][: images[0].shape[0] // 2]
    write_video(path, simulate([page], seed=3, size=(1280, 720), fps=10, seconds_per_view=1.0), fps=10)
    return path
