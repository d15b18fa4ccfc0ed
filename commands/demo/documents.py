"""The papers of the demo: chains of custody, progress, and a bundle of the log."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from commands.demo import story
from commands.demo.story import Story
from commands.report.chains import Chains
from commands.report.custody import save_chains_of
from commands.report.report import save_progress_of
from db.store import Store
from labels.content import leaving_order
from reports.bast.letter_file import save_bast
from reports.bast.letter_template import read_template
from services.exchange.transfer import export_bundle
from services.reporting.bast_letters import letter_of
from services.reporting.evaluation_chapters import progress_rows

OFFICE = Path(__file__).resolve().parents[2] / "examples" / "buleleng" / "bast.toml"
"""An office's template for its letters, in Indonesian."""


class SettableClock(Protocol):
    """A clock that can be put forward."""

    utc: str


def write_papers(store: Store, clock: SettableClock, folder: Path, plot: Story, *, bast: str) -> None:
    """Write every report: in the evening, and next morning the chain of the box that never came.

    Args:
        bast: the number of the handover that gets an official letter.
    """
    clock.utc = story.EVENING
    store.around = replace(store.around, by=story.KEEPER)
    tree = store.state.places.all()
    sent = [item for village in (story.FIRST, story.SECOND) for item in store.state.find_items(under=village)]
    codes = [item.code for item in leaving_order(sent, tree)]
    for name, chosen in (
        ("custody-good.pdf", [plot.good.code]),
        ("custody-misrouted.pdf", [plot.misrouted.code]),
        ("custody-reprinted.pdf", [plot.smudged.code]),
        ("custody.xlsx", codes),
        ("custody.csv", codes),
    ):
        save_chains_of(store, folder / name, Chains(store, chosen))
    rows = progress_rows(store, story.DISTRICT)
    for name in ("progress.pdf", "progress.xlsx"):
        save_progress_of(store, folder / name, rows)
    letter = letter_of(store, bast)
    save_bast(folder / "bast.pdf", letter.facts, read_template(OFFICE), letter.sheets)
    clock.utc = story.MORNING
    save_chains_of(store, folder / "custody-missing.pdf", Chains(store, [plot.missing.code]))
    export_bundle(store, folder / "log.serah")
