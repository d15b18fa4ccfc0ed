"""Sending to a hub what it lacks, and taking what it has (decision 281). Cut at any byte, it goes on where it was."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from custody.errors import N_, InputError, TamperError
from db.log.merge import merge
from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.mirror_forms import (
    PACKAGES_AT_ONCE,
    EntriesReader,
    HeadRequest,
    Package,
    Upload,
    raw_entry,
    read_size,
    read_standing,
    spans,
)
from evidence.policy import Policy
from evidence.tree import Tree
from language import ngettext
from language.text import number
from services.exchange.hub_client import TRIES, CutError, HubAddress, HubClient
from services.exchange.hub_desk import HubRefusalError, Known, check_entries
from services.exchange.hub_talk import ForkError, HubTalk, gives_up
from services.exchange.witnesses import ask_witnesses

T = TypeVar("T")
MOST_BYTES = 16 * 1024 * 1024
"""Of entries in one request, before they are packed; a package of large ones may be more."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it: the hub's station, entries that were sent and taken, how many of our own the hub has not yet
    cosigned, the logs with a new receipt of it, each with its size, and the hub's address with its whole fingerprint.

    `waits`: the hub keeps what this station sent, and root has not admitted the station. `notes` say what of other logs
    could not be sent, and which witnesses could not cosign. `cosigned` has the new cosignatures of witnesses: witness,
    log and size; None where no policy is kept.
    """

    hub: str
    sent: int
    taken: int
    waiting: int
    receipts: tuple[tuple[str, int], ...]
    address: HubAddress
    waits: bool = False
    notes: tuple[str, ...] = ()
    cosigned: tuple[tuple[str, str, int], ...] | None = None


def sync(
    store: Store, client: HubClient, policy: Policy | None = None, *, pause: Callable[[float], None] = time.sleep
) -> Synced:
    """Send what the hub lacks, and take what it has of this station's branch and of those who plan and admit; then ask
    the witnesses of the policy.

    Raises:
        StoreError: nobody answers, or the network gives up; what was sent until then stays sent.
        InputError: it is a hub of another election, or refuses this station.
        TamperError: this station's log, or one that the hub gives, has two histories, or was put back.
    """
    try:
        done = _Sync(store, client, pause).run()
    finally:
        client.close()
    return done if policy is None else ask_own(store, policy, done)


def ask_own(store: Store, policy: Policy, done: Synced | None = None) -> Synced:
    """Ask the witnesses of the policy to cosign this station's head.

    Args:
        done: what came of sending to the hub before; None: there is no hub.

    Raises:
        TamperError: a witness has seen another history of this station's log, or more of it than is here.
    """

    def ledger(job: Callable[[Store], T]) -> T:
        return job(store)

    asked = ask_witnesses(ledger, policy, own_only=True)
    own = store.ledger.own_log().name
    if own in asked.forked:
        raise TamperError(
            N_("a witness has seen another history of this station's log: two laptops may have one key"),
            hint=N_("Stop, touch nothing, copy the folder, and call whoever is responsible."),
        )
    store.heads.refuse_if_rolled_back()
    if done is None:
        done = Synced("", 0, 0, store.ledger.sizes()[own] - store.cosigned.most(own), (), HubAddress("", 0))
    return replace(done, notes=(*done.notes, *asked.notes), cosigned=tuple(asked.cosigned))


class _Sync:
    def __init__(self, store: Store, client: HubClient, pause: Callable[[float], None]) -> None:
        self.store, self.talk = store, HubTalk(store, client, pause)
        self.sent = self.taken = 0
        self.waits = False
        self.receipts: dict[str, int] = {}
        self.notes: list[str] = []

    def run(self) -> Synced:
        """Do it, once."""
        store, own = self.store, self.talk.own
        theirs = self.talk.listing(self._sizes())
        if theirs is None:  # it does not know this station
            self._send(own, 0)
            theirs = self.talk.listing(self._sizes()) or {}
        if (told := theirs.get(own)) and told["note"]:  # it has more of our own log than we do
            store.heads.take(told["note"], at=store.around.now_utc())
        for log, size in self._sizes().items():
            hub_has = theirs[log]["size"] if log in theirs else size
            if log in self.receipts or (log == self.talk.facts.log and hub_has >= size):
                continue
            self._send(log, hub_has)  # of the hub's own log its head: it learns that it was put back
        for log, told in theirs.items():
            if told["note"] and log != own:
                self._take(log, told["note"])
        waiting = store.ledger.sizes()[own] - store.cosigned.size(own, self.talk.facts.log)
        receipts = tuple(sorted(self.receipts.items()))
        known = (receipts, self.talk.client.known_as, self.waits, tuple(self.notes))
        return Synced(self.talk.facts.station, self.sent, self.taken, waiting, *known)

    def _sizes(self) -> dict[str, int]:
        """How long each log is that is held here and may be handed on: our own first, then root's."""
        trusted, sizes = self.store.state.stations.now(), self.store.ledger.sizes()
        rank = {log: 0 if log == self.talk.own else 1 if log in trusted.roots else 2 for log in sizes}
        return {log: sizes[log] for log in sorted(sizes.keys() - trusted.strangers, key=lambda log: (rank[log], log))}

    def _tell_lost(self, log: str, hub_has: int) -> None:
        """Say where the hub has less of a log than it gave a receipt for, as after a restore: it is sent again."""
        if (lost := self.store.cosigned.size(log, self.talk.facts.log) - hub_has) > 0 and log != self.talk.facts.log:
            words = ngettext(
                "The hub has lost {count} record of {log} that it had acknowledged: it is sent again.",
                "The hub has lost {count} records of {log} that it had acknowledged: they are sent again.",
                lost,
            )
            if (told := words.format(count=number(lost), log=log)) not in self.notes:
                self.notes.append(told)

    # --- sending ----------------------------------------------------------------------------------------------------

    def _send(self, log: str, hub_has: int) -> None:
        """Send a log up to the longest signed head that is here, where the hub has less or has given no receipt."""
        store = self.store
        note = store.cosigned.longest(log)
        size = 0 if note is None else claimed_checkpoint(note).size
        if note is None or hub_has > size or (hub_has == size == store.cosigned.size(log, self.talk.facts.log)):
            return
        try:
            begin = self._send_head(log, note, Tree(store.ledger.leaves(log, 0, size)), hub_has)
            if begin is not None:
                self._send_entries(log, note, begin)
        except InputError as error:
            if log == store.ledger.own_log().name:
                raise
            if isinstance(error, ForkError):  # its head is the proof, also where it is as long as ours
                told = (self.talk.listing({**self._sizes(), log: 0}) or {}).get(log)
                if told and told["note"]:
                    self._take(log, told["note"])
            self.notes.append(str(error))

    def _send_head(self, log: str, note: str, tree: Tree, old: int) -> int | None:
        """Send a head; returns the index of the first entry that the hub lacks, None where it has a longer head."""
        for _ in range(TRIES):
            request = HeadRequest(old, tuple(tree.consistency_proof(old, tree.size)), note)
            answer = self.talk.ask("POST", "/add-checkpoint", request.to_bytes())
            if answer.status == 404:
                entry = next(iter(self.store.ledger.span(log, 0, 1)))
                self.talk.refuse(self.talk.ask("POST", "/add-log", entry), log)
            elif answer.status == 409:
                old = read_size(answer.body.decode("ascii", "replace"))
                if old > tree.size:
                    return None
            else:
                self.talk.refuse(answer, log)
                told = answer.headers.get("serah-next", "")
                begin = int(told) if told.isdecimal() and int(told) <= 1 << 53 else old
                self._tell_lost(log, begin)
                return begin
        raise gives_up()

    def _send_entries(self, log: str, note: str, begin: int) -> None:
        """Send the entries below a head, until the hub has cosigned it."""
        size = claimed_checkpoint(note).size
        tree = Tree(self.store.ledger.leaves(log, 0, size))
        tries, answer = 0, None
        while tries < TRIES:
            before = begin
            try:
                answer = self.talk.once("POST", "/add-entries", self._body(log, begin, size, tree))
            except CutError:
                answer = None
            if answer is None or self.talk.is_later(answer):
                self.talk.wait(tries, answer)
                told = self._send_head(log, note, tree, size)
                begin = before if told is None else told
            else:
                if answer.status == 200:
                    self.sent += size - begin
                    self._keep_receipt(log, note, answer.body.decode("utf-8", "replace"))
                    return
                if answer.status not in (202, 409):
                    self.talk.refuse(answer, log)
                begin = min(read_standing(answer.body.decode("ascii", "replace")).next, size)
                if answer.status == 202 and begin == size:
                    self.sent += begin - before
                    self.waits = True
                    return
            self.sent += max(begin - before, 0)
            tries = 0 if begin > before else tries + 1
        if answer is not None:
            self.talk.refuse(answer, log)
        raise gives_up()

    def _body(self, log: str, begin: int, size: int, tree: Tree) -> bytes:
        parts, total = [Upload(log, begin, size).to_bytes()], 0
        for nth, (rounded, first, end) in enumerate(spans(begin, size)):
            if nth >= PACKAGES_AT_ONCE or total > MOST_BYTES:
                break
            entries = tuple(self.store.ledger.span(log, first, end))
            parts.append(Package(rounded, first, entries, tuple(tree.subtree_proof(rounded, end, size))).to_bytes())
            total += len(parts[-1])
        return b"".join(parts)

    def _keep_receipt(self, log: str, note: str, lines: str) -> None:
        """Keep the hub's signature under our head.

        Raises:
            TamperError: it is none.
        """
        head = self.store.cosigned.keep(note + lines, self.talk.facts.log, bytes.fromhex(self.talk.facts.key))
        if log == self.store.ledger.own_log().name:
            self.store.heads.keep(note, at=self.store.around.now_utc())  # an older copy put back shows by it
        self.receipts[log] = head.size

    # --- taking -----------------------------------------------------------------------------------------------------

    def _take(self, log: str, note: str) -> None:
        """Take a log's entries up to a head that the hub shows.

        Raises:
            TamperError: they are not as that log's key signed them.
        """
        store, head, tries = self.store, claimed_checkpoint(note), 0
        entries, before = list[bytes](), 0
        while tries < TRIES:
            held = store.ledger.held_log(log)
            begin = 0 if held is None else held.size
            if begin >= head.size or (entries and begin == before):  # they came and do not follow what is here
                break
            before = begin
            path = f"/entries?log={log}&begin={begin}"
            reader = EntriesReader()
            try:
                answer = self.talk.once("GET", path, is_signed=True)
                self.talk.refuse(answer, log)
                reader.feed(answer.body)
            except CutError as cut:
                reader.feed(cut.data)
                self.talk.wait(tries)
            entries = []
            while (entry := reader.entry()) is not None and begin + len(entries) < head.size:
                entries.append(entry)
            tries = 0 if entries else tries + 1
            if entries and not self._keep(log, begin, entries, note):
                return
        else:
            raise gives_up()
        if store.cosigned.root(log, head.size) != head.root:
            store.heads.keep(note, at=store.around.now_utc())
            raise TamperError(
                N_("the hub shows another history of {log} than the one here: both are kept"),
                hint=N_("Run: {way}"),
                way="verify",
                log=log,
            )
        store.cosigned.keep(note, self.talk.facts.log, bytes.fromhex(self.talk.facts.key))

    def _keep(self, log: str, begin: int, entries: list[bytes], note: str) -> bool:
        """Take entries in; returns whether there was room for them."""
        held = self.store.ledger.held_log(log)
        key = b"" if held is None else bytes.fromhex(held.public_key)
        try:
            checked = check_entries(Known(log, key, begin, None), begin, entries)
        except HubRefusalError as error:
            raise TamperError(
                N_("what the hub gives of {log} is not as its station signed it: nothing of it was taken"), log=log
            ) from error
        heads = [note] if begin + len(entries) >= claimed_checkpoint(note).size else []
        now = self.store.around.now_utc()
        merged = merge(self.store, map(raw_entry, entries), heads=heads, at=now, said=checked.said)
        self.taken += merged.new + merged.quarantined
        return not merged.left_out
