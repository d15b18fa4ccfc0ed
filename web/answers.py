"""Answers to what pages have sent, by the id that each page gave it, for who asks again because an answer was lost."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, TypeVar, cast

from pydantic import Field

from custody.errors import N_, ConflictError
from web.request_model import Given

T = TypeVar("T")
Sent = Annotated[str, Field(pattern=r"^[0-9a-zA-Z.-]{1,60}$")]
"""The id of one press or one line: drawn by the page, never used twice."""
_MOST = 2000
_GIVEN_UP = object()


class Asked(Given):
    """What became of something that was sent, by the id that it was sent under?"""

    id: Sent


class Answers:
    """The results of the newest ids; only the ledger's thread may use it.

    To ask for an unknown id gives it up: its request is refused if it comes later, so the answer "it did not come"
    stays true. Results need not outlive the server, as no request does.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, object] = OrderedDict()

    def once(self, id: str | None, job: Callable[[], T]) -> T:
        """Return the job's result, or the one it had under this id before; None: it has no id.

        Raises:
            ConflictError: the id was given up.
        """
        if id is None:
            return job()
        if id not in self._known:
            self._keep(id, job())
        if self._known[id] is _GIVEN_UP:
            raise ConflictError(N_("this came too late: the page has given it up"), hint=N_("Do it again."))
        return cast(T, self._known[id])

    def of(self, id: str) -> object | None:
        """What came of it; None, now and for good, where it has not come."""
        if id not in self._known:
            self._keep(id, _GIVEN_UP)
        known = self._known[id]
        return None if known is _GIVEN_UP else known

    def _keep(self, id: str, answer: object) -> None:
        self._known[id] = answer
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
