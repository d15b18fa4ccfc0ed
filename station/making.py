"""Who makes a report here and now."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.store import Store
    from reports.made import Made


def made_of(store: "Store") -> "Made":
    """When, by whom, from the ledger of which station and election."""
    from reports.made import Made

    own = store.ledger.own_log()
    return Made(store.around.now_utc(), store.around.by, own.election, own.station, own.place)
