"""The audit of the station's own ledger, for the command and the page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from custody.errors import N_, StoreError
from evidence.audit import audit_bundle, worth_spreading
from evidence.entry import RawEntry
from evidence.verdict import BundleAudit
from language import _
from services.parallel import spread
from services.progress_bar import Progress, unseen

if TYPE_CHECKING:
    from db.store import Store


def audit_ledger(
    store: "Store", root: str | None = None, heads: Sequence[str] = (), *, progress: Progress = unseen
) -> BundleAudit:
    """Audit the station's own ledger: its entries, and everything that is kept beside them.

    Raises:
        StoreError: its file is damaged so that it cannot even be read.
    """
    from db.log.table_audit import Checking

    try:
        checking = Checking(store)
        rows = checking.rows()
        total = sum(row.size for row in rows)
        with spread(worth_spreading(rows)) as mapper, progress(total, _("Checking entries")) as done:
            entries = _counted(checking.entries(), done)
            audit = audit_bundle(rows, entries, root=root, heads=heads, shown=checking.shown(), mapper=mapper)
        with progress(store.ledger.code_count(), _("Comparing the present state")) as done:
            found = [*checking.findings(audit.logs, done), *store.photos.findings()]
    except (ValueError, TypeError, ArithmeticError, MemoryError, AttributeError) as error:
        # A column that holds what no column of ours can: damage, for the database checks types where it writes.
        raise StoreError(
            N_("the ledger's file is damaged ({reason})"),
            hint=N_("Keep it as it is and go on with a copy from a backup."),
            reason=type(error).__name__,
        ) from error
    return replace(audit, findings=(*found, *audit.findings))


def _counted(entries: Iterable[RawEntry], done: Callable[[int], None]) -> Iterator[RawEntry]:
    for raw in entries:
        yield raw
        done(1)
