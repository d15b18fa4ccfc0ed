"""How large a table may be, and what no cell may hold: checked before a parser sees the file."""

import re

from custody.errors import N_, InputError

MAX_CSV_BYTES = 200_000_000
MAX_XLSX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 50_000_000
MAX_RATIO = 100
"""Unpacked bytes for each packed one: what a real workbook stays under and a bomb does not."""
MAX_ENTRIES = 1_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_AREA = 2_500_000
"""Cells of the rectangle that a sheet spans; the reader holds all of it, however few are filled."""
MAX_TEXT = 50_000_000
"""Characters in all cells of a workbook together."""
MAX_CELL = 1_000
MAX_FAULTS = 1_000
"""A file with more is of some other kind; listing on would help nobody."""

UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (but tab and line ends, which become spaces), direction overrides, and halves of characters."""


def too_many_rows(file: str) -> InputError:
    """The refusal of a table over the limit of rows."""
    return InputError(
        N_("{file} has more than {limit} rows, which is the most that one table may have"),
        hint=N_("Split it into several files, for example one for each district."),
        file=file,
        limit=MAX_ROWS,
    )


def too_large(file: str, limit_bytes: int) -> InputError:
    """The refusal of a file, or of its unpacked content, over the limit of bytes."""
    return InputError(
        N_("{file} is too large: {limit} MB is the most"),
        hint=N_("Split it into several files, for example one for each district."),
        file=file,
        limit=limit_bytes // 1_000_000,
    )
