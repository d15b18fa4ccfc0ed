"""Memeriksa paket pengamat. Checks an observers' pack: nothing but Python 3.11 and `cryptography` is needed.

    python check.py --root "5944 28e1 ... 9a80" [--head HEAD.txt]

1. Each file is as SHA256SUMS says, none is missing, none was added: the pack is as it left the station.
2. The bundle: verify_standalone.py holds every record to its signature, and the logs to the fingerprint and the heads
   that you bring. Take the fingerprint from the witnessed key sheet, not from this pack.

Exit code: 0 all is right, 1 something is wrong, 2 wrong use.
"""

import argparse
import importlib.util
import re
import sys
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SUMS, BUNDLE, VERIFIER = "SHA256SUMS", "logs.serah", "verify_standalone.py"


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def wrong_files() -> list[str]:
    """What differs from SHA256SUMS, as lines in both languages."""
    lines = (FOLDER / SUMS).read_text("utf-8").splitlines()
    listed = {name: said for said, name in (line.split("  ", 1) for line in lines)}
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    there = {name for name in there if name != SUMS and "__pycache__" not in name}
    found = [f"HILANG / MISSING: {name}" for name in sorted(listed.keys() - there)]
    found += [f"TIDAK TERDAFTAR / NOT LISTED: {name}" for name in sorted(there - listed.keys())]
    names = sorted(listed.keys() & there)
    return found + [f"BERUBAH / CHANGED: {name}" for name in names if digest(FOLDER / name) != listed[name]]


def main(words: list[str] | None = None) -> int:
    """Check the pack that this file lies in; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--root", default="", metavar="FINGERPRINT", help="sidik jari dari lembar kunci / from the sheet"
    )
    parser.add_argument("--head", action="append", default=[], metavar="FILE", help="posisi log / a head that was kept")
    given = parser.parse_args(words)
    try:
        wrong = wrong_files()
        print(*wrong, sep="\n", end="\n" if wrong else "")
        print(f"{SUMS}: {digest(FOLDER / SUMS)}")
    except (OSError, ValueError) as error:
        print(f"{SUMS}: {error}")
        return 1
    print("1. Berkas: ADA YANG SALAH / Files: WRONG" if wrong else "1. Berkas: cocok / Files: as they left the station")
    if f"BERUBAH / CHANGED: {VERIFIER}" in wrong:  # it would say whatever its author wants
        return 1
    sys.dont_write_bytecode = True
    if importlib.util.find_spec("cryptography") is None:
        print("2. Perlu / needs: pip install cryptography")
        return 2
    spec = importlib.util.spec_from_file_location("verify_standalone", FOLDER / VERIFIER)
    assert spec is not None and spec.loader is not None
    verifier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verifier)
    root = re.sub(r"\s", "", given.root)
    asked = [str(FOLDER / BUNDLE), *(["--root", root] if root else []), *(f"--head={head}" for head in given.head)]
    print("2. Catatan / Records:")
    return int(verifier.main(asked)) or int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
