"""The policy that says which witnesses a station asks and trusts: its file, and the logs that one may name."""

from pathlib import Path

from custody.errors import unreadable
from db.store import Store
from evidence.note import VerifierKey
from evidence.policy import MAX_BYTES, Policy, policy_text, read_policy
from services.exchange.witness_desk import Logs
from tables.output.safe_file import safe_file

POLICY_FILE = "policy.txt"
"""In the station's folder."""


def policy_in(path: Path) -> Policy:
    """The policy in a file.

    Raises:
        InputError: it cannot be read, or is none.
    """
    return read_policy(_read(path))


def kept_policy(home: Path) -> Policy | None:
    """The policy that this station keeps; None where it keeps none.

    Raises:
        InputError: somebody has damaged it.
    """
    path = home / POLICY_FILE
    return policy_in(path) if path.is_file() else None


def keep_policy(home: Path, path: Path) -> Policy:
    """Keep the policy in a file as this station's, from now on.

    Raises:
        InputError: it cannot be read, or is none.
        StoreError: it cannot be kept.
    """
    data = _read(path)
    policy = read_policy(data)
    with safe_file(home / POLICY_FILE, is_own=True) as file:
        file.write(data)
    return policy


def logs_in(path: Path) -> Logs:
    """The logs that a policy file names, for a witness that accepts them.

    Raises:
        InputError: it cannot be read, or is none.
    """
    found: dict[str, list[bytes]] = {}
    for key in policy_in(path).logs:
        found.setdefault(key.name, []).append(key.public_key)
    return found


def logs_of(store: Store) -> Logs:
    """The logs that count here and are not revoked, for a witness that accepts them."""
    trusted = store.state.stations.now()
    keys = store.ledger.keys().items()
    return {log: [key] for log, key in keys if trusted.counts(log) and trusted.last_good(log) is None}


def save_logs(store: Store, out: Path) -> int:
    """Write the keys of the logs that count here as the beginning of a policy; returns how many.

    Raises:
        InputError, StoreError: it cannot be written.
    """
    about = {head["log"]: f"{head['station']}, {head['place']}" for head in store.ledger.heads()}
    found = [(VerifierKey(log, key), about.get(log, "")) for log, [key] in sorted(logs_of(store).items())]
    with safe_file(out, read_back=True) as file:
        file.write(policy_text(found).encode())
    return len(found)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
