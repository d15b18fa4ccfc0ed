"""What a witness answers: C2SP tlog-witness over HTTPS, or over plain HTTP behind a web server that has HTTPS."""

from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.exchange.witness_desk import WitnessDesk
from web.hub_bodies import MOST_HEAD, Answers, whole_body
from web.hub_server import ANY, addresses_of, answering
from web.security.certificate import hub_certificate
from web.security.guard import SECRET
from web.security.sockets import LOOPBACK, lan_addresses, listen

PORT = 8754


class Witness:
    """A witness's socket and application. `urls` are where it is asked, one for each address of this computer."""

    def __init__(
        self, folder: Path, desk: WitnessDesk, address: str | None, port: int | None, *, is_plain: bool = False
    ) -> None:
        """Args:
        folder: where its certificate is kept.
        address: listen there alone; None: everywhere, or in plain HTTP on this computer alone.

        Raises:
            StoreError: the port is taken, or the folder cannot be written.
            InputError: that is no address.
        """
        self.desk, self.answers = desk, Answers()
        host = str(lan_addresses(address)[0]) if address else LOOPBACK if is_plain else ANY
        certificate = None if is_plain else hub_certificate(folder)
        self.listening = listen(port, host, PORT)
        pin = certificate.fingerprint.replace(":", "").lower() if certificate else ""
        found = addresses_of(self.listening, pin)
        self.urls = [f"http://{at.host}:{at.port}" if is_plain else str(at) for at in found]
        self.server = answering(self.app(), certificate.path if certificate else None)

    def app(self) -> Starlette:
        """The application."""
        add, head = self.answers.to(self.add_checkpoint), self.answers.to(self.checkpoint)
        return Starlette(
            routes=[
                Route("/add-checkpoint", add, methods=["POST"]),
                Route("/{origin}/checkpoint", head, methods=["GET"]),
            ]
        )

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a head that goes on from the one before."""
        line = await run_in_threadpool(self.desk.take, await whole_body(request, MOST_HEAD))
        request.scope[SECRET] = "sends"  # whoever sends what counts stays connected when strangers crowd in
        return PlainTextResponse(line)

    async def checkpoint(self, request: Request) -> Response:
        """The newest head of a log that was cosigned, with the cosignature."""
        return PlainTextResponse(await run_in_threadpool(self.desk.newest, request.path_params["origin"]))

    def run(self) -> None:
        """Answer until Ctrl-C."""
        with suppress(KeyboardInterrupt):
            self.server.run(sockets=[self.listening])

    def close(self) -> None:
        """Let go of the port and the heads."""
        self.listening.close()
        self.desk.heads.close()
