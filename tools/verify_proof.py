#!/usr/bin/env python3
"""Check a Serah proof file without Serah: a second verifier, after docs/ledger-format.md §11.

It reads what `custody --proof FILE` writes, and the attachment `custody.proof` of a custody report (PDF). It needs
`verify_standalone.py` beside it, Python 3.11 and `cryptography`, and shares no line with the program. Exit codes: 0
nothing wrong found, 1 evidence wrong, 2 wrong use.
"""

import argparse
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from verify_standalone import (
    ACCUSED,
    BASE64,
    LEAF,
    MAX_BODY,
    NOTE,
    TELL,
    TYPES,
    WRONG,
    Body,
    Log,
    is_head_signed,
    is_signed,
    read_json,
    whose_word_counts,
)

MAX_FILE, MAX_PROOF, MAX_PROOFS = 32 * 1024**2, 4 * MAX_BODY, 10_000
has_signed = cache(is_head_signed)  # each proof of a file brings the head of its log again
FIRST_LINE = "c2sp.org/tlog-proof@v1\n"
FILE = re.compile(rf"serah-custody-proof/v1\n((?:[0-9A-Z]{{13}}\n){{1,1000}})\n({re.escape(FIRST_LINE)}(?s:.*))")
PROOF = re.compile(
    rf"{re.escape(FIRST_LINE)}extra ({BASE64})\nindex (0|[1-9][0-9]{{0,15}})\n((?:(?=.{{44}}\n){BASE64}\n){{0,63}})\n"
    rf"(?P<head>(?s:.+))"
)
VERDICTS = """the evidence is wrong: see the findings|bukti ini salah: lihat temuan di atas
self-consistent only: give --root or --head|hanya cocok satu sama lain: tambahkan --root atau --head
each record here is in its log up to these heads; whether others were left out, only whole logs show|\
setiap catatan di sini terbukti ada dalam lognya sampai posisi log ini; hanya pemeriksaan log secara utuh yang \
memastikan tidak ada yang dilewatkan""".splitlines()


WORDS = dict(
    line.split("|")
    for line in """proof {} of the file is none|bagian {} dari berkas ini bukan bukti
cannot be checked: the entry with the log's key is not here|tidak dapat diperiksa: catatan dengan kunci log tidak ada
the head of its proof is not signed by the log's key|posisi log dalam buktinya tidak ditandatangani kunci log
its proof does not lead to the head|buktinya tidak mengarah ke posisi log
is no event of this format, or another one than its proof says|bukan catatan dalam bentuk ini, atau bukan yang disebut \
buktinya
is not signed by the log's key|tidak ditandatangani dengan kunci log
its proofs lead to different heads|buktinya mengarah ke posisi log yang berbeda
is there twice|ada dua kali
no record here registers {}|tidak ada catatan di sini yang mendaftarkan {}
relies on a record of {} that is not here|mengacu catatan tentang {} yang tidak ada di sini
was not written after the one before it that is here|tidak ditulis setelah catatan sebelumnya yang ada di sini
no log here is signed by the key {}: nobody vouches for any of them|tidak ada log di sini yang ditandatangani kunci \
{}: tidak ada yang menjaminnya
does not count|tidak diperhitungkan
a head was given, and nothing of that log is here|posisi log diberikan, dan tidak ada apa pun dari log itu di sini
what was given as a head is not one that the log's key signed|yang diberikan tidak ditandatangani kunci log itu
its key signed a head that does not fit the one of these proofs|kuncinya menandatangani posisi log yang tidak cocok \
dengan bukti ini
the head given is of {} entries, that of the proofs of another size|posisi log yang diberikan memuat {} catatan, yang \
pada bukti lain jumlahnya
this is no proof file, or it was changed|ini bukan berkas bukti, atau sudah diubah""".splitlines()
)
"""What is said of findings, in Indonesian by the English."""


class Audit:
    """What a proof file shows: the events that are proven, the head of each log, and what is wrong."""

    def __init__(self) -> None:
        self.findings = list[Body]()
        self.events, self.keys, self.heads = dict[bytes, Body](), dict[str, bytes](), dict[str, tuple[int, bytes]]()
        self.witnessed = set[str]()

    def find(self, code: str, log: str, seq: int | None, text: str, *values: object) -> None:
        """Note a finding, in English (`detail`) and Indonesian (`keterangan`)."""
        is_named = log.rpartition("/")[2][:-6] == sha256(self.keys.get(log, b"")).hexdigest()[:10]  # §4
        accuses = ACCUSED.get(code) if is_named else ACCUSED.get(code) and "file"
        code = code.replace("ALTERED", "TAMPERED")
        told = {"detail": text.format(*values), "keterangan": WORDS[text].format(*values), "accuses": accuses}
        self.findings.append({"code": code, "log": log, "seq": seq, **told})

    def take(self, texts: Sequence[str]) -> None:
        """Take the proofs: each log's key from its first entry, then every step from the head to the event (§11)."""
        parsed = [match for number, text in enumerate(texts, 1) if (match := self._parsed(text, number))]
        for match in parsed:
            body = read_json(b64decode(match[1]).partition(b"\n")[0], "genesis")
            if match[2] == "0" and body and LEAF.fullmatch(body["public_key"]):
                self.keys[body["log"]] = bytes.fromhex(body["public_key"])
        for match in parsed:
            self._prove(match)

    def _parsed(self, text: str, number: int) -> re.Match[str] | None:
        match = PROOF.fullmatch(text) if len(text) <= MAX_PROOF else None
        if match and read_head(match["head"]):
            return match
        self.find("ALTERED", "", None, "proof {} of the file is none", number)
        return None

    def _prove(self, match: re.Match[str]) -> None:
        entry, index = b64decode(match[1]), int(match[2])
        head = read_head(match["head"])
        assert head is not None  # _parsed has seen to it
        name, size, root = head[2], int(head[3]), b64decode(head[4])
        raw, _, signatures = entry.partition(b"\n")
        body, leaf, path = (
            read_json(raw, *TYPES),
            sha256(b"\x00" + entry).digest(),
            list(map(b64decode, match[3].split())),
        )
        if (key := self.keys.get(name)) is None:
            self.find("INCOMPLETE", name, index + 1, "cannot be checked: the entry with the log's key is not here")
        elif not has_signed(head, key):
            self.find("ALTERED", name, index + 1, "the head of its proof is not signed by the log's key")
        elif not leads_to(leaf, index, size, path, root):
            self.find("ALTERED", name, index + 1, "its proof does not lead to the head")
        elif not body or len(raw) > MAX_BODY or (body["log"], body["seq"]) != (name, index + 1):
            self.find("ALTERED", name, index + 1, "is no event of this format, or another one than its proof says")
        elif not is_entry_signed(raw, signatures, key):
            self.find("ALTERED", name, index + 1, "is not signed by the log's key")
        else:
            if self.heads.setdefault(name, (size, root)) != (size, root):
                self.find("ALTERED", name, None, "its proofs lead to different heads")
            if leaf in self.events:
                self.find("ALTERED", name, index + 1, "is there twice")
            self.events[leaf] = body

    def look_for_what_is_missing(self, codes: dict[str, None]) -> None:
        """Items without registration, records that others rely on, and links that do not fit (§11)."""
        here = {leaf.hex() for leaf in self.events}
        known = set[str]().union(*map(registered, self.events.values()))
        for code in codes:
            if code not in known:
                self.find("INCOMPLETE", "", None, "no record here registers {}", code)
        for body in self.events.values():
            for code, leaf in relied_on(body):
                if code in codes and leaf not in here:
                    text = "relies on a record of {} that is not here"
                    self.find("INCOMPLETE", body["log"], body["seq"], text, code)
        leaves = {(body["log"], body["seq"]): leaf.hex() for leaf, body in self.events.items()}
        for body in self.events.values():
            if leaves.get((body["log"], body["seq"] - 1), body["prev"]) != body["prev"]:
                self.find("TAMPERED", body["log"], body["seq"], "was not written after the one before it that is here")

    def hold_to_root(self, root: str) -> None:
        """Whose word counts (§7), of the logs that are here."""
        logs = {name: Log(name) for name in self.keys}
        for name, key in self.keys.items():
            logs[name].key = key
        for body in sorted(self.events.values(), key=lambda body: int(body["seq"])):
            log = logs[body["log"]]
            log.leaves = range(body["seq"])  # its length alone is asked for, and may be any number
            log.genesis = body if body["type"] == "genesis" else log.genesis
            log.said += [body] if body["type"] in ("admit", "revoke", "join") else []
            if log.apart is None and body["type"] in ("admit", "plan"):
                log.apart = all(ref["log"] == log.name for ref in body["refs"])
        ends, _limits = whose_word_counts(logs, root)
        if not ends:
            text = "no log here is signed by the key {}: nobody vouches for any of them"
            self.find("INCOMPLETE", "", None, text, root)
        for name, log in logs.items():
            if ends.get(name, -1) < len(log.leaves):
                self.find("UNKNOWN_STATION", name, ends[name] + 1 if name in ends else None, "does not count")

    def hold_to_head(self, note: str) -> None:
        """A head that somebody kept. One of another size says nothing: only the whole log does."""
        match = read_head(note)
        name = match[2] if match else ""
        if match and name not in self.heads:
            self.find("UNWITNESSED", name, None, "a head was given, and nothing of that log is here")
        elif not match or not is_head_signed(match, self.keys[name]):
            self.find("ALTERED", name, None, "what was given as a head is not one that the log's key signed")
        elif (head := (int(match[3]), b64decode(match[4]))) == self.heads[name]:
            self.witnessed.add(name)
        elif head[0] == self.heads[name][0]:
            self.find("FORK", name, None, "its key signed a head that does not fit the one of these proofs")
        else:
            text = "the head given is of {} entries, that of the proofs of another size"
            self.find("UNWITNESSED", name, None, text, head[0])


def read_head(note: str) -> re.Match[str] | None:
    """The parts of a log's signed head (§8); None of any other text."""
    match = re.fullmatch(NOTE, note)
    return match if match and int(match[3]) < 2**53 else None


def is_entry_signed(raw: bytes, signatures: bytes, key: bytes) -> bool:
    """Whether an entry bears the one signature line of its station's key, which holds (§2)."""
    line = re.fullmatch(rf"station {sha256(key).hexdigest()[:16]} ({BASE64})\n", signatures.decode("latin-1"))
    return bool(line and is_signed(key, line[1], b"serah-event/v1\n" + raw))


def leads_to(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf to the root of a tree of that size (RFC 9162 §2.1.3.2)."""
    first, last, node = index, size - 1, leaf
    if index >= size:
        return False
    for other in path:
        if last == 0:
            return False
        if first % 2 or first == last:
            node = sha256(b"\x01" + other + node).digest()
            while first % 2 == 0 and first:
                first, last = first // 2, last // 2
        else:
            node = sha256(b"\x01" + node + other).digest()
        first, last = first // 2, last // 2
    return last == 0 and node == root


def registered(body: Body) -> set[str]:
    """The codes of the items that an event registers."""
    return {row["code"] for row in body["items"]} if body["type"] == "register" else set()


def relied_on(body: Body) -> Iterator[tuple[str, str]]:
    """Each item with the leaf of the record that an event's station knew of it, if it named one (§5, `after`)."""
    for row in (*body.get("items", ()), *body.get("refused", ()), body.get("item")):
        if isinstance(row, dict) and (after := row.get("after")) is not None:
            yield from ((row["code"], ref["leaf"]) for ref in body["refs"][after : after + 1])


def main(words: list[str] | None = None) -> int:
    """Check one proof file; the exit code."""
    parser = argparse.ArgumentParser(description="Check a Serah proof file without Serah.")
    parser.add_argument("proof", type=Path)
    parser.add_argument("--root", default="", metavar="FINGERPRINT", help="of the root's key, from the witnessed sheet")
    parser.add_argument("--head", action="append", default=[], metavar="FILE", type=Path, help="a head that was kept")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(words)
    if find_spec("cryptography") is None:
        parser.error("it needs cryptography; run (jalankan): pip install cryptography")
    root, audit = re.sub(r"\s", "", args.root).lower(), Audit()
    if root and not LEAF.fullmatch(root):
        parser.error("--root takes the 64 hex digits of a fingerprint")
    try:
        with args.proof.open("rb") as opened:
            data = opened.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            parser.error("the file is larger than a proof can be")
        file = FILE.fullmatch(data.decode("utf-8", "replace"))
        heads = [head.read_bytes().decode("utf-8-sig", "replace") for head in args.head]
        if not all(read_head(head) and "\ufffd" not in head for head in heads):
            parser.error("--head takes a file with a log's signed head and no more")
    except OSError as error:
        parser.error(str(error))
    if file is None or file[2].count(FIRST_LINE) > MAX_PROOFS:
        audit.find("ALTERED", "", None, "this is no proof file, or it was changed")
    else:
        audit.take([FIRST_LINE + text for text in re.split(rf"(?m)^{re.escape(FIRST_LINE)}", file[2])[1:]])
        audit.look_for_what_is_missing(dict.fromkeys(file[1].split()))
        if root:
            audit.hold_to_root(root)
        for head in heads:
            audit.hold_to_head(head)
    is_wrong = any(finding["code"] in WRONG for finding in audit.findings)
    verdict, summary = VERDICTS[0 if is_wrong else 2 if root or audit.witnessed else 1].split("|")
    events = [{key: body[key] for key in body if key in TELL.split()} for body in audit.events.values()]
    if args.json:
        logs = [
            {"log": log, "key": sha256(audit.keys[log]).hexdigest(), "size": size, "root": top.hex()}
            for log, (size, top) in sorted(audit.heads.items())
        ]
        report = {"ok": not is_wrong, "verdict": verdict, "logs": logs, "findings": audit.findings, "events": events}
        print(json.dumps(report))
        return int(is_wrong)
    for row in events + audit.findings:  # quoted for a terminal
        print(", ".join(f"{key} {json.dumps(value)}" for key, value in row.items() if value not in (None, "", [], {})))
    print(verdict, f"Ringkasan: {summary}", sep="\n")
    return int(is_wrong)


if __name__ == "__main__":
    raise SystemExit(main())
