"""What a hub gives to readers: its logs as tiles (C2SP tlog-tiles), under the paths of a mirror (tlog-mirror).

An observer shows a token and reads every log that counts; a station signs as always and reads its branch. Neither can
change anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.mirror_forms import records
from evidence.tiles import CHECKPOINT, ENTRIES, LOGS, Tile, folder_of, list_of_logs, read_path, tile_bytes
from services.access.observers import Observers
from services.exchange.hub_desk import HubDesk, HubRefusalError
from services.exchange.hub_reading import readable
from services.exchange.tile_folder import head_to_give
from web.hub_bodies import packed_answer, refusal_answer

T = TypeVar("T")
PREFIX = "/tiles"
MOST_READS, WINDOW_S = 3_000, 60.0
"""Files that one reader is given within so many seconds."""
_MOST_MADE = 1_000
_FOREVER, _SHORTLY = "private, max-age=31536000, immutable", "private, max-age=5"
_folder_of = lru_cache(maxsize=16_384)(folder_of)


class Site(Protocol):
    """What `TileReads` uses of a hub's site."""

    desk: HubDesk

    @property
    def now_s(self) -> Callable[[], float]:
        """A clock that only goes forward."""

    async def do(self, job: Callable[[Store], T], log: str = "") -> T:
        """What a job of the ledger's thread for a log gives."""

    async def station(self, request: Request) -> str:
        """The log whose station signed a request."""


@dataclass
class TileReads:
    """The readers of one hub, whose tokens are in `home`, and how much each was given lately."""

    site: Site
    home: Path
    _made: dict[tuple[str, Tile], bytes] = field(default_factory=dict)
    """Tiles above the lowest level, each of which takes the hashing of many leaves."""
    _given: dict[str, tuple[float, int]] = field(default_factory=dict)

    async def answer(self, request: Request) -> Response:
        """A file of a log, the list of logs, or what to do instead."""
        asking = await self.reader(request)
        if self._is_too_much(asking):
            return refusal_answer(HubRefusalError(429, "busy"), {"retry-after": str(int(WINDOW_S))})
        path = str(request.path_params["path"])
        return await self.site.do(lambda store: self._file(store, asking, path))

    async def reader(self, request: Request) -> str:
        """Who reads: a station's log, or an observer's name behind a blank, which no log's name begins with.

        Raises:
            HubRefusalError: nobody whom this hub knows.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return await self.site.station(request)

        def whose(store: Store) -> str | None:
            return Observers(self.home, store.around.now_utc).whose(secret.strip())

        name = await self.site.do(whose)
        if name is None:
            raise HubRefusalError(401, "token")
        return f" {name}"

    def _is_too_much(self, asking: str) -> bool:
        since, count = self._given.get(asking, (self.site.now_s(), 0))
        if self.site.now_s() - since > WINDOW_S:
            since, count = self.site.now_s(), 0
        self._given[asking] = since, count + 1
        return count >= MOST_READS

    def _file(self, store: Store, asking: str, path: str) -> Response:
        if asking.startswith(" "):
            logs = store.ledger.sizes().keys() - store.state.stations.now().strangers
        else:
            logs = {*readable(store, asking)}
        if path == LOGS:
            return _text(list_of_logs({log: key for log, key in store.ledger.keys().items() if log in logs}))
        folder, _, name = path.partition("/")
        log = next((log for log in logs if _folder_of(log) == folder), None)
        note = None if log is None else head_to_give(store, log)
        if log is None or note is None:
            return _not_there()
        if name == CHECKPOINT:
            store.transaction.confirm()
            return _text(note + self.site.desk.cosigned(store, note, store.around.now_utc()))
        return self._tile(store, log, claimed_checkpoint(note).size, name)

    def _tile(self, store: Store, log: str, size: int, name: str) -> Response:
        tile = read_path(name)
        if tile is None or (tile.index * tile.whole.width + tile.width) << 8 * max(tile.level, 0) > size:
            return _not_there()
        if tile.level == ENTRIES:
            begin = tile.index * tile.whole.width
            entries = store.ledger.span(log, begin, begin + tile.width)
            answer = packed_answer(records(entries), "application/octet-stream")
        else:
            data = self._made.get((log, tile)) or tile_bytes(tile, partial(store.ledger.leaves, log))
            if tile.level:
                self._made = {} if len(self._made) >= _MOST_MADE else self._made
                self._made[log, tile] = data
            answer = Response(data, media_type="application/octet-stream")
        answer.headers["cache-control"] = _FOREVER
        return answer


def _text(text: str) -> Response:
    return PlainTextResponse(text, headers={"cache-control": _SHORTLY})


def _not_there() -> Response:
    return PlainTextResponse("unknown\n", 404)
