"""The session in a terminal: a line for each outcome, how many are taken of how many, and what to do.

In a pipe or a log the same lines come plain, without colours and the live line.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from custody.format.codes import show_code
from language import _
from language.text import number, printable
from scanner.aim.adviser import Advice
from scanner.outcomes import Kind, Mark, Outcome, Tally

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_SIGNS: dict[Kind, str] = {
    "taken": "+",
    "again": "=",
    "put_out": "-",
    "place": ">",
    "said": "*",
    "paper": "#",
    "finish": ".",
    "foreign": "?",
    "in_part": "?",
    "not_understood": "?",
}
"""One character says what a line is, to those who see no colours too; all else is `!`."""

_COLOURS: dict[Mark | None, str] = {None: "", "taken": "green", "finding": "yellow", "wrong": "red"}
_SHOWN_MISSING = 10


def count_words(tally: Tally) -> str:
    """How far the draft is: `12 of 40`, or `12` where what is expected is not known; what is not among the expected is
    told apart, and so is what is inside, unseen. Last, what the number rests on, in the words of the page.
    """
    words = _("{taken} taken").format(taken=number(tally.taken))
    if tally.expected is not None:
        words = _("{taken} of {expected}").format(taken=number(tally.right), expected=number(tally.expected))
    if tally.elsewhere:
        words += " " + _("({count} of them by other laptops)").format(count=number(tally.elsewhere))
    if tally.extra:
        words += f" ({tally.extra_words})"
    if tally.refused:
        words += " " + _("({count} refused)").format(count=number(tally.refused))
    if tally.assumed:
        words += " " + _("(+{count} inside, not seen)").format(count=number(tally.assumed))
    return f"{words}  {tally.basis_words}".rstrip()


class TerminalView:
    """Shows outcomes on one stream; a context manager, so that the live line is gone when the session is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._tally: Tally | None = None
        self._advice = ""
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
        """Show one outcome, with what is wrong below it."""
        shown = f"  {show_code(outcome.code)}" if outcome.kind in ("taken", "again") else ""
        colour = _COLOURS[outcome.mark]
        self._line(f"{_SIGNS.get(outcome.kind, '!')} {outcome.text}{shown}", colour)
        for words in outcome.faults:
            self._line(f"  ! {words}", colour)
        self.show_tally(outcome.tally)

    def show_tally(self, tally: Tally) -> None:
        """Bring the live line up to date."""
        self._tally = tally
        if self._live:
            line = self._styled(f"  {count_words(tally)} ", "bold reverse")
            if self._advice:
                line.append(f"  {self._advice}", style="bold yellow")
            self._live.update(line, refresh=True)

    def show_advice(self, advice: Advice) -> None:
        """Show beside the count what to do now, until it is something else; in a pipe, a line when it comes."""
        words = f"{advice.sign} {advice.words}".strip()
        if words == self._advice:
            return
        self._advice = words
        if not self._live and words:
            self.notify(words)
        elif self._tally is not None:
            self.show_tally(self._tally)

    def show_missing(self, missing: Sequence[str]) -> None:
        """List what is still missing, the first few by name."""
        for words in missing[:_SHOWN_MISSING]:
            self._line(_("missing: {item}").format(item=printable(words, 200)), "yellow")
        if (more := len(missing) - _SHOWN_MISSING) > 0:
            self._line(_("and {count} more").format(count=number(more)), "yellow")

    def notify(self, line: str) -> None:
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
