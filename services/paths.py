"""Where a station keeps its files, and that no output replaces them."""

from pathlib import Path

from db.address import ledger_file
from tables.output.own_files import Own, protect


def protect_station(home: Path, db_url: str, passphrase_file: Path | None) -> None:
    """Let nothing in this process replace the files of this station: its folder's, its ledger, its passphrase."""
    protect(Own(home, lambda: ledger_file(db_url), (passphrase_file,) if passphrase_file else ()))
