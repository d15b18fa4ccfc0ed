"""Dropping what is kept of logs that nobody admitted."""

from collections.abc import Sequence

from custody.chain.admission import Stranger
from db.log.quarantine import Strangers
from db.store import Store


def strangers_named(store: Store, names: Sequence[str]) -> list[Stranger]:
    """The logs that nobody admitted and that are so named: by log, station, place or the beginning of a fingerprint.

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
