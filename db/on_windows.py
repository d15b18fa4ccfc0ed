"""SQLite as a ledger needs it on Windows."""

from pathlib import Path

import apsw
from playhouse.apsw_ext import APSWDatabase

from tables.output.private_files import keep_private


class SqliteOnWindows(APSWDatabase):  # type: ignore[misc]  # its module has no types
    """A database that tries again where another one writes, and whose files beside it are kept from others.

    There -wal and -shm have the folder's rights. A lock of Windows that SQLite would wait for (SETLK_TIMEOUT, of 2025)
    never comes under wine, and what it does over a network nobody knows; to try again is what SQLite did before.
    """

    def _add_conn_hooks(self, conn: apsw.Connection) -> None:
        conn.setlk_timeout(0, 0)
        super()._add_conn_hooks(conn)
        for tail in ("-wal", "-shm"):
            keep_private(Path(self.database + tail))
