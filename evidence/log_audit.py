"""The audit of one log: are its entries all there, in order, each after the one before, each as it was signed?

Appending raises; this collects. After a fault it goes on, so that one report shows them all, and it says a fault once:
an entry that was changed is not accused again of breaking the chain behind it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappush, heappushpop
from itertools import chain
from typing import Any

from custody.errors import N_
from evidence.audit_findings import EvidenceFinding
from evidence.entry import NO_KEY, Examined, Keys, Mention, RawEntry, learn_key
from evidence.mentions import AuditLimits, Mentions
from evidence.tree import DIGEST, Tree

MAX_FINDINGS = 100
"""Of one log; a log with more faults than this is not put right by reading them all."""

MAX_LOGS = 10_000
"""In one audit: an office's hub gathers hundreds. More are not told apart, so that a hostile bundle fills no memory."""

Mapper = Callable[[Callable[[tuple[RawEntry, Keys]], Examined], Iterable[tuple[RawEntry, Keys]]], Iterable[Examined]]
"""`map`, or one that spreads the work: `functools.partial(pool.imap, chunksize=256)`."""


class LogAudit:
    """What is held of one log, built entry by entry.

    `mentions` are the events of other logs that its sound entries rely on; `kept` its sound entries that speak of logs
    and keys (`KEPT_TYPES`).
    """

    def __init__(self, name: str, public_key: bytes | None = None, limits: AuditLimits | None = None) -> None:
        self.name, self.public_key = name, public_key
        self.station = self.place = ""
        self._limits, self._noted, self._unsaid = limits or AuditLimits(), 0, 0
        self._is_own_unsaid = False
        self.mentions = Mentions(self._limits)
        self.kept: list[Mapping[str, Any]] = []
        self._leaves = bytearray()
        """The digests held from the first entry on without a gap, end to end; those behind a gap wait in `_beyond`."""
        self._beyond: dict[int, bytes] = {}
        self._newest = 0
        self._unsound: set[int] = set()
        self._accused: set[int] = set()
        self._unchecked: int | None = None
        self._other_branch: set[bytes] = set()
        self._findings: list[tuple[int, int, EvidenceFinding]] = []
        """A heap, the highest number on top; of one number, the latest."""
        self._tree = Tree()

    # --- what it holds --------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many entries are held without a gap, from the first."""
        return len(self._leaves) // DIGEST

    @property
    def newest(self) -> int:
        """The highest number held, behind gaps too."""
        return self._newest

    def leaf(self, seq: int) -> bytes | None:
        """The digest of the entry of that number; None where it is not held."""
        if 0 < seq <= self.size:
            return bytes(self._leaves[(seq - 1) * DIGEST : seq * DIGEST])
        return self._beyond.get(seq)

    def root(self, size: int) -> bytes:
        """The root of the log's tree at a size that is held without a gap."""
        for begin in range(self._tree.size * DIGEST, len(self._leaves), DIGEST):
            self._tree.append(bytes(self._leaves[begin : begin + DIGEST]))
        return self._tree.root(size)

    def is_sound_at(self, seq: int) -> bool:
        """Whether the entry of this number is held and nothing was found wrong with it."""
        return self.leaf(seq) is not None and seq not in self._unsound and seq not in self._accused

    def is_sound_to(self, seq: int) -> bool:
        """Whether nothing was found wrong up to this number, so that the log's key stands for all of it."""
        return seq <= self.size and not any(place <= seq for place in chain(self._unsound, self._accused))

    def findings(self) -> list[EvidenceFinding]:
        """Every fault, by the number where it begins."""
        noted = [finding for *_, finding in sorted(self._findings, reverse=True)]
        found = sorted([*noted, *self._gaps(), *self._without_key()], key=lambda finding: finding.seq or 0)
        more = self._unsaid + max(len(found) - MAX_FINDINGS, 0)
        if more:
            [first, *_] = found[MAX_FINDINGS:] or found[-1:]
            of_file = not self._is_own_unsaid and all(finding.of_file for finding in found[MAX_FINDINGS:])
            message = N_("further faults of {log}: {count}")
            rest = self._finding("TAMPERED", first.seq or 1, message, of_file=of_file, count=more)
            found[MAX_FINDINGS:] = [rest]
        return found

    def _gaps(self) -> Iterator[EvidenceFinding]:
        last = self.size
        for seq in sorted(self._beyond):
            if seq > last + 1:
                message = N_("numbers {first} to {last} of {log} are missing")
                yield self._finding("INCOMPLETE", last + 1, message, first=last + 1, last=seq - 1)
            last = seq

    def _without_key(self) -> Iterator[EvidenceFinding]:
        if self._unchecked is not None:
            message = N_("the entry with the key of {log} is not here: nothing from number {seq} on can be checked")
            yield self._finding("INCOMPLETE", self._unchecked, message)

    # --- taking entries -------------------------------------------------------------------------------------------

    def take(self, seen: Examined) -> None:
        """Take the next entry, in the order in which the log was found."""
        is_sound = seen.fault is None and seen.log == self.name
        newest = self.newest
        place = seen.filed or (seen.seq if is_sound or seen.fault == NO_KEY else newest + 1)
        if seen.fault == NO_KEY:
            self._unchecked = self._unchecked or place
        elif seen.fault is not None:
            self._accuse(place, seen.fault.message, of_file=True, **seen.fault.values)
        elif not is_sound:
            message = N_("number {seq} of {log} is an entry of another log: {other}")
            self._accuse(place, message, of_file=True, other=seen.log)
        held = self.leaf(place)
        if held is not None:
            if is_sound:
                self._take_again(seen, place, held)
            return
        if place < newest:
            self._accuse(place, N_("number {seq} of {log} comes out of its order"), of_file=True)
        elif is_sound and not self._follows(seen, place):
            return
        self._put(seen, place, is_sound=is_sound)

    def _put(self, seen: Examined, place: int, *, is_sound: bool) -> None:
        self._store(place, seen.leaf)
        if not is_sound:
            self._unsound.add(place)
            return
        self._unsound.discard(place)
        if (seen.type == "genesis") != (place == 1):
            self._accuse(place, N_("number {seq} of {log}: a log begins with its genesis, and has no other"))
        for mention in seen.mentions:
            if mention.log == self.name:
                self._check_own(mention, place)
            else:
                self.mentions.add(mention, place)
        if seen.kept is not None:
            self.kept.append(seen.kept)
            if place == 1:
                self.station, self.place = str(seen.kept.get("station", "")), str(seen.kept.get("place", ""))

    def _store(self, place: int, leaf: bytes) -> None:
        if place <= self.size:
            self._leaves[(place - 1) * DIGEST : place * DIGEST] = leaf
            return
        self._beyond[place] = leaf
        self._newest = max(self._newest, place)
        while (following := self._beyond.pop(self.size + 1, None)) is not None:
            self._leaves += following

    def _take_again(self, seen: Examined, place: int, held: bytes) -> None:
        """A number that is held already: the same entry twice, the true one behind a false one, or a second history."""
        if seen.leaf == held:
            self._accuse(place, N_("number {seq} of {log} is there twice"), of_file=True)
        elif place in self._unsound:
            self._put(seen, place, is_sound=True)
        else:
            self._fork(seen, place)

    def _fork(self, seen: Examined, place: int) -> None:
        """Two entries of one number, both signed: their station, or a copy of its key, has written two histories."""
        if seen.prev not in self._other_branch:
            message = N_("{log} has two entries of number {seq}, both signed by its key")
            self._note("FORK", place, message)
            self._accused.add(place)
        self._other_branch.add(seen.leaf)

    def _follows(self, seen: Examined, place: int) -> bool:
        """Whether the entry goes behind what is held; it does not where it goes on with the other branch of a fork."""
        if place == 1 and seen.prev is not None:
            self._accuse(1, N_("number {seq} of {log} is the first and yet names one before it"))
        if seen.prev in self._other_branch:
            self._other_branch.add(seen.leaf)
            return False
        before = self.leaf(place - 1)
        if before is None or seen.prev == before:
            return True
        if self.is_sound_at(place - 1):
            message = N_("number {seq} of {log} is not the one that number {next} was written after")
            self._accuse(place - 1, message, next=place)
        return True

    def _check_own(self, mention: Mention, place: int) -> None:
        held = self.leaf(mention.seq)
        if mention.seq >= place:
            message = N_("number {seq} of {log} relies on number {other}, which comes later")
            self._accuse(place, message, other=mention.seq)
        elif held != mention.leaf and self.is_sound_at(mention.seq):
            message = N_("number {seq} of {log} is not the one that number {other} relies on")
            self._accuse(mention.seq, message, other=place)

    def _accuse(self, seq: int, message: str, *, of_file: bool = False, **values: Any) -> None:
        self._note("TAMPERED", seq, message, of_file=of_file, **values)
        self._accused.add(seq)

    def _note(self, code: str, seq: int, message: str, **values: Any) -> None:
        """Keep a finding; beyond the limits those of the highest numbers are only counted. Each log has its first."""
        self._noted += 1
        item = (-seq, -self._noted, self._finding(code, seq, message, **values))
        if self._findings and (len(self._findings) >= MAX_FINDINGS or self._limits.left <= 0):
            self._is_own_unsaid |= not heappushpop(self._findings, item)[2].of_file
            self._unsaid += 1
        else:
            heappush(self._findings, item)
            self._limits.left -= 1

    def _finding(self, code: str, seq: int, message: str, *, of_file: bool = False, **values: Any) -> EvidenceFinding:
        said = {"seq": seq, "log": self.name, **values}
        return EvidenceFinding(code, self.name, seq, message, said, of_file=of_file)


def with_keys(entries: Iterable[RawEntry], keys: dict[str, bytes]) -> Iterator[tuple[RawEntry, Keys]]:
    """Each entry with the keys known when it comes; `keys` gains each log's key at its first entry and loses none."""
    known: Keys = dict(keys)
    for raw in entries:
        learnt = learn_key(raw)
        if learnt is not None and learnt[0] not in keys and len(keys) < MAX_LOGS:
            keys[learnt[0]] = learnt[1]
            known = dict(keys)  # a new one each time: entries of one chunk share it, and no process sees it change
        yield raw, known
