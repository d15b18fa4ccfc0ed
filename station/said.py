"""What people say of a handover beside its labels: read as they typed it, kept in the draft until it is recorded."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from custody.errors import N_, InputError

if TYPE_CHECKING:
    from custody.compose import Handover

LONGEST_NAME, LONGEST_NOTE = 120, 2000
CONDITION, REMARK = "condition:", "remark:"
"""Names under which a draft keeps what is said of one item, before its code."""


def said_of(handover: "Handover", said: Mapping[str, str]) -> "Handover":
    """The handover with what a draft has kept of it: names, count, carriage, note, and the state of single items."""
    from custody.carriage import Carriage

    return replace(
        handover,
        giver_name=said.get("giver_name", ""),
        receiver_name=said.get("receiver_name", ""),
        witnesses=tuple(said.get("witnesses", "").splitlines()),
        counted=int(said["counted"]) if said.get("counted") else None,
        carriage=Carriage(said.get("vehicle", ""), said.get("driver", "")),
        note=said.get("note", ""),
        conditions=_of_items(said, CONDITION),
        remarks=_of_items(said, REMARK),
    )


def _of_items(said: Mapping[str, str], what: str) -> dict[str, str]:
    return {name.removeprefix(what): value for name, value in said.items() if name.startswith(what)}


def one_line(option: str, text: str, limit: int = LONGEST_NAME) -> str:
    """A text that an option gives, on one line, as a paper can show it.

    Raises:
        InputError: it is too long, or has characters that nobody sees.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        raise InputError(
            N_("{option} has characters that cannot be shown: {text}"),
            hint=N_("Type it anew."),
            option=option,
            text=line[:LONGEST_NAME],
        )
    if len(line) > limit:
        raise InputError(
            N_("{option} has {length} characters; {limit} is the most"),
            hint=N_("Write it shorter."),
            option=option,
            length=len(line),
            limit=limit,
        )
    return line
