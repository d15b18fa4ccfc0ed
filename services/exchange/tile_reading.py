"""Logs that come as tiles, from a folder or an address: read as a bundle is, and audited as one."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from custody.errors import N_, InputError, StoreError, TamperError, unreadable
from custody.format.encoding import leaf_digest
from evidence.checkpoint import Checkpoint, read_checkpoint, read_note
from evidence.entry import RawEntry, examine
from evidence.intake import LogRow
from evidence.mirror_forms import raw_entry, records
from evidence.tiles import (
    CHECKPOINT,
    ENTRIES,
    LOGS,
    MAX_TILE_BYTES,
    Tile,
    TiledTree,
    bundles_of,
    digests,
    entries,
    folder_of,
    hash_tiles,
    read_list,
    tile_at,
)
from services.exchange.bundle import MAX_UNPACKED_BYTES, Bundle
from services.exchange.hub_client import TRIES, Answer, CutError, HubAddress, HubClient, read_address

_LONGEST_S = 60.0
Fetch = Callable[[str], bytes | None]
"""Gives the file of a path, None where there is none."""


def read_if_there(path: Path, most: int = -1) -> bytes | None:
    """The bytes of a file, the first so many; None where there is none.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unreadable(path, error) from error


def in_folder(folder: Path) -> Fetch:
    """The files of a folder."""
    return lambda path: read_if_there(folder / path, MAX_TILE_BYTES + 1)


def at_address(text: str, token: str = "", *, pause: Callable[[float], None] = time.sleep) -> Fetch:
    """The files of a web server, or of a hub, whose address may end in the beginning of its certificate's fingerprint.

    Args:
        token: an observer's, where a hub asks for one.

    Raises:
        InputError: it is no address, or the server wants another token.
        StoreError: nobody answers, or no file comes whole.
    """
    address, prefix = _split(text)
    if address.is_plain and token:
        raise InputError(N_("a token is shown over https:// alone"), hint=N_("Give the hub's own address."))
    client = HubClient(address, is_hub=False)
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def fetch(path: str) -> bytes | None:
        for tries in range(TRIES):
            try:
                answer = client.ask("GET", f"{prefix}/{path}", None, headers)
            except CutError:
                pause(float(tries))
                continue
            if answer.status not in (429, 503):
                return _body(answer, address)
            told = answer.headers.get("retry-after", "")
            pause(min(float(told), _LONGEST_S) if told.isdecimal() else 1.0)
        raise StoreError(
            N_("the network was cut again and again: not everything was read"), hint=N_("Try again later.")
        )

    return fetch


def _split(text: str) -> tuple[HubAddress, str]:
    """The server and the path of an address; without a port it is that of the web. Plain HTTP will do, for what is read
    proves itself.
    """
    parts = urlsplit(text.strip())
    is_plain = parts.scheme == "http" and not parts.fragment
    port = "" if ":" in parts.netloc.rpartition("]")[2] else ":80" if is_plain else ":443"
    scheme = "https" if is_plain else parts.scheme
    address = read_address(urlunsplit((scheme, parts.netloc + port, "", parts.query, parts.fragment)))
    return replace(address, is_plain=is_plain), quote(parts.path.rstrip("/"), safe="/%")


def _body(answer: Answer, address: HubAddress) -> bytes | None:
    if answer.status == 404:
        return None
    if answer.status in (401, 403):
        raise InputError(
            N_("{address} gives nothing to read without a token that counts"),
            hint=N_("Ask the office for an observer's token{typed}."),
            typed="--token",
            address=f"{address.host}:{address.port}",
        )
    if answer.status != 200:
        raise StoreError(
            N_("{address} cannot give its files now (status {status})"),
            hint=N_("Try again later."),
            address=f"{address.host}:{address.port}",
            status=answer.status,
        )
    return answer.body


def read_tiles(fetch: Fetch) -> tuple[Bundle, list[str]]:
    """The logs of a list, each up to its head, whose signature is checked here, and whose tree the tiles must make; and
    these heads with the cosignatures under them.

    Raises:
        InputError: there is no list of logs, or more than any election has.
        TamperError: a file is missing, cut or altered; at once, or while walking the entries.
    """
    fetch = _bounded(fetch)
    listed = fetch(LOGS)
    if listed is None:
        raise InputError(
            N_("there are no tiles of logs there: {file} is missing"), hint=N_("Check the name."), file=LOGS
        )
    logs = [_TiledLog.begin(fetch, log, key) for log, key in read_list(listed).items()]
    entries_of_all = (raw for log in logs for raw in log.entries())
    return Bundle(tuple(log.row() for log in logs), entries_of_all), [log.note for log in logs]


def _bounded(fetch: Fetch) -> Fetch:
    """The same files, none of them larger than a file of a log can be, all together no more than a bundle may hold."""
    total = 0

    def bounded(path: str) -> bytes | None:
        nonlocal total
        data = fetch(path)
        total += len(data or b"")
        if len(data or b"") > MAX_TILE_BYTES or total > MAX_UNPACKED_BYTES:
            raise InputError(
                N_("{path} is larger than logs can be: it is not read on"),
                hint=N_("Somebody made it to fill this machine; ask the office."),
                path=path,
            )
        return data

    return bounded


@dataclass(frozen=True, slots=True)
class _TiledLog:
    """One log: where its files are, its signed head as text and as it says."""

    fetch: Fetch
    key: bytes
    note: str
    head: Checkpoint

    @classmethod
    def begin(cls, fetch: Fetch, log: str, key: bytes) -> "_TiledLog":
        """Read its head.

        Raises:
            TamperError: it is missing, or not this log's.
        """
        data = fetch(f"{folder_of(log)}/{CHECKPOINT}")
        if data is None:
            raise _missing(log, CHECKPOINT)
        note = data.decode(errors="replace")
        head = read_checkpoint(note, key)
        found = cls(fetch, key, note, head)
        if head.origin != log or TiledTree(head.size, found.read).root() != head.root:
            raise TamperError(N_("the tiles of {log} do not make the tree of its signed head"), log=log)
        return found

    def read(self, tile: Tile) -> bytes:
        """The bytes of a tile; of a part, those of the whole one serve as well, where that is there by now.

        Raises:
            TamperError: it is missing.
        """
        log = self.head.origin
        if (data := self.fetch(f"{folder_of(log)}/{tile}")) is not None:
            return data
        whole = self.fetch(f"{folder_of(log)}/{tile.whole}")
        if whole is None:
            raise _missing(log, str(tile))
        if tile.level == ENTRIES:
            return records(entries(tile.whole, whole)[: tile.width])
        return b"".join(digests(tile.whole, whole)[: tile.width])

    def row(self) -> LogRow:
        """What a bundle's list would say of it."""
        size, read = self.head.size, read_note(self.note)
        note = read.text + "\n" + "".join(str(line) for line in read.signatures if line.name == self.head.origin)
        if not size:
            return LogRow(self.head.origin, "", "", 0, None, note)
        first = entries(tile := tile_at(ENTRIES, 0, size), self.read(tile))[0]
        body = examine((raw_entry(first), {self.head.origin: self.key})).kept or {}
        newest = TiledTree(size, self.read).leaf(size - 1).hex()
        station, place = str(body.get("station", "")), str(body.get("place", ""))
        return LogRow(self.head.origin, station, place, size, newest, note)

    def entries(self) -> Iterator[RawEntry]:
        """Its entries; then every tile is held to them.

        Raises:
            TamperError: one is not what the entries make.
        """
        leaves = list[bytes]()
        for tile in bundles_of(self.head.size):
            found = entries(tile, self.read(tile))
            leaves += map(leaf_digest, found)
            yield from map(raw_entry, found)
        for tile, data in hash_tiles(leaves):
            if self.read(tile) != data:
                raise TamperError(
                    N_("{tile} of {log} is not what the log's entries make"), tile=str(tile), log=self.head.origin
                )


def _missing(log: str, file: str) -> TamperError:
    return TamperError(N_("{file} of {log} is missing"), file=file, log=log)
