"""Tokens of observers, who may read and change nothing; kept as digests beside the ledger.

Each has a name, is valid until a day, and can be revoked. A secret is 256 random bits and shown once, so a plain digest
of it reveals nothing.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from custody.errors import N_, ConflictError, InputError, StoreError
from tables.output.safe_file import safe_file

FILE = "observers.json"
PREFIX = "serah-observer-"
MOST_DAYS, DAYS = 366, 30
_LONGEST_NAME, _MOST_TOKENS = 80, 1000
_SECRET = re.compile(re.escape(PREFIX) + r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: its owner, the digest of its secret, since when, until when; times RFC 3339, UTC.

    `revoked_at` is None while it is not revoked.
    """

    name: str
    digest: str
    made_at: str
    expires_at: str
    revoked_at: str | None = None

    def is_valid(self, now_utc: str) -> bool:
        """Whether it opens anything at a moment."""
        return self.revoked_at is None and now_utc < self.expires_at


class Observers:
    """The tokens of one station, in its folder. What another program changes there counts at the next question."""

    def __init__(self, home: Path, now_utc: Callable[[], str]) -> None:
        """Use the tokens in `home`; `now_utc` returns the time."""
        self._path, self._now_utc = home / FILE, now_utc
        self._known: tuple[tuple[int, int], dict[str, Token]] | None = None

    def all(self) -> list[Token]:
        """Every token that was ever made, the newest first."""
        return sorted(self._read().values(), key=lambda token: (token.made_at, token.name), reverse=True)

    def is_valid(self, token: Token) -> bool:
        """Whether it opens anything now."""
        return token.is_valid(self._now_utc())

    def make(self, name: str, *, days: int = DAYS) -> tuple[Token, str]:
        """A new token, and its secret, which is kept nowhere.

        Raises:
            InputError: no name, or days out of range.
            ConflictError: there is a token of that name, valid or not.
            StoreError: it cannot be kept.
        """
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InputError(
                N_("the token has no proper name"),
                hint=N_('Say whose it is, in up to 80 characters: "Bawaslu Buleleng".'),
            )
        if not 1 <= days <= MOST_DAYS:
            raise InputError(
                N_("a token is for 1 to {most} days, not for {days}"),
                hint=N_("Give another number."),
                most=MOST_DAYS,
                days=days,
            )
        tokens = dict(self._read())
        if name in tokens:
            raise ConflictError(
                N_("there is a token for {name} already"),
                hint=N_("Take another name, like the same with a 2."),
                name=name,
            )
        if len(tokens) >= _MOST_TOKENS:
            raise InputError(N_("this station keeps no more tokens"), hint=N_("Move observers.json away."))
        secret, now = PREFIX + secrets.token_hex(32), self._now_utc()
        expires = (datetime.fromisoformat(now) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        tokens[name] = Token(name, _digest(secret), now, expires)
        self._write(tokens)
        return tokens[name], secret

    def revoke(self, name: str) -> Token:
        """Let a token count no longer; one that was revoked before stays as it is.

        Raises:
            InputError: there is none of that name.
        """
        tokens = dict(self._read())
        if name not in tokens:
            raise InputError(
                N_("there is no token for {name}"), hint=N_("List them with: {way}"), way="token", name=name[:80]
            )
        if tokens[name].revoked_at is None:
            tokens[name] = replace(tokens[name], revoked_at=self._now_utc())
            self._write(tokens)
        return tokens[name]

    def whose(self, secret: str) -> str | None:
        """Whose token has this secret; None where none has, or it counts no longer."""
        if not _SECRET.fullmatch(secret):
            return None
        digest, now = _digest(secret), self._now_utc()
        return next(
            (token.name for token in self._read().values() if token.digest == digest and token.is_valid(now)), None
        )

    def _read(self) -> dict[str, Token]:
        try:
            if not self._path.is_file():
                return {}
            state = self._path.stat()
            stamp = (state.st_mtime_ns, state.st_ino)
            if self._known is None or self._known[0] != stamp:
                rows = json.loads(self._path.read_bytes())
                self._known = (stamp, {row["name"]: Token(**row) for row in rows})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                N_("{path} cannot be read: {reason}"),
                hint=N_("Move it away, and make new tokens."),
                path=str(self._path),
                reason=getattr(error, "strerror", None) or type(error).__name__,
            ) from error
        return self._known[1]

    def _write(self, tokens: dict[str, Token]) -> None:
        data = json.dumps([asdict(token) for token in tokens.values()], ensure_ascii=False, indent=1)
        with safe_file(self._path, is_own=True, is_secret=True) as file:
            file.write(data.encode() + b"\n")
        self._known = None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
