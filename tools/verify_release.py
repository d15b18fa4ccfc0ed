#!/usr/bin/env python3
"""Check a downloaded release of Serah: that the release key signed its list, and that each file is the one in the list.

    python verify_release.py FOLDER --key release-key.pem            all files of the list
    python verify_release.py FOLDER --key release-key.pem --only serah-0.9.0-windows-x64.zip

Needs Python 3.11 and `cryptography`, and shares no line with the program. The list is a signed note (C2SP signed-note),
so that openssl can check it too; docs/releasing.md shows how. Exit codes: 0 nothing wrong found, 1 wrong, 2 wrong use.
"""

import argparse
import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LIST, KEY_NAME = "SHA256SUMS", "serah-release"
NOTE = re.compile(
    r"(?P<text>Serah (?P<version>\d+\.\d+\.\d+)\n(?:[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._-]{0,120}\n)+)\n"
    rf"— {KEY_NAME} (?P<signature>[A-Za-z0-9+/]{{91}}=)\n"
)
MOST = 1 << 20
"""The longest list that is read, in bytes."""
SAID = {
    "form": ("daftarnya bukan daftar rilis yang ditandatangani", "the list is no signed list of a release"),
    "key": ("daftar ini tidak ditandatangani kunci rilis itu", "that release key has not signed this list"),
    "twice": ("daftar menyebut satu berkas dua kali: {}", "the list names a file twice: {}"),
    "absent": ("tidak ada: {}", "not there: {}"),
    "altered": ("bukan berkas yang dirilis: {}", "not the file that was released: {}"),
    "added": ("bukan bagian rilis ini: {}", "no part of this release: {}"),
    "other": ("tidak ada dalam daftar: {}", "not in the list: {}"),
}
"""What is found, in Indonesian and English."""


class RefusedError(Exception):
    """Something is wrong: its name in `SAID`, and of which file."""


def signed_list(note: bytes, key: Ed25519PublicKey) -> tuple[str, dict[str, str]]:
    """The version of a list and the SHA-256 of each file that it names, once the key's signature of it holds.

    Raises:
        RefusedError: it does not, or this is no such list.
    """
    found = NOTE.fullmatch(note.decode("utf-8", "replace"))
    if found is None:
        raise RefusedError("form")
    raw = key.public_bytes_raw()
    key_id = hashlib.sha256(KEY_NAME.encode() + b"\n\x01" + raw).digest()[:4]
    signature = base64.b64decode(found["signature"])
    if signature[:4] != key_id or base64.b64encode(signature).decode() != found["signature"]:
        raise RefusedError("key")
    try:
        key.verify(signature[4:], found["text"].encode())
    except InvalidSignature:
        raise RefusedError("key") from None
    files: dict[str, str] = {}
    for line in found["text"].splitlines()[1:]:
        digest, name = line.split("  ", 1)
        if files.setdefault(name, digest) != digest or name.casefold() in {
            other.casefold() for other in files if other != name
        }:
            raise RefusedError("twice", name)
    return found["version"], files


def check(folder: Path, key: Ed25519PublicKey, only: Iterable[str] = (), beside: str = "") -> tuple[str, int]:
    """Hold a folder, or some files in it, against its signed list: the version, and how many files are as released.

    Args:
        beside: the name of a file that may be in the folder too: the key.

    Raises:
        RefusedError: something is wrong.
        OSError: the list cannot be read.
    """
    with (folder / LIST).open("rb") as file:
        version, files = signed_list(file.read(MOST), key)
    chosen = list(only)
    for name in chosen or files:
        if name not in files:
            raise RefusedError("other", name)
        path = folder / name
        if path.is_symlink() or not path.is_file():
            raise RefusedError("absent" if not path.exists() else "altered", name)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != files[name]:
                raise RefusedError("altered", name)
    if not chosen:
        for path in sorted(folder.iterdir()):
            if path.name not in files and path.name not in (LIST, beside):
                raise RefusedError("added", path.name)
    return version, len(chosen or files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, and say what was found."""
    parser = argparse.ArgumentParser(description="Memeriksa rilis Serah. / Checks a release of Serah.")
    parser.add_argument(
        "folder", type=Path, help="folder unduhan, dengan SHA256SUMS / where it was downloaded, with SHA256SUMS"
    )
    parser.add_argument("--key", type=Path, required=True, help="kunci rilis / the release key (PEM)")
    parser.add_argument("--only", nargs="+", default=[], metavar="FILE", help="berkas ini saja / these files alone")
    options = parser.parse_args(arguments)
    try:
        key = load_pem_public_key(options.key.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("no Ed25519 key")
        version, count = check(options.folder, key, options.only, options.key.name)
    except RefusedError as refused:
        name, *what = refused.args
        print(
            *(f"{start}: {words.format(*what)}" for start, words in zip(("SALAH", "WRONG"), SAID[name], strict=True)),
            sep="\n",
        )
        return 1
    except (OSError, ValueError) as error:
        print(f"verify_release: {error}", file=sys.stderr)
        return 2
    print(f"Serah {version}: {count} berkas sesuai daftar yang ditandatangani / files are as the signed list says.")
    print(f"Kunci rilis / release key: {hashlib.sha256(key.public_bytes_raw()).hexdigest()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
