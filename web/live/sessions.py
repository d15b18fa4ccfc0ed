"""Sessions that several scanners and pages fill together, each label once.

A session belongs to the thread that keeps the ledger, so what cameras see and people type is taken one after the other.
Every open page is sent what came of it.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from custody.chain.findings import Finding
from custody.compose.compose import Handover, Touch
from custody.errors import N_, CodeError, ConflictError, CustodyError, InputError
from custody.format.codes import ItemLabel, parse_entry
from custody.format.item_facts import Item
from custody.handover.draft import Details, RecordedHandover, Seer, Signed
from db.store import Store
from scanner.outcomes import Outcome
from scanner.session import ScanSession
from services.records.handovers import record_handover
from services.scanning.acknowledgement import acknowledged, contents, name_of, standing, with_signature
from services.scanning.completing import completes
from services.scanning.draft_details import change_details, details_of, with_details, with_goods
from services.scanning.handover_context import heard_mark
from services.scanning.handover_desk import DraftDesk
from services.scanning.judging import Weighed
from services.scanning.open_drafts import recorded_before
from web.answers import Answers
from web.live.paper_session import PAPERS, PaperSession
from web.live.server_events import ServerEvents
from web.live.shared_session import SharedSession
from web.live.store_worker import StoreWorker

T = TypeVar("T")


class Session(SharedSession):
    """One draft and what was scanned into it. Only the ledger's thread may use it."""

    def __init__(self, store: Store, draft: str, events: ServerEvents, home: Path) -> None:
        self.draft, self.desk = draft, DraftDesk(store, draft)
        self.desk.completes = completes(home)
        super().__init__(store, events, ScanSession(self.desk, taken=self.desk.taken), self.desk)
        self._judged: tuple[dict[str, Item], list[Finding]] | None = None
        self._touches: list[Touch] | None = None
        self._heard = heard_mark(store)
        details = self.details()
        self.is_paused, self._half_read = details.is_paused, details.half_read
        self.scan.resume(self._half_read)

    def pause(self, is_paused: bool) -> None:
        """Pause or continue: while paused, nothing is taken from cameras or typed lines, also after a restart."""
        self.is_paused = is_paused
        self.change(lambda details: msgspec.structs.replace(details, is_paused=is_paused))

    @contextmanager
    def seen_by(self, seer: Seer | None) -> Iterator[None]:
        """Let what is scanned meanwhile be this device's, also in the draft; None: the station's own."""
        self.desk.seer = seer
        try:
            with super().seen_by(seer):
                yield
        finally:
            self.desk.seer = None

    def type_in(self, line: str, *, by_hand: bool = False, id: str = "") -> dict[str, Any]:
        """Take a line; `undo` takes out what the same device scanned last, never what another did."""
        if self.scan.is_undo(line) and not self.is_paused:
            last = self.last_of(self.seer)
            return self.publish(self.scan.type_in(f"-{last}") if last else self.scan.nothing_to_undo(), id)
        return super().type_in(line, by_hand=by_hand, id=id)

    def last_of(self, seer: Seer | None) -> str:
        """The code of what a device scanned last and is in the list still; empty where there is none.

        Of a station that has scanned none of these itself, it is what was scanned last of all.
        """
        seers, id = self.desk.seers, seer and seer.id
        own = (code for code in reversed(self.desk.taken) if (seers[code].id if code in seers else None) == id)
        newest = next(reversed(self.desk.taken), "") if seer is None else ""
        return next(own, newest)

    def remove(self, code: str) -> dict[str, Any]:
        """Remove an item that was scanned; return the event that pages were sent."""
        return self.publish(self.scan.type_in(f"-{code}"))

    def remove_all(self, codes: Sequence[str]) -> int:
        """Remove several items that were scanned, all or none, tell every open page once; return how many were there.

        Of a code that is not in the list any more there is nothing to remove.
        """
        removed = self.desk.remove_all(codes)
        if removed:
            self.publish(self.scan.removed(removed))
        return len(removed)

    def set_ends(
        self,
        giver: str,
        receiver: str,
        bound: Sequence[str] | None,
        to_go: tuple[str, tuple[str, ...]] | None = None,
    ) -> dict[str, Any]:
        """Set who gives, who receives, where a carrier goes, which phase and kinds; empty or None leaves it as it is.

        What was said last of a label may be wrong now, so every open page is sent how things stand. Returns that event.

        Raises:
            RuleError: it would hand over to itself.
        """
        self.desk.set_ends(giver or self.desk.giver, receiver or self.desk.receiver)
        if bound is not None:
            self.desk.set_bound(bound)
        if to_go is not None:
            change_details(self.store, self.draft, lambda said: with_goods(said, to_go))
            self.desk.look_up()
        told = self.publish(self.desk.ends_changed(), is_for_all=True)
        self.events.publish("changed", version=self.version())
        return told

    def change(self, change: Callable[[Details], Details]) -> None:
        """Change what people said of the handover and its items, and publish that to every open page."""
        refused = self.details().refused
        if change_details(self.store, self.draft, change).refused != refused:
            self.desk.look_up()
            self.publish(self.desk.refusals_changed(), is_for_all=True)
        self.events.publish("changed", version=self.version())

    def catch_up(self) -> bool:
        """Begin a job: judge the scanned items again if the ledger has new data, and publish the changes to every page.

        Returns:
            Whether it had, so that what is expected was looked up again.
        """
        self._touches = None
        if self._heard == (heard := heard_mark(self.store)):
            return False
        self._heard, self._judged = heard, None
        for told in self.scan.catch_up():
            self.publish(told, is_for_all=True)
        self.events.publish("changed", version=self.version())
        return True

    def judged(self) -> tuple[dict[str, Item], list[Finding]]:
        """The scanned items by code, and the findings about them."""
        if self._judged is None:
            self._judged = self.desk.judged(self.touches())
        return self._judged

    def touches(self) -> list[Touch]:
        """What the draft has taken, in order; read once for each job, for another program may fill the same draft."""
        if self._touches is None:
            self._touches = self.store.drafts.touches(self.draft)
        return self._touches

    def has_all(self) -> bool:
        """Whether this is what the draft has taken; another program may have taken one out and put another in."""
        return [touch.code for touch in self.touches()] == [*self.desk.taken]

    def foresee(self) -> Weighed | None:
        """The handover as it would be recorded now; None while an end is not set."""
        return self.desk.foresee(self.handover(), self.touches())

    def is_in(self, line: str) -> bool | None:
        """Whether the item that a line names is in the list; None where it names none."""
        try:
            label = parse_entry(line)
        except CodeError:
            return None
        return label.code in self.desk.taken if isinstance(label, ItemLabel) else None

    def version(self) -> str:
        """A digest of who gives what to whom, how much was to go and what is wrong.

        A page that reviewed something else is out of date, also where the plan has changed meanwhile.
        """
        found = sorted((finding.item or "", finding.code) for finding in self.judged()[1])
        touches, items = [(one.code, one.print, one.how) for one in self.touches()], self.details().items
        what = repr((self.desk.handover, touches, items, self.desk.tally, found))
        return hashlib.sha256(what.encode()).hexdigest()[:16]

    def details(self) -> Details:
        """What people have said of the handover and of its items."""
        return details_of(self.store, self.draft)

    def handover(self) -> Handover:
        """The handover as it is now, with all that people said of it."""
        return with_details(self.desk.handover, self.details())

    def contents(self) -> str:
        """A digest of what is to be recorded as it is now: what a signature is given for."""
        return contents(self.handover(), self.touches())

    def sign(self, signer: str, name: str, how: Literal["drawn", "pin"], digest: str | None = None) -> None:
        """Keep that somebody acknowledges what would be recorded now.

        Raises:
            ConflictError: the name was changed meanwhile.
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
        recorded = record_handover(self.store, handover, (), draft=self.draft)
        self.events.publish("recorded", bast=recorded.bast)
        return recorded

    def drop(self) -> None:
        """Delete the draft: nothing of it is recorded, and every open page is notified."""
        self.store.drafts.drop(self.draft)
        self.events.publish("dropped")

    def is_current(self, store: Store) -> bool:
        """Whether this is still what the ledger has; another program may fill the same draft."""
        info, desk = store.drafts.get(self.draft), self.desk
        return self.store is store and (info.giver or "", info.receiver or "", info.bound, info.scan_count) == (
            desk.giver,
            desk.receiver or "",
            desk.bound,
            len(desk.taken),
        )

    def publish(self, outcome: Outcome, line: str = "", *, is_for_all: bool = False) -> dict[str, Any]:
        """Publish an outcome to every open page, and keep which codes of a paper were shown so far."""
        self._judged = self._touches = None
        half_read = tuple(self.scan.open_parts)
        if half_read != self._half_read:
            change_details(self.store, self.draft, lambda said: msgspec.structs.replace(said, half_read=half_read))
            self._half_read = half_read
        return super().publish(outcome, line, is_for_all=is_for_all)


class Sessions:
    """The sessions of one server. Any thread may call it; the work is done in the ledger's thread."""

    def __init__(self, keep: StoreWorker, home: Path) -> None:
        self._keep, self._home = keep, home
        self._sessions: dict[str, Session] = {}
        self._events: dict[str, ServerEvents] = {}
        self._papers: PaperSession | None = None
        self.answers = Answers()
        """What came of lines and presses, for pages whose answer was lost; used in the ledger's thread."""
        self._lock = threading.Lock()

    def events(self, draft: str) -> ServerEvents:
        """The events of a session, also of one that no page has opened yet."""
        with self._lock:
            return self._events.setdefault(draft, ServerEvents())

    def wake(self) -> None:
        """Wake every stream, so that it notices that the server ends."""
        with self._lock:
            all_events = list(self._events.values())
        for events in all_events:
            events.wake()

    def do(self, draft: str, job: Callable[[Session], T], *, refresh: bool = False) -> T:
        """Run a job on a session and return its result; the session knows what has come since.

        Args:
            refresh: look up again what is expected: another program may have described this draft.

        Raises:
            InputError: there is no such session: it was recorded or dropped.
        """
        return self._keep.do(lambda store: job(self._session(store, draft, refresh)))

    def record(self, draft: str, job: Callable[[Session], T], already: Callable[[Store, RecordedHandover], T]) -> T:
        """Run a job that records a session and return its result; for one that is over, return `already` of its
        handover.

        So a second click or a second page gets the same handover.

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
        """Publish what new data has changed for a session; does nothing when the session is over."""
        with suppress(CustodyError):
            self.do(draft, lambda _session: None)

    def at(self, name: str, job: Callable[[SharedSession], T]) -> T:
        """Run a job where a camera reads: on the session of a draft, or on the tray of papers.

        Raises:
            InputError: there is no such session: it was recorded or dropped.
        """
        return self.papers(job) if name == PAPERS else self.do(name, job)

    def papers(self, job: Callable[[PaperSession], T]) -> T:
        """Run a job on the tray of papers and return its result."""
        return self._keep.do(lambda store: job(self._paper_session(store)))

    def _paper_session(self, store: Store) -> PaperSession:
        if self._papers is None or self._papers.store is not store:
            self._papers = PaperSession(store, self.events(PAPERS), self._home)
        return self._papers

    def _session(self, store: Store, draft: str, refresh: bool) -> Session:
        try:
            session = self._sessions.get(draft)
            if session is not None and session.is_current(store):
                if not session.catch_up() and refresh:
                    session.desk.refresh()
                if not refresh or session.has_all():
                    return session
            session = self._sessions[draft] = Session(store, draft, self.events(draft), self._home)
            return session
        except Exception:
            self._sessions.pop(draft, None)
            raise


def _told_already(store: Store, draft: str, already: Callable[[Store, RecordedHandover], T]) -> T | None:
    recorded = recorded_before(store, draft)
    return None if recorded is None else already(store, recorded)
