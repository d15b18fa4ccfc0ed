"""A key in shares on paper: written, photographed or typed again, put back; and every way in which shares are wrong."""

import errno
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

import tables.output.safe_file
from db.station_key import FILE_NAME, is_protected, read_public, read_seed
from services.access.key_shares import joined, split
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Attended, Once, Ran, Terminal
from tests.support.pdf_text import text_of

pytestmark = pytest.mark.usefixtures("cheap_guesses")
PASSPHRASE = "kuda makan padi senja"
BEGIN = ("init", "--place", "51.08", "--station", "Gudang-1")
SEED = bytes(range(32))
SHARES = split(SEED, 2, 3)


def code_on(page: Any) -> zxingcpp.Barcode:
    """The one QR code on a page; words next to it can look like a code of lines."""
    [code] = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    return code


def pages(path: Path) -> list[Any]:
    document = pypdfium2.PdfDocument(path)
    return [page.render(scale=2).to_numpy() for page in document]


def share_files(terminal: Terminal, folder: Path, scheme: str = "2of3", name: str = "sheets") -> list[Path]:
    """The codes on the recovery sheets of a station, each as a photograph."""
    out = folder / f"{name}.pdf"
    ran = terminal("recovery", "--shares", scheme, "--out", out)
    assert ran.code == 0, ran.err
    found = []
    for number, page in enumerate(pages(out), 1):
        found.append(folder / f"{name}-{number}.png")
        code = code_on(page)
        left, top, right = code.position.top_left.x, code.position.top_left.y, code.position.top_right.x
        cv2.imwrite(str(found[-1]), page[top - 20 : top + right - left + 20, left - 20 : right + 20])
    return found


def words_in(page: Path) -> str:
    return code_on(cv2.imread(str(page))).text.lower()


@pytest.fixture
def root(terminal: Terminal, once: Once) -> Terminal:
    @once
    def begun() -> None:
        assert terminal(*BEGIN).code == 0

    return terminal


@pytest.fixture
def lost(terminal: Terminal, tmp_path: Path, once: Once) -> tuple[Terminal, list[Path]]:
    """A root whose key is lost, and photographs of its three sheets; nothing else may change in its folder."""

    @once
    def written() -> None:
        assert terminal(*BEGIN).code == 0
        share_files(terminal, tmp_path)
        (terminal.home / FILE_NAME).rename(tmp_path / "kept.key")

    return terminal, [tmp_path / f"sheets-{number}.png" for number in (1, 2, 3)]


def recover(terminal: Terminal, *files: object, **more: Any) -> Ran:
    return terminal("init", "--recover", *(word for file in files for word in ("--share", file)), **more)


def refused(terminal: Terminal, ran: Ran, words: str) -> None:
    assert ran.code == 2 and words in ran.err and "Traceback" not in ran.err, ran.err
    assert ran.out == ""
    assert not list(terminal.home.glob(f"{FILE_NAME}*")), "no key is left behind"


# --- Sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
def test_each_sheet_has_one_share_as_words_and_as_a_code(root: Terminal, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "sheets.pdf"
    ran = root("recovery", "--shares", "3of5", "--out", out, "--json", lang=lang).json
    assert (ran["needed"], ran["shares"]) == (3, 5)
    assert not is_open_to_others(out), "others of this computer may not read it"
    codes = [code_on(page).text.lower() for page in pages(out)]
    text = text_of(out)
    assert len(set(codes)) == 5 and all(word in text for code in codes for word in code.split())
    seed = read_seed(root.home)
    assert all(joined(list(some)) == seed for some in combinations(codes, 3))


def test_a_locked_key_is_written_only_with_its_passphrase(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    terminal(*BEGIN)
    monkeypatch.setenv("SERAH_PASSPHRASE", "not these words")
    ran = terminal("recovery", "--out", tmp_path / "sheets.pdf")
    assert ran.code == 2 and "not the passphrase" in ran.err and "init --recover" in ran.err
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    assert terminal("recovery", "--out", tmp_path / "sheets.pdf").code == 0
    assert list(tmp_path.glob("*sheets*")) == [tmp_path / "sheets.pdf"]


def test_the_key_of_another_ledger_is_not_written_as_this_ones(root: Terminal, tmp_path: Path) -> None:
    other = Terminal(tmp_path / "other", root._capsys, root._monkeypatch)
    assert other(*BEGIN).code == 0
    (root.home / FILE_NAME).write_bytes((other.home / FILE_NAME).read_bytes())
    ran = root("recovery", "--out", tmp_path / "sheets.pdf")
    assert ran.code == 2 and "the log here began with" in ran.err
    assert not (tmp_path / "sheets.pdf").exists()


def test_a_full_disk_leaves_no_part_of_the_sheets(
    root: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "stick" / "sheets.pdf"
    out.parent.mkdir()
    monkeypatch.setattr(tables.output.safe_file.os, "fsync", full)
    ran = root("recovery", "--out", out)
    assert ran.code == 3 and "could not be written: No space left" in ran.err
    assert list(out.parent.iterdir()) == []


# --- The key comes back -----------------------------------------------------------------------------------------------


def test_two_photographs_make_the_key_again_and_the_log_goes_on(
    lost: tuple[Terminal, list[Path]], tmp_path: Path
) -> None:
    root, files = lost
    before = root.event_count()
    ran = recover(root, files[2], files[0])
    assert ran.code == 0, ran.err
    assert (root.home / FILE_NAME).read_bytes() == (tmp_path / "kept.key").read_bytes()
    assert not is_open_to_others(root.home / FILE_NAME)
    assert root.event_count() == before, "nothing is recorded for it"
    (tmp_path / "places.csv").write_text("code,name,level,parent,due\n51.08,Gudang,warehouse,,\n")
    assert root("load", tmp_path / "places.csv").code == 0 and root("verify").code == 0


@pytest.mark.slow
def test_the_pdf_itself_and_a_text_of_words_are_taken_too(lost: tuple[Terminal, list[Path]], tmp_path: Path) -> None:
    root, files = lost
    (tmp_path / "words.txt").write_text("\n".join(map(words_in, files[:2])), "utf-8-sig")
    assert recover(root, tmp_path / "words.txt").code == 0
    (root.home / FILE_NAME).unlink()
    assert root("init", "--recover", "--share", tmp_path / "sheets.pdf", "--json").json["recovered"] is True


def test_a_passphrase_locks_the_key_that_comes_back(
    lost: tuple[Terminal, list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, files = lost
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    assert recover(root, *files).code == 0
    assert is_protected(root.home)
    assert read_seed(root.home, lambda: PASSPHRASE) == read_seed_of(tmp_path / "kept.key")


def read_seed_of(path: Path) -> bytes:
    folder = path.parent / "as-it-was"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(path.read_bytes())
    return read_seed(folder)


def test_a_key_that_is_there_is_never_replaced(root: Terminal, tmp_path: Path) -> None:
    files = share_files(root, tmp_path)
    (root.home / FILE_NAME).write_bytes(b"a key that cannot be read")
    ran = recover(root, *files)
    assert ran.code == 2 and "nothing takes its place" in ran.err and "station.key.old" in ran.err
    assert (root.home / FILE_NAME).read_bytes() == b"a key that cannot be read"


def test_too_few_shares_or_one_twice_make_nothing(lost: tuple[Terminal, list[Path]]) -> None:
    root, files = lost
    refused(root, recover(root, files[0], typed=""), "too few shares: 1 more")
    refused(root, recover(root, files[0], files[0], typed=""), "too few shares: 1 more")
    refused(root, recover(root, typed=""), "too few shares: 2 more")


@pytest.mark.slow
def test_shares_of_two_days_do_not_mix(root: Terminal, tmp_path: Path) -> None:
    files, others = share_files(root, tmp_path), share_files(root, tmp_path, name="later")
    (root.home / FILE_NAME).unlink()
    refused(root, recover(root, files[0], others[1]), "of different sets")
    assert recover(root, *others[:2]).code == 0, "sheets that are printed again do not void the old ones, nor need them"


def test_shares_of_another_station_are_named_by_its_words(lost: tuple[Terminal, list[Path]], tmp_path: Path) -> None:
    root, _files = lost
    other = Terminal(tmp_path / "other", root._capsys, root._monkeypatch)
    assert other(*BEGIN).code == 0
    refused(root, recover(root, *share_files(other, tmp_path, name="other")[:2]), "and the log here began with")


def test_one_wrong_word_in_a_text_makes_nothing(lost: tuple[Terminal, list[Path]], tmp_path: Path) -> None:
    root, files = lost
    one, other = (words_in(file) for file in files[:2])
    swapped = one.split()
    swapped[20] = "academic" if swapped[20] != "academic" else "acid"
    (tmp_path / "words.txt").write_text(f"{' '.join(swapped)}\n{other}\n")
    refused(root, recover(root, tmp_path / "words.txt"), "does not add up")


@pytest.mark.slow
def test_a_code_that_is_damaged_in_part_is_read_and_one_that_is_torn_off_says_what_to_do(
    lost: tuple[Terminal, list[Path]], tmp_path: Path
) -> None:
    root, files = lost
    page = cv2.imread(str(files[0]))
    code = code_on(page)
    left, top = code.position.top_left.x, code.position.top_left.y
    side = code.position.top_right.x - left
    page[top + side // 2 : top + side // 2 + side // 5, left + side // 2 : left + side // 2 + side // 5] = 255
    cv2.imwrite(str(files[0]), page)
    page[top : top + side, left : left + 2 * side // 3] = 255
    cv2.imwrite(str(tmp_path / "torn.png"), page)
    refused(root, recover(root, tmp_path / "torn.png", files[1]), "no code of a share can be read in torn.png")
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((400, 400, 3), 255, np.uint8))
    refused(root, recover(root, blank), "no code of a share")
    assert recover(root, files[0], files[1]).code == 0


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"%PDF-1.4 cut", b"no words of ours"])
def test_a_file_that_holds_no_share_is_refused_in_a_line(
    lost: tuple[Terminal, list[Path]], tmp_path: Path, data: bytes
) -> None:
    root, _files = lost
    for name in ("share.txt", "share.pdf", "share.png"):
        (tmp_path / name).write_bytes(data)
        ran = recover(root, tmp_path / name)
        assert ran.code == 2 and ran.err.startswith("Error: ") and "Traceback" not in ran.err
    assert not (root.home / FILE_NAME).exists()


def test_without_a_ledger_it_says_what_is_needed_and_with_a_bundle_it_goes_on(root: Terminal, tmp_path: Path) -> None:
    files = share_files(root, tmp_path)
    public = read_public(root.home)
    assert root("export", "--out", tmp_path / "all.serah").code == 0
    there = Terminal(tmp_path / "new laptop", root._capsys, root._monkeypatch)
    ran = recover(there, *files)
    assert ran.code == 3 and "there is no ledger" in ran.err and "--from" in ran.err
    assert not there.home.exists() or not list(there.home.iterdir())
    begun = there(
        "init", "--recover", "--share", files[0], "--share", files[1], "--from", tmp_path / "all.serah", "--json"
    )
    assert begun.code == 0, begun.err
    assert read_public(there.home) == public and begun.json["continues"]
    assert there("verify").code == 0


@pytest.mark.slow
def test_shares_of_another_key_and_a_bundle_leave_the_folder_empty(root: Terminal, tmp_path: Path) -> None:
    assert root("export", "--out", tmp_path / "all.serah").code == 0
    other = Terminal(tmp_path / "other", root._capsys, root._monkeypatch)
    assert other(*BEGIN).code == 0
    files = share_files(other, tmp_path)
    there = Terminal(tmp_path / "new laptop", root._capsys, root._monkeypatch)
    ran = there("init", "--recover", "--share", files[0], "--share", files[1], "--from", tmp_path / "all.serah")
    assert ran.code == 2 and "no log here is this station's" in ran.err
    assert not [path for path in there.home.iterdir() if path.name in (FILE_NAME, "ledger.db")]


@pytest.mark.parametrize("more", [("--continue",), ("--continue", "--new-key"), ("--profile", "pilkada")])
def test_recovering_goes_with_no_other_beginning(lost: tuple[Terminal, list[Path]], more: tuple[str, ...]) -> None:
    root, files = lost
    refused(root, root("init", "--recover", "--share", files[0], "--share", files[1], *more), "do not go with it")


# --- At a terminal ----------------------------------------------------------------------------------------------------


def at_terminal(monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> None:
    """Somebody types these lines, passphrases too."""
    monkeypatch.setattr(sys, "stdin", Attended("".join(f"{line}\n" for line in lines)))
    answers = iter(lines)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text: next(answers))
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _text: next(answers))


def test_shares_are_typed_a_column_at_a_time_and_a_slip_costs_one_line(
    lost: tuple[Terminal, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, files = lost
    one = words_in(files[0]).split()
    columns = [" ".join(one[at : at + 11]) for at in (0, 11, 22)]
    at_terminal(
        monkeypatch, [columns[0], "qqqq " + columns[1], *columns[1:], str(files[0]), str(files[1]), *[PASSPHRASE] * 2]
    )
    ran = root("init", "--recover")
    assert ran.code == 0, ran.err
    assert "word 12, qqqq, is not in the list" in ran.err
    assert ran.err.count("1 more share is needed") == 2, "the same sheet again is not another one"
    assert is_protected(root.home)


@pytest.mark.slow
def test_a_share_of_another_set_is_asked_for_again_at_a_terminal(
    root: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, others = share_files(root, tmp_path), share_files(root, tmp_path, name="later")
    (root.home / FILE_NAME).unlink()
    at_terminal(monkeypatch, [str(files[0]), str(others[1]), str(files[1])])
    ran = root("init", "--recover", "--no-passphrase")
    assert ran.code == 0, ran.err
    assert "of different sets" in ran.err and not is_protected(root.home)


def test_a_root_at_a_terminal_is_locked_unless_it_is_said_otherwise(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminal(monkeypatch, [PASSPHRASE, PASSPHRASE])
    ran = terminal(*BEGIN)
    assert ran.code == 0 and is_protected(terminal.home) and "recovery --out" in ran.err, ran.err


@pytest.mark.parametrize("more", [("--no-passphrase",), ("--root", "ab" * 32)])
def test_other_stations_and_those_who_want_none_are_not_asked(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    at_terminal(monkeypatch, [])
    ran = terminal(*BEGIN, *more)
    assert ran.code == 0 and not is_protected(terminal.home), ran.err


def test_no_passphrase_holds_against_the_one_in_the_environment(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    assert terminal(*BEGIN, "--no-passphrase").code == 0
    assert not is_protected(terminal.home)
