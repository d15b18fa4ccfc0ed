"""The URIs by which EPCIS names things, places, kinds and records (GS1 CBV 2.0 §8).

An office without a GS1 company prefix may not make up GS1 keys. Then a UUID URN is made of the election and the code
(RFC 9562 §5.5), so that two stations give one thing the same name; or the office gives an address of its own.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import sha1
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from custody.errors import N_, InputError

_KEPT = 200_000
"""URIs kept at hand, some 30 MB: the things of a regency with all its seals."""
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_COMPANY_PREFIX = re.compile(r"[0-9]{6,12}", re.ASCII)
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Uris:
    """Names for one election. `is_readable`: whether an item's URI has its code in it.

    Args:
        election: what tells this election from all others, like the fingerprint of its root's key.
        base: an address of the office, `https://...`, under which it names things; empty for UUIDs.
        company_prefix: the office's GS1 company prefix: items then are GIAI keys as GS1 Digital Links; empty for none.

    Raises:
        InputError: an address or a prefix that cannot be one.
    """

    def __init__(self, election: str, base: str = "", company_prefix: str = "") -> None:
        if base and not _BASE.fullmatch(base):
            raise InputError(
                N_("{text} is no address under which things can be named"),
                hint=N_("Give one of your office's own, like https://kpu.example.go.id/id"),
                text=base,
            )
        if company_prefix and not _COMPANY_PREFIX.fullmatch(company_prefix):
            raise InputError(
                N_("{text} is no GS1 company prefix"),
                hint=N_("It has 6 to 12 digits; leave it away where the office has none."),
                text=company_prefix,
            )
        self._base, self._company = base.rstrip("/"), company_prefix
        self._namespace = uuid5(NAMESPACE_URL, f"serah:{election}").bytes
        self.is_readable = bool(base or company_prefix)
        self.of: Callable[[str, str], str] = lru_cache(_KEPT)(self._of)
        self.item: Callable[[str], str] = lru_cache(_KEPT)(partial(self._of, "item"))
        """One physical thing, by its code."""
        self.place: Callable[[str], str] = lru_cache(_KEPT)(partial(self._of, "place"))
        """A place, vendor or vehicle, by its code."""

    @property
    def vocabulary(self) -> str:
        """The namespace of what EPCIS has no word for."""
        return f"{self.of('vocabulary', 'v1')}#"

    def _of(self, what: str, name: str) -> str:
        if what == "item" and self._company:
            return f"https://id.gs1.org/8004/{self._company}{quote(name, safe='')}"
        if self._base:
            return f"{self._base}/{what}/{quote(name, safe='')}"
        digits = sha1(self._namespace + f"{what}/{name}".encode(), usedforsecurity=False).hexdigest()
        variant = _VARIANT[digits[16]]
        return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
