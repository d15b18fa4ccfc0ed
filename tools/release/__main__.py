"""Makes a release: `make release`, `release-windows` and `release-audit` run this; docs/releasing.md says how."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.release import enclosed, packages
from tools.release.parts import CACHE, ROOT, WINDOWS, ReleaseError, Source, git, linux, program, source

LOCK = "requirements.lock"


def main() -> int:
    """Run what the command line asks for; 0 done, 1 a release must not be made, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description="Makes the packages of a release.")
    parser.add_argument("what", choices=("all", "windows", "audit"))
    parser.add_argument("--python-zip", type=Path, help="python.org's embeddable Python for Windows x86-64")
    parser.add_argument("--python-sha256", default="", help="its SHA-256 as python.org shows it")
    parser.add_argument("--key", type=Path, help="the Ed25519 release key (PEM); without it nothing is signed")
    parser.add_argument("--out", type=Path, default=CACHE / "out")
    options = parser.parse_args()
    if options.what == "windows" and not options.python_zip:
        parser.error(
            "make release-windows PYTHON_ZIP=... PYTHON_SHA256=...: the zip and its digest are from python.org"
        )
    try:
        if options.what == "audit":
            enclosed.audit([ROOT / LOCK, ROOT / "requirements-hub.lock"])
            return 0
        release(options)
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"release: {error}", file=sys.stderr)
        return 3
    return 0


def release(options: argparse.Namespace) -> None:
    """Build twice, hold both against each other, list, sign, and check as a user does.

    Raises:
        ReleaseError: the two differ, or something is not as a release must be.
    """
    made = source()
    key = None
    if options.key:
        key = enclosed.release_key(options.key, os.environ.get("RELEASE_PASSPHRASE", "").encode() or None)
        if not made.is_dated or git(ROOT, "status", "--porcelain"):
            raise ReleaseError(
                "sign only what is committed, with the day of release in CHANGELOG.md: ## [0.9.0], 1 December 2026"
            )
    first, second = options.out, options.out.with_name(options.out.name + "-again")
    for folder in (first, second):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in build(folder, made, options):
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", flush=True)
    texts = [enclosed.sums(made, folder.iterdir()) for folder in (first, second)]
    if texts[0] != texts[1]:
        raise ReleaseError(f"two builds differ: compare {first} and {second}")
    shutil.rmtree(second)
    if key is None:
        (first / enclosed.SUMS).write_text(texts[0], "utf-8", newline="\n")
        print(f"Built twice, the same bytes: {first}. Not signed: give RELEASE_KEY for a release.")
        return
    (first / enclosed.SUMS).write_text(enclosed.signed(texts[0], key), "utf-8", newline="\n")
    public = first.with_name("release-key.pem")
    public.write_bytes(enclosed.public_pem(key))
    if subprocess.call([sys.executable, ROOT / "tools" / "verify_release.py", first, "--key", public]):
        raise ReleaseError("the checker refuses what was just made")


def build(folder: Path, made: Source, options: argparse.Namespace) -> Iterator[Path]:
    """Write the packages and what goes with them into a folder; each as it is done."""
    lock, rows, files, targets = program(made.commit)[LOCK].data.decode(), [], {}, {}
    if options.what == "all":
        targets["linux-x86_64"] = linux(packages.DEBIAN_PYTHON)
        yield packages.linux_tar(folder, made)
        yield packages.debian(folder, made)
    if options.python_zip:
        targets["windows-x64"] = WINDOWS
        yield packages.windows_zip(folder, made, options.python_zip, options.python_sha256)
        files["python/LICENSE.txt"] = packages.embedded(options.python_zip, options.python_sha256)["LICENSE.txt"]
    for name, target in targets.items():
        bom, more, held = enclosed.parts(made, target, lock, options.python_zip if target is WINDOWS else None)
        rows, files = rows + more, files | held
        yield written(folder / f"serah-{made.version}-{name}.cdx.json", bom)
    yield written(folder / "LICENCES.txt", enclosed.licences(rows, files))
    yield written(folder / "RELEASE-NOTES.md", enclosed.notes(made, options.python_zip))
    yield written(folder / "verify_release.py", (ROOT / "tools" / "verify_release.py").read_text("utf-8"))


def written(path: Path, text: str) -> Path:
    """The path, once the text is in it."""
    path.write_text(text, "utf-8", newline="\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
