"""The recovery sheets of a station: its key in shares, one a page."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from custody.format.encoding import key_fingerprint
from db.station_key import is_protected, public_of_seed, read_seed
from db.store import Store
from reports.handover.recovery_sheet import RecoverySheet, write_recovery_sheets
from services.access.key_shares import genesis_of, refuse_other_key, split
from tables.output.safe_file import safe_file


def needs_passphrase(home: Path) -> bool:
    """Whether a passphrase locks the key of the station in this folder."""
    return is_protected(home)


def save_recovery_sheets(store: Store, home: Path, ask: Callable[[], str], needed: int, total: int, out: Path) -> str:
    """Write the sheets of the key that this station's log began with, readable by this user only.

    Args:
        home: the folder of its key file; `ask` gives the passphrase, where it is locked.
        needed, total: how many sheets make it again, of how many.

    Returns:
        The key's fingerprint.

    Raises:
        InputError: the passphrase is not the one, the key is another one, or the file cannot be written there.
        StoreError: the disk is full; nothing is left behind.
    """
    with safe_file(out, is_secret=True) as file:
        return draw_recovery_sheets(store, home, ask, needed, total, file)


def draw_recovery_sheets(
    store: Store, home: Path, ask: Callable[[], str], needed: int, total: int, out: BinaryIO
) -> str:
    """The same, to an open file."""
    genesis, seed = genesis_of(store).body, read_seed(home, ask)
    refuse_other_key(seed, str(genesis["public_key"]))
    fingerprint = key_fingerprint(public_of_seed(seed))
    said = {name: str(genesis[name]) for name in ("station", "place", "election")}
    sheet = RecoverySheet(**said, fingerprint=fingerprint, needed=needed, made_at_utc=store.around.now_utc())
    write_recovery_sheets(out, sheet, split(seed, needed, total))
    return fingerprint
