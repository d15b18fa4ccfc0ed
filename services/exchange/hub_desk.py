"""What a hub does with what stations send it: the mirror of C2SP tlog-mirror over a ledger (decision 281).

A head is taken first, then the entries up to it; the hub cosigns the head once every entry below it is committed. A
method refuses by raising `HubRefusalError`, before anything is stored, or with what was stored before it kept whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from custody.chain.roster import MEMBERSHIP
from custody.errors import InputError, TamperError
from custody.format.encoding import is_name_of, leaf_digest
from custody.format.event_types import Body
from db.log.settling import Settling, settle, settle_log
from db.store import Store
from evidence.checkpoint import Checkpoint, claimed_checkpoint, read_checkpoint
from evidence.cosignature import cosign
from evidence.entry import RawEntry, examine, learn_key
from evidence.intake import Checked, LogRow, check_bundle, refuse_foreign
from evidence.mirror_forms import Package, Standing, Upload, raw_entry, read_head_request
from evidence.tree import EMPTY_ROOT, Tree, is_extension, stands_in

MOST_INTRODUCED = 1_000
"""Logs that were introduced and have sent nothing yet."""
MOST_STRANGERS_EACH = 20
"""Logs that one address may introduce and that nobody has admitted, since the hub was started."""


class HubRefusalError(Exception):
    """A request that goes no further: the protocol's status, a word for programs that says why, and where the log
    stands.
    """

    def __reduce__(self) -> tuple[object, ...]:
        """As it goes from one process to another."""
        return partial(HubRefusalError, size=self.size, standing=self.standing), (self.status, self.reason)

    def __init__(self, status: int, reason: str, *, size: int | None = None, standing: Standing | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.size, self.standing = status, reason, size, standing


@dataclass(frozen=True, slots=True)
class Known:
    """A log that may send: its key, and what is held of it; `seq` and `leaf` are those of its newest entry here."""

    name: str
    public_key: bytes
    size: int
    leaf: bytes | None


@dataclass(slots=True)
class HubDesk:
    """What a hub remembers between two requests. Its methods run in a thread that owns a store of the ledger; all that
    they do to one log runs in one thread, or another process.

    `pending` has the longest head that each log has sent, `introduced` the keys of logs that have sent nothing else.
    """

    pending: dict[str, str] = field(default_factory=dict)
    introduced: dict[str, bytes] = field(default_factory=dict)
    _strangers: dict[str, set[str]] = field(default_factory=dict)

    # --- a log makes itself known -----------------------------------------------------------------------------------

    def introduce(self, store: Store, entry: bytes, address: str) -> None:
        """Learn a log's key from its first entry, which that key has signed and the log's name is made of.

        Raises:
            HubRefusalError: it is no such entry, of another election, or there is no room.
        """
        raw = raw_entry(entry)
        body = _genesis(raw)
        log, key = str(body["log"]), bytes.fromhex(body["public_key"])
        if store.ledger.held_log(log) is not None:
            return
        trusted = store.state.stations.now()
        try:
            own = store.ledger.own_log()
            held = store.ledger.keys()
            refuse_foreign([body], election=own.election, own_key=held[own.name].hex(), trusted=trusted, held=held)
        except InputError as error:
            raise HubRefusalError(403, "election") from error
        if trusted.end_of(body["public_key"], log) == 0:
            raise HubRefusalError(403, "revoked")
        if body["public_key"] not in trusted.powers:
            known = self._strangers.setdefault(address, set())
            if len(known | {log}) > MOST_STRANGERS_EACH or len(self.introduced) >= MOST_INTRODUCED:
                raise HubRefusalError(507, "full")
            known.add(log)
        self.introduced[log] = key

    def known(self, store: Store, log: str) -> Known:
        """The log of that name.

        Raises:
            HubRefusalError: it has not made itself known.
        """
        if (stored := store.arrivals.stored(log)) is not None:
            held, size, leaf = stored
            return Known(log, bytes.fromhex(held.public_key), size, leaf)
        if log not in self.introduced:
            raise HubRefusalError(404, "unknown")
        return Known(log, self.introduced[log], 0, None)

    # --- the head ---------------------------------------------------------------------------------------------------

    def take_head(self, store: Store, data: bytes) -> tuple[str, bool]:
        """Take a signed head with the proof that it goes on from the one before; returns its log, and whether its key
        was admitted.

        Raises:
            HubRefusalError: it does not, or it is not signed by the log's key, or that key counts no longer.
        """
        try:
            request = read_head_request(data)
            claim = claimed_checkpoint(request.note)
        except TamperError as error:
            raise HubRefusalError(400, "malformed") from error
        known = self.known(store, claim.origin)
        try:
            head = read_checkpoint(request.note, known.public_key)
        except TamperError as error:
            raise HubRefusalError(403, "signature") from error
        _refuse_revoked(store, head)
        if request.old > head.size:
            raise HubRefusalError(400, "malformed")
        before = self._head(store, known)
        if request.old != before.size:
            raise HubRefusalError(409, "size", size=before.size)
        if claim.origin in store.state.stations.now().own and head.size > known.size:
            note, now = request.note, store.around.now_utc()
            store.heads.keep(note, at=now)  # from now on nothing is recorded: it was put back
            raise HubRefusalError(403, "own")
        if not self._follows(store, known, before, head, request.proof):
            self._keep_evidence(store, request.note)
            raise HubRefusalError(422, "fork")
        self.pending[head.origin] = request.note
        return head.origin, store.state.stations.now().counts(head.origin)

    def newest_head(self, store: Store, log: str) -> str | None:
        """The longest head that was taken of a log."""
        return self.pending.get(log) or store.cosigned.longest(log)

    def _head(self, store: Store, known: Known) -> Checkpoint:
        """The same, of size 0 where none was."""
        note = self.newest_head(store, known.name)
        return Checkpoint(known.name, 0, EMPTY_ROOT) if note is None else claimed_checkpoint(note)

    def _follows(
        self, store: Store, known: Known, before: Checkpoint, head: Checkpoint, proof: Sequence[bytes]
    ) -> bool:
        """Whether a head agrees with the one before, and with the entries that are held."""
        if not is_extension(before.size, before.root, head.size, head.root, [*proof]):
            return False
        return head.size > known.size or self._root(store, known.name, head.size) == head.root

    def _keep_evidence(self, store: Store, note: str) -> None:
        """Keep a head that contradicts what is held, where its log counts: two of them prove the fork."""
        log = note.partition("\n")[0]
        if log not in store.state.stations.now().strangers and store.ledger.held_log(log) is not None:
            store.heads.keep(note, at=store.around.now_utc())

    def drop_head(self, store: Store, log: str) -> None:
        """Forget a head that the entries do not fit, and keep it as evidence."""
        if (note := self.pending.pop(log, None)) is not None:
            self._keep_evidence(store, note)

    # --- the entries ------------------------------------------------------------------------------------------------

    def begin_upload(self, store: Store, upload: Upload) -> Known:
        """Look whether these entries may come; returns what is held of their log.

        Raises:
            HubRefusalError: they may not, or not from there.
        """
        known = self.known(store, upload.log)
        note = self.newest_head(store, upload.log)
        if note is None:
            raise HubRefusalError(422, "head")
        head = claimed_checkpoint(note)
        _refuse_revoked(store, head)
        if upload.end != head.size or upload.begin > known.size:
            raise HubRefusalError(409, "standing", standing=Standing(head.size, known.size))
        return known

    def leaves(self, store: Store, log: str, begin: int, end: int) -> list[bytes]:
        """The digests of a log's entries from index `begin` to before `end`, those that have just arrived too.

        What arrived is read first: another thread or program may put it in place meanwhile, and then it is in both.
        """
        held = store.ledger.held_log(log) if begin < end else None
        if held is None:
            return []
        arrived = store.arrivals.leaves(held.id, max(begin, held.size), end) if held.size < end else {}
        settled = [*store.ledger.leaves(log, begin, end)]
        return [*settled, *(leaf for index, leaf in arrived.items() if index >= begin + len(settled))]

    def _root(self, store: Store, log: str, size: int) -> bytes:
        return store.cosigned.root(log, size, lambda log, begin, end: self.leaves(store, log, begin, end))

    def take_entries(
        self, store: Store, log: str, begin: int, entries: Sequence[bytes], checked: Checked
    ) -> str | Standing:
        """Store entries that were checked behind those that are held, and cosign the head if they reach it; returns the
        signature lines, or where the log stands.

        Raises:
            HubRefusalError: they do not follow what is held, or do not fit the head, or there is no room for them.
        """
        heard = [body["seq"] for body in checked.said if body["type"] in MEMBERSHIP]
        with store.transaction(is_shared=not heard):
            store.arrivals.lock(log)
            known = self.known(store, log)
            if begin > known.size:
                raise HubRefusalError(409, "standing", standing=Standing(self._head(store, known).size, known.size))
            again = known.size - begin
            held = self.leaves(store, log, begin, begin + min(again, len(entries)))
            new = entries[again:]
            if held != [leaf_digest(entry) for entry in entries[:again]] or not _goes_on(new, known):
                raise HubRefusalError(422, "fork")
            if new:
                self._arrive(store, known, new, checked)
                if heard:  # whose word counts is known at once
                    settle_log(store, log, max(heard))
            answer = self.finish(store, log)
        self.introduced.pop(log, None)
        return answer

    def _arrive(self, store: Store, known: Known, new: Sequence[bytes], checked: Checked) -> None:
        taking, now = Settling(store, checked.said), store.around.now_utc()
        genesis = None if known.size else next(body for body in checked.said if body["type"] == "genesis")
        taking.arrive(known.name, known.size + 1, map(raw_entry, new), now, None if genesis is None else dict(genesis))
        if taking.left_out:
            raise HubRefusalError(507, "full")

    def finish(self, store: Store, log: str) -> str | Standing:
        """Cosign the head that the entries of a log reach; returns the signature lines, or where the log stands while
        entries are missing or nobody has admitted it.

        Raises:
            HubRefusalError: the entries do not fit the head.
        """
        known = self.known(store, log)
        note = self.newest_head(store, log)
        if note is None:
            raise HubRefusalError(422, "head")
        head = claimed_checkpoint(note)
        if known.size < head.size:
            return Standing(head.size, known.size)
        if self._root(store, log, head.size) != head.root:
            raise HubRefusalError(422, "fork")
        if log in store.state.stations.now().strangers:
            return Standing(head.size, known.size)
        now = store.around.now_utc()
        store.heads.keep(note, at=now)
        store.transaction.confirm()
        return self.cosigned(store, note, now)

    def cosigned(self, store: Store, note: str, now: str) -> str:
        """This hub's signature line under a head, whose entries `store.transaction.confirm` was asked about."""
        own, signer = store.ledger.own_log(), store.signer()
        at = int(datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp())
        return cosign(note, own.name, signer.public_key, at, signer.sign)


def settle_arrived(store: Store, most: int) -> int:
    """Put up to so many entries that have arrived in place, so that lists show them; returns how many."""
    return settle(store, most) if store.arrivals.behind().count else 0


def _refuse_revoked(store: Store, head: Checkpoint) -> None:
    """Raises:
    HubRefusalError: the key of its log was revoked before it was as long as that.
    """
    end = store.state.stations.now().last_good(head.origin)
    if end is not None and head.size > end:
        raise HubRefusalError(403, "revoked")


def check_package(known: Known, head: Checkpoint, package: Package, before: Sequence[bytes]) -> Checked:
    """Check that the entries of a package are signed, follow each other, and stand in the tree of a head.

    Args:
        before: the leaves of the package that are held already.

    Raises:
        HubRefusalError: they do not.
    """
    leaves = [*before, *map(leaf_digest, package.entries)]
    root = Tree(leaves).root()
    if not stands_in(package.rounded, package.end, root, head.size, head.root, [*package.proof]):
        raise HubRefusalError(422, "proof")
    return check_entries(known, package.begin, package.entries)


def check_entries(known: Known, begin: int, entries: Sequence[bytes]) -> Checked:
    """Check that entries are signed and follow each other, from index `begin` on.

    Raises:
        HubRefusalError: they do not.
    """
    raws = [raw_entry(entry) for entry in entries]
    body = _genesis(raws[0]) if begin == 0 else {"station": "", "place": ""}
    row = LogRow(known.name, body["station"], body["place"], begin + len(entries), leaf_digest(entries[-1]).hex())
    try:
        return check_bundle([row], raws, {known.name: known.public_key} if begin else {}, goes_on=True)
    except TamperError as error:
        raise HubRefusalError(422, "entries") from error


def _genesis(raw: RawEntry) -> Body:
    """The body of a log's first entry, whose own key has signed it.

    Raises:
        HubRefusalError: it is none.
    """
    learnt = learn_key(raw)
    seen = None if learnt is None else examine((raw, dict([learnt])))
    if learnt is None or seen is None or seen.fault is not None or seen.kept is None or not is_name_of(*learnt):
        raise HubRefusalError(403, "signature")
    return dict(seen.kept)


def _goes_on(entries: Sequence[bytes], known: Known) -> bool:
    """Whether the first of these names the newest entry that is held."""
    if not entries:
        return True
    seen = examine((raw_entry(entries[0]), {known.name: known.public_key}))
    return seen.prev == known.leaf and seen.seq == known.size + 1
