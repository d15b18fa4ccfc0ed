"""Memeriksa paket pengamat. Hanya perlu Python 3.11 dan `cryptography`.

    python check.py --root "5944 28e1 ... 9a80" [--head BERKAS] [--item KODE] [--lang en]

1. Tiap berkas sesuai SHA256SUMS, tidak ada yang hilang, tidak ada yang ditambahkan: paket ini seperti saat meninggalkan
   pos.
2. Bundel: verify_standalone.py mencocokkan tiap catatan dengan tanda tangannya, dan log dengan sidik jari serta posisi
   log yang Anda bawa. Ambil sidik jari dari lembar kunci bertanda tangan saksi, bukan dari paket ini.

Kode keluar: 0 semua cocok, 1 ada yang salah, 2 salah pakai.

In English: checks an observers' pack; nothing but Python 3.11 and `cryptography` is needed. Part 1 holds each file to
SHA256SUMS, part 2 each record to its signature, and the logs to the fingerprint and the heads that you bring. Take the
fingerprint from the witnessed key sheet, not from this pack. Exit code: 0 all is right, 1 something is wrong, 2 wrong
use. `--lang en` tells all of it in English.
"""

import argparse
import importlib.util
import io
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

FOLDER = Path(__file__).resolve().parent
SUMS, BUNDLE, VERIFIER = "SHA256SUMS", "logs.serah", "verify_standalone.py"
ENGLISH = {
    "HILANG: {}": "MISSING: {}",
    "TIDAK TERDAFTAR: {}": "NOT LISTED: {}",
    "BERUBAH: {}": "CHANGED: {}",
    "{}: tidak dapat dibaca": "{}: cannot be read",
    "{}: bukan daftar sidik jari": "{}: is no list of digests",
    "1. Berkas: ADA YANG SALAH": "1. Files: WRONG",
    "1. Berkas: cocok": "1. Files: as they left the station",
    "2. Perlu: pip install cryptography": "2. Needs: pip install cryptography",
    "2. Catatan:": "2. Records:",
    "Salah pakai: {}": "Wrong use: {}",
}
"""What this file says, in English by the Indonesian."""
DETAILS = {
    "is no event of this format, byte for byte": "bukan catatan dalam bentuk ini, byte demi byte",
    "cannot be checked: the entry with the log's key does not come before it": "tidak dapat diperiksa: catatan "
    "dengan kunci log ini tidak ada sebelumnya",
    "is not signed by the log's key, or was changed after signing": "tidak ditandatangani dengan kunci log ini, "
    "atau diubah setelah ditandatangani",
    "to number {} are missing": "sampai nomor {0} tidak ada",
    "is there twice": "ada dua kali",
    "is not the one that number {} was written after": "bukan catatan yang mendahului nomor {0} ketika itu ditulis",
    "must be a genesis if it is the first, and no other may be one": "harus catatan pembuka (genesis) jika "
    "yang pertama, dan hanya yang pertama",
    "is not what number {} relies on": "bukan catatan yang diacu nomor {0}",
    "and on are missing: the list says {} entries": "dan seterusnya tidak ada: menurut daftar ada {0} catatan",
    "is not what the list of logs says": "tidak sama dengan daftar log",
    "names another station or place than the list of logs": "menyebut pos atau tempat lain dari daftar log",
    "and on are missing: its key signed a head of {} entries, which {} keeps": "dan seterusnya tidak ada: "
    "kuncinya menandatangani posisi log {0} catatan, yang disimpan {1}",
    "does not fit the head of {} entries that its key signed and {} keeps": "tidak cocok dengan posisi log {0} "
    "catatan yang ditandatangani kuncinya dan disimpan {1}",
    "a line is too long, or it unpacks to far too much": "ada baris yang terlalu panjang, atau isinya terlalu "
    "besar setelah dibuka",
    "it is cut": "berkasnya terpotong",
    "line 1 is not a list of logs": "baris 1 bukan daftar log",
    "line {} is no entry, or of a log too many": "baris {0} bukan catatan, atau lognya melebihi batas",
    "or this one names what never was": "atau log ini menyebut yang tidak pernah ada",
    "relies on another number {} of {} than is here: that was written anew, {}": "mengacu nomor {0} dari {1} "
    "yang lain dari yang ada di sini: nomor itu ditulis ulang, {2}",
    "relies on number {} of {}, which ends at {} here: that was cut, {}": "mengacu nomor {0} dari {1}, yang di "
    "sini berakhir pada {2}: log itu dipotong, {3}",
    "no log here is signed by the key {}: nobody vouches for any of them": "tidak ada log di sini yang "
    "ditandatangani kunci {0}: tidak ada yang menjaminnya",
    "does not count, by the root's word": "tidak diperhitungkan, menurut pos induk",
    "counts below {} alone: look at what it withdraws": "hanya berlaku di bawah {0}: periksa apa yang ditariknya",
    "what should be a log's signed head is none, or of another log": "yang seharusnya posisi log bertanda "
    "tangan bukan posisi log, atau milik log lain",
    "keeps a head of {} that its key has not signed": "menyimpan posisi log {0} yang tidak ditandatangani kuncinya",
    "more logs contradict each other": "masih ada log lain yang saling bertentangan",
    "more absent logs are named than are followed: {} names some from its "
    "number {} on": "log yang disebut dan tidak ada melebihi batas: {0} menyebutnya mulai nomor {1}",
    "and on are not here: {} names number {} of this log, and no entry of it is here": "dan seterusnya tidak "
    "ada di sini: {0} menyebut nomor {1} dari log ini, dan tidak satu pun catatannya ada",
    "and on are witnessed by nobody: cutting them off would not be noticed": "dan seterusnya belum ada "
    "salinannya di pos lain: jika dihapus, tidak terlihat",
    "this is no whole bundle: {}": "ini bukan bundel yang utuh: {0}",
    "--root takes the 64 hex digits of a fingerprint, --head a file with just a signed head": "--root perlu 64 "
    "angka heksadesimal sidik jari, --head perlu berkas yang hanya berisi posisi log",
}
"""What the verifier says of a finding, in Indonesian. A test holds this to every message of the verifier."""
LABELS = {
    "log": "log",
    "station": "pos",
    "place": "tempat",
    "key": "kunci",
    "size": "jumlah catatan",
    "witnesses": "pemegang salinan",
    "head": "sidik jari terakhir",
    "root": "hash akar",
    "witnessed_to": "ada salinannya sampai",
    "code": "temuan",
    "seq": "nomor",
    "detail": "keterangan",
    "between": "antarlog",
    "type": "jenis",
    "at": "dicatat",
    "by": "oleh",
    "from": "dari",
    "to": "ke",
    "refused": "ditolak",
    "held_by": "ada di",
    "print": "cetakan",
    "reason": "alasan",
    "second": "orang kedua",
    "action": "tindakan",
    "parent": "wadah",
    "condition": "kondisi",
    "result": "hasil",
    "serials": "nomor segel",
    "target": "yang diralat",
    "accuses": "menyangkut",
}
"""The keys of what the verifier tells, in Indonesian. Their values stand as they were recorded, quoted."""
ACCUSED = {"file": "yang memegang berkas ini, bukan log itu", "log": "log itu"}
"""Whom a finding accuses."""
OWN_HEAD = "posisi log Anda"
"""For `head`, by which the verifier names the auditor's own among the logs that keep one."""
_DAMAGED = "berkasnya rusak"
"""For what the library says that unpacks the bundle, whose words are English."""


class Parser(argparse.ArgumentParser):
    """Its own texts are English alone, so what is wrong is told with the help that stands above."""

    def format_help(self) -> str:
        return str(__doc__)

    def error(self, message: str) -> NoReturn:
        words = " ".join(sys.argv[1:])
        print(f"Perintah ini tidak dipahami / not understood: {words!a}", __doc__, sep="\n", file=sys.stderr)
        raise SystemExit(2)


def in_indonesian(detail: str) -> str:
    """What the verifier says, in Indonesian; the names and numbers in it stay, what nobody has translated is damage."""
    for english, indonesian in DETAILS.items():
        pattern = "(.+?)".join(map(re.escape, english.split("{}")))
        if match := re.fullmatch(pattern, detail, re.DOTALL):
            inner = [DETAILS.get(text, OWN_HEAD if text == "head" else text) for text in match.groups()]
            if english.startswith("this is no whole bundle"):
                inner = [in_indonesian(match[1])]
            return indonesian.format(*inner)
    return _DAMAGED


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def wrong_files() -> list[tuple[str, str]]:
    """What differs from SHA256SUMS: how, and the file."""
    lines = (FOLDER / SUMS).read_text("utf-8").splitlines()
    listed = {name: said for said, name in (line.split("  ", 1) for line in lines)}
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    there = {name for name in there if name != SUMS and "__pycache__" not in name}
    found = [("HILANG: {}", name) for name in sorted(listed.keys() - there)]
    found += [("TIDAK TERDAFTAR: {}", name) for name in sorted(there - listed.keys())]
    names = sorted(listed.keys() & there)
    return found + [("BERUBAH: {}", name) for name in names if digest(FOLDER / name) != listed[name]]


def verified(asked: list[str]) -> tuple[int, Any, dict[str, str], str]:
    """The verifier's exit code, its report, its verdicts in Indonesian by the English, and its complaint.

    The report is None where it complains of how it is used.
    """
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("verify_standalone", FOLDER / VERIFIER)
    assert spec is not None and spec.loader is not None
    verifier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verifier)
    verdicts = dict(line.split("|") for line in verifier.VERDICTS)
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as complaint:
        try:
            code = int(verifier.main([*asked, "--json"]))
        except SystemExit:
            return 2, None, verdicts, complaint.getvalue().strip().rpartition(" error: ")[2]
    return code, json.loads(out.getvalue()), verdicts, ""


def report_lines(report: Any, verdicts: dict[str, str], is_english: bool) -> list[str]:
    """The report as lines: each log, what was asked of an item, each finding, then the verdict."""
    lines = []
    for row in report["logs"] + report["events"] + report["findings"]:
        if not is_english and "detail" in row:
            row |= {"detail": in_indonesian(row["detail"]), "log": OWN_HEAD if row["log"] == "head" else row["log"]}
            row |= {"accuses": ACCUSED.get(row["accuses"])}
        told = {key: value for key, value in row.items() if value not in (None, "", [], {})}
        lines.append(
            ", ".join(f"{key if is_english else LABELS.get(key, key)} {_quoted(told[key], is_english)}" for key in told)
        )
    return [*lines, report["verdict"] if is_english else f"Ringkasan: {verdicts[report['verdict']]}"]


def _quoted(value: Any, is_english: bool) -> str:
    """A value as JSON, which cannot speak to the terminal."""
    return ("true" if is_english else "ya") if value is True else json.dumps(value)


def main(words: list[str] | None = None) -> int:
    """Check the pack that this file lies in; the exit code."""
    parser = Parser()
    parser.add_argument("--root", default="")
    parser.add_argument("--head", action="append", default=[])
    parser.add_argument("--item", default="")
    parser.add_argument("--lang", choices=["id", "en"], default="id")
    given = parser.parse_args(words)
    is_english = given.lang == "en"

    def say(text: str, *blanks: str) -> None:
        print((ENGLISH[text] if is_english else text).format(*blanks))

    try:
        wrong = wrong_files()
        for text, name in wrong:
            say(text, name)
        print(f"{SUMS}: {digest(FOLDER / SUMS)}")
    except (OSError, ValueError) as error:
        say(
            "{}: tidak dapat dibaca" if isinstance(error, OSError) else "{}: bukan daftar sidik jari",
            str(getattr(error, "filename", None) or SUMS),
        )
        return 1
    say("1. Berkas: ADA YANG SALAH" if wrong else "1. Berkas: cocok")
    if any(name == VERIFIER or (text, name) == ("HILANG: {}", BUNDLE) for text, name in wrong):
        return 1  # a changed verifier would say whatever its author wants
    if importlib.util.find_spec("cryptography") is None:
        say("2. Perlu: pip install cryptography")
        return 2
    for head in given.head:
        if not Path(head).is_file():
            say("{}: tidak dapat dibaca", head)
            return 2
    root = re.sub(r"\s", "", given.root)
    asked = [str(FOLDER / BUNDLE), *(["--root", root] if root else []), *(f"--head={head}" for head in given.head)]
    code, report, verdicts, complaint = verified([*asked, *([f"--item={given.item}"] if given.item else [])])
    if report is None:
        say("Salah pakai: {}", complaint if is_english else in_indonesian(complaint))
        return 2
    say("2. Catatan:")
    print(*report_lines(report, verdicts, is_english), sep="\n")
    return code or int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
