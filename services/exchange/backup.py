"""A safe copy of the ledger, its progress shown: for `backup` and for the page."""

from pathlib import Path

from db.sqlite_backup import Copied, backup
from db.store import Store
from language import _
from services.progress_bar import Progress, unseen


def copy_ledger(store: Store, path: Path, *, progress: Progress = unseen) -> Copied:
    """Copy the ledger to a new file and read it back.

    Raises:
        InputError: the file is there already, or cannot be made.
        StoreError: the disk failed or is full, or what was read back is not whole; nothing is left behind.
    """

    shown = 0
    with progress(100, _("Copying")) as done:

        def publish(share: float) -> None:
            nonlocal shown
            done(max(0, round(100 * share) - shown))
            shown = max(shown, round(100 * share))

        return backup(store.ledger.database, path, publish)
