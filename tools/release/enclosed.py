"""What goes with the packages of a release: notes, list of parts (SBOM), licences, known faults, the signed list."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from packaging.utils import canonicalize_name

from evidence.checkpoint import sign_note
from tools.release.parts import (
    CACHE,
    ROOT,
    Files,
    Pin,
    ReleaseError,
    Source,
    Target,
    lay,
    pins,
    requirement,
    unpacked,
    wheels,
)

KEY_NAME = "serah-release"
SUMS = "SHA256SUMS"
HEADING = "Serah {version}"
"""The first line of the signed list, so that no list of one version passes as that of another."""

_LICENCE = re.compile(
    r"\.dist-info/licenses/|(^|/)[^/]*(licen[cs]e|copying|notice)[^/.]*(\.(txt|md|rst))?$", re.IGNORECASE
)
_RULE = "-" * 78


def tools_python() -> Path:
    """The Python of an environment with what `requirements-release.lock` names; it is made where it is not there.

    Raises:
        ReleaseError: something cannot be installed.
    """
    lock = ROOT / "requirements-release.lock"
    folder, digest = CACHE / "tools", sha256(lock.read_bytes()).hexdigest()
    python, stamp = folder / "bin" / "python", folder / "made-from"
    if not stamp.is_file() or stamp.read_text("utf-8") != digest:
        import venv  # which an embedded Python lacks

        venv.create(folder, clear=True, with_pip=True, symlinks=True)
        if subprocess.call([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock]):
            raise ReleaseError("pip could not install the tools of a release: see the lines above")
        stamp.write_text(digest, "utf-8")
    return python


def run(python: Path, *arguments: str) -> str:
    """What a tool prints.

    Raises:
        ReleaseError: it fails.
    """
    ran = subprocess.run([python, "-m", *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise ReleaseError(f"{arguments[0]}: {ran.stderr.strip() or ran.stdout.strip()}")
    return ran.stdout


# --- What is in a package ---------------------------------------------------------------------------------------------


def parts(
    made: Source, target: Target, lock: str, python_zip: Path | None = None
) -> tuple[str, list[dict[str, str]], Files]:
    """The packages that are shipped for a target, as CycloneDX (JSON); their licences by pip-licenses; and their files.

    Args:
        python_zip: the Python that is shipped with them.

    Raises:
        ReleaseError: a tool fails.
    """
    python = tools_python()
    held = wheels(target, lock)
    files = unpacked(held.values())
    with tempfile.TemporaryDirectory() as scratch:
        shown = Path(scratch) / "shown"  # an environment of which the tools read no more than the metadata
        import venv

        venv.create(shown, with_pip=False, symlinks=True)
        (site,) = shown.glob("lib/python*/site-packages")
        lay(site, {name: file for name, file in files.items() if ".dist-info/" in name}, made.epoch)
        about = Path(scratch) / "pyproject.toml"
        about.write_text(
            f'[project]\nname = "serah"\nversion = "{made.version}"\nlicense = {{text = "MIT"}}\n', "utf-8"
        )
        seen = str(shown / "bin" / "python")
        options = ("--output-reproducible", "--pyproject", str(about), "--of", "JSON", "-o", "-")
        bom = json.loads(run(python, "cyclonedx_py", "environment", *options, seen))
        rows = json.loads(run(python, "piplicenses", "--python", seen, "--from", "mixed", "--format", "json"))
    for part in bom["components"]:
        wheel = held[canonicalize_name(part["name"])]
        part["hashes"] = [{"alg": "SHA-256", "content": sha256(wheel.read_bytes()).hexdigest()}]
    if python_zip is not None:
        digest = {"alg": "SHA-256", "content": sha256(python_zip.read_bytes()).hexdigest()}
        bom["components"].append({"type": "platform", "name": "python", "version": target.python, "hashes": [digest]})
    return json.dumps(bom, indent=1, sort_keys=True) + "\n", rows, files


def licences(rows: Iterable[Mapping[str, str]], files: Files) -> str:
    """The licence of each package in a line, then each text of a licence among their files, once.

    Raises:
        ReleaseError: a package neither names its licence nor brings its text.
    """
    lines = []
    for row in sorted(rows, key=lambda row: row["Name"].lower()):
        told = row["License"]
        if told == "UNKNOWN":
            beside = f"{row['Name'].replace('-', '_')}-{row['Version']}.dist-info/".lower()
            if not any(name.lower().startswith(beside) and _LICENCE.search(name) for name in files):
                raise ReleaseError(f"no licence is known of {row['Name']} {row['Version']}: ask its authors")
            told = "see its text"
        lines.append(f"{row['Name']} {row['Version']}: {told}")
    texts: dict[str, list[str]] = {}
    for name, file in sorted(files.items()):
        if _LICENCE.search(name):
            texts.setdefault(file.data.decode("utf-8", "replace").strip(), []).append(name)
    parts = ["\n".join([_RULE, *names, _RULE, "", text, ""]) for text, names in texts.items()]
    return "\n".join([*dict.fromkeys(lines), "", *parts])


# --- Known faults -----------------------------------------------------------------------------------------------------


def audit(locks: Iterable[Path]) -> None:
    """Ask for known vulnerabilities of all that is pinned; needs a network.

    Raises:
        ReleaseError: there is one, or the tool did not ask about every package.
    """
    python = tools_python()
    for lock in locks:
        found = []
        for wanted in once_each(pins(lock.read_text("utf-8"), None)):
            with tempfile.TemporaryDirectory() as scratch:
                asked = Path(scratch) / lock.name
                asked.write_text("".join(requirement(pin) for pin in wanted), "utf-8")
                command = [python, "-m", "pip_audit", "--requirement", asked, "--disable-pip", "--require-hashes"]
                command += ["--format", "json", "--progress-spinner", "off"]
                ran = subprocess.run(command, capture_output=True, text=True, check=False)
            try:
                answer = json.loads(ran.stdout)
            except ValueError as error:
                raise ReleaseError(f"pip-audit did not answer: {ran.stderr.strip()}") from error
            found += troubles(answer, {pin.name for pin in wanted})
        if found:
            raise ReleaseError("\n  ".join([f"{lock.name}: do not release", *found]))


def once_each(wanted: Iterable[Pin]) -> list[list[Pin]]:
    """The pins in lists in each of which no package stands twice.

    A lock has several versions of a package, for several systems and Pythons. pip-audit leaves out what is for others
    than its own, and takes no file with two versions of one package.
    """
    lists: list[list[Pin]] = []
    for pin in wanted:
        free = next((one for one in lists if pin.name not in {each.name for each in one}), None)
        if free is None:
            lists.append(free := [])
        free.append(pin)
    return lists


def troubles(answer: Mapping[str, Any], wanted: Iterable[str]) -> list[str]:
    """What stands against a release in pip-audit's answer (JSON), a line each.

    It says "no known vulnerabilities" of packages that it skipped as well, so each must have been asked about.
    """
    found, asked = [], set()
    for row in answer["dependencies"]:
        name = canonicalize_name(row["name"])
        if "skip_reason" in row:
            found.append(f"{name} was skipped: {row['skip_reason']}")
        asked.add(name)
        for fault in row.get("vulns", ()):
            fixed = ", ".join(fault.get("fix_versions", ())) or "no version yet"
            found.append(f"{name} {row['version']} has {fault['id']}, fixed in {fixed}: run `make lock`")
    return found + [f"{name} was not asked about" for name in sorted(set(wanted) - asked)]


# --- Notes, and the signed list ---------------------------------------------------------------------------------------


def notes(made: Source, python_zip: Path | None) -> str:
    """What the release is, for whoever downloads it: changes, the commit, and what of it came from elsewhere."""
    told = [
        f"# Serah {made.version}",
        "",
        made.notes,
        "## How it was made",
        "",
        f"- Commit `{made.commit}`, SOURCE_DATE_EPOCH {made.epoch}.",
    ]
    if python_zip:
        digest = sha256(python_zip.read_bytes()).hexdigest()
        told.append(f"- Windows: `{python_zip.name}` from python.org, SHA-256 `{digest}`.")
    told.append("- Check it with `verify_release.py`; the key's fingerprint is in SECURITY.md.")
    return "\n".join(told) + "\n"


def sums(made: Source, paths: Iterable[Path]) -> str:
    """The list of a release's files: a heading, then SHA-256 and name of each, sorted."""
    lines = [
        f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(paths, key=lambda path: path.name)
    ]
    return HEADING.format(version=made.version) + "\n" + "".join(lines)


def signed(text: str, key: Ed25519PrivateKey) -> str:
    """The list as a signed note of the release key."""
    return sign_note(text, KEY_NAME, key.public_key().public_bytes_raw(), key.sign)


def release_key(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """The key in a PEM file, as `openssl genpkey -algorithm ed25519` writes it.

    Raises:
        ReleaseError: it cannot be read, is another kind of key, or the passphrase is missing or wrong.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}") from error
    except TypeError as error:
        raise ReleaseError(
            "the key has a passphrase: put it into RELEASE_PASSPHRASE; or it has none, and one was given"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ReleaseError(f"{path} holds no key, or the passphrase is another one") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseError(f"{path} is no Ed25519 key: make one with openssl genpkey -algorithm ed25519")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half, as users get it."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
