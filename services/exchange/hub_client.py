"""Asking a hub: HTTPS to the one that an invitation names, and to no other."""

import hashlib
import hmac
import http.client
import re
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from custody.errors import N_, InputError, StoreError

PORT = 8753
PIN = re.compile(r"[0-9a-f]{32}([0-9a-f]{32})?", re.ASCII)
MOST_ANSWER = 32 * 1024 * 1024
_CONNECT_S, _ANSWER_S = 15.0, 90.0
_STILL_THERE_S = 5
_WINDOW, _WIDEST = 3500, 256 * 1024
"""Bytes that are on their way at once: at first, so that a slow line gets no queue, and at most."""
_QUICK_S, _FAR_S = 0.3, 0.7
"""A line takes what is on its way in a moment if it takes no longer than the first of these, and the time to the hub
and back, of which at most the second is believed: a packet that was lost makes it look far.
"""

TRIES = 6
"""How often the same thing is tried where nothing arrives."""


class CutError(Exception):
    """The connection ended before the answer was whole; `data` is what came of it."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__("cut")
        self.data = data


class NobodyError(StoreError):
    """Nobody answers at an address."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where a hub answers, and how it is known: by the beginning of its certificate's fingerprint (32 hex digits or
    all 64), or, where `pin` is empty, by a certificate for its name that this computer's system trusts. `is_plain`: a
    witness that is asked over plain HTTP, for what it says proves itself.
    """

    host: str
    port: int
    pin: str = ""
    is_plain: bool = False

    def __str__(self) -> str:
        return f"https://{self.host}:{self.port}" + (f"#{self.pin}" if self.pin else "")


def read_address(text: str) -> HubAddress:
    """Read the line of an invitation: `https://HOST:PORT#FINGERPRINT`.

    Raises:
        InputError: it is none.
    """
    try:
        parts = urlsplit(text.strip().strip("'\""))  # some shells hand the quotes on
        port, pin = parts.port or PORT, parts.fragment.replace(":", "").lower()
    except ValueError:
        parts, port, pin = urlsplit(""), 0, ""
    is_plain = parts.scheme == "https" and parts.path in ("", "/") and not parts.query and "@" not in parts.netloc
    if not is_plain or not parts.hostname or (pin and not PIN.fullmatch(pin)):
        raise InputError(
            N_("this is no hub's address: {text}"),
            hint=N_("Give the line that the hub shows, as it stands: https://…#…"),
            text=text[:100],
        )
    return HubAddress(parts.hostname, port, pin)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hub answered: the status, its headers in small letters, and the body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        """The word by which a hub says why it refuses; empty where it does not."""
        return self.headers.get("serah-reason", "")


class HubClient:
    """One hub, over one connection that is opened again when it was cut."""

    def __init__(self, address: HubAddress, *, is_hub: bool = True) -> None:
        """Args:
        is_hub: nothing else may answer there; else any web server may.
        """
        self.address, self._is_hub = address, is_hub
        self.sent = self.received = 0
        """Bytes of bodies, as they went over the wire."""
        self._connection: http.client.HTTPConnection | None = None
        self._name = ""

    @property
    def name(self) -> str:
        """What names the hub when a station signs: its certificate's fingerprint, or its host."""
        return self._name

    @property
    def known_as(self) -> HubAddress:
        """The hub's address with the whole fingerprint of its certificate, if it is known by that, once it answered."""
        return replace(self.address, pin=self._name) if self.address.pin and self._name else self.address

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask once.

        Raises:
            CutError: the connection ended in between, or cannot be had again; asking again is safe.
            StoreError: nobody answers there, or somebody else does.
        """
        said = {"Accept-Encoding": "gzip", **(headers or {})}
        if body is not None and len(body) > 512:
            packer = zlib.compressobj(6, wbits=31)
            body = packer.compress(body) + packer.flush()
            said["Content-Encoding"] = "gzip"
        connection = self._connected()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it had read all
                connection.request(method, path, body, said)
            self.sent += len(body or b"")
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            is_known = "serah-hub" in named and response.length is not None
            if (self._is_hub and not is_known) or (response.length or 0) > MOST_ANSWER:
                self.close()
                raise _somebody_else(self.address)
            data = response.read(None if is_known else MOST_ANSWER)
        except http.client.IncompleteRead as error:
            self.close()
            raise CutError(_unpacked(error.partial)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise CutError from error
        self.received += len(data)
        if response.will_close:
            self.close()
        return Answer(response.status, named, _unpacked(data) if named.get("content-encoding") == "gzip" else data)

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            try:
                self._connection, shown = connect(self.address)
            except NobodyError as error:
                if not self._name:
                    raise
                raise CutError from error  # it answered before: the network is away for a while
            self._name = shown if self.address.pin else self.address.host
        return self._connection


def connect(address: HubAddress) -> tuple[http.client.HTTPConnection, str]:
    """A connection to the one that an address names, and the fingerprint of the certificate that it showed; empty over
    plain HTTP.

    Raises:
        NobodyError: nobody answers there.
        StoreError: somebody else does.
    """
    made, shown = _connection(address), ""
    try:
        made.connect()
        if isinstance(made, http.client.HTTPSConnection):
            shown = hashlib.sha256(made.sock.getpeercert(binary_form=True) or b"").hexdigest()
        if not hmac.compare_digest(shown[: len(address.pin)], address.pin):
            raise _somebody_else(address)
        made.sock.settimeout(_ANSWER_S)
        _ask_whether_it_is_there(made.sock)
    except OSError as error:
        made.close()
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):  # which is a line that was cut
            raise _not_trusted(address, getattr(error, "verify_code", 0)) from error
        raise NobodyError(
            N_("nobody answers at {address}: {reason}"),
            hint=N_("Is this computer on the network, and is the hub running? Nothing is lost; try again later."),
            address=f"{address.host}:{address.port}",
            reason=error.strerror or str(error) or type(error).__name__,
        ) from error
    except StoreError:
        made.close()
        raise
    return made, shown


def _ask_whether_it_is_there(line: socket.socket) -> None:
    """Let TCP ask while an answer is waited for: where the line was cut meanwhile, nothing else would tell of it."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):  # macOS has another name for the first
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), _STILL_THERE_S)


class _Line(http.client.HTTPSConnection):
    """A connection for bad lines: what waits for room on them stays here, where a cut does not lose it."""

    def __init__(self, address: HubAddress, context: ssl.SSLContext) -> None:
        super().__init__(address.host, address.port, timeout=_CONNECT_S, context=context)
        self._tls, self._said = context, b""
        self._window, self._quick_s = _WINDOW, _QUICK_S

    def connect(self) -> None:
        """Open it. Until the keys are agreed a cut must show too."""
        began = time.monotonic()
        http.client.HTTPConnection.connect(self)
        self._window, self._quick_s = _WINDOW, _QUICK_S + min(time.monotonic() - began, _FAR_S)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._window)
        _ask_whether_it_is_there(self.sock)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def send(self, data: Any) -> None:
        """Keep it until all of the request is here, which then goes as one."""
        self._said += data

    def endheaders(self, message_body: Any = None, *, encode_chunked: bool = False) -> None:
        """Send the request."""
        super().endheaders(message_body, encode_chunked=encode_chunked)
        said, self._said = self._said, b""
        self._send_at_its_pace(said)

    def _send_at_its_pace(self, data: bytes) -> None:
        """Have no more on its way than the line takes in a moment: of more, a slow one makes a queue; TCP repeats what
        waits there, and a cut loses it.
        """
        at = 0
        while at < len(data):
            began, size = time.monotonic(), self._window
            self.sock.sendall(data[at : at + size])
            if at and size < _WIDEST and time.monotonic() - began < self._quick_s:  # the first finds an empty buffer
                self._window *= 2
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._window)
            at += size


def _connection(address: HubAddress) -> http.client.HTTPConnection:
    if address.is_plain:
        return http.client.HTTPConnection(address.host, address.port, timeout=_CONNECT_S)
    if address.pin:  # it says more than all the authorities, which take longer to read than the hub to answer
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    else:
        context = ssl.create_default_context()
    context.set_ecdh_curve("prime256v1")  # ML-KEM, where there is one, makes each new connection 2.3 kB longer
    return _Line(address, context)


def _unpacked(data: bytes) -> bytes:
    """The unpacked beginning of what came of a gzip body, within the limit."""
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=31).decompress(data, MOST_ANSWER)
    return b""


def _somebody_else(address: HubAddress) -> StoreError:
    return StoreError(
        N_("what answers at {address} is not the hub: its certificate or its answer is another's"),
        hint=N_("In a WLAN with a login page, log in first. Else compare the address with the hub's screen."),
        address=f"{address.host}:{address.port}",
    )


_VERIFY = {
    9: N_("the certificate of {address} is not valid yet, or the clock of this computer is wrong"),
    10: N_("the certificate of {address} has expired, or the clock of this computer is wrong"),
    62: N_("the certificate that is shown at {address} is for another name"),
}
_NOBODY_VOUCHES = N_("nobody whom this computer trusts vouches for the certificate of {address}")
"""Why a public certificate does not count (X509_verify_cert_error_string)."""


def _not_trusted(address: HubAddress, code: int) -> StoreError:
    if not code:
        return _somebody_else(address)
    return StoreError(
        _VERIFY.get(code, _NOBODY_VOUCHES),
        hint=N_("Check the clock; in a WLAN with a login page, log in first. Else tell the office that runs the hub."),
        address=f"{address.host}:{address.port}",
    )
