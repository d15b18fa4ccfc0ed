"""The loop that joins a source of frames, the reader and a session."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress

from scanner.barcodes import open_reading
from scanner.decoding.looks import Look, in_view
from scanner.decoding.picture_reader import Reader
from scanner.decoding.stillness import Stillness
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.rescue.expected_codes import expecting
from scanner.session import ScanSession
from scanner.sources.frames import Frame, FrameSource, Notify
from scanner.sources.open_source import open_source
from scanner.typed_lines import Command, Ending, take_line

_EXPECTED_MS = 1000.0
"""So often what is expected is looked up again: ends may be set, and things taken."""


def scan_frames(
    source: FrameSource,
    reader: Reader,
    session: ScanSession,
    on_outcome: Callable[[Outcome], None],
    *,
    typed_lines: Callable[[], Iterable[str]] | None = None,
    on_frame: Callable[[Frame, Sequence[Read]], Command | None] | None = None,
) -> Ending:
    """Scan until the source ends or the user does, and say how it ended.

    `end`: no more frames. `finish`: the user is done. `abort`: the user wants none of it. `interrupt`: Ctrl-C. What
    was taken is in the draft in any case, also when an error passes through.

    Args:
        typed_lines: gives the lines typed since it was last asked; see `KeyboardLines`.
        on_frame: is shown each frame with what was read in it, and may give a command; see `scanner.ui.window`.

    Raises:
        CameraError, InputError: the source failed.
        StoreError, ConflictError: the draft could not be kept.
    """
    session.forget_view()
    stillness = Stillness() if source.kind == "live" else None
    asked_ms = float("-inf")

    def see(looks: Iterable[Look]) -> None:
        for look in looks:
            for outcome in session.see(look.reads, look.at_ms, is_still=source.kind == "still"):
                on_outcome(outcome)

    with suppress(KeyboardInterrupt), ExitStack() as stack:
        reading = open_reading(reader, source.kind, wants_barcodes=session.wants_barcodes)
        looker, barcodes = stack.enter_context(reading)
        for given in source:
            if given.at_ms - asked_ms > _EXPECTED_MS or source.kind == "still":
                reader.expected = expecting(reader.expected, session.completable)
                asked_ms = given.at_ms
            is_due = stillness is None or given.is_blank or stillness.is_due(given, is_wanted=looker.is_eager)
            frame = given if is_due else given.without_picture()
            is_at_rest = stillness is not None and stillness.is_at_rest(frame.at_ms)
            looks = looker.inspect(frame.image, frame.at_ms, frame.effort, is_at_rest=is_at_rest)
            if barcodes is not None:
                looks = barcodes.beside(looks, frame.image, frame.at_ms)
            if source.kind == "still":  # one picture, whoever has read in it
                looks = [Look(frame.at_ms, [read for look in looks for read in look.reads])]
            see(looks)
            session.unread = looker.unread
            for line in typed_lines() if typed_lines else ():
                outcome = take_line(session, line, on_outcome)
                if outcome.kind == "finish":
                    return "finish"
            command = on_frame(frame, in_view(looks)) if on_frame else None
            if command == "undo":
                on_outcome(session.undo())
            elif command is not None:
                return command
        see(looker.finish())
        return "end"
    return "interrupt"


def scan_source(
    spec: str,
    session: ScanSession,
    on_outcome: Callable[[Outcome], None],
    *,
    notify: Notify,
    patient: bool,
    typed_lines: Callable[[], Iterable[str]] | None = None,
    watch: Callable[[FrameSource], Callable[[Frame, Sequence[Read]], Command | None] | None],
) -> Ending:
    """Open what `spec` names and scan it; see `open_source` and `scan_frames`.

    Args:
        watch: gives, for the open source, what is shown each frame; None: nothing.
    """
    with open_source(spec, notify=notify, patient=patient) as source:
        return scan_frames(source, Reader(), session, on_outcome, typed_lines=typed_lines, on_frame=watch(source))
