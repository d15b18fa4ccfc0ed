"""The reports that judge a whole ledger: discrepancies, scorecard, evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import progress
from commands.clock import moment_of, tell
from language import _

if TYPE_CHECKING:
    from db.store import Store
    from station.survey import Survey


def report_discrepancies(store: "Store", out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell all that is irregular at a moment (None: now)."""
    from reports.discrepancies import discrepancy_report

    found = surveyed(store, as_of)
    needs = {need.kind: need for need in store.state.needs()}
    here = store.ledger.own_log().place
    listing = discrepancy_report(found.discrepancies, found.ways, needs, as_of=found.as_of, here=here)
    tell(store, listing, out, as_json=as_json)


def report_scorecard(store: "Store", out: Path | None, *, as_of: str | None, as_json: bool) -> None:
    """Tell how each committee stands on the six "tepat" at a moment (None: now)."""
    from reports.scorecard import scorecard_report

    found = surveyed(store, as_of)
    tell(store, scorecard_report(found.cards, found.ways.places, as_of=found.as_of), out, as_json=as_json)


def surveyed(store: "Store", as_of: str | None) -> "Survey":
    """Everything that the ledger comes to at the moment that an option names; None: now."""
    from station.survey import survey

    moment = moment_of("--as-of", as_of, store)
    with progress(store.ledger.code_count(), _("Folding")) as done:
        return survey(store, moment, progress=done)
