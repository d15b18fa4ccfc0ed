"""Packages for Linux as users get them: installed by dpkg in a copy of this system, run without a network, removed.

The copy is an overlay that is thrown away, in a namespace without a network: nothing reaches this computer. Needs root,
Debian with the Python of its package, and a network once, for the wheels.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.release import packages
from tools.release.parts import ReleaseError, Source

MADE = Source("HEAD", 1_790_000_000, "0.9.0", "### Labels\n", False)
APART = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c"]
_OVERLAY = """
mount -t tmpfs none "$1" && mkdir "$1/up" "$1/work" "$1/root" &&
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root" || exit 77
"""
_INSTALL = """
cp "$2" "$1/root/opt/serah.deb"
mount --bind /proc "$1/root/proc"; mount --bind /dev "$1/root/dev"; mount -t tmpfs none "$1/root/tmp"
printf '%s' "$3" >"$1/root/opt/inside.sh"
chroot "$1/root" /bin/sh /opt/inside.sh
"""
_INSIDE = """
set -e
dpkg --install /opt/serah.deb
echo "STATUS $(dpkg-query --show --showformat '${db:Status-Status}' serah)"
command -v desktop-file-validate >/dev/null && desktop-file-validate /usr/share/applications/serah.desktop
cat >/opt/user.sh <<'USER'
set -e
cd; export SERAH_LANG=en
serah --version
serah init --place 51.08 --station Gudang-1 --election "Pemilu 2024" </dev/null
serah load /usr/lib/serah/examples/buleleng/places.csv /usr/lib/serah/examples/buleleng/needs.csv
serah plan --place 51.08.01.2001
serah labels --to 51.08.01.2001 --sheet a4-3x7 --out labels.pdf
serah decode labels.pdf >read.txt
echo "READ $(grep -o '[0-9A-Z]*[*]01$' read.txt | sort -u | wc -l)"
serah doctor --camera none
serah verify
USER
useradd --create-home petugas
su petugas -c "sh /opt/user.sh"
test -n "$(find /usr/lib/serah -name __pycache__)"
dpkg --purge serah
test ! -e /usr/lib/serah && test ! -e /usr/bin/serah && test -f /home/petugas/.local/share/serah/ledger.db
echo REMOVED
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux")]


def apart(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a script with no network and mounts of its own; 77 where this system does not let us."""
    command = [*APART, script, "sh", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def made_by(make: Callable[[Path, Source], Path], folder: Path) -> Path:
    """The package; skips where its wheels cannot be had."""
    try:
        return make(folder, MADE)
    except ReleaseError as error:
        pytest.skip(f"no network: {error}")


@pytest.mark.skipif(not shutil.which("dpkg-deb") or not shutil.which("unshare"), reason="needs dpkg and unshare")
def test_the_package_of_debian_is_installed_runs_for_a_user_and_is_removed(tmp_path: Path) -> None:
    if not Path(f"/usr/bin/python{packages.DEBIAN_PYTHON}").exists():
        pytest.skip("needs the Debian that the package is for")
    place = tmp_path / "system"
    place.mkdir()
    if apart(_OVERLAY, place).returncode:
        pytest.skip("this system lets nobody make a copy of itself")
    ran = apart(_OVERLAY + _INSTALL, place, made_by(packages.debian, tmp_path), _INSIDE)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "SyntaxError" not in ran.stdout + ran.stderr, "compiled by another Python than Debian's"
    lines = ran.stdout.splitlines()
    assert {"STATUS installed", "Serah 0.9.0", "REMOVED"} <= set(lines), lines
    [registered] = re.findall(r"^(\d+) items registered\.$", ran.stdout, re.MULTILINE)
    assert f"READ {registered}" in lines and int(registered) > 20, lines
    assert not list(place.iterdir()) and not Path("/usr/lib/serah").exists()


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_the_tar_sets_itself_up_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PYTHONS", (f"{sys.version_info[0]}.{sys.version_info[1]}",))
    if apart("exit 0").returncode:
        pytest.skip("this system lets nobody leave the network")
    with tarfile.open(made_by(packages.linux_tar, tmp_path)) as archive:
        archive.extractall(tmp_path / "Bu Sri", filter="data")
    top = tmp_path / "Bu Sri" / "serah-0.9.0"
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    steps = (
        'cd "$1" && export PYTHON="$2" SERAH_LANG=en SERAH_HOME="$1/data" && ./serah --version && '
        "./serah init --place 51.08 --station Gudang-1 </dev/null && ./serah doctor --camera none && "
        'XDG_DATA_HOME="$1/share" ./menu && '
        '{ ! command -v desktop-file-validate || desktop-file-validate "$1/share/applications/serah.desktop"; }'
    )
    ran = apart(steps, top, base)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Serah 0.9.0" in ran.stdout and (top / "data" / "ledger.db").is_file()
    assert os.access(top / ".venv" / "bin" / "python", os.X_OK)
