"""What is fuzzed: every reader of strangers' bytes, as a function of bytes that returns or fails.

A refusal (`CustodyError`) is no failure. Any other exception is, and so are two verifiers that disagree, and more time
or memory than the bound for so many bytes.
"""

import gzip
import json
import random
import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
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
from tests.fuzz.target import DATA, Target, folder, kept_files, same, written_file
from tests.support.bundle_examples import Evidence
from tests.support.ledger_examples import planned_station
from tests.support.two_verifiers import (
    by_the_program,
    by_the_tool,
    proof_by_the_program,
    proof_by_the_tool,
    proof_tool,
    standalone,
)

LOG, KEY = "serah/pemilu/gudang/1", secret(1)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()


_OPENED: list[object] = []
"""Kept until the process ends."""


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
    same(said, told)


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
    same(ours, theirs)
    same(proof_tool.read_head(text) is not None, ours is not None)
    try:
        is_signed = read_checkpoint(text, PUBLIC_KEY) == ours
    except TamperError:
        is_signed = False
    same(is_signed, bool(match) and standalone.is_head_signed(match, PUBLIC_KEY))
    is_head(text)
    with suppress(TamperError):
        read_seal(text, LOG, PUBLIC_KEY)
    with suppress(InputError):
        claimed_checkpoint(typed_head(text))


def bundle(data: bytes) -> None:
    """A bundle, packed or as its lines: both verifiers, and what an import would take."""
    path = written_file("logs.serah", data if data.startswith(b"\x1f\x8b") else gzip.compress(data, 1, mtime=0))
    _compare_bundle(path, Evidence([], [], []))


def _compare_bundle(path: Path, evidence: Evidence) -> None:
    program, tool = by_the_program(path, evidence), by_the_tool(path, evidence)
    same(program.ok, tool.ok, program, tool)
    if program.ok:
        same((program.facts, program.notes), (tool.facts, tool.notes))
    with suppress(CustodyError), read_bundle(path) as found:
        check_bundle(found.logs, found.entries, {})


def proof(data: bytes) -> None:
    """A proof file as it is."""
    with suppress(CustodyError):
        audit_file(written_file("box.proof", data))
    _compare_proof(_text(data), None, [])


def _compare_proof(text: str, root: str | None, heads: Sequence[str]) -> None:
    ours = proof_by_the_program(text, root, heads)
    try:
        theirs = proof_by_the_tool(folder(), text, root, heads)
    except SystemExit:  # what was brought as a head is none: wrong use
        theirs = (False, set[str]())
    same(ours[0], theirs[0], ours, theirs)


def signed(data: bytes) -> None:
    """Whatever stations may sign (`tests.fuzz.logs`), as a bundle and as a proof file."""
    found = written(data)
    if found is not None:
        _compare_bundle(found.bundle.write(folder() / "logs.serah"), found.bundle)
        _compare_proof(found.proof, found.bundle.root, found.bundle.heads)


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
        same(again.half_read, collector.half_read)
        return
    if data.startswith(b"Z"):
        data = _deflated(data[1:])
    with suppress(CodeError):
        sheet = unpack_sheet(data)
        same(unpack_sheet(pack_sheet(sheet)), sheet)
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
            if len(body) < compression.MAX_TEXT_BYTES // 2 and b"\n" not in body and is_head(head):
                raise
            return
    if b"\n" in body:
        return
    same(last, sheet)
    try:
        said, _leaf = checked_sheet(sheet)
    except TamperError:
        return
    same(said, read_body(body))
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
    opened = planned_station(f"sqlite:///{folder() / 'ledger.db'}")
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
        load_files(_station(), [written_file(name, data)], dry_run=True)


# --- pictures and pages -----------------------------------------------------------------------------------------------


def picture(data: bytes) -> None:
    """A picture: to be kept, and to be looked at for codes."""
    with suppress(CustodyError):
        clean_photo(data)
    _look_into("picture.png", data)


def pdf(data: bytes) -> None:
    """A PDF: the proof that may be attached, and the codes on its pages."""
    with suppress(CustodyError):
        audit_file(written_file("pages.pdf", data))
    _look_into("pages.pdf", data)


def _look_into(name: str, data: bytes) -> None:
    with suppress(CustodyError):
        for text in codes_in(written_file(name, data), ignore):
            read_payload(text)


def _bodies() -> list[bytes]:
    """An event of each form."""
    files = map(json.loads, kept_files("ledger_v*.json")())
    return [vector["body"].encode() for file in files for vector in file["vectors"]]


def _papers() -> list[bytes]:
    kept = json.loads((DATA / "paper_v1.json").read_text("utf-8"))
    return [kept["body"].encode(), "\n".join(kept["parts"]).encode(), bytes.fromhex(kept["packed_hex"])]


TARGETS = {
    "event": Target(event, _bodies),
    "witness": Target(witness),
    "note": Target(note, kept_files("golden_1/*.head")),
    "bundle": Target(bundle, lambda: [gzip.decompress(data) for data in kept_files("golden_1/*.serah")()]),
    "proof": Target(proof, kept_files("golden_1/*.proof")),
    "signed": Target(signed),
    "paper": Target(paper, _papers),
    "code": Target(code),
    "csv": Target(csv, kept_files("office_tables/*.csv"), cpu_s=2.0),
    "xlsx": Target(xlsx, kept_files("office_tables/*.xlsx"), cpu_s=2.0, memory_bytes=300_000_000),
    "old_workbook": Target(
        old_workbook, kept_files("office_tables/*.xls", "office_tables/*.ods"), cpu_s=14.0, is_guided=False
    ),
    "picture": Target(picture, cpu_s=14.0, is_guided=False),
    "pdf": Target(pdf, cpu_s=20.0, memory_bytes=120_000_000, is_guided=False),  # an empty page of A4 takes 50 MB
}
