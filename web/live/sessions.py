"""Rooms: a session that several scanners and pages fill together, each label once.

A room lives in the thread that keeps the ledger, so what cameras see and people type comes one after the other; what
comes of it is told to every open page.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from custody.chain.findings import Finding
from custody.compose.compose import Handover
from custody.errors import N_, CodeError, ConflictError, CustodyError, InputError
from custody.format.codes import ItemLabel, parse_entry
from custody.format.item_facts import Item
from custody.handover.draft import Details, Signed
from custody.handover.recorded import RecordedHandover
from db.store import Store
from scanner.outcomes import Outcome
from scanner.session import ScanSession
from services.scanning.acknowledgement import acknowledged, contents, name_of, standing, with_signature
from services.scanning.draft_details import change_details, details_of, with_details
from services.scanning.handover_desk import DraftDesk
from services.scanning.open_drafts import recorded_before
from web.answers import Answers
from web.live.paper_session import PAPERS, PaperRoom
from web.live.server_events import News
from web.live.shared_session import Scanning
from web.live.store_worker import StoreThread

T = TypeVar("T")


class Room(Scanning):
    """One draft with its session, as it is now. For the ledger's thread alone."""

    def __init__(self, store: Store, draft: str, news: News) -> None:
        self.draft, self.desk = draft, DraftDesk(store, draft)
        super().__init__(store, news, ScanSession(self.desk, taken=self.desk.taken), self.desk)
        self._judged: tuple[dict[str, Item], list[Finding]] | None = None
        self._heard = store.mark()
        details = self.details()
        self.is_paused, self._half_read = details.is_paused, details.half_read
        self.session.resume(self._half_read)

    def pause(self, is_paused: bool) -> None:
        """Take nothing until the session goes on, from no camera and no field; the same after a restart."""
        self.is_paused = is_paused
        self.change(lambda details: msgspec.structs.replace(details, is_paused=is_paused))

    def put_out(self, code: str) -> dict[str, Any]:
        """Take an item out again."""
        return self.tell(self.session.type_in(f"-{code}"))

    def set_ends(self, giver: str, receiver: str, bound: Sequence[str] | None) -> dict[str, Any]:
        """Say who gives, who receives and where a carrier goes, by their codes; empty or None: as it is.

        What was said last of a label may be wrong now, so every open page is told
        how what was scanned stands; returns what it is told.

        Raises:
            RuleError: it would hand over to itself.
        """
        self.desk.set_ends(giver or self.desk.giver, receiver or self.desk.receiver)
        if bound is not None:
            self.desk.set_bound(bound)
        told = self.tell(self.desk.ends_changed())
        self.news.tell("changed", version=self.version())
        return told

    def change(self, change: Callable[[Details], Details]) -> None:
        """Keep what a change makes of what people said of the handover, and tell every open page."""
        refused = self.details().refused
        if change_details(self.store, self.draft, change).refused != refused:
            self.desk.look_again()
            self.tell(self.desk.refusals_changed())
        self.news.tell("changed", version=self.version())

    def catch_up(self) -> None:
        """Judge again what was taken, where new data has come, and tell every open page."""
        if self._heard == (heard := self.store.mark()):
            return
        self._heard, self._judged = heard, None
        for told in self.session.catch_up():
            self.tell(told)
        self.news.tell("changed", version=self.version())

    def judged(self) -> tuple[dict[str, Item], list[Finding]]:
        """What is known of what was taken, and what is wrong with it."""
        if self._judged is None:
            self._judged = self.desk.judged()
        return self._judged

    def is_in(self, line: str) -> bool | None:
        """Whether the item that a line names is in the list; None where it names none."""
        try:
            label = parse_entry(line)
        except CodeError:
            return None
        return label.code in self.desk.taken if isinstance(label, ItemLabel) else None

    def version(self) -> str:
        """A digest of who gives what to whom: a page that reviewed something else is out of date."""
        what = repr((self.desk.handover, self.store.drafts.touches(self.draft), self.details().items))
        return hashlib.sha256(what.encode()).hexdigest()[:16]

    def details(self) -> Details:
        """What people have said of the handover and of its items."""
        return details_of(self.store, self.draft)

    def handover(self) -> Handover:
        """The handover as it is now, with all that people said of it."""
        return with_details(self.desk.handover, self.details())

    def contents(self) -> str:
        """A digest of what is to be recorded as it is now: what a signature is given for."""
        return contents(self.handover(), self.store.drafts.touches(self.draft))

    def sign(self, signer: str, name: str, how: Literal["drawn", "pin"], digest: str | None = None) -> None:
        """Keep that somebody acknowledges what is to be recorded as it is now.

        Raises:
            ConflictError: another name stands there now.
        """
        if not name or name_of(self.details(), signer) != name:
            raise ConflictError(
                N_("The name has changed since this was shown, so nobody has signed"), hint=N_("Look again, then sign.")
            )
        signed = Signed(name, how, self.contents(), digest)
        self.change(lambda details: with_signature(details, signer, signed))

    def record(self, version: str) -> RecordedHandover:
        """Record what somebody has reviewed.

        Raises:
            ConflictError: it is not what was reviewed any more.
            RuleError, InputError: it cannot be true, or there is nothing to record.
        """
        if version != self.version():
            raise ConflictError(
                N_("Something was scanned or changed since this was shown, so nothing was recorded"),
                hint=N_("Look at it again, then record it."),
            )
        details, what = self.details(), self.contents()
        if fallen := details.signed.keys() - standing(details, what).keys():
            raise ConflictError(
                N_("{names} signed something else than this, so nothing was recorded"),
                hint=N_("Let them sign again, or take their signature back."),
                names=", ".join(sorted(details.signed[signer].name for signer in fallen)),
            )
        handover = with_details(self.desk.handover, details)
        handover = replace(handover, acknowledged=acknowledged(details, what))
        recorded = self.store.record_handover(handover, (), draft=self.draft)
        self.news.tell("recorded", bast=recorded.bast)
        return recorded

    def drop(self) -> None:
        """Forget the session: nothing of it is recorded, and every open page is told."""
        self.store.drafts.drop(self.draft)
        self.news.tell("dropped")

    def is_current(self, store: Store) -> bool:
        """Whether this is still what the ledger has; another program may fill the same draft."""
        info, desk = store.drafts.get(self.draft), self.desk
        return self.store is store and (info.giver or "", info.receiver or "", info.bound, info.scan_count) == (
            desk.giver,
            desk.receiver or "",
            desk.bound,
            len(desk.taken),
        )

    def tell(self, outcome: Outcome, line: str = "") -> dict[str, Any]:
        """Judge anew what was taken, keep which codes of a paper were shown, and tell every open page."""
        self._judged = None
        half_read = tuple(self.session.open_parts)
        if half_read != self._half_read:
            change_details(self.store, self.draft, lambda said: msgspec.structs.replace(said, half_read=half_read))
            self._half_read = half_read
        return super().tell(outcome, line)


class Rooms:
    """The rooms of one server. Any thread may ask; the ledger's thread does it."""

    def __init__(self, keep: StoreThread, home: Path) -> None:
        self._keep, self._home = keep, home
        self._rooms: dict[str, Room] = {}
        self._news: dict[str, News] = {}
        self._papers: PaperRoom | None = None
        self.answers = Answers()
        """What came of lines and presses, for who lost the answer; asked in the ledger's thread."""
        self._lock = threading.Lock()

    def news(self, draft: str) -> News:
        """The news of a session, also where nobody has entered it yet."""
        with self._lock:
            return self._news.setdefault(draft, News())

    def wake(self) -> None:
        """Let every stream of news look up."""
        with self._lock:
            all_news = list(self._news.values())
        for news in all_news:
            news.wake()

    def do(self, draft: str, job: Callable[[Room], T], *, anew: bool = False) -> T:
        """What a job in this room gives; new data that came since is known in it.

        Args:
            anew: look up again what is expected: another program may have said something of this draft.

        Raises:
            InputError: there is no such session: it was recorded or dropped.
        """
        return self._keep.do(lambda store: job(self._room(store, draft, anew)))

    def record(self, draft: str, job: Callable[[Room], T], already: Callable[[Store, RecordedHandover], T]) -> T:
        """What a job that records a session gives; where that is over, what is told of the handover that it became.

        A second click or a second page comes too late and gets the same handover.

        Raises:
            InputError: there is no such session, and it never became a handover.
        """
        try:
            return self.do(draft, job)
        except InputError:
            told = self._keep.do(lambda store: _told_already(store, draft, already))
            if told is None:
                raise
            return told

    def catch_up(self, draft: str) -> None:
        """Tell the pages of a session what new data has changed, whoever took it in; nothing of one that is over."""
        with suppress(CustodyError):
            self.do(draft, lambda _room: None)

    def at(self, name: str, job: Callable[[Scanning], T]) -> T:
        """What a job gives where cameras read: in the room of a draft, or at the tray of papers.

        Raises:
            InputError: there is no such session: it was recorded or dropped.
        """
        return self.papers(job) if name == PAPERS else self.do(name, job)

    def papers(self, job: Callable[[PaperRoom], T]) -> T:
        """What a job at the tray of papers gives."""
        return self._keep.do(lambda store: job(self._paper_room(store)))

    def _paper_room(self, store: Store) -> PaperRoom:
        if self._papers is None or self._papers.store is not store:
            self._papers = PaperRoom(store, self.news(PAPERS), self._home)
        return self._papers

    def _room(self, store: Store, draft: str, anew: bool) -> Room:
        try:
            room = self._rooms.get(draft)
            if room is None or not room.is_current(store):
                room = self._rooms[draft] = Room(store, draft, self.news(draft))
            elif anew:
                room.desk.look_again()
            room.catch_up()
            return room
        except Exception:
            self._rooms.pop(draft, None)
            raise


def _told_already(store: Store, draft: str, already: Callable[[Store, RecordedHandover], T]) -> T | None:
    recorded = recorded_before(store, draft)
    return None if recorded is None else already(store, recorded)
