"""A folder of tiles: logs as static files that any file server carries (C2SP tlog-tiles), written and added to.

Each log has a folder of its own, named as a mirror names it, and `logs.txt` lists the logs with their keys. The head
comes last, so whoever reads in between finds all that the head before it promises.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, InputError, TamperError
from custody.format.encoding import leaf_digest
from db.store import Store
from evidence.checkpoint import Checkpoint, claimed_checkpoint
from evidence.mirror_forms import records
from evidence.tiles import CHECKPOINT, LOGS, Tile, bundles_of, folder_of, hash_tiles, list_of_logs, read_list
from evidence.tree import EMPTY_ROOT
from language import _
from language.text import fill
from services.exchange.tile_reading import read_if_there
from services.exchange.transfer import logs_to_give
from services.progress_bar import Progress, unseen
from tables.output.own_files import output_path
from tables.output.safe_file import folder_for, safe_file


@dataclass(frozen=True, slots=True)
class TilesWritten:
    """How many logs the folder has, how many files are new, and the logs that nobody admitted.

    `uncovered` is of each log how many of its newest records no signed head covers that is here: these are not written.
    """

    logs: int
    files: int
    left_out: list[str]
    uncovered: dict[str, int]


def head_to_give(store: Store, log: str) -> str | None:
    """The longest signed head of a log that the entries here reach, with the cosignatures of it that are kept; None
    where there is none.
    """
    note = store.cosigned.longest(log)
    return None if note is None else store.cosigned.with_lines(note)


def write_tiles(
    store: Store, out: Path, top: str | None = None, *, with_strangers: bool = False, progress: Progress = unseen
) -> TilesWritten:
    """Write what a folder lacks of the logs of stations at a place or below it. What is there is never changed, but for
    heads, and parts of tiles that are whole now.

    Raises:
        InputError: no log is held of a station there, the folder has more of a log than this station, or it cannot be
            written.
        TamperError: the folder has another history of a log, or an entry here is not as it was recorded.
    """
    folder = output_path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError(
            N_("{path} is a file: logs are written to a folder"), hint=N_("Give another name."), path=str(out)
        )
    heads, left_out = logs_to_give(store, top, with_strangers=with_strangers)
    files, keys, uncovered = 0, dict[str, bytes](), dict[str, int]()
    total = sum(head["size"] for head in heads)
    with progress(total, _("Writing")) as done:
        for head in heads:
            note = head_to_give(store, head["log"])
            if note is not None:
                files += _LogFolder(store, head["log"], note, folder).write()
                keys[head["log"]] = store.ledger.keys()[head["log"]]
            if behind := head["size"] - (0 if note is None else claimed_checkpoint(note).size):
                uncovered[head["log"]] = behind
            done(head["size"])
    known = read_if_there(folder / LOGS)
    listed = {} if known is None else read_list(known)
    files += _put(folder, Path(LOGS), list_of_logs(listed | keys).encode())
    return TilesWritten(len(keys), files, left_out, uncovered)


def uncovered_words(uncovered: dict[str, int]) -> str:
    """Say which records are not among the tiles because no signed head covers them, and how they come to be."""
    words = N_(
        "Not written, for no signed head here covers them: records: {count}, of {logs}. Take in a newer bundle of that "
        "station, then write again: {way}"
    )
    return fill(words, {"count": sum(uncovered.values()), "logs": ", ".join(sorted(uncovered)), "way": "import"})


class _LogFolder:
    """The folder of one log, of which a head is to be given."""

    def __init__(self, store: Store, log: str, note: str, top: Path) -> None:
        self.store, self.log, self.note, self.top = store, log, note, top
        self.folder = top / folder_of(log)
        self.head = claimed_checkpoint(note)

    def write(self) -> int:
        """Write what is new; returns how many files."""
        files = 0
        for tile, data in self._tiles(self._held()):
            path = self.folder / str(tile)
            if read_if_there(path) not in (None, data):
                raise self._another_history()
            files += _put(self.top, path, data)
            if tile == tile.whole:
                shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
        return files + _put(self.top, self.folder / CHECKPOINT, self.note.encode())

    def _held(self) -> int:
        """How long the log is that the folder has, by its head.

        Raises:
            InputError: it is longer than ours.
            TamperError: it is another one, or ours is not as its head says.
        """
        known, root = read_if_there(self.folder / CHECKPOINT), self.store.cosigned.root
        old = (
            Checkpoint(self.log, 0, EMPTY_ROOT) if known is None else claimed_checkpoint(known.decode(errors="replace"))
        )
        if old.origin == self.log and old.size > self.head.size:
            raise InputError(
                N_("{folder} has more of {log} than this station: nothing was written there"),
                hint=N_("Take in what is missing first, or choose another folder."),
                folder=str(self.folder),
                log=self.log,
            )
        if old.origin != self.log or root(self.log, old.size) != old.root:
            raise self._another_history()
        if root(self.log, self.head.size) != self.head.root:
            raise self._altered()
        return old.size

    def _tiles(self, held: int) -> Iterator[tuple[Tile, bytes]]:
        ledger, size = self.store.ledger, self.head.size
        for tile in bundles_of(size):
            begin = tile.index * tile.whole.width
            end = begin + tile.width
            if end > held or not (self.folder / str(tile)).is_file():
                entries = [*ledger.span(self.log, begin, end)]
                if [*map(leaf_digest, entries)] != [*ledger.leaves(self.log, begin, end)]:
                    raise self._altered()
                yield tile, records(entries)
        yield from hash_tiles(ledger.leaves(self.log, 0, size))

    def _altered(self) -> TamperError:
        return TamperError(
            N_("{log} is not as it was recorded: nothing more of it was written"),
            hint=N_("Run: {way}"),
            way="verify",
            log=self.log,
        )

    def _another_history(self) -> TamperError:
        return TamperError(
            N_("{folder} has another history of {log} than this station: nothing of it was changed"),
            hint=N_("Keep the folder as it is, and show it to whoever is responsible; write to another one."),
            folder=str(self.folder),
            log=self.log,
        )


def _put(top: Path, name: Path, data: bytes) -> int:
    """Write a file of a folder where it is not as it should be; returns how many were written.

    Raises:
        InputError: a link leads out of the folder.
    """
    path = output_path(top / name, within=top)
    if read_if_there(path) == data:
        return 0
    folder_for(path.parent)
    with safe_file(path, read_back=True) as file:
        file.write(data)
    return 1
