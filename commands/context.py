"""What every command shares: where the ledger is, how to open it, and how to print lines, JSON and progress."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from commands import VERSION
from custody.errors import N_, InputError
from language import _
from services.access.operator import keep_name, kept_name
from services.one_line import one_line as one_line
from services.paths import protect_station
from services.uptime import uptime
from tables.output.own_files import LEDGER_FILE, is_same_output, output_path

if TYPE_CHECKING:
    from db.store import Store, Surroundings
    from evidence.checkpoint import Signer

F = TypeVar("F", bound=Callable[..., Any])
FIRST_CAMERA = "0"


_TELL_WAITING = frozenset(
    {
        "items",
        "custody",
        "report",
        "export",
        "import",
        "scan",
        "handover",
        "drafts",
        "inspect",
        "seal",
        "pack",
        "receive",
        "reassign",
        "balance",
        "incident",
        "checklist",
        "point",
    }
)
"""The commands of which admitting a station would change what they tell: they say what waits for that."""


@dataclass(frozen=True)
class Station:
    """Where this station keeps its ledger and key, and what it takes from outside."""

    home: Path
    db_url: str
    now_utc: Callable[[], str]
    passphrase_file: Path | None = None
    uptime: Callable[[], tuple[str, int] | None] = lambda: None

    @property
    def _opener(self) -> ModuleType:
        """What opens the ledger and its key, which not every command does."""
        from commands import open_ledger

        return open_ledger

    @functools.cached_property
    def signer(self) -> "Signer":
        """The station's key; asks for its passphrase once, where it has one.

        Raises:
            InputError: the passphrase is not the one, or the input is no terminal.
            StoreError: there is no key, or it cannot be read.
        """
        found: Signer = self._opener.signer(self.home, self.passphrase_file)
        return found

    def around(self) -> "Surroundings":
        """The clock, randomness and name for the store."""
        by, app = who_works_here(self.home), f"serah/{VERSION}"
        around: Surroundings = self._opener.surroundings(self.now_utc, by=by, app=app, uptime=self.uptime)
        return around

    @contextmanager
    def store(self, *, write: bool = False) -> "Iterator[Store]":
        """The open ledger; with the station's key where something will be recorded.

        Raises:
            StoreError: there is no ledger, no key, or one of them is not ours; or it is to be written and cannot be.
        """
        if write:
            _ask_who(self.home)
        with self._opener.opened(self.db_url, (lambda: self.signer) if write else None, self.around()) as store:
            yield store
            if words := self._opener.clock_words(store):
                note("! CLOCK: " + words)
            asked = click.get_current_context(silent=True)
            if asked is None or asked.info_name not in _TELL_WAITING:
                return
            if len(store.ledger.sizes()) > 1:  # of one log alone, nothing waits
                from services.access.admission_notice import waiting_words

                if words := waiting_words(store):
                    note(words)


def station_at(
    home: str | None, db_url: str | None, now_utc: Callable[[], str] | None = None, passphrase_file: str | None = None
) -> Station:
    """The station that the options and the environment name; the user's data folder by default."""
    folder = Path(home or os.environ.get("SERAH_HOME") or _data_folder()).expanduser()
    url = db_url or os.environ.get("SERAH_DB") or f"sqlite:///{folder / LEDGER_FILE}"
    words = passphrase_file or os.environ.get("SERAH_PASSPHRASE_FILE")
    secret = Path(words).expanduser() if words else None
    protect_station(folder, url, secret)
    if now_utc is not None:  # a clock from elsewhere, which this computer's count says nothing about
        return Station(folder, url, now_utc, secret)
    return Station(folder, url, utc_now, secret, uptime)


def _data_folder() -> str:
    from platformdirs import user_data_dir

    return user_data_dir("serah", appauthor=False)


def utc_now() -> str:
    """The computer's clock: RFC 3339, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def who_works_here(home: Path) -> str:
    """Who works the station in that folder: SERAH_BY, or the name that was given when it was asked, or the login name.
    A statement, no proof.
    """
    import getpass

    try:
        return os.environ.get("SERAH_BY") or kept_name(home) or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _ask_who(home: Path) -> None:
    """Ask once who works here, before a command records, where somebody sits at the terminal and nothing says it."""
    asked = click.get_current_context(silent=True)
    is_said = os.environ.get("SERAH_BY") or kept_name(home) or not home.is_dir()
    if asked is None or asked.info_name == "serve" or asked.params.get("by") or asked.params.get("as_json") or is_said:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    words = _("Who works here? The name goes into the records, and is asked for once")
    with suppress(click.Abort):
        keep_name(home, one_line(_("Name"), click.prompt(words, default=who_works_here(home), err=True)))


by_option = click.option(
    "--by",
    metavar=_("NAME"),
    help=_("Who works the station; without it, SERAH_BY, the name given once, or the login name. A statement."),
)


pass_station = click.make_pass_decorator(Station)


def json_option(command: F) -> F:
    """Add the option `--json`: standard output is then only JSON."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print JSON alone."))(command)


def print_json(value: object) -> None:
    """Print one line of JSON on standard output, with control characters escaped."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not line.isprintable():
        line = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
    click.echo(line)


@contextmanager
def progress(length: int | None, label: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, to a terminal only; gives a function to be called with what was done."""
    if quiet or not sys.stderr.isatty() or length is None:
        yield lambda _count: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


def note(text: str) -> None:
    """Print a line for the user on standard error, so that a pipe only gets results; those come before it."""
    if sys.stdout is not None:
        sys.stdout.flush()
    click.echo(text, err=True)


def people_named(option: str, names: Iterable[str]) -> list[str]:
    """The people that an option names, each once: two names that differ in case, accents and titles are one person.

    It says so where it names one twice: what is recorded then has fewer people than were given.

    Raises:
        InputError: a name is no line of text.
    """
    from custody.people import distinct_people

    given = [one_line(option, name) for name in names if name.strip()]
    found = distinct_people(given)
    if len(found) < len(given):
        note(
            "! "
            + _("{option} names one person twice; only these count: {names}.").format(
                option=option, names=", ".join(found)
            )
        )
    return found


def set_worker(store: "Store", by: str | None) -> None:
    """Record the name in `--by` as the one who works at the station; None leaves it as it is."""
    store.around = store.around.worked_by([one_line("--by", by)] if by else [])


def confirm(question: str, *, default: bool) -> bool:
    """Whether the user says yes, in either language; an empty line says the default, leaving says no."""
    answers = {"y": True, "ya": True, "yes": True, "t": False, "tidak": False, "n": False, "no": False, "": default}
    choices = _("[Y/n]") if default else _("[y/N]")
    try:
        while True:
            word = click.prompt(f"{question} {choices}", default="", show_default=False, err=True)
            if (answer := answers.get(word.strip().lower())) is not None:
                return answer
    except click.Abort:
        note("")
        return False


class Whole(click.IntRange):
    """A whole number from `min` to `max`, called so in the user's language; click calls it an integer range."""

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        super().__init__(min, max)
        self.name = _("whole number")


class Integer(click.types.IntParamType):
    """Any whole number."""

    def __init__(self) -> None:
        self.name = _("whole number")


class Decimal(click.types.FloatParamType):
    """Any number."""

    def __init__(self) -> None:
        self.name = _("number")


class Words(click.Choice[str]):
    """The words of an option in both languages at once: who types them need not know which one is set."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Args:
        meanings: for each word the one that is recorded.
        """
        super().__init__(list(meanings), case_sensitive=False)
        self._meanings = dict(meanings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word that is recorded for what was typed."""
        return self._meanings[super().convert(value, param, ctx)]


class _File(click.Path):
    """The path of a file; `FILE` in the help, where an option does not say it otherwise."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands for it in the help."""
        return _("FILE")


class Output(_File):
    """A file or folder that a command writes; never one of the station's own (`tables.output.own_files`)."""

    def __init__(self, *, replaces_all: bool = False) -> None:
        """Args:
        replaces_all: a folder that takes the place of one that is there.
        """
        super().__init__()
        self._replaces_all = replaces_all

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path as it was typed.

        Raises:
            InputError: it is one of the station's own files, or a link out of its folder.
        """
        path = cast(Path, super().convert(value, param, ctx))
        output_path(path, replaces_all=self._replaces_all)
        name_file(ctx, path, writes=param.name if param else None)
        return path


class Input(_File):
    """A file that a command reads; never one of its outputs too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path as it was typed.

        Raises:
            InputError: it is an output of the same command.
        """
        path = cast(Path, super().convert(value, param, ctx))
        name_file(ctx, path)
        return path


class Source(Input):
    """A file or folder that a command reads, or the web address of something to read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the address as it was typed.

        Raises:
            InputError: the path is an output of the same command.
        """
        return value if str(value).startswith(("https://", "http://")) else super().convert(value, param, ctx)


def name_file(ctx: click.Context | None, path: Path, *, writes: str | None = None) -> None:
    """Remember a file that a command was given, read or written by the option `writes`.

    Raises:
        InputError: it is named already, and what is written would take its place.
    """
    if ctx is None:
        return
    named: list[tuple[Path, str | None]] = ctx.meta.setdefault("serah.files", [])
    for other, written in named:
        if writes != written and is_same_output(path, other):
            raise InputError(
                N_("{path} is named twice in this command, and what is written would replace what is there"),
                hint=N_("Give each option a file of its own."),
                path=str(path),
            )
    named.append((path, writes))


def name_source(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A callback for an option that names a file or something else, as a camera."""
    if value is not None:
        name_file(ctx, Path(value))
    return value


def name_photos(ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """A callback for options of the form CODE=FILE."""
    for value in values:
        name_file(ctx, Path(value.partition("=")[2]))
    return values


def repeatable(name: str, help_text: str, **more: Any) -> Callable[[F], F]:
    """An option that may be given several times."""
    return functools.partial(click.option, name, multiple=True, help=help_text, **more)()


def in_groups(fingerprint: str) -> str:
    """A fingerprint as key sheets print it: in groups of four digits."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))
