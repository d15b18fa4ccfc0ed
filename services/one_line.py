"""Texts that people give: one line, a maximum length, and no invisible characters."""

from custody.errors import N_, InputError

LONGEST_NAME, LONGEST_NOTE = 120, 2000


def one_line(option: str, text: str, limit: int = LONGEST_NAME) -> str:
    """Return the text of an option on one line, as a paper can show it.

    Raises:
        InputError: it is too long, or has invisible characters.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        raise InputError(
            N_("{option} has characters that cannot be shown: {text}"),
            hint=N_("Type it again."),
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
