"""Who works at this screen: the person that a browser has named by a PIN, until the screen is locked.

Kept in memory and by browser: two supervisors work at once in two browsers, and after a restart everybody says again
who they are. Where nobody is named who works here, nobody is asked.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

from db.store import Surroundings
from services.access.pins import FILE, Pins, Role
from web.security.entrances import cookie_name

WORKER = "serah.worker"
"""Where a request's scope has who asks; None where nobody is asked."""
AT_WORK: ContextVar[str] = ContextVar("at_work", default="")
"""Whose request this is, as records name them; empty: who the program was started for."""
_MOST_SCREENS = 500


@dataclass(frozen=True, slots=True)
class Worker:
    """Who asks: a name and a role; both empty where nobody has said so, or the screen is locked."""

    name: str = ""
    role: Role | None = None
    screen: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """What this person may do: a supervisor also what operators do; nobody, what the guard leaves open to read."""
        return frozenset({"supervisor", "operator"} if self.role == "supervisor" else {self.role or "observer"})


def worked_by_whom_it_is(around: Surroundings, before: str) -> Surroundings:
    """The surroundings of a store with the person at work whose request this is; else who was there `before`."""
    return replace(around, by=AT_WORK.get() or before)


class Workers:
    """Who is at which browser of one station's page. Any thread may ask."""

    def __init__(self, home: Path, pins: Callable[[], AbstractContextManager[Pins]], token: str) -> None:
        """Args:
        pins: the PINs of the station in `home`, for a moment.
        token: the page's secret, by which its cookies are told from other stations'.
        """
        self._path, self._pins = home / FILE, pins
        self.cookie = cookie_name(token).replace("serah-", "serah-who-")
        self._screens: dict[str, str] = {}
        self._known: tuple[tuple[int, int], dict[str, Role]] | None = None
        self._lock = threading.Lock()

    def people(self) -> dict[str, Role]:
        """Who works here, by name; what another program changed counts at once."""
        if not self._path.is_file():
            return {}
        state = self._path.stat()
        stamp, known = (state.st_mtime_ns, state.st_ino), self._known
        if known is None or known[0] != stamp:
            with self._pins() as pins:
                known = self._known = (stamp, pins.workers())
        return known[1]

    def whose(self, cookies: Mapping[str, str]) -> Worker | None:
        """Who asks, by the cookies of a request; None where nobody is asked who they are."""
        people = self.people()
        if not people:
            return None
        screen = cookies.get(self.cookie, "")
        name = self._screens.get(screen, "")
        return Worker(name, people[name], screen) if name in people else Worker()

    def enter(self, name: str) -> str:
        """Put a person to work at a screen; return what its cookie is to carry."""
        screen = secrets.token_hex(32)
        with self._lock:
            self._screens[screen] = name
            for old in list(self._screens)[:-_MOST_SCREENS]:
                del self._screens[old]
        return screen

    def keep_only(self, kept: Worker) -> None:
        """Lock every other screen of a person: the PIN that opened it is none any more."""
        with self._lock:
            self._screens = {
                screen: name for screen, name in self._screens.items() if name != kept.name or screen == kept.screen
            }

    def leave(self, screen: str) -> None:
        """Lock a screen; one that is locked stays so."""
        with self._lock:
            self._screens.pop(screen, None)
