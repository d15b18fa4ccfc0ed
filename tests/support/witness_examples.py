"""Witnesses on real sockets of this computer, and policies that name them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from custody.errors import CustodyError
from db.store import Store
from evidence.checkpoint import Signer, VerifierKey, make_checkpoint
from evidence.mirror_forms import HeadRequest
from evidence.policy import Policy, read_policy
from evidence.tree import Tree
from services.exchange.hub_desk import HubRefusalError
from services.exchange.witness_desk import FOLDER, AcceptedLogs, Logs, WitnessDesk, open_witness
from web.witness_site import Witness

NOW = 1_760_000_000


def desk_at(home: Path, logs: Logs, name: str = "witness.example/w1") -> WitnessDesk:
    """A witness that keeps its heads in this folder and knows these logs."""
    known_as, signer, heads = open_witness(home, name)
    return WitnessDesk(known_as, signer, heads, AcceptedLogs(lambda: logs), now_s=lambda: NOW)


@dataclass(frozen=True)
class NamedWitness:
    """A witness that answers, as a policy names it: its name there, its verifier key, and its address."""

    name: str
    vkey: str
    url: str

    @property
    def line(self) -> str:
        return f"witness {self.name} {self.vkey} {self.url}\n"


@dataclass(frozen=True)
class Running(NamedWitness):
    """One of ours, with its desk."""

    desk: WitnessDesk


@contextmanager
def running_witness(
    home: Path, logs: Logs, name: str = "w1", *, is_plain: bool = False, now_s: Callable[[], float] = lambda: NOW
) -> Iterator[Running]:
    desk = desk_at(home, logs, f"witness.example/{name}")
    desk.now_s = now_s
    witness = Witness(home / FOLDER, desk, "127.0.0.1", None, is_plain=is_plain)
    thread = threading.Thread(target=witness.server.run, kwargs={"sockets": [witness.listening]}, daemon=True)
    thread.start()
    try:
        yield Running(name, str(desk.key), witness.urls[0], desk)
    finally:
        witness.server.should_exit = True
        thread.join(timeout=10)
        witness.close()


def policy_of(*witnesses: NamedWitness, need: int = 1) -> Policy:
    """So many of these witnesses."""
    return read_policy(policy_file(*witnesses, need=need))


def policy_file(*witnesses: NamedWitness, need: int = 1) -> bytes:
    lines = "".join(witness.line for witness in witnesses)
    names = " ".join(witness.name for witness in witnesses)
    return f"{lines}group enough {need} {names}\nquorum enough\n".encode()


# --- A log that is none of ours, so that it can do what ours never do -------------------------------------------------


@dataclass
class MadeLog:
    """A log of made leaves, whose key signs whatever it is asked to sign."""

    key: Signer
    tree: Tree
    name: str = "log.example/one"

    def grow(self, count: int, salt: bytes = b"") -> "MadeLog":
        for _ in range(count):
            self.tree.append((salt + bytes([self.tree.size % 256])).ljust(32, b"."))
        return self

    def note(self, size: int | None = None) -> str:
        size = self.tree.size if size is None else size
        return make_checkpoint(self.name, size, self.tree.root(size), self.key.public_key, self.key.sign)

    def ask(self, old: int, size: int | None = None) -> bytes:
        size = self.tree.size if size is None else size
        return HeadRequest(old, tuple(self.tree.consistency_proof(old, size)), self.note(size)).to_bytes()

    @property
    def logs(self) -> Logs:
        return {self.name: [self.key.public_key]}

    @property
    def vkey(self) -> str:
        return str(VerifierKey(self.name, self.key.public_key))


def refused(desk: WitnessDesk, body: bytes) -> tuple[int, str, int | None]:
    """The status, the reason and the size by which a witness refuses; 200 where it does not."""
    try:
        desk.take(body)
    except HubRefusalError as refusal:
        return refusal.status, refusal.reason, refusal.size
    except CustodyError as error:
        return 507, type(error).__name__, None
    return 200, "", None


def note_of(store: Store) -> str:
    note = store.ledger.signed_heads.signed(store.ledger.own_log().name)
    assert note is not None
    return note
