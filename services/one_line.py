"""Texts that people give: on one line, not too long, with nothing in them that nobody sees."""

from custody.errors import N_, InputError

LONGEST_NAME, LONGEST_NOTE = 120, 2000


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
