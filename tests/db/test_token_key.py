"""The station's key in a PKCS#11 token: SoftHSM, which is one in software."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.errors import InputError, StoreError
from db.station_key import FILE_NAME, has_token, is_protected, load_key, make_key, read_public, read_seed
from evidence.checkpoint import holds
from tests.support.command_examples import PLACES, Terminal

LIBRARY = next(Path("/usr/lib").glob("**/libsofthsm2.so"), None)
PIN, OTHER = "314159", "271828"


def plug_in(folder: Path, label: str = "serah") -> None:
    words = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN]
    subprocess.run(words, check=True, capture_output=True)
    begin_anew()


def begin_anew() -> None:
    """Forget whoever logged in, as a program does that starts."""
    import pkcs11

    pkcs11.lib(str(LIBRARY)).reinitialize()


@pytest.fixture
def drawer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tokens lie; none is plugged in yet."""
    if LIBRARY is None or not shutil.which("softhsm2-util"):
        pytest.skip("needs SoftHSM (Debian: softhsm2)")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    begin_anew()
    return tmp_path / "tokens"


@pytest.fixture
def home(drawer: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder whose key a token has made."""
    plug_in(drawer)
    folder = tmp_path / "home"
    make_key(folder, PIN, token=LIBRARY)
    begin_anew()
    return folder


def test_a_token_signs_and_the_key_file_holds_no_secret(home: Path) -> None:
    signer = load_key(home, lambda: PIN)
    for message in (b"", b"a record", bytes(100_000)):
        assert holds(signer.public_key, signer.sign(message), message)
    assert load_key(home, lambda: PIN).public_key == signer.public_key, "once more in one program"
    assert read_public(home) == signer.public_key and is_protected(home) and has_token(home)
    words = (home / FILE_NAME).read_text().split()
    assert words[0] == "serah-station-key-in-token/v1" and signer.public_key.hex() in words


def test_a_wrong_pin_opens_nothing(home: Path) -> None:
    for pin in (OTHER, "", "1"):
        with pytest.raises(InputError, match="not the PIN"):
            load_key(home, lambda pin=pin: pin)
    assert load_key(home, lambda: PIN)


def test_a_token_gives_no_secret_out(home: Path) -> None:
    with pytest.raises(InputError, match="never gives it out"):
        read_seed(home, lambda: PIN)


def test_the_stations_own_token_is_asked_for(home: Path, drawer: Path) -> None:
    plug_in(drawer, "another")
    with pytest.raises(InputError, match="plugged in: 2"):
        load_key(home, lambda: PIN)
    shutil.rmtree(drawer)
    drawer.mkdir()
    begin_anew()
    with pytest.raises(InputError, match="plugged in: 0"):
        load_key(home, lambda: PIN)
    plug_in(drawer, "another")
    with pytest.raises(InputError, match="does not hold the station's key"):
        load_key(home, lambda: PIN)


def test_a_token_that_is_pulled_is_told_and_signs_nothing(home: Path, drawer: Path) -> None:
    signer = load_key(home, lambda: PIN)
    begin_anew()
    with pytest.raises(InputError, match="token does not answer"):
        signer.sign(b"a record")


def test_a_file_that_was_changed_or_leads_to_no_library_is_refused(home: Path) -> None:
    path = home / FILE_NAME
    whole = path.read_text()
    path.write_text(whole.replace(str(LIBRARY), str(LIBRARY) + "x"))
    with pytest.raises(InputError, match="token does not answer"):
        load_key(home, lambda: PIN)
    public = read_public(home).hex()
    path.write_text(whole.replace(public, "00" * 32))
    with pytest.raises(InputError, match="does not hold the station's key"):
        load_key(home, lambda: PIN)
    for cut in (whole[:-1], whole[:60]):
        path.write_text(cut)
        with pytest.raises(StoreError, match="changed or cut"):
            load_key(home, lambda: PIN)


@pytest.mark.parametrize("data", [None, b"no library"])
def test_without_a_library_no_key_is_made(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "token.dll").write_bytes(data)
    with pytest.raises(InputError, match="token does not answer"):
        make_key(tmp_path / "home", PIN, token=tmp_path / "token.dll")
    assert not (tmp_path / "home").exists()


def test_a_station_begins_and_records_with_a_key_in_a_token(
    drawer: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(drawer)
    begin = ("init", "--place", "51.08", "--station", "Gudang-1", "--pkcs11", LIBRARY)
    refused = terminal(*begin)
    assert refused.code == 2 and "nobody is there to type it" in refused.err
    monkeypatch.setenv("SERAH_PASSPHRASE", OTHER)
    assert terminal(*begin).code == 2 and not (terminal.home / FILE_NAME).exists()
    monkeypatch.setenv("SERAH_PASSPHRASE", PIN)
    begun = terminal(*begin)
    assert begun.code == 0 and "recovery" not in begun.err and "not protected" not in begun.err
    begin_anew()
    (terminal.home.parent / "places.csv").write_text(PLACES)
    assert terminal("load", terminal.home.parent / "places.csv").code == 0
    assert terminal("verify").code == 0 and terminal("items").code == 0
    key = next(line for line in terminal("doctor", "--camera", "none").out.splitlines() if "Station key" in line)
    assert "in a token, under its PIN" in key
    assert terminal("recovery", "--shares", "2of3", "--out", "sheets.pdf").code == 2
    for more in (("--continue",), ("--recover",)):
        assert "--pkcs11 makes a new key" in terminal("init", *more, "--pkcs11", LIBRARY).err
    went_on = terminal("init", "--continue", "--new-key", "--pkcs11", LIBRARY)
    assert went_on.code == 0, went_on.err
