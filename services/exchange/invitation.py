"""First contact with a hub: its address and the beginning of its certificate's fingerprint, as a line, as words, as a
picture of a QR code.

The words are those of fingerprints, one for a byte: what kind of address, the address, ten bytes of the fingerprint,
and one to check the others by. Ten bytes are 80 bits; the whole fingerprint is kept from the first contact on.
"""

import difflib
import re
from hashlib import sha256
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from custody.errors import N_, InputError
from evidence.fingerprint_words import WORDS
from services.exchange.hub_client import PORT, HubAddress, read_address
from services.exchange.trust_anchors import Notify, is_picture, photographed

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
