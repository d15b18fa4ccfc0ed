"""The policy that says which witnesses a station asks and trusts: its file, and the logs that one may name."""

from pathlib import Path

from db.store import Store
from evidence.checkpoint import VerifierKey
from evidence.policy import Policy, policy_text, read_policy
from services.exchange.trust_anchors import POLICY_FILE, policy_bytes, policy_in
from services.exchange.witness_desk import Logs
from tables.output.safe_file import safe_file


def keep_policy(home: Path, path: Path) -> Policy:
    """Keep the policy in a file as this station's, from now on.

    Raises:
        InputError: it cannot be read, or is none.
        StoreError: it cannot be kept.
    """
    data = policy_bytes(path)
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
