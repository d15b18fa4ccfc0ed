"""What several cameras and open pages fill together: one scan session, each label once, in the ledger's thread."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import Field

from custody.format.codes import show_code
from custody.handover.draft import Seer
from db.store import Store
from language import _
from scanner.outcomes import Desk, Mark, Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from services.scanning.advice import advice_now, last_handover
from web.answers import Sent
from web.live.server_events import ServerEvents
from web.request_model import Given

LONGEST_LINE = 4096
"""A part of a paper has up to that many characters."""


class Line(Given):
    """One line as it was typed, or as a USB scanner sent it."""

    line: Annotated[str, Field(max_length=LONGEST_LINE)]
    id: Sent | None = None
    """By which the page asks for what came of it, where its answer is lost."""
    by_hand: bool = False
    """It came key by key, as slowly as people type: nothing read it, whatever it says."""


class SharedSession:
    """A scan session that cameras and pages share, and the events about it. Only the ledger's thread may use it."""

    def __init__(self, store: Store, events: ServerEvents, session: ScanSession, desk: Desk) -> None:
        self.store, self.events, self.scan = store, events, session
        self.is_paused = False
        self.seer: Seer | None = None
        """The device that scans now; None: the station itself."""
        self._desk = desk
        self._beside: dict[str, ScanSession] = {}

    @contextmanager
    def seen_by(self, seer: Seer | None) -> Iterator[None]:
        """Count what is scanned in this block as scanned by this device; None: by the station itself."""
        self.seer = seer
        try:
            yield
        finally:
            self.seer = None

    def type_in(self, line: str, *, by_hand: bool = False, id: str = "") -> dict[str, Any]:
        """Take a line that was typed or that a USB scanner sent, and return its event; a paused session refuses it.

        Args:
            id: the page's own name for the line, which its outcome carries.
        """
        if self.is_paused:
            words = _("The session is paused: nothing is taken until it goes on.")
            return self.publish(Outcome("refused", words, self._desk.tally), id)
        return self.publish(self.scan.type_in(line, by_hand=by_hand), id)

    def see(self, reads: Sequence[Read], at_ms: float, *, is_still: bool) -> dict[str, Mark | None]:
        """Take what the computer's camera has read; return how to outline each text, None for no outline."""
        return self._see(self.scan, reads, at_ms, is_still=is_still)

    def see_beside(self, camera: str, reads: Sequence[Read], at_ms: float) -> dict[str, Mark | None]:
        """Take what another camera has read; return how to outline each text.

        Args:
            camera: its name; each camera has a view of its own.
        """
        if camera not in self._beside:
            self._beside[camera] = self.scan.beside()
        return self._see(self._beside[camera], reads, at_ms, is_still=False)

    def _see(
        self, session: ScanSession, reads: Sequence[Read], at_ms: float, *, is_still: bool
    ) -> dict[str, Mark | None]:
        if self.is_paused:
            session.forget_view()
            return {}
        for outcome in session.see(reads, at_ms, is_still=is_still):
            is_news = outcome.kind == "said" and not outcome.code  # of all labels, not of one that was seen
            self.publish(outcome, is_for_all=is_news)
        return {read.text: session.mark(read.text) for read in reads}

    def publish(self, outcome: Outcome, line: str = "", *, is_for_all: bool = False) -> dict[str, Any]:
        """Publish what came of a label or a line to every open page; return the event.

        It names the device that it came from, so that a page can tell its own from others' (`scan.js`).

        Args:
            line: the id that the page gave to the line; empty where a camera read it.
            is_for_all: it concerns whoever scans, not the device alone from which it came.
        """
        return self.events.publish(
            "outcome",
            line=line,
            by=self.seer.id if self.seer else "",
            seen_by=self.seer.name if self.seer else "",
            is_for_all=is_for_all or outcome.kind == "place",
            kind=outcome.kind,
            text=outcome.text,
            remark=outcome.remark,
            beep=outcome.beep,
            advice=self._advice(outcome),
            is_grave=any(finding.severity == "critical" for finding in outcome.findings),
            code=show_code(outcome.code) if outcome.kind in ("taken", "again", "put_out") else outcome.code,
            serial=outcome.serial,
            taken=outcome.tally.taken,
            right=outcome.tally.right,
            expected=outcome.tally.expected,
        )

    def _advice(self, outcome: Outcome) -> str:
        """What to do about an outcome, in words; empty where nothing is to be done."""
        if outcome.kind == "taken":
            is_elsewhere = any(finding.code == "NOT_HELD" for finding in outcome.findings)
            return advice_now(outcome.findings, last_handover(self.store, outcome.code) if is_elsewhere else "")
        is_code = any(character.isdigit() for character in outcome.text)  # else a command that nobody knows
        if outcome.kind != "bad_check" and not (outcome.kind == "not_understood" and is_code):
            return ""
        return _("NOT counted. Scan it again or type it again.")
