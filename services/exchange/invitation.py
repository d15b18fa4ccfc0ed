"""First contact with a hub: its address and the beginning of its certificate's fingerprint, as a line, as words, as a
picture of a QR code; and the hub that a station knows since.

The words are those of fingerprints, one for a byte: what kind of address, the address, ten bytes of the fingerprint,
and one to check the others by. Ten bytes are 80 bits; the whole fingerprint is kept from the first contact on.
"""

import difflib
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from custody.errors import N_, InputError, unwritable
from db.store import Store
from evidence.fingerprint_words import WORDS
from services.exchange.hub_client import PORT, HubAddress, read_address
from services.exchange.trust_anchors import Notify, is_picture, photographed
from tables.output.safe_file import safe_file

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

HUB_FILE, OPEN_FILE = "hub.txt", "hub-open.txt"
"""In the station's folder: the line by which it knows its hub, and that of a hub that runs there now."""
_FAR = 1 << 30
_PIN_BYTES, _PIN_DIGITS = 10, 20
_PORT = 4
"""In the first byte: that a port follows the address. The rest of it says which addresses are meant."""
_NETS = (b"\xc0\xa8", b"\x0a", b"")
"""What the addresses of each kind begin with, and is not said: 192.168.x.x, 10.x.x.x, any."""
_SHORT = 4
"""So many letters tell a word."""
_BY_LETTERS = {word[:_SHORT]: byte for byte, word in enumerate(WORDS)}


def words_for(address: HubAddress) -> tuple[str, ...]:
    """An address as words; none where it is no number, or has no fingerprint."""
    try:
        host = IPv4Address(address.host).packed
    except AddressValueError:
        return ()
    if not address.pin:
        return ()
    kind = next(kind for kind, net in enumerate(_NETS) if host.startswith(net))
    port = b"" if address.port == PORT else address.port.to_bytes(2, "big")
    said = bytes([kind | (_PORT if port else 0)]) + host[len(_NETS[kind]) :] + port
    said += bytes.fromhex(address.pin)[:_PIN_BYTES]
    return tuple(WORDS[byte] for byte in said + sha256(said).digest()[:1])


def read_words(text: str) -> HubAddress:
    """The address of words; of each word the first four letters count.

    Raises:
        InputError: one is not of the list, or one is missing or wrong.
    """
    said = bytes(map(_byte, re.findall(r"[^\W\d_]+", text.lower())))
    kind = said[0] if said else 0xFF
    if kind & ~_PORT >= len(_NETS) or sha256(said[:-1]).digest()[:1] != said[-1:]:
        raise _wrong_words()
    has_port, net, rest = bool(kind & _PORT), _NETS[kind & ~_PORT], said[1:-1]
    if len(rest) != 4 - len(net) + 2 * has_port + _PIN_BYTES:
        raise _wrong_words()
    host, after = rest[: 4 - len(net)], rest[4 - len(net) :]
    port = int.from_bytes(after[:2], "big") if has_port else PORT
    return HubAddress(str(IPv4Address(net + host)), port, after[-_PIN_BYTES:].hex())


def read_invitation(text: str, notify: Notify = lambda _line: None) -> HubAddress:
    """The hub of an invitation: the line that it shows, its words, or the file of a picture of its QR code.

    Raises:
        InputError: it is none of these.
    """
    path = Path(text)
    return pictured(path, notify) if "://" not in text and is_picture(path) else typed_invitation(text)


def typed_invitation(text: str) -> HubAddress:
    """The hub of a line or of words.

    Raises:
        InputError: it is neither.
    """
    if re.fullmatch(r"\s*[^\W\d_]+(?:[\s,.·-]+[^\W\d_]+)+\s*", text):
        return read_words(text)
    return read_address(text)


def is_hub_line(text: str) -> bool:
    """Whether a text is what a hub's QR code says."""
    return text.startswith("https://") and "#" in text


def pictured(path: Path, notify: Notify = lambda _line: None) -> HubAddress:
    """The hub whose QR code is in a picture or PDF.

    Raises:
        InputError: it cannot be read, or has no such code.
    """
    for text in photographed(path, notify):
        if text.startswith("https://"):
            return read_address(text)
    raise InputError(
        N_("no QR code in {file} is a hub's"), hint=N_("Photograph it closely, or give its words."), file=path.name
    )


# --- The hub that a station knows, and the one that runs there ------------------------------------------------------


def known_hub(home: Path) -> HubAddress:
    """The hub that this station was shown.

    Raises:
        InputError: none was.
    """
    try:
        return read_address((home / HUB_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            N_("this station knows no hub yet"), hint=N_("Give the line that the hub shows: {way}"), way="sync"
        ) from error


def knows_hub(home: Path) -> bool:
    """Whether this station was shown a hub."""
    return (home / HUB_FILE).is_file()


def remember_hub(home: Path, address: HubAddress) -> None:
    """Keep the line by which this station knows its hub."""
    path = home / HUB_FILE
    if not path.exists() or path.read_text(encoding="utf-8").strip() != str(address):
        with safe_file(path, is_own=True) as file:
            file.write(f"{address}\n".encode())


def open_hub(home: Path, address: HubAddress) -> Callable[[], None]:
    """Let this station's page show the hub that runs here, until what this returns is called, or this process ends: by
    whatever ends it, the system takes its lock away. Nothing where another hub of this folder is shown.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = home / OPEN_FILE
    try:
        file = path.open("a+b", buffering=0)
        if not _lock(file):
            file.close()
            return lambda: None
        file.truncate(0)
        file.write(f"{address}\n".encode())
    except OSError as error:
        raise unwritable(path, error) from error

    def close() -> None:
        file.close()
        with suppress(PermissionError):  # on Windows, while somebody looks; without its lock it says nothing
            path.unlink(missing_ok=True)

    return close


def _lock(file: FileIO) -> bool:
    """Take the lock of a file that is open; False where another open file has it."""
    try:
        if sys.platform == "win32":
            file.seek(_FAR)  # whoever reads the file is not in its way there
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _open_here(home: Path) -> HubAddress | None:
    """The hub that runs here now, as its file says while its lock is held."""
    try:
        with (home / OPEN_FILE).open("rb", buffering=0) as file:
            line = file.read(1024).decode("utf-8", "replace")
            return None if _lock(file) else read_address(line)
    except (OSError, InputError):  # none, or its line is being written
        return None


@dataclass(frozen=True, slots=True)
class HubHere:
    """What a station knows of its hub: the address, how many of its own records the hub has cosigned, and how many are
    not there yet, as far as is known here. `address` is None where it knows no hub, `own` where it is none itself now.
    """

    address: HubAddress | None
    there: int
    waiting: int
    own: HubAddress | None = None

    @property
    def invitation(self) -> HubAddress | None:
        """The hub that other stations may be shown here."""
        return self.own or self.address


def hub_here(store: Store, home: Path) -> HubHere:
    """What this station knows of its hub, without asking it."""
    own = store.ledger.require_own_row()
    there = min(store.cosigned.stored(own.name), own.size)
    known = known_hub(home) if knows_hub(home) else None
    return HubHere(known, there, own.size - there, _open_here(home))


def _byte(word: str) -> int:
    if (found := _BY_LETTERS.get(word[:_SHORT])) is not None:
        return found
    near = difflib.get_close_matches(word, WORDS, 3, 0.5)
    raise InputError(
        N_("{word} is no word of a hub's code"),
        hint=N_("Compare it with the hub's screen. Words of the list that look alike: {near}"),
        word=word[:30],
        near=", ".join(near) or "-",
    )


def _wrong_words() -> InputError:
    return InputError(
        N_("these words are no hub's code: one is missing, wrong, or in another place"),
        hint=N_("Compare them with the hub's screen, one by one."),
    )
