"""What is fuzzed: every reader of strangers' bytes, as a function of bytes that returns or fails.

A refusal (`CustodyError`) is no failure. Any other exception is, and so are two verifiers that disagree, and more time
or memory than the bound for so many bytes.
"""

import atexit
import gzip
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from custody.errors import CodeError, CustodyError, InputError, TamperError
from custody.format import compression
from custody.format.codes import parse_custodian, parse_entry, read_payload
from custody.format.encoding import leaf_digest, sign_body
from custody.format.events import read_body
from custody.format.paper_codes import Collector, Sheet, is_head, is_part, pack_sheet, parts, unpack_sheet
from db.log.paper_records import checked_sheet
from db.store import Store
from evidence.checkpoint import Checkpoint, claimed_checkpoint, make_checkpoint, read_checkpoint, read_seal, sign_note
from evidence.intake import check_bundle
from evidence.mirror_forms import read_head_request
from evidence.policy import read_policy
from scanner.decoding.file_codes import codes_in
from scanner.sources.frames import ignore
from scanner.sources.photo import clean_photo
from services.exchange.bundle import read_bundle
from services.exchange.evidence_files import audit_file
from services.exchange.trust_anchors import typed_head
from services.plan.loading import load_files
from tests.fuzz.logs import secret, written
from tests.support.bundle_examples import Evidence
from tests.support.ledger_examples import planned_station
from tests.support.portable import peak_bytes
from tests.support.two_verifiers import (
    by_the_program,
    by_the_tool,
    proof_by_the_program,
    proof_by_the_tool,
    proof_tool,
    standalone,
)

HERE, DATA = Path(__file__).parent, Path(__file__).parents[1] / "data"
LOG, KEY = "serah/pemilu/gudang/1", secret(1)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()


class FuzzError(AssertionError):
    """Two verifiers that disagree, something that does not come back as it was, or a bound that does not hold."""


@dataclass(frozen=True)
class Target:
    """A reader that is fuzzed.

    `cpu_s` and `memory_bytes` are what any input may take, child processes' time included; the others are added for
    each of its bytes. `is_guided`: coverage of Python code says anything of it. `seeds` gives what other tests keep, to
    begin with beside its corpus.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]] = list
    cpu_s: float = 1.0
    cpu_s_per_byte: float = 20e-6
    memory_bytes: int = 60_000_000
    memory_per_byte: int = 500
    is_guided: bool = True

    def run(self, data: bytes, slack: float = 1.0) -> None:
        """Let it read, and hold it to its bounds; `slack` is how many times slower it runs than the product does.

        Raises:
            FuzzError: it takes too much, or verifiers disagree.
            Exception: whatever else a reader lets through.
        """
        self._load(data)
        before, began_s = _memory(reset=True), _cpu_s()
        self.check(data)
        took_s, grown = _cpu_s() - began_s, _memory() - before
        if took_s > slack * (self.cpu_s + self.cpu_s_per_byte * len(data)):
            raise FuzzError(f"{took_s:.1f} s of the processor for {len(data)} bytes")
        if grown > self.memory_bytes + self.memory_per_byte * len(data):
            raise FuzzError(f"{grown:,} bytes of memory for {len(data)} bytes")

    def _load(self, data: bytes) -> None:
        """Let it load its libraries, which are no part of what an input takes: only Linux forgets what they took."""
        if sys.platform != "linux" and self.check not in _LOADED:
            _LOADED.add(self.check)
            with suppress(Exception):
                self.check(data)


_LOADED: set[Callable[[bytes], None]] = set()


def corpus(name: str) -> dict[str, bytes]:
    """What is kept of a target, by the names of the files."""
    return {file.name: file.read_bytes() for file in sorted((HERE / "corpus" / name).glob("*"))}


def _cpu_s() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _memory(*, reset: bool = False) -> int:
    """The bytes that this process holds, or the most that it held since the last reset; ever, outside of Linux."""
    if sys.platform != "linux":  # wine shows a /proc, whose "self" is another program
        return peak_bytes()
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5", "ascii")
        [row] = re.findall(r"(?m)^VmHWM:\s+([0-9]+) kB$", Path("/proc/self/status").read_text("ascii"))
    except (OSError, ValueError):
        return 0
    return int(row) * 1024


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="serah-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # a ledger in it is open, which Windows keeps
    return Path(folder)


_OPENED: list[object] = []
"""Kept until the process ends."""


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def witness(data: bytes) -> None:
    """What a witness is sent, which has one form; and a policy of witnesses, which all of them together meet."""
    with suppress(TamperError):
        assert read_head_request(data).to_bytes() == data
    with suppress(InputError):
        found = read_policy(data)
        assert found.is_met_by([witness.name for witness in found.witnesses])


def _text(data: bytes) -> str:
    """Bytes as text, what is none of it replaced."""
    return data.decode("utf-8", "replace")


# --- evidence ---------------------------------------------------------------------------------------------------------


def event(data: bytes) -> None:
    """The body of an event: the program and the second verifier take the same bytes for the same."""
    told = standalone.read_json(data, *standalone.TYPES) if len(data) <= standalone.MAX_BODY else None
    try:
        said = read_body(data)
    except TamperError:
        said = None
    _same(said, told)


def note(data: bytes) -> None:
    """A signed head: as text, or (behind `!`) as a text that our key signs."""
    text = _text(data)
    if text.startswith("!"):
        with suppress(CustodyError):
            text = sign_note(text[1:], LOG, PUBLIC_KEY, KEY.sign)
    match = standalone.re.fullmatch(standalone.NOTE, text)
    match = match if match and int(match[3]) < 2**53 else None
    theirs = Checkpoint(match[2], int(match[3]), standalone.b64decode(match[4])) if match else None
    try:
        ours = claimed_checkpoint(text)
    except TamperError:
        ours = None
    _same(ours, theirs)
    _same(proof_tool.read_head(text) is not None, ours is not None)
    try:
        is_signed = read_checkpoint(text, PUBLIC_KEY) == ours
    except TamperError:
        is_signed = False
    _same(is_signed, bool(match) and standalone.is_head_signed(match, PUBLIC_KEY))
    is_head(text)
    with suppress(TamperError):
        read_seal(text, LOG, PUBLIC_KEY)
    with suppress(InputError):
        claimed_checkpoint(typed_head(text))


def bundle(data: bytes) -> None:
    """A bundle, packed or as its lines: both verifiers, and what an import would take."""
    path = _file("logs.serah", data if data.startswith(b"\x1f\x8b") else gzip.compress(data, 1, mtime=0))
    _compare_bundle(path, Evidence([], [], []))


def _compare_bundle(path: Path, evidence: Evidence) -> None:
    program, tool = by_the_program(path, evidence), by_the_tool(path, evidence)
    _same(program.ok, tool.ok, program, tool)
    if program.ok:
        _same((program.facts, program.notes), (tool.facts, tool.notes))
    with suppress(CustodyError), read_bundle(path) as found:
        check_bundle(found.logs, found.entries, {})


def proof(data: bytes) -> None:
    """A proof file as it is."""
    with suppress(CustodyError):
        audit_file(_file("box.proof", data))
    _compare_proof(_text(data), None, [])


def _compare_proof(text: str, root: str | None, heads: Sequence[str]) -> None:
    ours = proof_by_the_program(text, root, heads)
    try:
        theirs = proof_by_the_tool(_folder(), text, root, heads)
    except SystemExit:  # what was brought as a head is none: wrong use
        theirs = (False, set[str]())
    _same(ours[0], theirs[0], ours, theirs)


def signed(data: bytes) -> None:
    """Whatever stations may sign (`tests.fuzz.logs`), as a bundle and as a proof file."""
    found = written(data)
    if found is not None:
        _compare_bundle(found.bundle.write(_folder() / "logs.serah"), found.bundle)
        _compare_proof(found.proof, found.bundle.root, found.bundle.heads)


def _same(ours: object, theirs: object, *told: object) -> None:
    if ours != theirs:
        raise FuzzError(f"the program says {ours!r}, the other verifier {theirs!r}", *told)


# --- papers and codes -------------------------------------------------------------------------------------------------


def paper(data: bytes) -> None:
    """A handover paper: as the texts of its codes, as what they join to, or (`{`) as a body that our key signs."""
    if data.startswith(b"{"):
        _signed_paper(data)
        return
    if is_part(_text(data)):
        collector = Collector()
        for line in _text(data).split("\n"):
            with suppress(CodeError):
                collector.take(line)
        again = Collector()
        for part in collector.open_parts:
            again.take(part)
        _same(again.half_read, collector.half_read)
        return
    if data.startswith(b"Z"):
        data = _deflated(data[1:])
    with suppress(CodeError):
        sheet = unpack_sheet(data)
        _same(unpack_sheet(pack_sheet(sheet)), sheet)
        with suppress(TamperError):
            checked_sheet(sheet)


def _deflated(data: bytes) -> bytes:
    """What a text with marks packs to, and the values behind the first zero byte."""
    skeleton, _, values = data.partition(b"\0")
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15, zdict=compression._DICTIONARY)
    return deflate.compress(skeleton) + deflate.flush() + values


def _signed_paper(body: bytes) -> None:
    log = re.search(rb'"log":"([^"\\\s+]+)","note"', body)
    try:
        body.decode("utf-8")
        name = log[1].decode() if log else LOG
        head = make_checkpoint(name, len(body), leaf_digest(body), PUBLIC_KEY, KEY.sign)
        sheet = Sheet(body, f"{sign_body(body, PUBLIC_KEY, KEY.sign)}\n", PUBLIC_KEY, head)
        packed = pack_sheet(sheet)
    except (UnicodeDecodeError, ValueError, CustodyError):  # a mark in it: no event has one
        return
    texts = parts(packed, min(max(len(packed) // 300, 1), 99))
    random.Random(len(body)).shuffle(texts)
    collector, last = Collector(), None
    for text in texts:
        try:
            last = collector.take(text).sheet
        except CodeError:
            if len(body) < compression.MAX_TEXT_BYTES // 2 and b"\n" not in body:
                raise
            return
    if b"\n" in body:
        return
    _same(last, sheet)
    try:
        said, _leaf = checked_sheet(sheet)
    except TamperError:
        return
    _same(said, read_body(body))
    store = _station()
    with suppress(_UndoError), store.transaction():
        with suppress(CustodyError):
            store.papers.take(sheet, at="2024-02-12T01:00:00Z")
        store.papers.waybill(str(said["from"]), str(said["to"]), [str(said["to"])])
        raise _UndoError


class _UndoError(Exception):
    """Takes back what was written, so that each input finds the same station."""


@cache
def _station() -> Store:
    """A station with a plan, for as long as the process lives."""
    opened = planned_station(f"sqlite:///{_folder() / 'ledger.db'}")
    _OPENED.append(opened)
    return opened.__enter__()


def code(data: bytes) -> None:
    """What a scanner or a keyboard gives."""
    text = _text(data)
    for read in (read_payload, parse_entry, parse_custodian):
        with suppress(CustodyError):
            read(text)


# --- tables -----------------------------------------------------------------------------------------------------------


def csv(data: bytes) -> None:
    """A table as text, up to what loading it would change."""
    _load("table.csv", data)


def xlsx(data: bytes) -> None:
    """A workbook."""
    _load("table.xlsx", data)


def old_workbook(data: bytes) -> None:
    """A workbook of another kind, which a child process reads."""
    _load("table.ods", data)


def _load(name: str, data: bytes) -> None:
    with suppress(CustodyError):
        load_files(_station(), [_file(name, data)], dry_run=True)


# --- pictures and pages -----------------------------------------------------------------------------------------------


def picture(data: bytes) -> None:
    """A picture: to be kept, and to be looked at for codes."""
    with suppress(CustodyError):
        clean_photo(data)
    _look_into("picture.png", data)


def pdf(data: bytes) -> None:
    """A PDF: the proof that may be attached, and the codes on its pages."""
    with suppress(CustodyError):
        audit_file(_file("pages.pdf", data))
    _look_into("pages.pdf", data)


def _look_into(name: str, data: bytes) -> None:
    with suppress(CustodyError):
        for text in codes_in(_file(name, data), ignore):
            read_payload(text)


def _files(*globs: str) -> Callable[[], list[bytes]]:
    return lambda: [file.read_bytes() for glob in globs for file in sorted(DATA.glob(glob))]


def _bodies() -> list[bytes]:
    """An event of each form."""
    files = map(json.loads, _files("ledger_v*.json")())
    return [vector["body"].encode() for file in files for vector in file["vectors"]]


def _papers() -> list[bytes]:
    kept = json.loads((DATA / "paper_v1.json").read_text("utf-8"))
    return [kept["body"].encode(), "\n".join(kept["parts"]).encode(), bytes.fromhex(kept["packed_hex"])]


TARGETS = {
    "event": Target(event, _bodies),
    "witness": Target(witness),
    "note": Target(note, _files("golden_1/*.head")),
    "bundle": Target(bundle, lambda: [gzip.decompress(data) for data in _files("golden_1/*.serah")()]),
    "proof": Target(proof, _files("golden_1/*.proof")),
    "signed": Target(signed),
    "paper": Target(paper, _papers),
    "code": Target(code),
    "csv": Target(csv, _files("office_tables/*.csv"), cpu_s=2.0),
    "xlsx": Target(xlsx, _files("office_tables/*.xlsx"), cpu_s=2.0, memory_bytes=300_000_000),
    "old_workbook": Target(
        old_workbook, _files("office_tables/*.xls", "office_tables/*.ods"), cpu_s=14.0, is_guided=False
    ),
    "picture": Target(picture, cpu_s=14.0, is_guided=False),
    "pdf": Target(pdf, cpu_s=20.0, is_guided=False),
}
