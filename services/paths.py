"""Where a station keeps its files, that no output replaces them, and where its folder had better not be."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from custody.errors import CustodyError
from db.address import ledger_file
from tables.output.own_files import Own, protect
from tables.output.safe_file import safe_file

_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "googledrive", "iclouddrive", "nextcloud")
_REMOTE = 4


if sys.platform == "win32":
    import ctypes


def synchronised_by(home: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The folder of a service that copies files to the internet in which `home` lies; None: in none that is known.

    Such a service takes hold of the ledger while it is written, and puts older copies back.
    """
    here = home.resolve()
    named = [Path(folder) for name, folder in environment.items() if name.upper().startswith("ONEDRIVE") and folder]
    for folder in (here, *here.parents):
        if folder in named or folder.name.casefold().partition(" - ")[0] in _SYNCHRONISED:
            return folder.name
    return None


def is_on_network(home: Path) -> bool:
    """Whether a folder is another computer's, as Windows tells: a share, or a drive that stands for one."""
    if sys.platform == "win32":
        anchor = home.resolve().anchor
        return anchor.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(anchor) == _REMOTE
    return False


def protect_station(home: Path, db_url: str, passphrase_file: Path | None) -> None:
    """Let nothing in this process replace the files of this station: its folder's, its ledger, its passphrase."""
    protect(Own(home, lambda: ledger_file(db_url), (passphrase_file,) if passphrase_file else ()))


# --- Where the details of a fault of ours are kept, for the command line and the page ---------------------------------


def keep_details(error: BaseException) -> str:
    """Write the traceback to serah-fault.txt; the path of it, or `-` where nothing can be written."""
    import traceback  # only a fault needs it

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
