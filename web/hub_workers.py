"""Processes beside a hub: they check what is sent, and put in place what has arrived where a server keeps the ledger.

One that is killed takes nothing with it: a check is done again, and what it was putting in place is as it was.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from contextvars import copy_context
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection

from custody.errors import ConflictError, CustodyError
from db.store import Surroundings, open_store
from evidence.checkpoint import Checkpoint
from evidence.intake import Checked
from evidence.mirror_forms import Package
from services.exchange.hub_desk import Known, check_package, settle_arrived

Check = Callable[[Known, Checkpoint, Package, Sequence[bytes]], Checked]
AT_ONCE = 512
"""Entries that a process puts in place in one transaction: a log that begins waits for these to end."""
PAUSE_S = 0.2
"""So long a process waits where nothing is to be done, or before one that ended is begun again."""


class HubWorkers:
    """So many processes of each kind, until `close`."""

    def __init__(self, url: str, count: int, *, is_server: bool) -> None:
        """Args:
        url: the ledger's database.
        is_server: several may write to it at once.
        """
        self._url, self._count, self.is_placing = url, count, is_server
        self.tell: Callable[[CustodyError], None] = lambda _error: None
        """Is told why a process could put nothing in place."""
        self._context = get_context("spawn")
        self._is_over = threading.Event()
        self._pool = self._begun()
        for _ in range(count if is_server else 0):
            context = copy_context()  # it speaks our language
            threading.Thread(target=context.run, args=(self._keep_placing,), name="placing", daemon=True).start()

    def _begun(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._count, mp_context=self._context, initializer=_leave_interrupts)

    def check(self, known: Known, head: Checkpoint, package: Package, before: Sequence[bytes]) -> Checked:
        """What `check_package` gives, in another process.

        Raises:
            HubRefusalError: as that.
        """
        pool = self._pool
        try:
            return pool.submit(check_package, known, head, package, before).result()
        except (BrokenProcessPool, RuntimeError):  # one was killed
            if self._pool is pool and not self._is_over.is_set():
                self._pool = self._begun()
            return check_package(known, head, package, before)

    def _keep_placing(self) -> None:
        while not self._is_over.is_set():
            told, tells = self._context.Pipe(duplex=False)
            process = self._context.Process(target=place, args=(self._url, tells), daemon=True)
            process.start()
            tells.close()
            while process.is_alive() and not self._is_over.wait(PAUSE_S):
                pass
            process.terminate()
            process.join()
            with told, suppress(EOFError, OSError):  # where it was killed it tells nothing, or half of it
                message, values = told.recv()
                self.tell(CustodyError(message, **values))

    def close(self) -> None:
        """End them all."""
        self._is_over.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def place(url: str, tells: Connection) -> None:
    """Put in place whatever arrives, as long as the hub runs; ends where the database fails, and is begun again."""
    _leave_interrupts()
    hub = parent_process()
    try:
        with open_store(url, None, Surroundings(lambda: "")) as store:  # which records nothing
            while hub is None or hub.is_alive():
                if not settle_arrived(store, AT_ONCE):
                    time.sleep(PAUSE_S)
    except ConflictError:  # two waited for each other: it goes by itself
        pass
    except CustodyError as error:
        tells.send((error.message, {name: str(value) for name, value in error.values.items()}))
    time.sleep(PAUSE_S)


def _leave_interrupts() -> None:
    """Ctrl-C is for the hub, which ends these."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
