"""Who makes a report here and now."""

from db.store import Store
from reports.output import Made
from services.access.admission_notice import waiting_sentence


def made_of(store: Store) -> Made:
    """When, by whom, from the ledger of which station and election, and what waits for admission there."""

    own = store.ledger.own_log()
    around = store.around
    return Made(around.now_utc(), around.by, own.election, own.station, own.place, waiting_sentence(store))
