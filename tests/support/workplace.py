"""Where tests put their files: in memory where the system offers that, for a ledger waits for its disk at each record.

Whoever sets TMPDIR chooses another place. That a ledger does wait is told by tests with a disk of their own.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED_BYTES = 2 * 1024**3
"""Five times what the quick suite keeps at once."""

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `main.py` does, before numpy is read
is_free = os.name == "posix" and "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK)
if is_free and shutil.disk_usage(MEMORY).free > NEEDED_BYTES:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # of the programs that tests start, and our own
