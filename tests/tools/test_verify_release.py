"""A signed release is accepted as it is, and refused with anything in it changed; openssl says the same."""

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.checkpoint import read_note, sign_note
from tests.support.portable import needs_links
from tests.support.tool_examples import load_tool
from tools.release.enclosed import KEY_NAME, public_pem, release_key, signed, sums
from tools.release.parts import ReleaseError, Source

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
MADE = Source("c" * 40, 1_790_000_000, "0.9.0", "", True)
NAMES = ("serah-0.9.0-windows-x64.zip", "serah_0.9.0_amd64.deb", "LICENCES.txt")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(name.encode() * 100)
    write(folder, signed(sums(MADE, folder.iterdir()), KEY))
    (tmp_path / "key.pem").write_bytes(public_pem(KEY))
    return folder


def write(folder: Path, note: str) -> None:
    (folder / "SHA256SUMS").write_text(note, "utf-8", newline="\n")


def listed(folder: Path) -> str:
    return (folder / "SHA256SUMS").read_text("utf-8")


def checked(folder: Path, *options: str) -> int:
    code: int = load_tool("verify_release").main([str(folder), "--key", str(folder.parent / "key.pem"), *options])
    return code


def test_a_release_as_it_was_signed_is_accepted(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(release) == 0
    assert "Serah 0.9.0: 3 berkas" in capsys.readouterr().out
    (release / NAMES[1]).unlink()
    (release / "holiday.jpg").touch()
    assert checked(release, "--only", NAMES[0]) == 0, "whoever downloads one file, among others, checks that one"


def flip_a_bit(folder: Path) -> None:
    data = bytearray((folder / NAMES[0]).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / NAMES[0]).write_bytes(data)


def cut_a_file(folder: Path) -> None:
    (folder / NAMES[1]).write_bytes((folder / NAMES[1]).read_bytes()[:-1])


def remove_a_file(folder: Path) -> None:
    (folder / NAMES[2]).unlink()


def add_a_file(folder: Path) -> None:
    (folder / "setup.exe").write_bytes(b"MZ")


def exchange_two_files(folder: Path) -> None:
    one, other = folder / NAMES[0], folder / NAMES[1]
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)


def lead_a_name_elsewhere(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    (folder / NAMES[0]).rename(elsewhere)
    (folder / NAMES[0]).symlink_to(elsewhere)


def list_another_digest(folder: Path) -> None:
    cut_a_file(folder)
    old = signed(sums(MADE, [folder / name for name in NAMES]), KEY).split("\n\n")[0]
    write(folder, old + "\n\n" + listed(folder).split("\n\n")[1])


def leave_a_file_out_of_the_list(folder: Path) -> None:
    remove_a_file(folder)
    write(folder, "".join(line for line in listed(folder).splitlines(keepends=True) if NAMES[2] not in line))


def sign_with_another_key(folder: Path) -> None:
    write(folder, signed(sums(MADE, [folder / name for name in NAMES]), OTHER))


def sign_for_another_key(folder: Path) -> None:
    text = sums(MADE, [folder / name for name in NAMES])
    write(folder, sign_note(text, KEY_NAME, KEY.public_key().public_bytes_raw(), OTHER.sign))


def sign_under_another_name(folder: Path) -> None:
    text = sums(MADE, [folder / name for name in NAMES])
    write(folder, sign_note(text, "serah-station", KEY.public_key().public_bytes_raw(), KEY.sign))


def take_the_signature_away(folder: Path) -> None:
    write(folder, listed(folder).partition("\n\n")[0] + "\n")


def take_another_versions_list(folder: Path) -> None:
    write(folder, listed(folder).replace("Serah 0.9.0", "Serah 0.9.1"))


def end_lines_as_windows_does(folder: Path) -> None:
    write(folder, listed(folder).replace("\n", "\r\n"))


def write_the_signature_in_another_way(folder: Path) -> None:
    """The last letter before `=` has two bits that nobody reads."""
    note = listed(folder)
    write(folder, note[:-3] + chr(ord(note[-3]) + 1) + note[-2:])
    assert base64.b64decode(note.split()[-1]) == base64.b64decode(listed(folder).split()[-1])


def name_a_file_outside(folder: Path) -> None:
    """Signed by the release key itself: the form of the list holds, whoever signs."""
    text = sums(MADE, [folder / name for name in NAMES]) + f"{'0' * 64}  ../key.pem\n"
    write(folder, sign_note(text, KEY_NAME, KEY.public_key().public_bytes_raw(), KEY.sign))


def name_a_file_twice(folder: Path) -> None:
    text = sums(MADE, [folder / name for name in NAMES]) + f"{'0' * 64}  {NAMES[0].upper()}\n"
    write(folder, sign_note(text, KEY_NAME, KEY.public_key().public_bytes_raw(), KEY.sign))


ALTERATIONS = (
    (flip_a_bit, "altered"),
    (cut_a_file, "altered"),
    (remove_a_file, "absent"),
    (add_a_file, "added"),
    (exchange_two_files, "altered"),
    pytest.param(lead_a_name_elsewhere, "altered", marks=needs_links()),
    (list_another_digest, "key"),
    (leave_a_file_out_of_the_list, "key"),
    (sign_with_another_key, "key"),
    (sign_for_another_key, "key"),
    (sign_under_another_name, "form"),
    (take_the_signature_away, "form"),
    (take_another_versions_list, "key"),
    (end_lines_as_windows_does, "form"),
    (write_the_signature_in_another_way, "key"),
    (name_a_file_outside, "form"),
    (name_a_file_twice, "twice"),
)


@pytest.mark.parametrize(("alter", "found"), ALTERATIONS)
def test_an_altered_release_is_refused(
    release: Path, capsys: pytest.CaptureFixture[str], alter: Callable[[Path], None], found: str
) -> None:
    alter(release)
    assert checked(release) == 1
    indonesian, english = load_tool("verify_release").SAID[found]
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("SALAH: " + indonesian.partition("{")[0])
    assert said[1].startswith("WRONG: " + english.partition("{")[0])


def test_without_a_list_or_a_key_it_says_so_in_a_line(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (release / "SHA256SUMS").unlink()
    assert checked(release) == 2
    (release.parent / "key.pem").write_text("no key")
    assert checked(release) == 2
    assert all(line.startswith("verify_release: ") for line in capsys.readouterr().err.splitlines())


def test_the_list_is_a_signed_note_as_heads_of_logs_are(release: Path) -> None:
    public = KEY.public_key().public_bytes_raw()
    assert read_note(listed(release)).text_signed_by(KEY_NAME, public) == sums(MADE, [release / name for name in NAMES])


@pytest.mark.skipif(not shutil.which("openssl") or not shutil.which("sha256sum"), reason="needs openssl and sha256sum")
def test_openssl_and_sha256sum_accept_the_list_as_the_document_says(release: Path) -> None:
    document = (Path(__file__).parents[2] / "docs" / "releasing.md").read_text("utf-8")
    (script,) = [block for block in document.split("```sh\n")[1:] if "openssl pkeyutl" in block]
    (release / "release-key.pem").write_bytes(public_pem(KEY))
    script = "set -e\n" + script.partition("```")[0]

    def ran() -> int:
        return subprocess.run(["sh", "-c", script], cwd=release, capture_output=True, check=False).returncode

    assert ran() == 0
    (release / "release-key.pem").write_bytes(public_pem(OTHER))
    assert ran() != 0
    (release / "release-key.pem").write_bytes(public_pem(KEY))
    flip_a_bit(release)
    assert ran() != 0


def test_a_release_key_is_an_ed25519_key_that_openssl_made(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(ReleaseError, match="cannot be read"):
        release_key(path)
    path.write_text("no key")
    with pytest.raises(ReleaseError, match="holds no key"):
        release_key(path)
    if shutil.which("openssl"):
        for kind, options in (("ed25519", []), ("ed448", []), ("ed25519", ["-aes256", "-pass", "pass:rahasia"])):
            subprocess.run(
                ["openssl", "genpkey", "-algorithm", kind, *options, "-out", path], check=True, capture_output=True
            )
            if kind == "ed448":
                with pytest.raises(ReleaseError, match="no Ed25519 key"):
                    release_key(path)
            elif options:
                with pytest.raises(ReleaseError, match="RELEASE_PASSPHRASE"):
                    release_key(path)
                with pytest.raises(ReleaseError, match="another one"):
                    release_key(path, b"salah")
                assert release_key(path, b"rahasia")
            else:
                assert release_key(path)
