"""Deliveries of vendors in the ledger: recorded as they are counted, and added up."""

from custody.compose.compose import NewEvent
from custody.errors import N_, RuleError
from custody.format.events import Event
from custody.plan.deliveries import DELIVERIES, DeliveryAccount, delivery_account
from db.store import Store


def record_delivery(
    store: Store,
    *,
    vendor: str,
    kind: str,
    arrived: int,
    damaged: int,
    contracted: int | None = None,
    contract: str = "",
    paper: str = "",
    giver: str = "",
    receiver: str = "",
    note: str = "",
    occurred: str | None = None,
) -> Event:
    """Record what a vendor brought to this station's place and how much of it is damaged.

    Raises:
        RuleError: more is damaged than arrived.
    """
    if damaged > arrived:
        raise RuleError(
            N_("{damaged} cannot be damaged where {arrived} arrived"),
            hint=N_("Count the damaged among those that arrived: --arrived has them too."),
            damaged=damaged,
            arrived=arrived,
        )
    fields = {
        "place": store.ledger.own_log().place,
        "vendor": vendor,
        "contract": contract,
        "kind": kind,
        "contracted": contracted,
        "arrived": arrived,
        "damaged": damaged,
        "paper": paper,
        "parties": {"giver": giver, "receiver": receiver},
        "note": note,
        "occurred": occurred,
    }
    return store.record([NewEvent("delivery", fields)])[0]


def account(store: Store) -> DeliveryAccount:
    """What vendors have delivered by the records of every station whose log is held."""
    state, stations = store.state, store.state.stations.now()
    events = (event for event in store.ledger.on_topic(DELIVERIES) if stations.stands(event))
    return delivery_account(events, state.places.all(), state.needs(), stations.roots)
