"""What fuzzing kept is read or refused within its bounds by every reader; and the fuzzer finds what is planted."""

import io
import random
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fuzz.__main__ import mutate
from tests.fuzz.logs import written
from tests.fuzz.mutation import mutated
from tests.fuzz.target import HERE, FuzzError, Target, corpus
from tests.fuzz.targets import TARGETS
from tests.support.portable import peak_bytes
from tests.support.two_verifiers import by_the_program, proof_by_the_program

IN_CHILDREN = [name for name, target in TARGETS.items() if not target.is_guided]
"""Each input starts programs; the quick run looks at two of them."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_kept_harms_no_reader(name: str) -> None:
    replay(name, 2 if name in IN_CHILDREN else None)


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_CHILDREN)
def test_no_picture_page_or_old_workbook_that_is_kept_harms_its_reader(name: str) -> None:
    replay(name, None)


def replay(name: str, most: int | None) -> None:
    kept = list(corpus(name).items())[:most]
    assert kept
    for file, data in kept:
        try:
            TARGETS[name].run(data)
        except Exception as error:
            raise AssertionError(f"tests/fuzz/corpus/{name}/{file}") from error


def test_a_paper_of_16000_codes_is_read_within_its_bounds() -> None:
    """99 QR codes can carry 37,000; the time once grew with the square of it, to minutes."""
    TARGETS["paper"].run(b"Z" + b"\x01" * 16_000 + b"\0" + b"\xff" * (16_000 * 60 // 8))


def test_what_is_kept_stays_small() -> None:
    sizes = [file.stat().st_size for file in (HERE / "corpus").rglob("*") if file.is_file()]
    assert sum(sizes) < 500_000 and max(sizes) <= 64 * 1024


def test_logs_written_as_text_are_signed_so_that_no_input_stops_at_a_signature(tmp_path: Path) -> None:
    honest = [data for file, data in corpus("signed").items() if file.startswith("honest")]
    for data in honest:
        found = written(data)
        assert found is not None
        assert by_the_program(found.bundle.write(tmp_path / "logs.serah"), found.bundle).ok
        _ok, codes = proof_by_the_program(found.proof, found.bundle.root, found.bundle.heads)
        assert codes <= {"INCOMPLETE", "UNWITNESSED"}, "of items that nobody registered; no signature is wrong"
        assert all(b'"@' not in entry.body for log in found.bundle.logs for entry in log)
    assert len(honest) == 2


def take_time(data: bytes) -> None:
    end_s = time.process_time() + 0.02 * len(data)
    while time.process_time() < end_s:
        pass


def test_a_reader_that_takes_more_time_than_its_bound_fails() -> None:
    target = Target(take_time, cpu_s=0.3, cpu_s_per_byte=0.0)
    target.run(b"x")
    with pytest.raises(FuzzError, match="s of the processor for 20 bytes"):
        target.run(b"x" * 20)


def test_a_reader_that_takes_more_memory_than_its_bound_fails() -> None:
    much = 1_000_000 if sys.platform == "linux" else peak_bytes() // 20  # elsewhere the most is told that it ever held
    target = Target(lambda data: len(data * much), cpu_s=60)
    target.run(b"x")
    with pytest.raises(FuzzError, match="bytes of memory for 80 bytes"):
        target.run(b"x" * 80)


def test_a_failure_is_found_made_small_and_kept(tmp_path: Path) -> None:
    def reader(data: bytes) -> None:
        if b"\n\n" in data:
            raise ValueError

    assert mutate("code", Target(reader), tmp_path, minutes=0.02, seed=1) == 1
    [kept] = tmp_path.iterdir()
    assert kept.read_bytes() == b"\n\n"
    assert mutate("code", Target(len), tmp_path, minutes=0.002, seed=1) == 0


def test_a_part_of_a_zip_file_is_changed_and_packed_again() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.xml", "<a>" + "1" * 100 + "</a>")
    whole = 0
    for seed in range(50):
        changed = mutated(made.getvalue(), b"other", random.Random(seed), 10_000)
        assert len(changed) <= 10_000
        with suppress(zipfile.BadZipFile, ValueError, KeyError), zipfile.ZipFile(io.BytesIO(changed)) as archive:
            whole += archive.testzip() is None and archive.read("a.xml") != b"<a>" + b"1" * 100 + b"</a>"
    assert whole > 20
