"""What `verify` finds in an open ledger."""

from db.log.table_audit import Checking
from db.store import Store
from evidence.audit import audit_bundle


def told(store: Store) -> list[str]:
    checking = Checking(store)
    audit = audit_bundle(checking.rows(), checking.entries(), shown=checking.shown())
    return [f.code for f in audit.findings if f.is_wrong] + [
        str(f) for f in checking.findings(audit.logs, lambda _n: None)
    ]
