"""Which witnesses must have cosigned a log's head before somebody relies on it (C2SP tlog-policy, as it stands)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from custody.errors import N_, Fault, InputError, TamperError
from evidence.checkpoint import COSIGNATURE, ED25519, VerifierKey, read_verifier_key
from evidence.cosignature import cosigned_at

MAX_BYTES = 4 * 1024 * 1024
MOST_NAMES = 256
"""Witnesses and groups of one policy."""
NONE = "none"
"""The quorum that asks for no witness."""
_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness by the name that a policy gives it: the key that it cosigns with, and where it answers, if that is
    said.
    """

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some witnesses and groups, of which so many must have seen a head."""

    need: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy says. Where it names no `logs`, it is about all."""

    quorum: str
    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)

    def is_about(self, log: str, public_key: bytes) -> bool:
        """Whether it asks anything of this log."""
        return not self.logs or any((key.name, key.public_key) == (log, public_key) for key in self.logs)

    def seen_by(self, note: str) -> list[PolicyWitness]:
        """The witnesses that have cosigned a head.

        Raises:
            TamperError: not a signed note.
        """
        found = []
        for witness in self.witnesses:
            if cosigned_at(note, witness.key.name, witness.key.public_key) is not None:
                found.append(witness)
        return found

    def is_met_by(self, names: Collection[str]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._has_seen(self.quorum, names)

    def met_to(self, sizes: Mapping[str, int], most: int) -> int:
        """The number up to which enough witnesses have seen a log; 0 where they have not.

        Whoever has seen a longer history has seen its beginning, so heads of several sizes count together.

        Args:
            sizes: how long the log was by the longest head that each witness has cosigned and that fits.
            most: how long the log is.
        """
        for size in sorted({most, *sizes.values()}, reverse=True):
            if self.is_met_by([name for name, seen in sizes.items() if seen >= size]):
                return size
        return 0

    def _has_seen(self, name: str, names: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in names
        return sum(self._has_seen(member, names) for member in group.members) >= group.need


def read_policy(data: bytes) -> Policy:
    """Read a policy file.

    Raises:
        InputError: it is none; says in which line.
    """
    reader = _Reader()
    if len(data) > MAX_BYTES:
        raise InputError(N_("a policy has at most {limit} MiB"), limit=MAX_BYTES // 1024**2)
    for number, line in enumerate(data.split(b"\n"), 1):
        if _FORBIDDEN.search(line):
            raise _refusal(number, N_("a control character"), N_("Save it as plain text, with lines that end in LF."))
        items = [item for item in re.split("[ \t]+", line.decode("utf-8", "surrogateescape")) if item]
        if items and not items[0].startswith("#"):
            reader.take(number, items)
    return reader.policy()


def policy_text(keys: Iterable[tuple[VerifierKey, str]]) -> str:
    """The beginning of a policy, that names logs and asks for no witness yet; each key with a line about it."""
    lines = [f"# {' '.join(about.split())}\nlog {key}\n" for key, about in keys]
    return "".join(lines) + f"\nquorum {NONE}\n"


class _Reader:
    def __init__(self) -> None:
        self._logs: dict[bytes, VerifierKey] = {}
        self._witnesses: dict[bytes, PolicyWitness] = {}
        self._groups: dict[str, Group] = {}
        self._names: set[str] = {NONE}
        self._members: set[str] = {NONE}
        self._quorum: str | None = None

    def take(self, number: int, items: Sequence[str]) -> None:
        """Take one line."""
        match items:
            case ["log", vkey] | ["log", vkey, _]:
                key = _key(number, vkey, ED25519)
                if key.public_key in self._logs:
                    raise _refusal(number, N_("the same log twice"))
                self._logs[key.public_key] = key
            case ["witness", name, vkey, *url] if len(url) <= 1:
                key = _key(number, vkey, COSIGNATURE)
                if key.public_key in self._witnesses:
                    raise _refusal(number, N_("the same witness twice"))
                self._name(number, name)
                self._witnesses[key.public_key] = PolicyWitness(name, key, *url)
            case ["group", name, need, *members] if members:
                self._group(number, name, need, members)
            case ["quorum", name]:
                if self._quorum is not None:
                    raise _refusal(number, N_("a second quorum"))
                if name not in self._names:
                    raise _refusal(number, N_("a name that no line above defines"))
                self._quorum = name
            case _:
                raise _refusal(number, N_("neither log, witness, group nor quorum in their form"))

    def policy(self) -> Policy:
        """What all lines say.

        Raises:
            InputError: there is no quorum.
        """
        if self._quorum is None:
            raise InputError(
                N_("the policy has no quorum: nothing says which witnesses are enough"),
                hint=N_("Add a line, for example: {line}"),
                line=f"quorum {NONE}",
            )
        return Policy(self._quorum, tuple(self._logs.values()), tuple(self._witnesses.values()), self._groups)

    def _name(self, number: int, name: str) -> None:
        if name in self._names:
            raise _refusal(number, N_("a name that is taken"))
        if len(self._names) > MOST_NAMES:
            raise _refusal(number, N_("too many witnesses and groups"))
        self._names.add(name)

    def _group(self, number: int, name: str, need: str, members: Sequence[str]) -> None:
        for member in members:
            if member not in self._names:
                raise _refusal(number, N_("a name that no line above defines"))
            if member in self._members:
                raise _refusal(number, N_("a name that is a member already, or none"))
            self._members.add(member)
        count = {"any": 1, "all": len(members)}.get(need) or (int(need) if _COUNT.fullmatch(need) else 0)
        if not 1 <= count <= len(members):
            raise _refusal(number, N_("not any, all, or a number of the members"))
        self._name(number, name)
        self._groups[name] = Group(count, tuple(members))


def _key(number: int, text: str, kind: bytes) -> VerifierKey:
    try:
        return VerifierKey(*read_verifier_key(text, kind), kind)
    except TamperError as error:
        message = N_("no verifier key of a log, of Ed25519") if kind == ED25519 else N_("no cosigner's key of Ed25519")
        raise _refusal(number, message) from error


def _refusal(number: int, message: str, hint: str = "") -> InputError:
    hint = hint or N_("Put this line right: its form is that of C2SP tlog-policy.")
    return InputError(N_("this is no policy of witnesses"), hint=hint, faults=(Fault(message, {}, number),))
