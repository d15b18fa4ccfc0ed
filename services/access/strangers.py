"""Delete what is kept of logs that are not admitted."""

from collections.abc import Sequence

from custody.chain.admission import Stranger
from db.log.quarantine import Strangers
from db.store import Store


def strangers_named(store: Store, names: Sequence[str]) -> list[Stranger]:
    """Return the logs that are not admitted and that a name means: by log, station, place or beginning of a
    fingerprint.

    Args:
        names: none of them: all that are kept.

    Raises:
        RuleError: the name is that of a station which counts, or of this one.
        InputError: nothing of that name is kept.
    """
    return Strangers(store).meant(names)


def drop_strangers(store: Store, strangers: Sequence[Stranger]) -> list[Stranger]:
    """Delete what is kept of these logs, and note that it was here; returns what was dropped.

    Raises:
        InputError: another program dropped one of them meanwhile; nothing was dropped then.
    """
    if not strangers:
        return []
    return Strangers(store).drop([one.log for one in strangers], at=store.around.now_utc())
