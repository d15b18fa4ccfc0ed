"""Where a station keeps its files, and that no output replaces them."""

import os
import tempfile
import traceback
from pathlib import Path

from custody.errors import CustodyError
from db.address import ledger_file
from tables.output.own_files import Own, protect
from tables.output.safe_file import safe_file


def protect_station(home: Path, db_url: str, passphrase_file: Path | None) -> None:
    """Let nothing in this process replace the files of this station: its folder's, its ledger, its passphrase."""
    protect(Own(home, lambda: ledger_file(db_url), (passphrase_file,) if passphrase_file else ()))


# --- Where the details of a fault of ours are kept, for the command line and the page ---------------------------------


def keep_details(error: BaseException) -> str:
    """Write the traceback to serah-fault.txt; the path of it, or `-` where nothing can be written."""
    for folder in (os.environ.get("SERAH_HOME"), Path.home(), tempfile.gettempdir()):
        try:
            if folder:
                path = Path(folder) / "serah-fault.txt"
                with safe_file(path) as file:
                    file.write("".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"))
                return str(path)
        except (CustodyError, OSError):
            continue
    return "-"
