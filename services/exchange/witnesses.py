"""Asking witnesses for cosignatures: C2SP tlog-witness, as whoever keeps a log speaks it (decision 281)."""

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from custody.errors import N_, CustodyError, InputError, StoreError, TamperError
from db.store import Store
from evidence.checkpoint import claimed_checkpoint
from evidence.mirror_forms import HeadRequest, read_size
from evidence.policy import Policy, PolicyWitness
from evidence.tree import Tree
from language import _
from language.text import error_text, fill, printable
from services.exchange.hub_client import PIN, HubAddress, connect
from services.exchange.witness_desk import origin_hash

T = TypeVar("T")
MOST_ANSWER = 64 * 1024
ANSWER_S = 30.0
"""So long an answer may take, to its last byte."""
_TRIES = 3
_PREFIX = re.compile(r"[!-~]*", re.ASCII)
_PORTS = {"http": 80, "https": 443}


class Ledger(Protocol):
    """Does a job with a store in the thread that owns it."""

    def __call__(self, job: Callable[[Store], T], /) -> T:
        """What the job gives."""


@dataclass
class Asked:
    """What came of asking: the new cosignatures as witness, log and size; what could not be done, in words; and the
    logs of which a witness has seen another history.
    """

    cosigned: list[tuple[str, str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    forked: set[str] = field(default_factory=set)


def ask_witnesses(ledger: Ledger, policy: Policy, *, own_only: bool) -> Asked:
    """Ask each witness that has an address to cosign the heads that it has not seen yet.

    Args:
        own_only: those of our own log alone; else of all that count.
    """
    asked = Asked()
    for witness in policy.witnesses:
        if witness.url:
            _ask_one(ledger, policy, witness, asked, own_only=own_only)
    return asked


def _ask_one(ledger: Ledger, policy: Policy, witness: PolicyWitness, asked: Asked, *, own_only: bool) -> None:
    try:
        talk = _Talk(ledger, witness, asked)
        with talk:
            for log in ledger(lambda store: _due(store, policy, witness, own_only=own_only)):
                talk.send(log)
    except CustodyError as error:
        asked.notes.append(_("Witness {name}: {what}").format(name=printable(witness.name), what=error_text(error)))


def _due(store: Store, policy: Policy, witness: PolicyWitness, *, own_only: bool) -> list[str]:
    """The logs of which there is more here than this witness has cosigned; our own first."""
    own, trusted = store.ledger.own_log().name, store.state.stations.now()
    keys, sizes = store.ledger.keys(), store.ledger.sizes()
    logs = [own] if own_only else [own, *sorted(sizes.keys() - trusted.strangers - {own})]
    return [log for log in logs if policy.is_about(log, keys[log]) and sizes[log] > _cosigned(store, log, witness)]


def _cosigned(store: Store, log: str, witness: PolicyWitness) -> int:
    return store.cosigned.size(log, witness.key.name)


def _request(store: Store, log: str, old: int) -> HeadRequest | None:
    """What asks for a cosignature under the longest head that is here; without a proof where that is shorter than what
    the witness has. None where there is no head.
    """
    note = store.cosigned.longest(log)
    if note is None:
        return None
    size = claimed_checkpoint(note).size
    proof = Tree(store.ledger.leaves(log, 0, size)).consistency_proof(old) if old <= size else []
    return HeadRequest(min(old, size), tuple(proof), note)


class _Talk:
    """One connection to one witness."""

    def __init__(self, ledger: Ledger, witness: PolicyWitness, asked: Asked) -> None:
        self._do, self._witness, self._asked = ledger, witness, asked
        address, self._prefix = read_url(witness.url)
        self._connection, _shown = connect(address)

    def __enter__(self) -> "_Talk":
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def send(self, log: str) -> None:
        """Send the longest head of a log, from what the witness has seen.

        Raises:
            StoreError: it answers no longer.
        """
        old = known = self._do(lambda store: _cosigned(store, log, self._witness))
        for _try in range(_TRIES):
            request = self._do(partial(_request, log=log, old=old))
            if request is None or (size := claimed_checkpoint(request.note).size) <= known:
                return
            status, body = self._post("/add-checkpoint", request.to_bytes())
            if status == 200:
                self._keep(log, request.note, body)
                return
            if status != 409:
                self._refused(log, status)
                return
            before, old = old, self._told_size(body)
            if old == before:  # how version 1.0 of the protocol says that the root is another
                self._refused(log, 422)
                return
            if old < known:
                self._say(N_("it has forgotten what it cosigned of {log}: do not rely on it"), log=log)
            if old > size:
                self._look(log)
                self._say(N_("it has seen more of {log} than is here"), log=log)
                return

    def _keep(self, log: str, note: str, lines: str) -> None:
        key = self._witness.key
        ours = "".join(line for line in lines.splitlines(keepends=True) if line.startswith(f"— {key.name} "))
        try:
            head = self._do(lambda store: store.cosigned.keep(note + ours, key.name, key.public_key))
        except TamperError:
            self._say(N_("its answer for {log} is no cosignature of its key"), log=log)
        else:
            self._asked.cosigned.append((self._witness.name, log, head.size))

    def _refused(self, log: str, status: int) -> None:
        if status == 404:
            self._say(N_("it does not know {log}: give whoever runs it the file of: {way}"), log=log, way="policy")
        elif status == 422:
            self._look(log)
            self._asked.forked.add(log)
            self._say(N_("it has seen another history of {log}: both are kept"), log=log)
        elif status >= 500 or status == 429:
            raise StoreError(N_("it cannot cosign anything now ({status})"), status=status)
        else:
            self._say(N_("it refused the head of {log} ({status})"), log=log, status=status)

    def _look(self, log: str) -> None:
        """Keep the head that the witness has of a log, as evidence: its log has signed it."""
        status, note = self._post(f"/{origin_hash(log)}/checkpoint", None)
        if status == 200:
            with suppress(TamperError):
                self._do(lambda store: store.heads.keep(note, at=store.around.now_utc()))

    def _told_size(self, body: str) -> int:
        try:
            return read_size(body)
        except TamperError as error:
            raise StoreError(N_("what answers there is no witness")) from error

    def _say(self, message: str, **values: object) -> None:
        words = _("Witness {name}: {what}").format(name=printable(self._witness.name), what=fill(message, values))
        self._asked.notes.append(words)

    def _post(self, path: str, body: bytes | None) -> tuple[int, str]:
        """The status and the beginning of what it answers.

        Raises:
            StoreError: it does not answer.
        """
        try:
            with self._in_time():
                self._connection.request("GET" if body is None else "POST", self._prefix + path, body)
                response = self._connection.getresponse()
                data = response.read(MOST_ANSWER)
                if response.read(1):
                    self._connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise StoreError(
                N_("it does not answer: {reason}"), reason=getattr(error, "strerror", None) or type(error).__name__
            ) from error
        return response.status, data.decode("utf-8", "replace")

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Cut the connection where what is done takes too long: bytes may come one by one."""
        timer = threading.Timer(ANSWER_S, self._cut)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(self._connection.sock, socket.SHUT_RDWR)


def read_url(text: str) -> tuple[HubAddress, str]:
    """The address of a witness in a policy (its *submission prefix*), and the path there: `https://HOST:PORT/PATH`. A
    fragment names the fingerprint of a certificate that no authority has signed.

    Raises:
        InputError: it is none.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        pin = parts.fragment.replace(":", "").lower()
    except ValueError:
        parts, port, pin = urlsplit(""), 0, ""
    is_plain = parts.scheme == "http"
    is_one = parts.hostname and not parts.query and "@" not in parts.netloc and _PREFIX.fullmatch(parts.path)
    if parts.scheme not in _PORTS or not is_one or (pin and (is_plain or not PIN.fullmatch(pin))):
        raise InputError(N_("its address in the policy is none: {text}"), text=text[:100])
    return HubAddress(str(parts.hostname), port, pin, is_plain), parts.path.rstrip("/")
