"""The key under a passphrase, the key sheet, and commands that need the key."""

import hashlib
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.errors import CustodyError, InputError, StoreError
from custody.format.encoding import key_fingerprint
from db.station_key import FILE_NAME, is_protected, load_key, lock, make_key, public_of, read_public, unlock
from evidence.fingerprint_words import WORDS, words_of
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import Terminal
from tests.support.pdf_text import text_of

pytestmark = pytest.mark.usefixtures("cheap_guesses")
PASSPHRASE = "kuda makan padi senja"
BEGIN = ("init", "--place", "51.08", "--station", "Gudang-1")


@pytest.fixture(scope="module")
def locked(cheap_guesses: None) -> bytes:
    return lock(bytes(range(32)), bytes(32), PASSPHRASE)


def test_the_passphrase_opens_what_it_locked(locked: bytes) -> None:
    assert unlock(locked, PASSPHRASE) == bytes(range(32))
    assert bytes(range(32)) not in locked
    assert public_of(locked) == bytes(32)


def test_no_two_files_of_one_key_are_alike(locked: bytes) -> None:
    assert lock(bytes(range(32)), bytes(32), PASSPHRASE) != locked


@pytest.mark.parametrize("wrong", ["", "kuda makan padi senj", "Kuda makan padi senja", "kuda makan padi senja "])
def test_another_passphrase_is_refused_as_wrong_input(locked: bytes, wrong: str) -> None:
    with pytest.raises(InputError, match="not the passphrase") as caught:
        unlock(locked, wrong)
    assert caught.value.exit_code == 2


def test_a_passphrase_typed_on_another_keyboard_is_the_same(tmp_path: Path) -> None:
    made = make_key(tmp_path, "cafe\u0301 di pasar")
    assert load_key(tmp_path, lambda: "café di pasar").public_key == made.public_key


def test_a_short_passphrase_is_refused_and_no_key_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 8"):
        make_key(tmp_path, "kuda")
    assert list(tmp_path.iterdir()) == []


def test_a_changed_file_is_never_taken_for_a_key(locked: bytes) -> None:
    """Every line is authenticated: the public key in it too."""
    for place in range(0, len(locked), 23):
        changed = bytearray(locked)
        changed[place] ^= 1
        with pytest.raises(CustodyError):
            unlock(bytes(changed), PASSPHRASE)


@pytest.mark.parametrize("cost", ["1", "9", "21", "99"])
def test_a_file_that_asks_for_more_or_less_work_than_sensible_is_refused(locked: bytes, cost: str) -> None:
    with pytest.raises(StoreError, match="changed or cut"):
        unlock(locked.replace(b"scrypt 10", b"scrypt " + cost.encode()), PASSPHRASE)


def test_a_locked_key_signs_as_an_open_one(tmp_path: Path) -> None:
    made = make_key(tmp_path, PASSPHRASE)
    read = load_key(tmp_path, lambda: PASSPHRASE)
    assert made.sign(b"x") == read.sign(b"x")
    assert read_public(tmp_path) == made.public_key
    assert is_protected(tmp_path)
    assert not is_open_to_others(tmp_path / FILE_NAME)
    with pytest.raises(StoreError):
        load_key(tmp_path)


# --- words ------------------------------------------------------------------------------------------------------------


def test_the_list_of_words_is_fixed() -> None:
    assert len(set(WORDS)) == 256
    assert hashlib.sha256(" ".join(WORDS).encode()).hexdigest()[:16] == "ba2062f61ac0b042"


def test_no_two_words_are_taken_for_each_other() -> None:
    assert len({word[:4] for word in WORDS}) == 256
    for a in WORDS:
        for b in WORDS:
            assert a == b or len(a) != len(b) or sum(x != y for x, y in zip(a, b, strict=True)) > 1


def test_words_follow_the_first_eight_bytes() -> None:
    assert words_of("00ff" * 16) == (WORDS[0], WORDS[255]) * 4


# --- commands ---------------------------------------------------------------------------------------------------------


def test_a_station_with_a_passphrase_records_only_with_it(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words.txt"
    words.write_text(PASSPHRASE + "\n")
    begun = terminal(*BEGIN, "--passphrase-file", words)
    assert begun.code == 0
    assert "not protected" not in begun.err
    (tmp_path / "places.csv").write_text("code,name,level,parent,due\n51.08,Gudang,warehouse,,\n")
    assert terminal("load", tmp_path / "places.csv", "--passphrase-file", words).code == 0
    for wrong in ("not these words", ""):
        monkeypatch.setenv("SERAH_PASSPHRASE", wrong)
        ran = terminal("load", tmp_path / "places.csv")
        assert ran.code == 2
        assert ran.err.startswith("Error: this is not the passphrase of the station key")
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    assert terminal("load", tmp_path / "places.csv").code == 0


def test_where_nobody_can_type_it_the_ways_to_give_it_are_named(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = terminal(*BEGIN, "--passphrase", typed="")
    assert ran.code == 2
    assert "--passphrase-file" in ran.err
    assert not (terminal.home / "ledger.db").exists()


def test_the_new_key_of_a_locked_station_is_locked_too(terminal: Terminal, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text(PASSPHRASE + "\n")
    terminal(*BEGIN, "--passphrase-file", words)
    before = read_public(terminal.home)
    refused = terminal("init", "--continue", "--new-key", typed="")
    assert refused.code == 2 and "--passphrase-file" in refused.err
    assert read_public(terminal.home) == before and len(list(terminal.home.glob("station.key*"))) == 1
    assert terminal("init", "--continue", "--new-key", "--passphrase-file", words).code == 0
    assert is_protected(terminal.home) and read_public(terminal.home) != before


def test_a_missing_key_is_no_dead_end(terminal: Terminal, tmp_path: Path) -> None:
    terminal(*BEGIN)
    (terminal.home / FILE_NAME).unlink()
    refused = terminal("inspect", "000000000000Q", "--condition", "good", "--by", "Made")
    assert refused.code == 3 and "init --continue" in refused.err
    assert terminal("init", "--continue").code == 0


def test_reading_needs_no_passphrase(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAH_PASSPHRASE", PASSPHRASE)
    terminal(*BEGIN)
    monkeypatch.delenv("SERAH_PASSPHRASE")
    assert terminal("verify").code == 0
    assert terminal("items").code == 0
    doctor = terminal("doctor", "--json")
    [key] = [line for line in doctor.lines if line["check"] == "Station key"]
    assert key["health"] == "ok"
    assert "locked with a passphrase" in key["found"]


def test_an_open_key_is_said_to_be_open(terminal: Terminal) -> None:
    assert "not protected by a passphrase" in terminal(*BEGIN).err


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_key_sheet_shows_the_fingerprint_for_eyes_ears_and_cameras(terminal: Terminal, lang: str) -> None:
    begun = terminal(*BEGIN, "--json", lang=lang).json
    [page] = pypdfium2.PdfDocument(begun["key_sheet"])
    [code] = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    assert code.text == begun["fingerprint"].upper()
    text = text_of(Path(begun["key_sheet"]))
    flat = "".join(text.split())
    assert all(begun["fingerprint"][i : i + 4] in flat for i in range(0, 64, 4))
    assert all(word in text for word in words_of(begun["fingerprint"]))
    assert begun["log"] in text


def test_a_sheet_of_a_station_that_follows_a_root_shows_the_roots_whole_fingerprint(terminal: Terminal) -> None:
    root = key_fingerprint(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw())
    begun = terminal(*BEGIN, "--root", root, "--json").json
    flat = "".join(text_of(Path(begun["key_sheet"])).split())
    assert root in flat
