"""Base45 (RFC 9285): bytes in the 45 characters of QR's alphanumeric mode, which every reader returns unharmed."""

from custody.errors import N_, CodeError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """The bytes as text: three characters for each two bytes, two for a last one (RFC 9285 §4)."""
    text = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _char in range(len(pair) + 1):
            number, value = divmod(number, 45)
            text.append(ALPHABET[value])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes that `encode` made this text of.

    Raises:
        CodeError: no bytes encode so.
    """
    data = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        try:
            number = sum(_VALUES[char] * 45**place for place, char in enumerate(group))
            data += number.to_bytes(len(group) - 1, "big")
        except (KeyError, OverflowError) as error:
            raise CodeError(
                N_("this part of a handover paper cannot be read"),
                hint=N_("Hold it closer, or clean it, and scan it again."),
            ) from error
    return bytes(data)
