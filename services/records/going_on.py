"""A log that goes on in a new one: for a restored copy, a new installation, and a new or lost key."""

from custody.compose.compose import NewEvent, Ref
from custody.errors import N_, InputError
from custody.format.encoding import key_fingerprint
from custody.format.event_types import POWERS
from custody.format.events import Event
from db.store import Store
from services.records.membership import revoking


def lost_log(store: Store, *, station: str | None = None, place: str | None = None, key: str | None = None) -> str:
    """The log that a station without a ledger goes on from, as others' bundles hold it: the last of its instances.

    Args:
        key: its public key (64 hex digits), where that is not lost too.

    Raises:
        InputError: no log here is of that name, place and key, or several are; or the ledger has a log of its own.
    """
    if store.ledger.own_row() is not None:
        raise InputError(
            N_("this ledger has a log of its own already"), hint=N_("Leave the bundle away{typed}."), typed="--from"
        )
    begun = {event.log: event.body for event in store.ledger.on_topic(("genesis",))}
    left = {str(body["continues"]).rsplit(":", 2)[0] for body in begun.values() if body["continues"]}
    asked = {"station": station, "place": place, "public_key": key}
    fits = [
        log
        for log, body in sorted(begun.items())
        if log not in left and all(value in (None, body[name]) for name, value in asked.items())
    ]
    if len(fits) != 1:
        known = fits or sorted(begun.keys() - left)
        raise InputError(
            N_("several logs here could be this station's") if fits else N_("no log here is this station's"),
            hint=N_("Give its name and place as they were{typed}: {known}"),
            typed="--station, --place",
            known=", ".join(f"{begun[log]['station']} / {begun[log]['place']}" for log in known) or "-",
        )
    return fits[0]


def go_on(
    store: Store,
    *,
    station: str | None = None,
    place: str | None = None,
    root: str | None = None,
    log: str | None = None,
) -> Event:
    """Go on with a new log, whose first event names the newest entry of the old one that is held.

    For a restored copy, a new installation, and a new or lost key. A station that is its own root and has a new key
    vouches for its old log: all that is held of it stands, and nothing that comes later.

    Args:
        log: the old one, where this ledger has none of its own (`lost_log`); None: its own.
    """
    ledger = store.ledger
    with store.transaction():
        if log is not None:
            store.writer.adopt(log)
        own = ledger.own_log()
        old = ledger.event_at(own.id, 1).body
        [head] = [head for head in ledger.heads() if head["log"] == own.name]
        key = store.signer().public_key
        followed = store.state.stations.now().root
        was_root = followed == key_fingerprint(bytes.fromhex(old["public_key"]))
        has_new_key = key.hex() != old["public_key"]
        store.writer.retire_own()
        genesis = store.begin(
            election=own.election,
            station=station or own.station,
            place=place or own.place,
            root=root or (None if was_root else followed),
            continues=Ref(own.name, head["size"], head["head"]),
        )
        if was_root and has_new_key and root is None:
            sizes = {h["log"]: h["size"] for h in ledger.heads() if ledger.keys()[h["log"]].hex() == old["public_key"]}
            said = {
                "station": own.station,
                "place": own.place,
                "key": old["public_key"],
                "powers": [{"power": power, "under": None} for power in sorted(POWERS)],
            }
            store.record([NewEvent("admit", said), revoking(own.station, old["public_key"], sizes, "")])
        store.projection.rebuild()
        return genesis
