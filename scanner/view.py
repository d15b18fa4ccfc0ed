"""The session in a terminal: a line for each outcome, how many are taken of how many, and a sound.

In a pipe or a log the same lines come plain, without colours, sounds and the live line.
"""

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from custody.codes import show_code
from language import _
from language.text import printable
from scanner.outcomes import Beep, Kind, Mark, Outcome, Tally

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_SIGNS: dict[Kind, str] = {
    "taken": "+",
    "again": "=",
    "put_out": "-",
    "place": ">",
    "paper": "#",
    "finish": ".",
    "foreign": "?",
    "not_understood": "?",
}
"""One character says what a line is, to those who see no colours too; all else is `!`."""

_COLOURS: dict[Mark | None, str] = {None: "", "taken": "green", "finding": "yellow", "wrong": "red"}
_BELLS: dict[Beep, int] = {"ok": 1, "again": 2, "wrong": 4}
_BELL_GAP_S = 0.12
_SHOWN_MISSING = 10


def count_words(tally: Tally) -> str:
    """How far the draft is: `12 of 40`, or `12` where what is expected is not known."""
    if tally.expected is None:
        return _("{taken} taken").format(taken=tally.taken)
    return _("{taken} of {expected}").format(taken=tally.taken, expected=tally.expected)


class TerminalView:
    """Shows outcomes on one stream; a context manager, so that the live line is gone when the session is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._bell = Bell(stream) if self._is_terminal else None
        self._live: Live | None = None

    def __enter__(self) -> "TerminalView":
        if self._is_terminal:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(file=self._stream), auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def show(self, outcome: Outcome) -> None:
        """Show one outcome, with what is wrong below it, and sound it."""
        shown = f"  {show_code(outcome.code)}" if outcome.kind in ("taken", "again") else ""
        colour = _COLOURS[outcome.mark]
        self._line(f"{_SIGNS.get(outcome.kind, '!')} {outcome.text}{shown}", colour)
        for words in outcome.faults:
            self._line(f"  ! {words}", colour)
        self.show_tally(outcome.tally)
        if self._bell:
            self._bell.ring(outcome.beep)

    def show_tally(self, tally: Tally) -> None:
        """Bring the live line up to date."""
        if self._live:
            self._live.update(self._styled(f"  {count_words(tally)} ", "bold reverse"), refresh=True)

    def show_missing(self, missing: Sequence[str]) -> None:
        """List what is still missing, the first few by name."""
        for words in missing[:_SHOWN_MISSING]:
            self._line(_("missing: {item}").format(item=printable(words, 200)), "yellow")
        if (more := len(missing) - _SHOWN_MISSING) > 0:
            self._line(_("and {count} more").format(count=more), "yellow")

    def tell(self, line: str) -> None:
        """Show a line that is no outcome."""
        self._line(printable(line, 200), "dim")

    def _line(self, line: str, style: str) -> None:
        if self._live:
            self._live.console.print(self._styled(line, style), soft_wrap=True)
        else:
            print(line, file=self._stream, flush=True)

    def _styled(self, line: str, style: str) -> "Text":
        from rich.text import Text

        return Text(line, style=style)  # as it is: markup in a scanned text stays text


class Bell:
    """Sounds a terminal's bell: once for taken, twice for taken already, four times for wrong."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ringing: threading.Thread | None = None
        self._left = 0

    def ring(self, beep: Beep) -> None:
        """Sound it beside the session's work; several at once, as from a frame with many labels, sound as the worst."""
        self._left = max(self._left, _BELLS[beep])
        if self._ringing is None or not self._ringing.is_alive():
            self._ringing = threading.Thread(target=self._ring, daemon=True, name="bell")
            self._ringing.start()

    def _ring(self) -> None:
        while self._left > 0:
            self._left -= 1
            self._stream.write("\a")
            self._stream.flush()
            time.sleep(_BELL_GAP_S)
