"""Reading a TOML file of settings: its bytes, and its tables one by one, with the line of every fault."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import normalize

from custody.errors import N_, Fault, InputError, unreadable

MOST_TABLES = 200


def read_toml(path: Path, most_bytes: int) -> tuple[bytes, str, dict[str, Any]]:
    """A file's bytes, its text, and what it says.

    Raises:
        InputError: it cannot be read, is larger than that, or is no TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise ValueError(f"> {most_bytes // 1024} KiB")
        text = normalize("NFC", data.decode("utf-8-sig"))
        return data, text, tomllib.loads(text)
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise InputError(
            N_("{file} is not text in UTF-8"),
            hint=N_("Save it as UTF-8: in Notepad, Save As, Encoding."),
            file=path.name,
        ) from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError says line and column
        raise InputError(
            N_("{file} is no TOML: {reason}"),
            hint=N_('Mostly a quotation mark is missing: key = "text"'),
            file=path.name,
            reason=str(error) or type(error).__name__,
        ) from error


def top_part(text: str, told: Mapping[str, Any], file: str) -> "Part":
    """The whole of a file, to be taken apart."""
    return Part(Lines(text), (), told, [], file)


_Path = tuple[str | int, ...]


class Lines:
    """The line of each table and key of a TOML file, which its parser does not tell."""

    _HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
    _KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")

    def __init__(self, text: str) -> None:
        self._known: dict[_Path, int] = {(): 1}
        counts: dict[_Path, int] = {}
        here: _Path = ()
        for number, line in enumerate(text.split("\n"), 1):
            if header := self._HEADER.match(line):
                names = [name.strip().strip("\"'") for name in header[2].split(".")]
                here = ()
                for depth, name in enumerate(names, 1):
                    here = (*here, name)
                    if depth == len(names) and header[1] == "[[":
                        counts[here] = counts.get(here, -1) + 1
                    if here in counts:
                        here = (*here, counts[here])
                self._known.setdefault(here, number)
            elif key := self._KEY.match(line):
                self._known.setdefault((*here, key[1].strip("\"'")), number)

    def of(self, path: _Path) -> int:
        """The line of a key, else of the table that it should be in."""
        while path not in self._known:
            path = path[:-1]
        return self._known[path]


@dataclass
class Part:
    """A table of the file being read; what is wrong gathers in `faults`."""

    lines: Lines
    path: _Path
    values: Mapping[str, Any]
    faults: list[Fault]
    file: str
    seen: set[str] = field(default_factory=set)

    @property
    def line(self) -> int:
        """The line where the table begins."""
        return self.lines.of(self.path)

    def fault(self, key: str, message: str, **values: object) -> None:
        """Note a fault at a key, or at the whole table where the key is empty."""
        told = {"key": ".".join(str(part) for part in (*self.path, key) if not isinstance(part, int) and part)}
        self.faults.append(Fault(message, told | values, self.lines.of((*self.path, key)), file=self.file))

    def taken(self, key: str) -> Any:
        """The value of a key, which is known then; None where it is not there."""
        self.seen.add(key)
        return self.values.get(key)

    def text(self, key: str, *, least: int = 1, most: int = 80, form: re.Pattern[str] | None = None) -> str:
        """A text on one line, of so many characters; it may be left out where `least` is 0."""
        value = self.taken(key)
        if value is None:
            if least:
                self.fault(key, N_("{key} is missing"))
            return ""
        if not isinstance(value, str):
            self.fault(key, N_("{key} must be a text in quotation marks"))
            return ""
        if not least <= len(value) <= most or not value.isprintable() or re.search("[{}]", value):
            message = N_("{key} must have {least} to {most} characters, all on one line and without braces")
            self.fault(key, message, least=least, most=most)
        elif value and form and not form.fullmatch(value):
            self.fault(key, N_("{key} is {text}: use small letters, digits, - and _"), text=value)
        return value

    def one_of(self, key: str, choices: Sequence[str], default: str | None = None) -> Any:
        """One of these words, for a type that takes these alone."""
        value = self.taken(key)
        if value is None and default is not None:
            return default
        if value not in choices:
            self.fault(key, N_("{key} must be one of: {choices}"), choices=", ".join(filter(None, choices)))
            return choices[0]
        return value

    def count(self, key: str, least: int, most: int) -> int | None:
        """A whole number; None where the key is not there."""
        value = self.taken(key)
        if value is not None and (type(value) is not int or not least <= value <= most):
            self.fault(key, N_("{key} must be a whole number from {least} to {most}"), least=least, most=most)
            return None
        return value

    def day(self, key: str) -> date | None:
        """A day of the calendar; None where the key is not there."""
        value = self.taken(key)
        if value is not None and (type(value) is not date or not 1970 < value.year < 2100):
            self.fault(key, N_("{key} must be a day without quotation marks: 2029-02-14"))
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, which may be left out."""
        value = self.taken(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) and one.isprintable() for one in value):
            self.fault(key, N_('{key} must be a list of texts: ["one", "two"]'))
            return ()
        return tuple(value)

    def table(self, key: str) -> "Part":
        """A table of this table; an empty one where it is not there."""
        value = self.taken(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, N_("{key} must be a table: [{key}]"))
            value = None
        return Part(self.lines, (*self.path, key), value or {}, self.faults, self.file)

    def tables(self, key: str) -> "list[Part]":
        """Tables that are each headed [[key]]."""
        value = self.taken(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST_TABLES or not all(isinstance(one, dict) for one in value):
            self.fault(key, N_("{key} must be tables, each headed [[{key}]], at most {most}"), most=MOST_TABLES)
            return []
        return [Part(self.lines, (*self.path, key, at), one, self.faults, self.file) for at, one in enumerate(value)]

    def refuse_unknown(self) -> None:
        """A fault for each key that means nothing here."""
        for key in self.values.keys() - self.seen:
            self.fault(
                key, N_("{key} is no key of a profile; known here are: {known}"), known=", ".join(sorted(self.seen))
            )
