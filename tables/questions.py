"""What somebody decides where a table can be read in several ways, and the question that is put to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from custody.errors import InputError

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
