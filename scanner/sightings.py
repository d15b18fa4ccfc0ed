"""What a session has seen of a text while it is in view, and the words for texts that are none of ours."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from language import _
from language.text import printable
from scanner.outcomes import Outcome
from scanner.reads import Read

_IN_PART_MS = 400.0
"""So far apart are two pictures that both complete a label: what shook or shone in one has changed in the other."""
_SHOWN_BARCODE = 60


@dataclass(slots=True)
class Sight:
    """A text in view: when it was last seen, in which frames and by whom, in which it was completed, and what came."""

    last_ms: float
    frames: set[float] = field(default_factory=set)
    engines: set[str] = field(default_factory=set)
    in_part: set[float] = field(default_factory=set)
    outcome: Outcome | None = None

    @property
    def is_twice_in_part(self) -> bool:
        """Whether it was seen twice, though only in part, in pictures far enough apart."""
        frames = self.in_part | self.frames
        return max(frames) - min(frames) >= _IN_PART_MS


def by_text(reads: Iterable[Read]) -> dict[str, set[str]]:
    """The texts of a frame, each once though a label may carry it twice, with the engines that read it."""
    texts: dict[str, set[str]] = {}
    for read in reads:
        texts.setdefault(read.text, set()).update(read.engines)
    return texts


def foreign_words(text: str, *, is_barcode: bool) -> str:
    """What to say of a text that is no label of ours and no barcode that anybody has mapped."""
    if not is_barcode:
        return _("Not one of our labels: {text}").format(text=printable(text))
    words = _(
        "No item has the vendor's code {text}. Load a table with the columns code and vendor_code, or scan its label"
    )
    return words.format(text=printable(text, _SHOWN_BARCODE))
