"""One handover of the demo: its film is scanned through the session that `scan` uses, and the draft is recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from commands.demo.story import AGAIN, Fault, Leg
from custody.format.codes import read_payload
from custody.handover.draft import RecordedHandover
from db.store import Store
from scanner.decoding.picture_reader import Reader
from scanner.frame_loop import scan_frames
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import Frame
from scanner.sources.open_source import open_source
from scanner.ui.overlay import compose, outline
from scanner.ui.window import Recent
from services.records.handovers import record_handover
from services.scanning.handover_desk import DraftDesk
from services.scanning.open_drafts import open_draft


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a handover: how it was recorded, what the camera never read, and which faults came to light."""

    leg: Leg
    recorded: RecordedHandover
    frame_count: int
    shown_count: int
    unread: tuple[str, ...]
    found: tuple[Fault, ...]

    @property
    def not_found(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.leg.faults if fault not in self.found)


class Stills:
    """Keeps a picture of each kind of thing that happens in a session, as the scanner's window shows it."""

    def __init__(self, folder: Path, name: str, session: ScanSession) -> None:
        self._folder, self._name, self._session = folder, name, session
        self._wanted: Outcome | None = None
        self._recent = Recent()
        self._newest: tuple[Frame, Sequence[Read]] | None = None
        self._kept: set[str] = set()

    def on_outcome(self, outcome: Outcome) -> None:
        """Want a picture of what this session has not shown yet; of several in one frame, of what is irregular."""
        self._recent.add(outcome)
        if _what(outcome) not in self._kept and (self._wanted is None or outcome.findings):
            self._wanted = outcome

    def on_frame(self, frame: Frame, reads: Sequence[Read]) -> None:
        """Keep this frame if a picture is wanted."""
        self._newest = (frame, reads)
        if self._wanted is not None:
            what, outcome, self._wanted = _what(self._wanted), self._wanted, None
            self._recent.add(outcome)  # this picture is about it, even if others came with it
            self._kept.add(what)
            self._save(what)

    def finish(self) -> None:
        """Keep the last frame, where the count is full or falls short."""
        if self._newest:
            self._save("end")

    def _save(self, what: str) -> None:
        assert self._newest is not None
        frame, reads = self._newest
        picture = outline(frame.image, reads, self._session.mark)
        drawn = compose(picture, self._recent.panel(self._session.tally, is_fresh=what != "end"))
        self._folder.mkdir(exist_ok=True)
        _is_done, data = cv2.imencode(".png", drawn)  # not imwrite: on Windows it cannot open names beyond ASCII
        (self._folder / f"{self._name}-{what}.png").write_bytes(data.tobytes())


def _what(outcome: Outcome) -> str:
    """What happened, in a word: the finding's code where something is wrong."""
    return outcome.findings[0].code.lower() if outcome.findings else outcome.kind


def watch(store: Store, leg: Leg, film: Path, stills: Path, notify: Callable[[int], None]) -> Played:
    """Scan a film into a draft and record it."""
    store.around = replace(store.around, by=leg.by)
    said = leg.handover
    draft = open_draft(store, said.giver, "" if leg.scans_place else said.to, said.bound)
    desk = DraftDesk(store, draft.id)
    session = ScanSession(desk)
    keeper = Stills(stills, leg.name, session)
    outcomes: list[Outcome] = []
    frame_count = 0

    def on_outcome(outcome: Outcome) -> None:
        outcomes.append(outcome)
        keeper.on_outcome(outcome)

    def on_frame(frame: Frame, reads: Sequence[Read]) -> None:
        nonlocal frame_count
        frame_count += 1
        keeper.on_frame(frame, reads)
        notify(1)

    with open_source(str(film)) as frames:
        scan_frames(frames, Reader(), session, on_outcome, on_frame=on_frame)
    keeper.finish()
    if desk.receiver is None:  # the camera missed the place's label; then somebody types it
        on_outcome(session.type_in(f"to {said.to}"))
    handover = replace(said, giver=desk.giver, to=desk.receiver or said.to)
    recorded = record_handover(store, handover, (), draft=draft.id)
    shown = dict.fromkeys(label.code for label in map(read_payload, leg.shown) if label is not None)
    seen = {(finding.code, finding.item) for finding in recorded.findings}
    seen |= {(AGAIN, outcome.code) for outcome in outcomes if outcome.kind == "again"}
    return Played(
        leg,
        recorded,
        frame_count,
        len(shown),
        unread=tuple(code for code in shown if code not in desk.taken),
        found=tuple(fault for fault in leg.faults if (fault.code, fault.item) in seen),
    )
