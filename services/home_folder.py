"""Where a station's folder had better not be: what copies files while they are written, and other computers' disks."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

if sys.platform == "win32":
    import ctypes

_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "googledrive", "iclouddrive", "nextcloud")
_REMOTE = 4


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
