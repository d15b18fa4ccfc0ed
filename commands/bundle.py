"""The bundle: whole logs in one flat, compressed file (docs/ledger-format.md §7)."""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tables.safe_file import safe_file

BUNDLE_VERSION = 1


def write_bundle(
    out: Path, heads: Sequence[dict[str, Any]], entries: Iterable[tuple[bytes, str]], progress: Callable[[int], None]
) -> None:
    """Write a bundle: gzip of JSON lines, the first naming the logs and their heads, then one line an entry.

    The same logs give the same bytes. Written whole or not at all.

    Raises:
        InputError, StoreError: it cannot be written.
    """
    with safe_file(out) as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        first = {"serah_bundle": BUNDLE_VERSION, "logs": heads}
        packed.write(_line(first))
        for body, signatures in entries:
            packed.write(_line({"body": body.decode("utf-8"), "signatures": signatures}))
            progress(1)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8") + b"\n"
