"""Server-sent events for open pages: any thread may publish, and none waits for a page."""

import asyncio
import json
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool

_KEPT = 500
BEAT_S = 3.0
"""In this time something is sent, so that a page notices when nobody is there any more."""
_RETRY_MS = 1000


class Bell:
    """Wakes tasks of the event loop from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def ring(self) -> None:
        """Wake all waiting tasks; never blocks."""
        with self._lock:
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def hear(self, is_there: Callable[[], bool], most_s: float) -> bool:
        """Wait until `is_there`, at most `most_s` seconds; return whether it is."""
        event = asyncio.Event()
        mine = (asyncio.get_running_loop(), event)
        with self._lock:
            self._waiting.add(mine)
        try:
            if not is_there():
                await asyncio.wait_for(event.wait(), most_s)
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(mine)
        return is_there()


class ServerEvents:
    """The numbered events of one session; the newest are kept for pages that lost the connection for a moment."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)  # each server counts from 1, and a page must not mix them up
        self._lock = threading.Lock()
        self._kept: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._newest = 0
        self._bell = Bell()

    def publish(self, event: str, /, **values: Any) -> dict[str, Any]:
        """Send an event to every open page; return its values with its number."""
        with self._lock:
            self._newest += 1
            told = {**values, "number": self._newest}
            self._kept.append((self._newest, self._event(event, told)))
        self._bell.ring()
        return told

    def wake(self) -> None:
        """Wake the streams: the server is about to end."""
        self._bell.ring()

    def is_of_this_run(self, id: str) -> bool:
        """Whether an id comes from a page of this run of the server: it begins with `RUN.`."""
        return id.startswith(f"{self._run}.")

    def mark(self) -> str:
        """The newest event so far: a page that is rendered now needs only those after it."""
        with self._lock:
            return f"{self._run}-{self._newest}"

    def _event(self, kind: str, values: Mapping[str, Any]) -> str:
        data = json.dumps(values, ensure_ascii=False)
        return f"id: {self._run}-{values['number']}\nevent: {kind}\ndata: {data}\n\n"

    def _after(self, number: int) -> list[tuple[int, str]]:
        with self._lock:
            return [kept for kept in self._kept if kept[0] > number]

    def _number(self, mark: str) -> int | None:
        """The number of a mark; None where events after it are not kept any more, or it is of another run."""
        run, _dash, number = mark.rpartition("-")
        with self._lock:
            oldest = self._kept[0][0] if self._kept else self._newest + 1
            if run != self._run or not number.isdigit() or not oldest - 1 <= int(number) <= self._newest:
                return None
        return int(number)

    async def stream(
        self,
        after: str,
        is_closing: Callable[[], bool],
        look: Callable[[], None] = lambda: None,
        now: Callable[[], Mapping[str, Mapping[str, Any]]] = dict,
    ) -> AsyncIterator[str]:
        """Yield the server-sent events after a mark, while a page listens; `missed` first where some are not kept.

        Args:
            look: called with every beat, in a thread of its own, to publish what is new.
            now: by event, the present state of what is published only when it changes; sent to a page that missed some.
        """
        yield f"retry: {_RETRY_MS}\n\n"
        number = self._number(after)
        if number is None:
            number = self._newest
            yield f"id: {self._run}-{number}\nevent: missed\ndata: {{}}\n\n"
            for kind, values in now().items():
                yield f"event: {kind}\ndata: {json.dumps(values, ensure_ascii=False)}\n\n"
        while not is_closing():
            heard = number
            for number, event in self._after(heard):  # noqa: B007 -- the last one's is needed
                yield event
            heard = number
            if not await self._bell.hear(lambda: self._newest > heard, BEAT_S):  # noqa: B023 -- asked at once
                yield "event: beat\ndata: {}\n\n"
                await run_in_threadpool(look)
