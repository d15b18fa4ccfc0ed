#!/usr/bin/env python3
"""Check logs that are published as tiles (C2SP tlog-tiles), without Serah: a folder, or the address of a web server.

Written from docs/ledger-format.md §14 alone. It holds the tiles to the entries, makes a bundle of what it has read, and
gives that to verify_standalone.py beside it, which checks all the rest and takes its own options here too (--root,
--head, --item, --json). It needs Python 3.11 and `cryptography`. Exit codes: 0 nothing wrong found, 1 evidence wrong,
2 wrong use, 3 nobody answers.
"""

import argparse
import gzip
import importlib.util
import json
import sys
import tempfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import CERT_NONE, create_default_context
from typing import Any, NoReturn
from urllib.parse import urlsplit

WIDTH, MAX_ENTRY, MAX_FILE, MAX_LOGS, MAX_BYTES = 256, 64 * 1024 + 1024, 32 * 1024**2, 10_000, 8 * 1024**3
Read = Callable[[str], bytes | None]
HERE = Path(__file__).resolve().parent


class WrongError(Exception):
    """What is wrong with a log's files."""

    def __init__(self, log: str, detail: str) -> None:
        super().__init__(detail)
        self.log, self.detail = log, detail


def in_folder(folder: Path) -> Read:
    """The files of a folder."""

    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes()[: MAX_FILE + 1] if file.is_file() else None

    return read


def at_address(address: str, token: str) -> Read:
    """The files of a web server. What follows a # is the beginning of its certificate's fingerprint, which is then all
    that must be right of it; without that, the certificate must be one that this computer trusts.
    """
    parts, context = urlsplit(address), create_default_context()
    pin = parts.fragment.replace(":", "").lower()
    if parts.scheme != "https" and (pin or token):
        raise OSError("a token and a fingerprint need an address that begins with https://")
    if pin:
        context.check_hostname, context.verify_mode = False, CERT_NONE
    made: list[HTTPConnection] = []

    def connected() -> HTTPConnection:
        host, port = parts.hostname or "", parts.port
        one = HTTPSConnection(host, port, context=context, timeout=90) if parts.scheme == "https" else None
        connection = one or HTTPConnection(host, port, timeout=90)
        connection.connect()
        if pin and not sha256(connection.sock.getpeercert(True)).hexdigest().startswith(pin):
            raise OSError("another certificate is shown there than the address says")
        made[:] = [connection]
        return connection

    def ask(path: str) -> HTTPResponse:
        said = {"Accept-Encoding": "gzip"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = made[0] if made else connected()
        connection.request("GET", f"{parts.path.rstrip('/')}/{path}", headers=said)
        return connection.getresponse()

    def read(path: str) -> bytes | None:
        try:
            answer = ask(path)
        except (HTTPException, ConnectionError):  # it was idle for too long
            made.clear()
            answer = ask(path)
        data = answer.read(MAX_FILE + 1)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise OSError(f"{path}: the server answers {answer.status}")
        if answer.getheader("Content-Encoding") == "gzip":
            return zlib.decompressobj(wbits=31).decompress(data, MAX_FILE + 1)
        return data

    return read


def number(index: int) -> str:
    """The number of a tile as a path."""
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*("x" + part for part in parts[:-1]), parts[-1]])


def root(hashes: list[bytes]) -> bytes:
    """The root over some hashes (RFC 6962 §2.1)."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root(hashes[:half]) + root(hashes[half:])).digest()


def tiles(hashes: list[bytes]) -> Iterator[tuple[str, int, int, bytes]]:
    """Every tile over the leaves: its level, its number, how many it has, its bytes."""
    level = 0
    while hashes:
        rows = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
        for index, row in enumerate(rows):
            yield str(level), index, len(row), b"".join(row)
        hashes, level = [root(row) for row in rows if len(row) == WIDTH], level + 1


class Log:
    """One log of the list: its name, its signed head as text, how long that says it is."""

    def __init__(self, read: Read, vkey: str) -> None:
        self.name, _, key = [*vkey.split("+", 2), "", ""][:3]  # base64 has a + of its own
        folder = sha256(self.name.encode()).hexdigest()
        self._read = lambda path: read(f"{folder}/{path}")
        note = self._read("checkpoint")
        lines = (note or b"").decode("utf-8", "replace").split("\n")
        if note is None or len(lines) < 6 or lines[0] != self.name or not lines[1].isdecimal() or len(lines[1]) > 16:
            raise WrongError(self.name, "its checkpoint is missing, or is another log's")
        self.note, self.size, self.key = note.decode("utf-8", "replace"), int(lines[1]), b64decode(key)[1:]

    def tile(self, level: str, index: int, width: int) -> bytes:
        """The bytes of a tile, or of an entry bundle; of a part, those of the whole one serve as well."""
        path = f"tile/{level}/{number(index)}"
        data = self._read(path if width == WIDTH else f"{path}.p/{width}")
        if data is None and width < WIDTH and (whole := self._read(path)) is not None:
            end = 32 * width if level != "entries" else sum(len(entry) for entry in entries(whole, width, self.name)[1])
            return whole[:end]
        if data is None or len(data) > MAX_FILE:
            raise WrongError(self.name, f"{path} is missing, or too large")
        return data

    def entries(self) -> Iterator[bytes]:
        """Its entries; at the end every tile is held to them."""
        leaves = list[bytes]()
        for index in range(-(-self.size // WIDTH)):
            width = min(WIDTH, self.size - index * WIDTH)
            found, records = entries(self.tile("entries", index, width), width, self.name)
            if sum(map(len, records)) != len(self.tile("entries", index, width)):
                raise WrongError(self.name, f"more than {width} entries are in bundle {index}")
            leaves += [sha256(b"\x00" + entry).digest() for entry in found]
            yield from found
        for level, index, width, data in tiles(leaves):
            if self.tile(level, index, width) != data:
                raise WrongError(self.name, f"tile {level}/{number(index)} is not what the entries make")


def entries(data: bytes, count: int, log: str) -> tuple[list[bytes], list[bytes]]:
    """The first so many entries of a bundle, and the same with the lengths before them."""
    found, records, at = list[bytes](), list[bytes](), 0
    while len(found) < count:
        begin, size = at + 2, int.from_bytes(data[at : at + 2], "big")
        if size == 0xFFFF:  # §14: no length, but that four bytes of it follow
            begin, size = at + 6, int.from_bytes(data[at + 2 : at + 6], "big")
        if size > MAX_ENTRY or begin + size > len(data):
            raise WrongError(log, "a bundle of entries is cut, or one is too long")
        found.append(data[begin : begin + size])
        records.append(data[at : begin + size])
        at = begin + size
    return found, records


def line(value: Any) -> bytes:
    """A line of a bundle (§9)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def write_bundle(read: Read, out: Path) -> None:
    """Make a bundle of all logs; ValueError where something cannot stand in one."""
    listed = read("logs.txt")
    if listed is None:
        raise OSError("there is no logs.txt, so no tiles of logs are there")
    vkeys = [words[1] for words in map(str.split, listed.decode().split("\n")) if words[:1] == ["log"]]
    logs = [Log(read, vkey) for vkey in vkeys[:MAX_LOGS]]
    rows, body = list[dict[str, Any]](), out.with_suffix(".entries")
    with body.open("wb") as file:
        for log in logs:
            first, leaf = dict[str, Any](), b""
            for entry in log.entries():
                text, _, signatures = entry.decode().partition("\n")
                first = first or json.loads(text)
                leaf = sha256(b"\x00" + entry).digest()
                file.write(line({"body": text, "signatures": signatures}))
                if file.tell() > MAX_BYTES:
                    raise WrongError(log.name, "these are more entries than any election has")
            if first and first.get("public_key") != log.key.hex():
                raise WrongError(log.name, "logs.txt gives another key than its first entry")
            named = {name: str(first.get(name, "")) for name in ("station", "place")}
            seen = {"size": log.size, "head": leaf.hex() or None, "checkpoint": log.note}
            rows.append({"log": log.name, **named, **seen})
    with gzip.open(out, "wb", 6) as packed, body.open("rb") as file:
        packed.write(line({"logs": rows, "serah_bundle": 1}))
        while block := file.read(1 << 20):
            packed.write(block)


def main(words: list[str] | None = None) -> int:
    """Check what is published there; the exit code."""
    parser = argparse.ArgumentParser(description="Check logs that are published as tiles, without Serah.")
    parser.add_argument("tiles", metavar="FOLDER|ADDRESS")
    parser.add_argument("--token", metavar="FILE", type=Path, help="a file with the observer's token, where a hub asks")
    parser.add_argument("--bundle", metavar="FILE", type=Path, help="keep the bundle that is made of them")
    args, rest = parser.parse_known_args(words)
    spec = importlib.util.spec_from_file_location("verify_standalone", HERE / "verify_standalone.py")
    if spec is None or spec.loader is None or not (HERE / "verify_standalone.py").is_file():
        parser.error("verify_standalone.py must lie beside this file")
    verifier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verifier)

    def is_wrong(log: str, detail: str) -> NoReturn:
        verdict = verifier.VERDICTS[0].split("|")[0]
        finding = {"code": "TAMPERED", "log": log, "seq": None, "detail": detail, "between": False, "accuses": "file"}
        report = {"ok": False, "verdict": verdict, "logs": [], "findings": [finding], "events": []}
        print(
            json.dumps(report) if "--json" in rest else f"TAMPERED {json.dumps(log)}: {json.dumps(detail)}\n{verdict}"
        )
        raise SystemExit(1)

    with tempfile.TemporaryDirectory() as folder:
        is_there = args.tiles.startswith(("https://", "http://"))
        made = args.bundle or Path(folder) / "tiles.serah"
        try:
            token = args.token.read_text().strip() if args.token else ""
            write_bundle(at_address(args.tiles, token) if is_there else in_folder(Path(args.tiles)), made)
        except WrongError as error:
            is_wrong(error.log, error.detail)
        except (ValueError, AttributeError, RecursionError, zlib.error) as error:
            is_wrong("", f"what is there cannot be logs: {error}")
        except (OSError, HTTPException) as error:
            print(error, file=sys.stderr)
            return 3 if is_there else 2
        return int(verifier.main([str(made), *rest]))


if __name__ == "__main__":
    raise SystemExit(main())
