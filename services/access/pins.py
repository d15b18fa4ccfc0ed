"""PINs of people who work at this station or acknowledge handovers there: kept as scrypt digests beside the ledger,
never in it.

A right PIN proves that somebody here knew the PIN that was set here for that name. All PINs of four digits can be
tried against the file in an hour: it is readable for the station's user only, and a PIN is no key.
"""

import json
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import scrypt
from hmac import compare_digest
from itertools import pairwise
from pathlib import Path
from typing import Literal

from custody.errors import N_, ConflictError, InputError, StoreError
from tables.output.safe_file import safe_file

FILE = "pins.json"
Role = Literal["operator", "supervisor", "observer"]
SHORTEST, LONGEST = 4, 12
LOG2_N = 15
"""scrypt's cost (RFC 7914): 32 MiB and about 0.1 s a try on a laptop."""
_R, _P = 8, 1
_FREE_TRIES = 4
_FIRST_WAIT_S, _LONGEST_WAIT_S = 30, 3600
_MOST_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class _Kept:
    """One person's PIN as it is kept; `wrong` tries since the last right one, none more before `free_at_s` (Unix).

    `role` is that of a person who works here, None of somebody who only acknowledges handovers.
    """

    name: str
    salt: str
    digest: str
    wrong: int = 0
    free_at_s: int = 0
    role: Role | None = None


class Pins:
    """The PINs of one station, in its folder. For one thread at a time."""

    def __init__(self, home: Path, clock_s: Callable[[], float], *, log2_n: int = LOG2_N) -> None:
        """Use the PINs in `home`; `clock_s` returns the Unix time in seconds, `log2_n` is scrypt's cost for the whole
        file.
        """
        self._path, self._clock_s, self._log2_n = home / FILE, clock_s, log2_n

    def names(self) -> list[str]:
        """Who has one, as they were written, in order."""
        return sorted(kept.name for kept in self._read().values())

    def workers(self) -> dict[str, Role]:
        """The people who work here, by name in order; empty where no supervisor is among them, for nobody could then
        say who else does.
        """
        found = {kept.name: kept.role for kept in self._read().values() if kept.role is not None}
        return dict(sorted(found.items())) if "supervisor" in found.values() else {}

    def hire(self, name: str, role: Role, pin: str = "") -> str:
        """Let a person work here, in a role, or in another one from now on; return the name as it is kept.

        Args:
            pin: a new PIN; empty: the one so far stays.

        Raises:
            InputError: no name, no PIN or too simple a one.
            ConflictError: no supervisor would be left.
            StoreError: it cannot be kept.
        """
        people, key = self._read(), _key(name)
        if pin or key not in people:
            check_new(pin)
            people[key] = self._made(people, name, pin)
        people[key] = replace(people[key], role=role)
        self._write_staff(people)
        return people[key].name

    def dismiss(self, name: str) -> None:
        """Delete a person's PIN and let them work here no longer.

        Raises:
            InputError: there is no such person.
            ConflictError: others work here, and no supervisor would be left.
        """
        people = self._read()
        self._pop(people, name)
        self._write_staff(people)

    def has(self, name: str) -> bool:
        """Whether a PIN is set for this name."""
        return _key(name) in self._read()

    def set(self, name: str, pin: str, old: str = "", *, is_signing: bool = True) -> None:
        """Set or replace a person's PIN.

        Args:
            old: the one so far, where there is one.

        Raises:
            InputError: no PIN, too simple a one, or the old one is wrong or must wait.
            StoreError: it cannot be kept.
        """
        check_new(pin)
        if self.has(name):
            self.check(name, old, is_signing=is_signing)
        people = self._read()
        before = people.get(_key(name))
        people[_key(name)] = replace(self._made(people, name, pin), role=before.role if before else None)
        self._write(people)

    def check(self, name: str, pin: str, *, is_signing: bool = True) -> None:
        """Take it that this person typed this PIN.

        The try is counted and kept before the PIN is looked at, so that pulling the plug gains no further one.

        Raises:
            InputError: none is set for that name, it is wrong, or there were too many wrong ones: then it says how long
                to wait.
            StoreError: the try cannot be kept, so the PIN is not looked at.
        """
        people, key, now_s = self._read(), _key(name), int(self._clock_s())
        kept = people.get(key)
        if kept is None:
            raise InputError(
                N_("no PIN is set for {name} at this station"),
                hint=N_("Set one first, or sign on the screen."),
                name=name,
            )
        if not _is_pin(pin):  # a label that a scanner sent into the field, say; no try, as it can be nobody's
            raise _not_a_pin()
        if now_s < kept.free_at_s <= now_s + _LONGEST_WAIT_S:
            raise InputError(
                N_("too many wrong PINs for {name}: wait {minutes} min"),
                hint=N_("Or sign on the screen.") if is_signing else N_("Or let a supervisor set a new PIN."),
                name=name,
                minutes=-(-(kept.free_at_s - now_s) // 60),
            )
        wrong = kept.wrong + 1
        wait_s = (
            min(_FIRST_WAIT_S * 2 ** min(wrong - _FREE_TRIES - 1, 10), _LONGEST_WAIT_S) if wrong > _FREE_TRIES else 0
        )
        people[key] = replace(kept, wrong=wrong, free_at_s=now_s + wait_s)
        self._write(people)
        if not compare_digest(self._digest(pin, bytes.fromhex(kept.salt)), kept.digest):
            raise InputError(
                N_("that is not the PIN of {name}"),
                hint=N_("Try again, or sign on the screen.") if is_signing else N_("Try again."),
                name=name,
            )
        people[key] = replace(kept, wrong=0, free_at_s=0)
        self._write(people)

    def forget(self, name: str) -> None:
        """Remove a person's PIN, so that another can be set.

        Raises:
            InputError: there is none.
        """
        people = self._read()
        self._pop(people, name)
        self._write(people)

    @staticmethod
    def _pop(people: dict[str, _Kept], name: str) -> None:
        if people.pop(_key(name), None) is None:
            raise InputError(
                N_("no PIN is set for {name} at this station"), hint=N_("See them with: {way}"), way="pins", name=name
            )

    def _made(self, people: dict[str, _Kept], name: str, pin: str) -> _Kept:
        if not _key(name):
            raise InputError(N_("a PIN belongs to a name"), hint=N_("Write the name first."))
        if len(people) >= _MOST_PEOPLE:
            raise InputError(N_("this station keeps no more PINs"), hint=N_("Remove some: {way}"), way="pins_forget")
        salt = secrets.token_bytes(16)
        return _Kept(" ".join(name.split()), salt.hex(), self._digest(pin, salt))

    def _write_staff(self, people: dict[str, _Kept]) -> None:
        roles = {kept.role for kept in people.values()} - {None}
        if roles and "supervisor" not in roles:
            raise ConflictError(
                N_("a supervisor must be among the people who work here"), hint=N_("Make somebody a supervisor first.")
            )
        self._write(people)

    def _read(self) -> dict[str, _Kept]:
        try:
            rows = json.loads(self._path.read_bytes()) if self._path.is_file() else []
            return {_key(kept.name): kept for kept in (_Kept(**row) for row in rows)}
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                N_("{path} cannot be read: {reason}"),
                hint=N_("Move it away; people then set their PINs again."),
                path=str(self._path),
                reason=getattr(error, "strerror", None) or type(error).__name__,
            ) from error

    def _digest(self, pin: str, salt: bytes) -> str:
        room = 64 * 1024**2
        return scrypt(pin.encode(), salt=salt, n=1 << self._log2_n, r=_R, p=_P, maxmem=room, dklen=32).hex()

    def _write(self, people: dict[str, _Kept]) -> None:
        data = json.dumps([asdict(kept) for kept in people.values()], ensure_ascii=False, indent=1)
        with safe_file(self._path, is_own=True, is_secret=True) as file:
            file.write(data.encode() + b"\n")


def check_new(pin: str) -> None:
    """Take it that a PIN may be chosen.

    Raises:
        InputError: it is no PIN, or one that others guess at once.
    """
    if not _is_pin(pin):
        raise _not_a_pin()
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise InputError(N_("that PIN is too simple"), hint=N_("Not 1111, 1234 or 4321."))


def _is_pin(text: str) -> bool:
    return text.isascii() and text.isdigit() and SHORTEST <= len(text) <= LONGEST


def _not_a_pin() -> InputError:
    return InputError(
        N_("a PIN has {shortest} to {longest} digits"),
        hint=N_("Choose digits alone, and none that others would guess."),
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _key(name: str) -> str:
    """A name as it is compared: one form of Unicode, one blank between words, no capitals."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
