"""PINs of people who acknowledge handovers at this station: kept as scrypt digests beside the ledger, never in it.

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

from custody.errors import N_, InputError, StoreError
from tables.output.safe_file import safe_file

FILE = "pins.json"
SHORTEST, LONGEST = 4, 12
LOG2_N = 15
"""scrypt's cost (RFC 7914): 32 MiB and about 0.1 s a try on a laptop."""
_R, _P = 8, 1
_FREE_TRIES = 4
_FIRST_WAIT_S, _LONGEST_WAIT_S = 30, 3600
_MOST_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class _Kept:
    """One person's PIN as it is kept; `wrong` tries since the last right one, none more before `free_at_s` (Unix)."""

    name: str
    salt: str
    digest: str
    wrong: int = 0
    free_at_s: int = 0


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

    def has(self, name: str) -> bool:
        """Whether a PIN is set for this name."""
        return _key(name) in self._read()

    def set(self, name: str, pin: str, old: str = "") -> None:
        """Set or replace a person's PIN.

        Args:
            old: the one so far, where there is one.

        Raises:
            InputError: no PIN, too simple a one, or the old one is wrong or must wait.
            StoreError: it cannot be kept.
        """
        if not _key(name):
            raise InputError(N_("a PIN belongs to a name"), hint=N_("Write the name first."))
        if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
            raise InputError(
                N_("a PIN has {shortest} to {longest} digits"),
                hint=N_("Choose digits alone, and none that others would guess."),
                shortest=SHORTEST,
                longest=LONGEST,
            )
        steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
        if steps in ({0}, {1}, {-1}):
            raise InputError(N_("that PIN is too simple"), hint=N_("Not 1111, 1234 or 4321."))
        if self.has(name):
            self.check(name, old)
        people = self._read()
        if len(people) >= _MOST_PEOPLE:
            raise InputError(N_("this station keeps no more PINs"), hint=N_("Remove some: {way}"), way="pins_forget")
        salt = secrets.token_bytes(16)
        people[_key(name)] = _Kept(" ".join(name.split()), salt.hex(), self._digest(pin, salt))
        self._write(people)

    def check(self, name: str, pin: str) -> None:
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
        if now_s < kept.free_at_s <= now_s + _LONGEST_WAIT_S:
            raise InputError(
                N_("too many wrong PINs for {name}: wait {seconds} s"),
                hint=N_("Or sign on the screen."),
                name=name,
                seconds=kept.free_at_s - now_s,
            )
        wrong = kept.wrong + 1
        wait_s = (
            min(_FIRST_WAIT_S * 2 ** min(wrong - _FREE_TRIES - 1, 10), _LONGEST_WAIT_S) if wrong > _FREE_TRIES else 0
        )
        people[key] = replace(kept, wrong=wrong, free_at_s=now_s + wait_s)
        self._write(people)
        if not compare_digest(self._digest(pin, bytes.fromhex(kept.salt)), kept.digest):
            raise InputError(
                N_("that is not the PIN of {name}"), hint=N_("Try again, or sign on the screen."), name=name
            )
        people[key] = replace(kept, wrong=0, free_at_s=0)
        self._write(people)

    def forget(self, name: str) -> None:
        """Remove a person's PIN, so that another can be set.

        Raises:
            InputError: there is none.
        """
        people = self._read()
        if people.pop(_key(name), None) is None:
            raise InputError(
                N_("no PIN is set for {name} at this station"), hint=N_("See them with: {way}"), way="pins", name=name
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


def _key(name: str) -> str:
    """A name as it is compared: one form of Unicode, one blank between words, no capitals."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
