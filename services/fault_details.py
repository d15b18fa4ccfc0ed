"""Where the details of a fault of ours are kept, for the command line and the page."""

import os
import tempfile
import traceback
from pathlib import Path

from custody.errors import CustodyError
from tables.output.safe_file import safe_file


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
