"""Exchange that goes on by itself: with a hub as soon as there is a network, and with a folder that others write to."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from custody.errors import N_, ConflictError, CustodyError, InputError, StoreError
from db.log.merge import Merged
from db.store import Store
from evidence.policy import Policy
from services.exchange.hub_client import HubAddress, HubClient
from services.exchange.sync import Synced, sync
from services.exchange.transfer import import_bundles

EVERY_S, LONGEST_S = 60.0, 300.0
"""How long to wait after a `sync` that went well, and at most after those that did not."""
LOOK_S = 5.0
"""How often to look whether this station has recorded something, or the folder has changed."""
_FIRST_S = 5.0
MOST_FILES = 10_000
SUFFIX = ".serah"

Pause = Callable[[float], None]


def keep_syncing(
    store: Store, address: HubAddress, policy: Policy | None = None, *, pause: Pause = time.sleep
) -> Iterator[Synced | CustodyError]:
    """Sync again and again: soon after a record of this station, else every minute; what came of it each time.

    While nobody answers it waits longer each time, up to `LONGEST_S`.

    Raises:
        InputError, TamperError: what waiting does not put right.
    """
    failed = 0
    while True:
        client = HubClient(address)
        try:
            done = sync(store, client, policy, pause=pause)
        except (StoreError, ConflictError) as error:
            failed += 1
            yield error
            pause(min(_FIRST_S * 2 ** (failed - 1), LONGEST_S))
            continue
        failed = 0
        yield done
        size, waited = _own_size(store), 0.0
        while waited < EVERY_S and _own_size(store) == size:
            pause(LOOK_S)
            waited += LOOK_S


def _own_size(store: Store) -> int:
    return store.ledger.require_own_row().size


@dataclass(frozen=True, slots=True)
class FromFolder:
    """What came of a file of a watched folder: what was taken in, or why nothing was."""

    path: Path
    merged: Merged | None = None
    error: CustodyError | None = None


@dataclass
class WatchedFolder:
    """The bundles of a folder, each taken in once it has come whole.

    Whoever writes there may take his time: a file is looked at when it was the same twice, and again when it changes.
    """

    folder: Path
    _before: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _done: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def ready(self) -> list[Path]:
        """The bundles that are as they were at the look before, and were not given since they last changed.

        Raises:
            InputError: the folder cannot be read, or holds very many files.
        """
        now = self._seen()
        same = [path for path, state in sorted(now.items()) if self._before.get(path) == state != self._done.get(path)]
        self._before = now
        self._done = {path: state for path, state in self._done.items() if path in now}
        for path in same:
            self._done[path] = now[path]
        return same

    def look_again(self, path: Path) -> None:
        """Give a file once more though it does not change."""
        self._done.pop(path, None)

    def _seen(self) -> dict[Path, tuple[int, int]]:
        found: dict[Path, tuple[int, int]] = {}
        try:
            for path in self.folder.iterdir():
                if path.suffix.lower() != SUFFIX or path.name.startswith(".") or path.is_symlink():
                    continue
                try:
                    stat = path.stat()
                except FileNotFoundError:  # it was renamed meanwhile
                    continue
                if stat.st_size and path.is_file():
                    found[path] = (stat.st_size, stat.st_mtime_ns)
                if len(found) > MOST_FILES:
                    raise InputError(N_("{path} holds too many files"), path=str(self.folder))
        except OSError as error:
            raise InputError(
                N_("{path} cannot be read: {reason}"),
                hint=N_("Check the name and the folder."),
                path=str(self.folder),
                reason=error.strerror or type(error).__name__,
            ) from error
        return found


def keep_importing(store: Store, folder: Path, *, pause: Pause = time.sleep) -> Iterator[FromFolder]:
    """Take in every bundle that comes to a folder; what came of each. That a folder went away, as shares do, is told
    once; when it is there again it goes on.

    Raises:
        InputError: the folder cannot be read at the beginning.
        StoreError: the ledger cannot be written.
    """
    watched, said, is_first = WatchedFolder(folder), dict[Path, str](), True
    while True:
        for outcome in _looked(store, watched, is_first=is_first):
            told = "" if outcome.error is None else str(outcome.error)
            if not told:
                said.clear()
            elif said.get(outcome.path) == told:
                continue
            said[outcome.path] = told
            yield outcome
        is_first = False
        pause(LOOK_S)


def _looked(store: Store, watched: WatchedFolder, *, is_first: bool) -> Iterator[FromFolder]:
    try:
        ready = watched.ready()
    except InputError as error:
        if is_first:
            raise
        yield FromFolder(watched.folder, error=error)
        return
    for path in ready:
        try:
            yield FromFolder(path, merged=import_bundles(store, [path]))
        except StoreError:
            raise
        except CustodyError as error:  # of this file alone, which may not have come whole
            if isinstance(error.__cause__, OSError):  # another program has it, or the share went
                watched.look_again(path)
            yield FromFolder(path, error=error)
