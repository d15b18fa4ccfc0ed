"""A table as it was read, what somebody decides where it can be read in several ways, and what is wrong with it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custody.errors import N_, Fault, InputError

LEFT_OUT = "-"
"""Given as the field of a heading: the column is not used."""
SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is to be read; what is None or not named is found by itself.

    `header_row` counts from 1 as a spreadsheet shows it. `columns` maps headings of the file to fields (`LEFT_OUT` to
    none). `place` is the code of the place by whose clock a time without a zone is meant; empty: by none. `names` gives
    the codes of places that a list names: `Gerokgak/Patas` the village, `Gerokgak` the sub-district; `may_name` lets
    names that no table has get codes of their own. `dues` has the due time of each level, as it was written.
    """

    header_row: int | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    may_name: bool = False
    dues: Mapping[str, str] = field(default_factory=dict)

    def answered(self, option: str, value: str) -> "Reading":
        """This reading with one more decision, as an option of `load` gives it."""
        match option:
            case "--sheet":
                return replace(self, sheet=value)
            case "--header-row":
                return replace(self, header_row=int(value))
            case "--own-codes":
                return replace(self, may_name=True)
            case "--name":
                name, _, code = value.rpartition("=")
                return replace(self, names={**self.names, name: code})
        heading, _, name = value.rpartition("=")
        return replace(self, columns={**self.columns, heading: name})


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: the option that gives it, and the words that show it."""

    option: str
    value: str
    words: str

    @property
    def typed(self) -> str:
        """The option as it is typed in a terminal."""
        if not self.value:
            return self.option
        quoted = self.value.replace('"', r"\"")
        return f"{self.option} {quoted}" if quoted.isdigit() else f'{self.option} "{quoted}"'


class QuestionError(InputError):
    """A table that can be read in several ways; `choices` are the answers, `rows` the first rows as they stand."""

    def __init__(
        self,
        message: str,
        *,
        choices: Sequence[Choice],
        hint: str,
        rows: Sequence[Sequence[str]] = (),
        **values: object,
    ) -> None:
        options = " | ".join(choice.typed for choice in choices[:10])
        super().__init__(message, hint=hint)
        self.values = {"options": options, **values}
        self.choices = tuple(choices)
        self.rows = [list(row) for row in rows[: SHOWN_ROWS + 1]]
        self.file = str(values["file"])

    def answered(self, reading: Reading, choice: Choice) -> Reading:
        """The reading with this choice made."""
        return reading.answered(choice.option, choice.value)


Note = tuple[str, dict[str, object]]
"""What was found of a file by itself: a template and its values."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its file shows it: text in every cell, NFC, single spaces.

    `headers` are in the order of the columns, empty where a column has none. `rows` are the rows of the table that are
    not blank: the number that a spreadsheet shows and the cell of each header. `digest` is the SHA-256 of the file in
    hex. `unread` names further sheets with content. `notes` say how it was taken where it is no plain table; `faults`
    are totals that do not fit their rows; `reading` is what was decided about it.
    """

    file: str
    headers: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    digest: str
    unread: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    reading: Reading = field(default_factory=Reading)


EACH = 10


def few_of_a_kind(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The first ten faults of each kind in each column, and behind them how many more there are."""
    counts: Counter[tuple[str, str, str]] = Counter()
    shown = []
    for fault in faults:
        kind = fault.file, fault.column, fault.message
        counts[kind] += 1
        if counts[kind] <= EACH:
            shown.append(fault)
    more = N_("more faults like these in this column: {count}")
    shown += [
        Fault(more, {"count": count - EACH}, None, column, file)
        for (file, column, _), count in counts.items()
        if count > EACH
    ]
    return tuple(shown)


def refuse_faults(faults: Sequence[Fault]) -> None:
    """Raise an `InputError` with these faults, if there are any: it takes back what other files have recorded."""
    if faults:
        raise InputError(
            N_("nothing was loaded; faults in {files}: {count}"),
            hint=N_("Correct them in the file and load it again."),
            count=len(faults),
            faults=few_of_a_kind(faults),
            files=", ".join(sorted({fault.file for fault in faults if fault.file})) or "-",
        )


def letter(at: int) -> str:
    """What a spreadsheet calls its column number `at`, counted from 0: A, B, ... AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name
