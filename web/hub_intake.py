"""One request to `add-entries` on its way in: read, checked and stored package by package."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from starlette.concurrency import run_in_threadpool

from custody.errors import TamperError
from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.mirror_forms import Package, Standing, Upload, UploadReader
from services.exchange.hub_desk import HubDesk, HubRefusalError, Known, check_entries
from web.hub_workers import Check

T = TypeVar("T")
MOST_BUFFERED = 256 * 1024 * 1024
"""Bytes of all packages that are on their way in."""


class Desk(Protocol):
    """What a request needs of its hub: the desk, the ledger's thread, and how much all requests hold in memory."""

    desk: HubDesk
    buffered: int

    @property
    def check(self) -> Check:
        """How a package is checked."""

    async def do(self, job: Callable[[Store], T], log: str = "") -> T:
        """What a job of the ledger's thread for a log gives."""


@dataclass(eq=False)
class Intake:
    """`known` is the log that sends, `taken` how many entries were stored; `answer` is what is said in the end."""

    hub: Desk
    reader: UploadReader = field(default_factory=UploadReader)
    known: Known | None = None
    taken: int = 0
    answer: str | Standing | None = None
    _held: int = 0

    @property
    def upload(self) -> Upload:
        """What the request is about.

        Raises:
            HubRefusalError: not even that has come.
        """
        if self.reader.upload is None:
            raise HubRefusalError(400, "malformed")
        return self.reader.upload

    async def take(self, piece: bytes) -> None:
        """Take the next bytes; what is whole is stored before this returns.

        Raises:
            HubRefusalError: they are not what may come.
        """
        self._hold(self._held + len(piece))
        try:
            whole = [*self.reader.feed(piece)]
        except TamperError as error:
            raise HubRefusalError(400, "malformed") from error
        if self.reader.upload is not None and self.known is None:
            upload = self.reader.upload
            self.known = await self.hub.do(lambda store: self.hub.desk.begin_upload(store, upload), upload.log)
        for package in whole:
            await self._store(package)
            self._hold(0)

    async def _store(self, package: Package) -> None:
        desk, log, known = self.hub.desk, self.upload.log, self.known
        assert known is not None

        def look(store: Store) -> tuple[list[bytes], str | None]:
            return desk.leaves(store, log, package.rounded, package.begin), desk.newest_head(store, log)

        before, note = await self.hub.do(look, log)
        if note is None:
            raise HubRefusalError(422, "head")
        checked = await run_in_threadpool(self.hub.check, known, claimed_checkpoint(note), package, before)

        def keep(store: Store) -> str | Standing:
            try:
                return desk.take_entries(store, log, package.begin, package.entries, checked)
            except HubRefusalError as refusal:
                if refusal.reason == "fork":
                    desk.drop_head(store, log)
                raise

        self.answer = await self.hub.do(keep, log)
        self.taken += len(package.entries)

    async def keep_begun(self) -> None:
        """Store the entries of a package that was cut: those that came whole."""
        begun, at, known = self.reader.begun, self.reader.begun_at, self.known
        if not begun or known is None:
            return
        checked = await run_in_threadpool(check_entries, known, at, begun)
        log = self.upload.log
        await self.hub.do(lambda store: self.hub.desk.take_entries(store, log, at, begun, checked), log)
        self.taken += len(begun)
        self.answer = None

    def _hold(self, size: int) -> None:
        self.hub.buffered += size - self._held
        self._held = size
        if self.hub.buffered > MOST_BUFFERED:
            raise HubRefusalError(503, "busy")

    def close(self) -> None:
        """Let go of what was held of the body."""
        self._hold(0)
