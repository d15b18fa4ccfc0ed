"""Whether this office lets labels be completed that are seen in part: off until somebody turns it on."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from custody.errors import N_
from custody.format.codes import item_payload
from custody.format.item_facts import Item
from tables.output.safe_file import safe_file

FILE = "completing.txt"
_ON = b"on\n"
MEANING = N_(
    "A label that is seen only in part is taken where one expected label alone fits. It must be seen twice, is marked "
    "“completed” in the session, the record and the letter, and shows less than a label that was read."
)


def completes(home: Path) -> bool:
    """Whether it is on; whatever else stands there is off."""
    try:
        with (home / FILE).open("rb") as file:
            return file.read(len(_ON) + 1) == _ON
    except OSError:
        return False


def keep_completing(home: Path, *, is_on: bool) -> None:
    """Turn it on or off, for sessions that begin or go on after this.

    Raises:
        StoreError: the folder cannot be written.
    """
    with safe_file(home / FILE, is_own=True) as file:
        file.write(_ON if is_on else b"off\n")


def payloads(items: Iterable[Item]) -> Sequence[str]:
    """The texts of the labels of these items, all prints that are not void."""
    return [
        item_payload(item.code, number)
        for item in items
        for number in range(1, item.print + 1)
        if number not in dict(item.voids)
    ]
