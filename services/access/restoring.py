"""A lost station comes back in an empty folder: from a safe copy of its ledger, or from other stations' bundles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from custody.errors import N_, ConflictError, InputError, StoreError, unreadable
from db.station_key import load_key
from evidence.checkpoint import Signer
from services.access.key_shares import refuse_other_key, wanted_key
from services.access.new_station import Begun, StationHome, go_on, may_begin
from services.progress_bar import Progress, unseen
from tables.output.safe_file import safe_file

_DATABASE = b"SQLite format 3\0"
_MOST_KEY_BYTES, _PIECE = 20_000, 1 << 20


def restore(
    at: StationHome,
    copies: list[Path],
    *,
    key: Path | None,
    seed: bytes | None = None,
    passphrase: str = "",
    name: str | None = None,
    place: str | None = None,
    progress: Progress = unseen,
) -> Begun:
    """Put a station back and begin its new log, all or nothing: after a failure the folder is as it was.

    Args:
        copies: one safe copy of its ledger; or bundles of others that hold its log.
        key: a copy of its key file; None: it gets a new one, which the election's root must admit, unless there is
            `seed`, the secret that its recovery sheets made again.
        passphrase: of that key, where it is locked; of the new one otherwise, empty: none.
        name, place: of the station, where bundles hold several and the key is lost.

    Raises:
        ConflictError: a station has begun in this folder.
        InputError: a file is not what it should be, or the passphrase is not the one.
        StoreError: the folder cannot be written.
    """
    if not may_begin(at):
        raise ConflictError(
            N_("a station has begun in this folder, so nothing is put back over it"),
            hint=N_("Begin in an empty folder, or move what is here away first."),
        )
    kinds = [_is_database(path) for path in copies]
    if not kinds or (any(kinds) and len(kinds) > 1):
        raise InputError(
            N_("one safe copy is put back, or several bundles"),
            hint=N_("Choose the safe copy alone, or bundles alone."),
        )

    def signer() -> Signer:
        return load_key(at.home, lambda: passphrase)

    here = replace(at, load_key=signer)
    with _placed(here, copies[0] if kinds[0] else None, key):
        if key is not None:
            signer()  # a wrong passphrase is said before anything is read
        elif seed is not None and kinds[0]:
            refuse_other_key(seed, wanted_key(here))
        return go_on(
            here,
            place=place,
            name=name,
            root=None,
            new_key=False,
            passphrase=None if key is not None else passphrase or None,
            bundles=[] if kinds[0] else copies,
            seed=None if key is not None else seed,
            progress=progress,
        )


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError as error:
        raise unreadable(path.name, error) from error


@contextmanager
def _placed(at: StationHome, ledger: Path | None, key: Path | None) -> Iterator[None]:
    """Copies of the ledger and the key in the station's folder; gone again where what follows fails."""
    there = {path.name for path in at.home.iterdir()}
    try:
        if ledger is not None:
            with safe_file(at.ledger, is_own=True, is_secret=True) as file, ledger.open("rb") as source:
                while piece := source.read(_PIECE):
                    file.write(piece)
        if key is not None:
            with safe_file(at.key_file, is_own=True, is_secret=True) as file, key.open("rb") as source:
                file.write(source.read(_MOST_KEY_BYTES))
        yield
    except BaseException as error:
        for path in at.home.iterdir():
            if path.name not in there and path.is_file():
                path.unlink()
        if isinstance(error, OSError):
            raise StoreError(
                N_("the folder {path} cannot be written ({reason})"),
                hint=N_("Check the folder's permissions and the disk's free space."),
                path=str(at.home),
                reason=error.strerror or str(error),
            ) from error
        raise
