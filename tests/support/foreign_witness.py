"""A witness and a log that are not ours: aics-witness and aics-tlog of PyPI, which need a newer Python than ours."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.witness_examples import NamedWitness

_MADE = Path("build/aics-witness/bin/python")
_LOG = """
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
import aics_tlog as tlog
from aics_witness.feeder import WitnessClient, WitnessRejected, merge_cosignatures
url, vkey, name = sys.argv[1:]
key = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
log = tlog.vkey_from_ed25519(name, key.public_key())
policy = tlog.WitnessPolicy(1, (tlog.parse_vkey(vkey),), 600)

def signed(tree):
    return tlog.sign_checkpoint(tlog.Checkpoint(name, tree.size, tree.root(), ()), key, name).to_bytes()

with WitnessClient(url, vkey) as client:
    tree = tlog.MerkleTree()
    for size in (3, 3, 20, 21):
        tree.extend(b"leaf %d" % n for n in range(tree.size, size))
        note = merge_cosignatures(signed(tree), client.submit(signed(tree), tree.consistency_proof))
        checked = tlog.verify_checkpoint(tlog.parse_note(note), log, expected_origin=name, policy=policy)
        print("cosigned", size, checked.ok)
    for size in (21, 30):
        fork = tlog.MerkleTree(b"other %d" % n for n in range(size))
        try:
            client.submit(signed(fork), fork.consistency_proof, old_size=21)
        except WitnessRejected as error:
            print("refused", error.status)
with WitnessClient(url, vkey) as forgetful:
    forgetful.submit(signed(tree), tree.consistency_proof, old_size=2)
    print("told the size")
"""


def foreign_python() -> str:
    """The interpreter that has both packages; a test that asks for it is skipped where there is none."""
    script = shutil.which("aics-witness")
    beside = [Path(script).parent / "python"] if script else []
    for python in (os.environ.get("SERAH_AICS_PYTHON"), *map(str, beside), str(_MADE)):
        if python and shutil.which(python) and _has_both(python):
            return python
    pytest.skip(f"needs aics-witness: python3.13 -m venv {_MADE.parents[1]} && {_MADE.parent}/pip install aics-witness")


def _has_both(python: str) -> bool:
    words = [python, "-c", "import aics_tlog, aics_witness.feeder"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@contextmanager
def foreign_witness(folder: Path, logs: dict[str, str], name: str = "foreign.example/w") -> Iterator[NamedWitness]:
    """An aics-witness that runs and knows these logs: the verifier key of each by its name."""
    python, port = foreign_python(), free_port()
    config = str(folder / "witness.json")

    def run(*words: str) -> str:
        done = subprocess.run(
            [python, "-m", "aics_witness", *words, "--config", config], capture_output=True, check=True, text=True
        )
        return done.stdout.strip()

    key = run("init", "--name", name, "--listen", f"127.0.0.1:{port}")
    for log, vkey in logs.items():
        run("add-log", "--origin", log, "--vkey", vkey)
    words = [python, "-m", "aics_witness", "serve", "--config", config]
    serving = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield NamedWitness("foreign", key, f"http://127.0.0.1:{port}")
    finally:
        serving.terminate()
        serving.wait(timeout=20)


def feed(url: str, vkey: str, log: str) -> list[str]:
    """What a foreign log says that sends its heads to a witness: those it grows to, then two of another history, then
    one from a size that is not the witness's.
    """
    done = subprocess.run(
        [foreign_python(), "-c", _LOG, url, vkey, log], capture_output=True, check=False, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the foreign witness does not answer")
