"""A reader and a writer of tiles that is not ours, `aics-tlog` of PyPI: it reads what we write, and we what it writes.

It needs Python 3.12, so it has an environment of its own: `SERAH_AICS_PYTHON` names the Python that has it.
"""

import json
import os
import random
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from custody.format.encoding import leaf_digest
from evidence.checkpoint import claimed_checkpoint, verifier_key
from evidence.mirror_forms import records
from evidence.tiles import TiledTree, bundles_of, entries, hash_tiles
from tests.support.evidence_logs import Station

PYTHON = os.environ.get("SERAH_AICS_PYTHON", "")
pytestmark = pytest.mark.skipif(not PYTHON, reason="SERAH_AICS_PYTHON names no Python 3.12 with aics-tlog")
SIZES = (1, 255, 256, 257, 700)


def aics(*words: str | Path) -> dict[str, Any]:
    done = subprocess.run([PYTHON, "-m", "aics_tlog", *map(str, words)], capture_output=True, text=True, check=False)
    told: dict[str, Any] = json.loads(done.stdout)
    return told | {"code": done.returncode}


def published(folder: Path, log: Station, size: int) -> Path:
    """A log up to a size as we publish it."""
    held = [entry.body + b"\n" + entry.signatures.encode() for entry in log.entries[:size]]
    files = {str(tile): data for tile, data in hash_tiles(map(leaf_digest, held))}
    for tile in bundles_of(size):
        files[str(tile)] = records(held[tile.index * 256 : tile.index * 256 + tile.width])
    files["checkpoint"] = log.head(size).encode()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_it_finds_our_entries_in_our_tiles_and_sees_that_the_log_only_grew(tmp_path: Path) -> None:
    log, dice = Station(1).fill(SIZES[-1]), random.Random(1)
    key, old = verifier_key(log.name, log.public_key), tmp_path / "old"
    for size in SIZES:
        folder = published(tmp_path / "tiles", log, size)
        assert aics("verify-checkpoint", "--log-key", key, "--tiles", folder)["code"] == 0
        index = dice.randrange(size)
        entry = tmp_path / "entry"
        entry.write_bytes(log.entries[index].body + b"\n" + log.entries[index].signatures.encode())
        asked = ("verify-inclusion", "--log-key", key, "--tiles", folder, "--index", str(index), "--leaf", entry)
        told = aics(*asked)
        assert told["code"] == 0, told
        entry.write_bytes(entry.read_bytes() + b" ")
        assert aics(*asked)["code"] == 1
        if old.is_file():
            told = aics("verify-consistency", "--log-key", key, "--tiles", folder, "--old-checkpoint", old)
            assert told["code"] == 0, told
        old.write_bytes((folder / "checkpoint").read_bytes())
    assert claimed_checkpoint(old.read_text("utf-8")).size == SIZES[-1]


def test_we_read_the_tiles_that_it_builds(tmp_path: Path) -> None:
    for size in SIZES:
        leaves, out = tmp_path / "leaves", tmp_path / f"tiles-{size}"
        leaves.write_text("".join(f"entry {number}\n" for number in range(size)), "utf-8")
        told = aics("build-tiles", "--leaves", leaves, "--out", out)
        assert told["code"] == 0, told
        tree = TiledTree(size, lambda tile, out=out: (out / str(tile)).read_bytes())
        assert tree.root() == b64decode(told["root"])
        held = [entry for tile in bundles_of(size) for entry in entries(tile, (out / str(tile)).read_bytes())]
        assert held == [f"entry {number}".encode() for number in range(size)]
        for tile, data in hash_tiles(map(leaf_digest, held)):
            assert (out / str(tile)).read_bytes() == data
