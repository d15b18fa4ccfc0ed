"""What every report of lists ends with: its file, its JSON, or the screen."""

import sys
from pathlib import Path

from commands.context import print_json
from db.store import Store
from reports.listing import Listing, print_listing
from reports.report_files import save_listing
from services.reporting.made_by import made_of


def show_listing(store: Store, listing: Listing, out: Path | None, *, as_json: bool) -> None:
    """Write a report to the file that is named, and as JSON where that is asked for; else to the screen."""
    if out is not None:
        save_listing(out, listing, made_of(store))
    if as_json:
        print_json(listing.facts)
    elif out is None:
        print_listing(listing, sys.stdout)
