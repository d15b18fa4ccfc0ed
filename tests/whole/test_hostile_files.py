"""Files of strangers that are made to cost much: each is answered or refused in 5 seconds of work and 300 MB."""

import gzip
import json
import random
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from pypdf import PdfWriter

from custody.errors import InputError, TamperError
from evidence.checkpoint import make_checkpoint
from evidence.custody_proof import CustodyProof
from evidence.proof import make_proof
from scanner.sources.effort import most_pages
from scanner.sources.open_source import open_source
from services.exchange.evidence_files import audit_file
from tests.support.costly_files import NOT_READ, ONE_PAGE, PROGRAM, ROOT_OF, assert_cheap, cost, pdf, stream
from tests.support.evidence_logs import Station

A_LINE = 16 * 1024 * 1024 - 400
COMMON = {"v", "type", "log", "seq", "prev", "refs", "id", "at", "by", "app"}
PROOF = "c2sp.org/tlog-proof@v1\n"


# --- PDFs and pictures ------------------------------------------------------------------------------------------------


def a_page_named_often(count: int = 100_000) -> bytes:
    kids = b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, b"3 0 R " * count)
    return pdf(ROOT_OF, kids, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")


def a_huge_page() -> bytes:
    return pdf(ROOT_OF, ONE_PAGE, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]>>")


def forms_within_forms() -> bytes:
    """Ten in each of ten, twelve deep."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    within = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]"
    forms = [stream(within + b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + n), b"/F Do " * 10) for n in range(11)]
    return pdf(ROOT_OF, ONE_PAGE, page, stream(b"", b"/F Do "), *forms, stream(within, b"0 0 9 9 re f "))


def png(width: int, height: int) -> bytes:
    """A white picture of one bit a pixel."""
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", data), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part)) for name, part in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def lines_over_lines(pages: int, count: int, *, packed: bool) -> bytes:
    """One path across the whole page, drawn on each of its pages; packed, it takes a kilobyte."""
    path = b"0 0 m " + b"1999 1999 l 0 1999 l 1999 0 l " * count + b" f"
    drawn = stream(b"/Filter/FlateDecode", zlib.compress(path, 9)) if packed else stream(b"", path)
    kids = b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, b"3 0 R " * pages)
    return pdf(ROOT_OF, kids, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 2000 2000]/Contents 4 0 R>>", drawn)


def finder_patterns(side: int) -> bytes:
    """A picture full of the squares that stand in the corners of QR codes."""
    finder = np.pad(np.zeros((3, 3), np.uint8), 1, constant_values=255)
    cell = np.pad(np.pad(finder, 1), ((0, 2), (0, 2)), constant_values=255).repeat(2, 0).repeat(2, 1)
    return cv2.imencode(".png", np.tile(cell, (side // 18, side // 18)))[1].tobytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("pages.pdf", a_page_named_often, 2),
        ("page.pdf", a_huge_page, 0),
        ("forms.pdf", forms_within_forms, 2),
        ("bomb.png", lambda: png(30_000, 30_000), 2),
        ("large.png", lambda: png(9_000, 9_000), 2),
        ("packed.pdf", lambda: lines_over_lines(5, 3_000, packed=True), 2),
        ("many.pdf", lambda: lines_over_lines(20, 20_000, packed=True), 2),
        ("white.pdf", lambda: lines_over_lines(50, 0, packed=True), 2),
        ("white.png", lambda: png(12_000, 1_000), 0),
        ("finders.png", lambda: finder_patterns(3_500), 0),
    ],
)
def test_a_pdf_or_picture_costs_little_whatever_it_claims(
    tmp_path: Path, name: str, make: Callable[[], bytes], code: int
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    ran = cost(*PROGRAM, "decode", path)
    assert_cheap(ran)
    assert ran.code == code
    assert (NOT_READ if code else "No QR code was found") in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("command", [["verify"], ["verify", "--head"]])
def test_a_pdf_given_as_evidence_costs_little(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "forms.pdf"
    path.write_bytes(forms_within_forms())
    ran = cost(*PROGRAM, *command, path)
    assert_cheap(ran)
    assert ran.code in (2, 3)


def test_a_page_is_drawn_coarser_than_asked_where_it_claims_to_be_huge(tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(a_huge_page())
    with open_source(str(tmp_path / "page.pdf")) as pages:
        [page] = pages
    assert 10_000_000 < page.image.shape[0] * page.image.shape[1] < 13_000_000


def test_a_pdf_has_as_many_pages_as_its_bytes_allow(tmp_path: Path) -> None:
    few, many = tmp_path / "few.pdf", tmp_path / "many.pdf"
    few.write_bytes(a_page_named_often(20))
    many.write_bytes(a_page_named_often(60))
    with open_source(str(few)) as pages:
        assert pages.total == 20
    with pytest.raises(InputError, match="far more time"), open_source(str(many)):
        pass
    assert most_pages(2_000_000) > 3_900


def test_a_large_plain_picture_is_made_smaller_and_a_photograph_is_not(tmp_path: Path) -> None:
    (tmp_path / "plain.png").write_bytes(png(4960, 7016))  # A4 at 600 dpi: 12 KB of file, 100 MB of pixels
    noise = np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), np.uint8)
    assert cv2.imwrite(str(tmp_path / "photograph.jpg"), cv2.resize(noise, (4000, 3000)))
    with open_source(str(tmp_path)) as pictures:
        photograph, plain = (frame.image for frame in pictures)
    assert photograph.shape == (3000, 4000, 3)
    height, width = plain.shape[:2]
    assert 10_000_000 < height * width < 13_000_000 and height / width == pytest.approx(7016 / 4960, rel=0.01)


def test_of_a_folder_the_pictures_behind_a_bomb_are_read(tmp_path: Path) -> None:
    for name, size in (("a.png", 100), ("b.png", 30_000), ("c.png", 200), ("d.png", 9_000), ("e.png", 300)):
        (tmp_path / name).write_bytes(png(size, size))
    told: list[str] = []
    with open_source(str(tmp_path), notify=told.append) as pictures:
        assert [(frame.source, frame.number) for frame in pictures] == [("a.png", 1), ("c.png", 3), ("e.png", 5)]
    assert ["b.png" in told[0], "d.png" in told[1], len(told)] == [True, True, 2]


def test_a_report_with_more_attached_than_a_proof_can_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    report = PdfWriter()
    report.add_blank_page(100, 100)
    report.add_attachment("custody.proof", bytes(60_000_000))
    with path.open("wb") as file:
        report.write(file)
    with pytest.raises(InputError):
        audit_file(path)


# --- proofs -----------------------------------------------------------------------------------------------------------


def proof_of_a_log(size: int) -> str:
    """A true proof of each entry of one log, for a thousand things that it knows nothing of."""
    station = Station(5).fill(size)
    tree, head = station.tree(), station.head()
    entries = [entry.body + b"\n" + entry.signatures.encode() for entry in station.entries]
    proofs = [make_proof(entry, at, tree.inclusion_proof(at, size), head) for at, entry in enumerate(entries)]
    return str(CustodyProof(tuple(f"{number:013d}" for number in range(1000)), tuple(proofs)))


def proof_of_many_logs(count: int) -> str:
    """The genesis of so many logs."""
    proofs = []
    for number in range(count):
        station = Station(1 + number % 200, name=f"serah/pemilu-2024/gudang/{number:016x}")
        entry = station.entries[0]
        proofs.append(make_proof(entry.body + b"\n" + entry.signatures.encode(), 0, [], station.head()))
    return str(CustodyProof(tuple(f"{number:013d}" for number in range(1000)), tuple(proofs)))


def proof_text(proofs: str) -> str:
    return f"serah-custody-proof/v1\n0000000000000\n\n{proofs}"


@pytest.mark.slow
@pytest.mark.parametrize("program", [[*PROGRAM, "verify"], ["tools/verify_proof.py"]], ids=["serah", "alone"])
@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: proof_text(f"{PROOF}extra {'A' * 10_000_000}\nindex 0\n\nx\n"), {1}),
        (lambda: proof_text(PROOF * 430_000), {1}),
        (lambda: proof_of_a_log(4_000), {1}),
        (lambda: proof_of_many_logs(4_000), {1}),
        (lambda: proof_text(f"{PROOF}extra {'A' * 34_000_000}\nindex 0\n\nx\n"), {2}),
    ],
    ids=["one large", "empty ones", "a whole log", "many logs", "too large"],
)
def test_a_large_proof_is_answered_in_time_that_grows_with_it(
    tmp_path: Path, program: list[str], make: Callable[[], str], codes: set[int]
) -> None:
    path = tmp_path / "x.proof"
    path.write_text(make())
    ran = cost(*program, path)
    assert_cheap(ran)
    assert ran.code in codes


def test_a_file_of_more_proofs_than_things_have_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.proof"
    path.write_text(proof_text(PROOF * 10_001))
    with pytest.raises(TamperError, match="not a proof file"):
        audit_file(path)
    ran = cost("tools/verify_proof.py", path)
    assert ran.code == 1 and "this is no proof file" in ran.out and "proof 1 of the file" not in ran.out


def proofs_of_first_and_last(station: Station, size: int) -> list[str]:
    """Proofs of the first and of the last entry of a log of 2**n - 1 entries, all of whose others nobody has seen."""

    def node(left: bytes, right: bytes) -> bytes:
        return sha256(b"\x01" + left + right).digest()

    levels, other = size.bit_length() - 1, bytes(32)
    last = dict(station.bodies[0], type="print", seq=size, prev="0" * 64, codes=["x"], print=1, sheet="x", reason=None)
    last = {key: value for key, value in last.items() if key not in station.bodies[0] or key in COMMON} | {
        "second": None
    }
    first_entry, last_entry = station.entries[0], station.sign(last)
    left, right = first_entry.leaf, last_entry.leaf
    for _level in range(levels):
        left = node(left, other)
    for _level in range(levels - 1):
        right = node(other, right)
    head = make_checkpoint(station.name, size, node(left, right), station.public_key, station.secret.sign)
    return [
        make_proof(entry.body + b"\n" + entry.signatures.encode(), at, path, head)
        for entry, at, path in (
            (first_entry, 0, [other] * levels + [right]),
            (last_entry, size - 1, [other] * (levels - 1) + [left]),
        )
    ]


def test_a_proof_of_the_last_of_quadrillions_of_entries_costs_no_memory(tmp_path: Path) -> None:
    """Whoever holds a key signs a head of any size: with --root, a list as long as that was made."""
    station, path = Station(5), tmp_path / "x.proof"
    proof = CustodyProof(("0000000000000",), tuple(proofs_of_first_and_last(station, 2**53 - 1)))
    path.write_bytes(str(proof).encode())
    for program in ([*PROGRAM, "verify", "--json"], ["tools/verify_proof.py", "--json"]):
        ran = cost(*program, path, "--root", station.fingerprint)
        assert_cheap(ran)
        said = json.loads(ran.out)
        assert [log["size"] for log in said["logs"]] == [2**53 - 1]
        assert {finding["code"] for finding in said["findings"]} == {"INCOMPLETE"}  # nobody registers the thing


# --- bundles ----------------------------------------------------------------------------------------------------------


def row(log: bytes) -> bytes:
    before, behind = b'{"checkpoint":null,"head":null,"log":"', b'","place":"x","size":0,"station":"y"}'
    return b'{"logs":[%b],"serah_bundle":1}\n' % (before + log + behind)


def letters(count: int) -> bytes:
    """So many letters that do not pack."""
    return b64encode(random.Random(1).randbytes(count * 3 // 4 + 3))[:count]


def elements(one: bytes) -> bytes:
    return b'{"logs":[%b],"serah_bundle":1}\n' % b",".join([one] * (A_LINE // (len(one) + 1)))


def many_rows(count: int = A_LINE // 85) -> bytes:
    one = b'{"checkpoint":null,"head":null,"log":"%x","place":"","size":0,"station":""}'
    return b'{"logs":[%b],"serah_bundle":1}\n' % b",".join(one % number for number in range(count))


@pytest.mark.slow
def test_a_list_of_more_logs_than_any_election_has_is_refused(tmp_path: Path) -> None:
    """As whole programs; tests/evidence/test_limits.py asks each verifier for the same limit, in this process."""
    for count, code in ((10_000, 0), (10_001, 1)):
        path = tmp_path / f"{count}.serah"
        path.write_bytes(gzip.compress(many_rows(count), 0, mtime=0))
        programs = ([*PROGRAM, "verify"], ["tools/verify_standalone.py"])
        assert [cost(*program, path).code for program in programs] == [code, code]


@pytest.mark.slow
@pytest.mark.parametrize("program", [[*PROGRAM, "verify"], ["tools/verify_standalone.py"]], ids=["serah", "alone"])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: letters(A_LINE) + b"\n", 1),
        (lambda: row(letters(A_LINE)), 0),
        (lambda: row("\N{GRINNING FACE}".encode() + letters(A_LINE)), 0),
        (lambda: elements(b"[]"), 1),
        (lambda: elements(b"{}"), 1),
        (lambda: elements(b"1.5"), 1),
        (lambda: elements(b'"0123456"'), 1),
        (many_rows, 1),
        (lambda: b'{"logs":' + b"[" * A_LINE + b"\n", 1),
        (lambda: row(letters(A_LINE))[:-1], 1),
    ],
    ids=["letters", "a name", "a wide name", "lists", "objects", "numbers", "texts", "rows", "deep", "cut"],
)
def test_a_first_line_of_16_mb_is_answered_in_time_that_grows_with_it(
    tmp_path: Path, program: list[str], make: Callable[[], bytes], code: int
) -> None:
    path = tmp_path / "x.serah"
    path.write_bytes(gzip.compress(make(), 0, mtime=0))  # as it is: what packs well is refused as a bomb before
    ran = cost(*program, path)
    assert_cheap(ran)
    assert ran.code == code
