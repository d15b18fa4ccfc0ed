"""The template of a BAST letter: an office's own texts, letterhead and layout, from a TOML file that it may edit.

Keys that the file lacks come from the shipped template of the language. Every fault names its key; texts are drawn as
they are, without markup.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custody.errors import N_, Fault, InputError
from language import chosen, in_terms, terms
from language.text import printable
from reports.bast.template_keys import BLANKS, CHOICES, LIMITS, RULES
from tables.toml_file import read_toml

SHIPPED = Path(__file__).parents[1] / "templates"
MAX_BYTES = 256 * 1024
MAX_LOGO_BYTES = 4 * 1024 * 1024
_MAX_LOGO_PIXELS = 16_000_000


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of an office's paper: its lines, its address, and its logo (empty: none)."""

    lines: list[str]
    address: list[str]
    logo: bytes
    logo_height_mm: float


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read and found whole: its values by key (`texts.title`), and the logo's bytes."""

    values: Mapping[str, Any]
    logo: bytes = b""

    def text(self, key: str, **blanks: object) -> str:
        """A text with its blanks filled, on one line that is harmless to show."""
        return self.filled(str(self.values[f"texts.{key}"]), blanks)

    def filled(self, words: str, blanks: Mapping[str, object]) -> str:
        """Words of the template with their blanks filled."""
        shown = {name: printable(str(value), 2000) for name, value in blanks.items()}
        return printable(words.format(**shown), 6000)

    def letterhead(self, **blanks: object) -> Letterhead:
        """The head of the office's paper with its blanks filled."""
        lines, address = (
            [self.filled(line, blanks) for line in self.values[f"letterhead.{part}"]] for part in ("lines", "address")
        )
        return Letterhead(lines, address, self.logo, float(self.values["letterhead.logo_height_mm"]))


def shipped_template(language: str | None = None) -> Template:
    """The template that comes with Serah, in the chosen language, with the words and texts of the profile in force."""
    code = language or chosen()
    values = _read(SHIPPED / f"bast-{code}.toml", {})
    if told := terms():
        values |= {key: in_terms(text, code) for key, text in values.items() if key.startswith("texts.")}
        own = ((key, lines) for of_language, key, lines in told.letter if of_language == code)
        values |= {
            key: lines[0] if key.startswith("texts.") else list(lines) for key, lines in own if _fits(key, lines)
        }
    return Template(values)


def _fits(key: str, lines: Sequence[str]) -> bool:
    """Whether a recorded text may stand at a key: a later program may have recorded keys and blanks of its own."""
    rule, value = RULES.get(key), lines[0] if key.startswith("texts.") and lines else list(lines)
    return rule is not None and rule.holds(value) and not blank_faults(key, value, "")


def read_template(path: Path) -> Template:
    """An office's template over the shipped one.

    Raises:
        InputError: it cannot be read, is no TOML, or has faults; `faults` names the key of each.
    """
    values = _read(path, shipped_template().values)
    return Template(values, _logo(path, str(values["letterhead.logo"])))


def find_template(home: Path) -> Path | None:
    """The office's template in the station's folder: of the chosen language, else for all; None where there is none."""
    names = (f"bast-{chosen()}.toml", "bast.toml")
    return next((path for name in names if (path := home / name).is_file()), None)


def _read(path: Path, base: Mapping[str, Any]) -> dict[str, Any]:
    _data, _text, said = read_toml(path, MAX_BYTES)
    faults: list[Fault] = []
    values = dict(base)
    values.update(_flat(said, faults, path.name))
    for key in RULES.keys() - values.keys():
        faults.append(Fault(N_("{key} is missing"), {"key": key}, file=path.name))
    if faults:
        raise InputError(
            N_("the template {file} has faults: {count}"),
            hint=N_("Correct the named keys; docs/id/surat-bast.md describes each."),
            faults=tuple(faults),
            file=path.name,
            count=len(faults),
        )
    return values


def _flat(said: Mapping[str, Any], faults: list[Fault], file: str) -> dict[str, Any]:
    """The values by key, each held to its rule; what is wrong goes to `faults`."""
    found = {}
    for table, content in said.items():
        pairs = {table: content}
        if table not in RULES and isinstance(content, dict):
            pairs = {f"{table}.{name}": value for name, value in content.items()}
        for key, value in pairs.items():
            rule = RULES.get(key)
            if rule is None:
                known = _nearest(key)
                message = N_("{key} is no key of this template; did you mean {known}?")
                faults.append(Fault(message, {"key": key, "known": known}, file=file))
            elif not rule.holds(value):
                faults.append(Fault(rule.message, {"key": key, **shown_limits(key)}, file=file))
            else:
                faults += blank_faults(key, value, file)
                found[key] = value
    return found


def shown_limits(key: str) -> dict[str, object]:
    """What the message of a key's rule names: its limits or its choices."""
    least, most = LIMITS.get(key, (0, 0))
    return {"least": f"{least:g}", "most": f"{most:g}", "choices": ", ".join(CHOICES.get(key, ()))}


def _nearest(key: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(key, RULES, 1, 0)), "")


def blank_faults(key: str, value: Any, file: str) -> list[Fault]:
    """The faults of the blanks in a text, or in each text of a list or of tables."""
    allowed = BLANKS.get(key, ())
    faults = []
    for words in _texts(value):
        try:
            pieces = list(string.Formatter().parse(words))
        except ValueError:
            faults.append(
                Fault(
                    N_("{key} has a brace that is not closed; a brace itself is written twice"), {"key": key}, file=file
                )
            )
            continue
        for _literal, name, form, conversion in pieces:
            if name is None or (name in allowed and not form and not conversion):
                continue
            blank = "{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
            named = ", ".join("{" + other + "}" for other in allowed) or "-"
            message = N_("{key} has the blank {blank}; it may have: {allowed}")
            faults.append(Fault(message, {"key": key, "blank": blank, "allowed": named}, file=file))
    return faults


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [words for part in value for words in _texts(part)] if isinstance(value, list) else []


def _logo(path: Path, name: str) -> bytes:
    """The bytes of the logo beside a template.

    Raises:
        InputError: it is missing, too large, or no PNG or JPEG.
    """
    if not name:
        return b""
    from io import BytesIO

    from PIL import Image

    try:
        with (path.parent / name).open("rb") as file:
            data = file.read(MAX_LOGO_BYTES + 1)
        if len(data) > MAX_LOGO_BYTES:
            raise ValueError(f"> {MAX_LOGO_BYTES // 2**20} MB")
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _MAX_LOGO_PIXELS:
                raise ValueError(f"{picture.width} x {picture.height}")
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise InputError(
            N_("letterhead.logo of {file}: {logo} cannot be used: {reason}"),
            hint=N_("Put a PNG or JPEG picture beside the template and give its file name."),
            file=path.name,
            logo=name,
            reason=reason,
        ) from error
    return data
