"""A log as static files: its tree in tiles of 256 digests, and its entries in bundles beside them (C2SP tlog-tiles).

Any file server can carry them. Nothing here is believed: whoever reads holds the root to a signed head.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from custody.errors import N_, TamperError
from evidence.checkpoint import read_verifier_key, verifier_key
from evidence.log_audit import MAX_LOGS
from evidence.mirror_forms import MAX_ENTRY_BYTES, EntriesReader
from evidence.tree import Frontier, ReadTree

WIDTH, _BITS, _DIGEST = 256, 8, 32
"""Digests of a whole tile, and entries of a whole bundle."""
ENTRIES = -1
"""The level of a bundle of entries."""
MAX_TILE_BYTES = WIDTH * (MAX_ENTRY_BYTES + 6)
CHECKPOINT, LOGS = "checkpoint", "logs.txt"
"""The names of a log's signed head, and of the list of logs beside their folders (C2SP tlog-policy)."""
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9]|[1-5][0-9]|6[0-3])/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of a log: the level (`ENTRIES`, or 0 to 63), its number there, and how many it holds, 1 to `WIDTH`."""

    level: int
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        """The path of the file below the log's own."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return "/".join(("tile", level, *(f"x{part}" for part in parts[:-1]), parts[-1])) + partial

    @property
    def whole(self) -> "Tile":
        """The same one once it is full."""
        return Tile(self.level, self.index)


def read_path(path: str) -> Tile | None:
    """The tile of a path; None where it is none, in the one form that it has."""
    match = _PATH.fullmatch(path)
    if match is None or int(match["width"] or 1) >= WIDTH:
        return None
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    tile = Tile(level, int(re.sub("[x/]", "", match["index"])), int(match["width"] or WIDTH))
    return tile if str(tile) == path else None


def folder_of(log: str) -> str:
    """The name of a log's folder, as a mirror calls it: SHA-256 of the log's name, in hex (C2SP tlog-mirror)."""
    return sha256(log.encode()).hexdigest()


def list_of_logs(keys: Mapping[str, bytes]) -> str:
    """The list of logs, by name, with their keys: what C2SP tlog-policy calls a policy, which asks for no witness."""
    return "".join(f"log {verifier_key(log, key)}\n" for log, key in sorted(keys.items())) + "quorum none\n"


def read_list(data: bytes) -> dict[str, bytes]:
    """The logs of a list, with their keys; lines of other kinds are passed over.

    Raises:
        TamperError: a key is none, or a log has two.
    """
    rows = [line.split(" ") for line in data.decode(errors="replace").splitlines()]
    found = [read_verifier_key(row[1]) for row in rows if row[0] == "log" and len(row) > 1]
    if len(dict(found)) < len(found) or len(found) > MAX_LOGS:
        raise TamperError(N_("the list of logs names one twice, or more than there can be"))
    return dict(found)


def tile_at(level: int, index: int, size: int) -> Tile:
    """A tile as it is in a tree of that size, which must reach it.

    Raises:
        IndexError: it does not.
    """
    count = size >> _BITS * max(level, 0)
    width = min(count - index * WIDTH, WIDTH)
    if width <= 0:
        raise IndexError(index)
    return Tile(level, index, width)


def bundles_of(size: int, begin: int = 0) -> Iterator[Tile]:
    """The bundles of a log of that size, from the one with the entry at index `begin` on."""
    for index in range(begin // WIDTH, -(-size // WIDTH)):
        yield tile_at(ENTRIES, index, size)


def hash_tiles(leaves: Iterable[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """The tiles over leaf digests, with their bytes: whole ones as soon as they are, then those of the right edge."""
    levels: list[tuple[int, list[bytes]]] = []
    """Of each level the number of the tile that is being filled, and what it has."""
    for leaf in leaves:
        digest: bytes | None = leaf
        level = 0
        while digest is not None:
            if level == len(levels):
                levels.append((0, []))
            index, row = levels[level]
            row.append(digest)
            digest = None
            if len(row) == WIDTH:
                yield Tile(level, index), b"".join(row)
                levels[level] = (index + 1, [])
                digest, level = root_over(row), level + 1
    for level, (index, row) in enumerate(levels):
        if row:
            yield Tile(level, index, len(row)), b"".join(row)


def tile_bytes(tile: Tile, leaves: Callable[[int, int], Iterable[bytes]]) -> bytes:
    """The bytes of a tile of digests; `leaves` gives those of a log from one index to before another."""
    each = 1 << _BITS * tile.level
    begin = tile.index * WIDTH * each
    made = hash_tiles(leaves(begin, begin + tile.width * each))
    return next(data for found, data in made if found == Tile(tile.level, 0, tile.width))


def digests(tile: Tile, data: bytes) -> list[bytes]:
    """The digests of a tile.

    Raises:
        TamperError: not as many as it should have.
    """
    if len(data) != tile.width * _DIGEST:
        raise _damaged(tile)
    return [data[at : at + _DIGEST] for at in range(0, len(data), _DIGEST)]


def entries(tile: Tile, data: bytes) -> list[bytes]:
    """The entries of a bundle, each behind its length (`evidence.mirror_forms.entry_record`).

    Raises:
        TamperError: not as many as it should have, or more behind them.
    """
    reader, found = EntriesReader(), list[bytes]()
    reader.feed(data)
    while len(found) < tile.width and (entry := reader.entry()) is not None:
        found.append(entry)
    if len(found) < tile.width or reader.rest:
        raise _damaged(tile)
    return found


def root_over(row: Iterable[bytes]) -> bytes:
    """The root over some digests of one level."""
    tree = Frontier()
    for digest in row:
        tree.append(digest)
    return tree.root()


class TiledTree(ReadTree):
    """A log's tree of which nothing but tiles is at hand: each root and each proof reads those that it needs."""

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        """Args:
        read: gives a tile's bytes.
        """
        self._size, self._read = size, read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    @property
    def size(self) -> int:
        return self._size

    def _node(self, level: int, index: int) -> bytes:
        above, within = divmod(level, _BITS)
        number, at = divmod(index << within, WIDTH)
        if (above, number) not in self._tiles:
            tile = tile_at(above, number, self._size)
            self._tiles[above, number] = digests(tile, self._read(tile))
        return root_over(self._tiles[above, number][at : at + (1 << within)])


def _damaged(tile: Tile) -> TamperError:
    return TamperError(N_("{tile} is cut or changed: it does not hold what its name says"), tile=str(tile))
