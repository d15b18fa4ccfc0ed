"""Codes that come as lines, from wherever: each read as a label, and every line that is none named."""

from collections.abc import Callable, Iterable, Sequence

from custody.compose.compose import Touch, how_entered
from custody.errors import N_, CodeError, Fault, InputError
from custody.format.codes import ItemLabel, PlaceLabel, parse_entry

MAX_LINE_LENGTH = 1_000
Known = Callable[[str], str | None]
"""Gives the code of the item that a vendor's code means, None where it means none."""


def _nothing(_text: str) -> None:
    return None


def parse_lines(lines: Iterable[str], file: str = "", known: Known = _nothing) -> list[ItemLabel | PlaceLabel]:
    """Read each line as a label or a code; blank lines and those that begin with # are passed over.

    Raises:
        InputError: `faults` names every line that is no code, or whose check character is wrong.
    """
    return labels_in(enumerate(lines, 1), file, known)


def labels_in(lines: Iterable[tuple[int, str]], file: str, known: Known = _nothing) -> list[ItemLabel | PlaceLabel]:
    """Read numbered lines as `parse_lines` does."""
    found: list[ItemLabel | PlaceLabel] = []
    faults = []
    for number, line in lines:
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        try:
            found.append(parse_entry(entry[:MAX_LINE_LENGTH]))
        except CodeError as error:
            if code := known(entry):
                found.append(ItemLabel(code, None, is_symbol=True))
                continue
            faults.append(Fault(error.message, dict(error.values), number, "", file))
    if faults:
        raise InputError(
            N_("nothing was recorded; lines that are not codes: {count}"),
            hint=N_("Correct these lines and give all of them again."),
            faults=tuple(faults),
            count=len(faults),
        )
    return found


def parse_codes(lines: Iterable[str], file: str = "", known: Known = _nothing) -> Sequence[ItemLabel]:
    """The same, where only items make sense; labels of places are passed over."""
    return [label for label in parse_lines(lines, file, known) if isinstance(label, ItemLabel)]


def touches_of(lines: Iterable[str], known: Known = _nothing) -> list[Touch]:
    """The items that these lines name, each once.

    Raises:
        InputError: one is no code; all of them are named.
    """
    found = {label.code: touch_of(label) for label in parse_codes(lines, known=known)}
    return list(found.values())


def one_touch(code: str, known: Known = _nothing) -> Touch:
    """The one item that a text names.

    Raises:
        CodeError, InputError: it is no item's code.
    """
    meant = known(code)
    label = ItemLabel(meant, None, is_symbol=True) if meant else parse_entry(code)
    if not isinstance(label, ItemLabel):
        raise InputError(N_("{code} is a place, and an item is asked for"), hint=N_("Give an item's code."), code=code)
    return touch_of(label)


def touch_of(label: ItemLabel) -> Touch:
    """A label as the item that was touched."""
    return Touch(label.code, label.print, how_entered(label))
