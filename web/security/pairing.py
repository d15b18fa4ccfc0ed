"""The page on the local network: second scanners, let in one by one with a code that is shown at the station.

A device that brings the code gets a secret of its own and may scan, say what is seen, and sign. It may not record,
drop or export: that is done at the station's own screen.
"""

import json
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from ipaddress import IPv4Address
from itertools import chain, count
from pathlib import Path
from typing import Any

from custody.errors import N_, InputError
from custody.format.codes import ALPHABET
from tables.output.private_files import private_file
from tables.output.safe_file import put_in_place
from web.security.certificate import LanCertificate
from web.security.entrances import is_same

COOKIE = "__Host-serah-device"
PAIR_PAGE, PAIR_API = "/pair", "/api/pair"
FILE = "page-devices.json"
CODE_LENGTH = 10
"""Characters of 5 bits: of 2^50 codes, nobody guesses the one that counts in so little time."""
OFFER_S = 300
MOST_WRONG = 10
"""So many wrong codes from one address, then none from it counts until a new code is shown."""
_MOST_GUESSERS = 1024
"""Addresses whose wrong codes are counted; the oldest is forgotten first."""
DEVICE_S = 14 * 3600
"""A day's work; then a device must pair again."""
_MOST_DEVICES = 20

_ID = "[0-9a-f-]{1,60}"
_READS = re.compile(
    rf"/device|/scan/{_ID}(/(board|found|missing|news|picture|review|signatures|taken))?|/photos/[0-9a-f]{{64}}"
    r"|/api/(alive|places)"
)
_DOES = re.compile(
    rf"/api/drafts/{_ID}/(lines|lines/asked|frames|photos|said|pause|words|items/[^/]{{1,40}}"
    rf"|signatures/[^/]{{1,20}}|pins/[^/]{{1,20}})|/api/pins"
)
_OPEN = re.compile(r"/static/.{1,200}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that lets one device in, until then (Unix time), and the session that it goes to."""

    code: str
    until_s: float
    draft: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device that was let in: the digest of its secret, what it calls itself, and until when (Unix time)."""

    digest: str
    name: str
    until_s: float

    @property
    def id(self) -> str:
        """Its name in addresses, which reveals nothing of its secret."""
        return self.digest[:16]


class Lan:
    """Who is let in from the local network. Any thread may ask."""

    def __init__(
        self,
        home: Path,
        addresses: Sequence[IPv4Address],
        port: int,
        certificate: LanCertificate,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        """Offer the page at these addresses of this computer; people are shown the first one."""
        self.addresses, self.port, self.certificate = tuple(addresses), port, certificate
        self._path, self._clock_s = home / FILE, clock_s
        self._lock = threading.Lock()
        self._offer: Offer | None = None
        self._wrong: OrderedDict[str, int] = OrderedDict()
        self._devices = {device.digest: device for device in self._read()}

    @property
    def address(self) -> str:
        """Where a device finds the page."""
        return f"https://{self.addresses[0]}:{self.port}"

    def offer(self, draft: str) -> Offer:
        """A new code, once, for a device that joins this session; the one before counts no more."""
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        with self._lock:
            self._offer = Offer(code, self._clock_s() + OFFER_S, draft)
            self._wrong.clear()
            return self._offer

    def current(self) -> Offer | None:
        """The code that lets somebody in now, if any."""
        with self._lock:
            offer = self._offer
            return offer if offer is not None and self._clock_s() < offer.until_s else None

    def take(self, code: str, name: str, address: str) -> tuple[str, str]:
        """Let a device in with a code, which is used up by it; its secret, and the session that it goes to.

        What others guess uses no code up: from each address a few wrong ones are heard, and then no more.

        Args:
            address: where the device asks from.

        Raises:
            InputError: the code is wrong, used or too old, or too many wrong ones came from there.
        """
        given = re.sub(r"[\s-]", "", code).upper()
        with self._lock:
            offer = self._offer
            if offer is not None and self._clock_s() >= offer.until_s:
                offer = None
            is_heard = self._wrong.get(address, 0) < MOST_WRONG
            if offer is None or not is_heard or not is_same(given, offer.code):
                self._count_wrong(address)
                raise InputError(
                    N_("this code lets nobody in: it is wrong, used or too old"),
                    hint=N_("Let a new one be shown at the station."),
                )
            self._offer = None
            secret = secrets.token_hex(32)
            digest = sha256(secret.encode()).hexdigest()
            kept = sorted(self._alive(), key=lambda device: device.until_s)[-_MOST_DEVICES + 1 :]
            self._devices = {device.digest: device for device in kept}
            own_name = _unlike(name, {device.name for device in kept})
            self._devices[digest] = Device(digest, own_name, self._clock_s() + DEVICE_S)
            self._write()
        return secret, offer.draft

    def _count_wrong(self, address: str) -> None:
        self._wrong[address] = self._wrong.pop(address, 0) + 1
        if len(self._wrong) > _MOST_GUESSERS:
            self._wrong.popitem(last=False)

    def devices(self) -> list[Device]:
        """Those that are let in now, the newest last."""
        with self._lock:
            return sorted(self._alive(), key=lambda device: device.until_s)

    def forget(self, id: str) -> None:
        """Let a device in no more."""
        with self._lock:
            self._devices = {digest: device for digest, device in self._devices.items() if device.id != id}
            self._write()

    def knows(self, secret: str) -> bool:
        """Whether a device with this secret is let in."""
        return self.device(secret) is not None

    def device(self, secret: str) -> Device | None:
        """The device that has this secret; None where none that is let in has it."""
        with self._lock:
            device = self._devices.get(sha256(secret.encode()).hexdigest())
            return device if device is not None and self._clock_s() < device.until_s else None

    def _alive(self) -> list[Device]:
        return [device for device in self._devices.values() if self._clock_s() < device.until_s]

    def _read(self) -> list[Device]:
        """Return the devices that were let in before the server was restarted; none where the file cannot be read."""
        try:
            rows: list[dict[str, Any]] = json.loads(self._path.read_bytes())
            return [Device(str(row["digest"]), str(row["name"]), float(row["until_s"])) for row in rows]
        except (OSError, ValueError, TypeError, KeyError):
            return []

    def _write(self) -> None:
        draft = self._path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        text = json.dumps([asdict(device) for device in self._devices.values()], ensure_ascii=False)
        with private_file(draft) as file:
            file.write(text.encode())
        put_in_place(draft, self._path)


def _unlike(name: str, others: Collection[str]) -> str:
    """This name, with a number where another device is called so: each line of a session says which one saw it."""
    names = chain([name], (f"{name} {place}" for place in count(2)))
    return next(one for one in names if one not in others)


class LanEntrance:
    """The page on the local network: only devices that were let in, and only what they are there for."""

    scheme = "https"
    sign_in_path = PAIR_PAGE

    def __init__(self, lan: Lan) -> None:
        self._lan = lan

    @property
    def hosts(self) -> frozenset[str]:
        """The addresses that it is reached at."""
        return frozenset(f"{address}:{self._lan.port}" for address in self._lan.addresses)

    def secret_of(self, cookies: Mapping[str, str]) -> str | None:
        """The device's secret, if it is let in."""
        secret = cookies.get(COOKIE, "")
        return secret if secret and self._lan.knows(secret) else None

    def secret_for(self, known: str | None) -> str | None:
        """Its own; who has none is given none."""
        return known

    def is_open(self, method: str, path: str) -> bool:
        """The page that asks for the code, what that page is made of, and the code itself."""
        if method in ("GET", "HEAD"):
            return path == PAIR_PAGE or _OPEN.fullmatch(path) is not None
        return method == "POST" and path == PAIR_API

    def may(self, method: str, path: str) -> bool:
        """Scan, say what is seen, sign."""
        if self.is_open(method, path):
            return True
        return (_READS if method in ("GET", "HEAD") else _DOES).fullmatch(path) is not None
