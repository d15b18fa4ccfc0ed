"""Run a hub: on a port that others reach, until Ctrl-C is pressed."""

import secrets
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from custody.errors import ConflictError, CustodyError
from language import _
from language.text import error_text
from services.exchange.hub_client import PORT, HubAddress
from services.exchange.trust_anchors import kept_policy
from services.exchange.witnesses import ask_witnesses
from web.hub_site import HubSite
from web.hub_workers import HubWorkers
from web.live.store_worker import OpenStore, StorePool
from web.security.certificate import hub_certificate, public_certificate
from web.security.lan_server import LanServer, most_connections
from web.security.sockets import lan_addresses, listen

MOST_EACH = 64
"""Connections from one address: an office's stations may share one."""
PATIENCE_S = 30.0
"""So long keys and a request's head may take: on a bad line each takes several tries."""
ANY = "0.0.0.0"
LULL_S = 0.2
"""How long after the last entries that arrived the present state follows."""
TELL_EVERY_S = 600.0
"""How often it is told what keeps the present state from following, while that lasts."""
ASK_EVERY_S = 30.0
"""How often the witnesses are asked to cosign what is new."""
_LAST_WORDS_S = 3


def answering(app: Starlette, certificate: Path | None) -> LanServer:
    """What answers for a hub or a witness, within bounds; without a certificate in plain HTTP."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="error",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_LAST_WORDS_S,
        timeout_keep_alive=60,
        ws="none",
        proxy_headers=False,
        ssl_certfile=certificate,
        ssl_keyfile=certificate,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.num_tickets = 0  # to resume by one costs as many bytes as the certificate
    return LanServer(config, most=most_connections(), most_each=MOST_EACH, patience_s=PATIENCE_S)


def addresses_of(listening: socket.socket, pin: str) -> Sequence[HubAddress]:
    """Where a socket is reached, and by which certificate what answers there is known."""
    host, port = listening.getsockname()[:2]
    hosts = [str(found) for found in lan_addresses()] if host == ANY else [host]
    return [HubAddress(host, port, pin[:32]) for host in hosts]


class Hub:
    """A hub's socket, certificate and application. `close` lets go of the ledger."""

    def __init__(
        self,
        home: Path,
        open_store: OpenStore,
        address: str | None,
        port: int | None,
        certificate: Path | None = None,
        tell: Callable[[str], None] = lambda _line: None,
        log: Callable[[Mapping[str, object]], None] | None = None,
        workers: HubWorkers | None = None,
    ) -> None:
        """Args:
        address: listen there alone; None: everywhere.
        port: this one and no other; None: the first that is free from `PORT` on.
        certificate: a public one, with its key; None: the hub's own, which stations know by its fingerprint.
        tell: is told in words what witnesses could not cosign, once while it lasts, and why what arrived is not put in
            place.
        log: is told of each request: path, status, reason, address and milliseconds.
        workers: processes that do what costs most; closed with the hub.

        Raises:
            StoreError: the port is taken, or the folder cannot be written.
            InputError: that is no address, or no certificate.
        """
        host = str(lan_addresses(address)[0]) if address else ANY
        self.certificate = public_certificate(certificate) if certificate else hub_certificate(home)
        self.listening = listen(port, host, PORT)
        self.pin = self.certificate.fingerprint.replace(":", "").lower()
        known_by = frozenset({self.pin, *self.certificate.names})
        self.site = HubSite(StorePool(open_store, "hub"), known_by, secrets.token_bytes(32), home)
        self.site.health.log, self.workers = log, workers
        self._tell, self._told = tell, ("", 0.0)
        if workers is not None:
            self.site.check, workers.tell = workers.check, self._tell_trouble
        self._is_over = threading.Event()
        for name, job in (("settle", self._settle), ("witnesses", partial(self._ask_witnesses, home))):
            threading.Thread(target=copy_context().run, args=(job,), name=name, daemon=True).start()  # in our language
        self.server = answering(self.site.app(), self.certificate.path)

    @property
    def invitations(self) -> Sequence[HubAddress]:
        """The lines by which stations know this hub: of a public certificate one for each name of it, else one for each
        address that it is reached at.
        """
        if self.certificate.names:
            return [HubAddress(name, self.listening.getsockname()[1]) for name in self.certificate.names]
        return addresses_of(self.listening, self.pin)

    def run(self) -> None:
        """Answer until Ctrl-C."""
        with suppress(KeyboardInterrupt):
            self.server.run(sockets=[self.listening])

    @property
    def _others_place(self) -> bool:
        return self.workers is not None and self.workers.is_placing

    def _settle(self) -> None:
        """Bring the present state up to date whenever entries have arrived, a few at a time: who sends goes first."""
        placed = 0
        while not self._is_over.wait(0.0 if placed else LULL_S):
            try:
                placed = 0 if self._others_place else self.site.settle(may_wait=True)
            except CustodyError as error:  # the disk is full, or another program writes: what arrived stays
                placed = 0
                self._tell_trouble(error)

    def _tell_trouble(self, error: CustodyError) -> None:
        """Tell why what arrived is not put in place, where it will not go by itself at once."""
        line = _("What stations have sent is not shown in lists yet: {why}").format(why=error_text(error))
        now = self.site.now_s()
        before, at = self._told
        if not isinstance(error, ConflictError) and (line != before or now - at >= TELL_EVERY_S):
            self._told = line, now
            self._tell(line)

    def _ask_witnesses(self, home: Path) -> None:
        """Ask the witnesses of the policy that is kept here, every half minute."""
        told: Sequence[str] = ()
        while not self._is_over.is_set():
            try:
                policy = kept_policy(home)
                notes = ask_witnesses(self.site.worker.do, policy, own_only=False).notes if policy else []
            except CustodyError as error:
                notes = [error_text(error)]
            for line in notes:
                if line not in told:
                    self._tell(line)
            told = notes
            self._is_over.wait(ASK_EVERY_S)

    def close(self) -> None:
        """Let go of the port and the ledger, with what arrived taken in."""
        self._is_over.set()
        if self.workers is not None:
            self.workers.close()
        with suppress(CustodyError):  # where the database is away, what arrived stays
            while self.site.settle():
                pass
        self.listening.close()
        self.site.worker.close()
