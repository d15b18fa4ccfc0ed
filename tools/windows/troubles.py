"""What differs on Windows, and what goes wrong in a warehouse, tried on the unpacked release under wine."""

import json
import re
import urllib.request
from pathlib import Path

from tools.windows.console import CTRL_C, Console, console
from tools.windows.trial import PAGE_S, STATION, TRUCK, VILLAGE, WAREHOUSE, Release, StepError, Steps, called, wine_path

CODE_PAGES = (437, 1252, 65001)
CLOCKS = {"Asia/Jakarta": "+07:00", "Asia/Makassar": "+08:00", "Asia/Jayapura": "+09:00"}
"""Time zones of Indonesia: WIB, WITA, WIT."""
_FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_LOCAL = r"%USERPROFILE%\AppData\Local"
"""Where Windows keeps which folder is the user's own, and what stands there."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


class Troubles:
    """What is tried with a release in which a station has begun and things are registered."""

    def __init__(self, release: Release) -> None:
        self.release, self.windows = release, release.windows

    def shell(self, line: str, code: int = 0, *, says_wrong: bool = False, **variables: str) -> str:
        """What a line says in a window of Windows' own shell, in the folder of the release's folder."""
        return called(
            self.windows, "cmd", "/c", line, code=code, says_wrong=says_wrong, cwd=self.release.work, **variables
        )

    def refused(self, *arguments: str, code: int = 2) -> str:
        """The line with which a command refuses. Raises StepError where it does not, or not in a line and a hint."""
        said = called(self.windows, self.release.top / "serah.cmd", *arguments, code=code, says_wrong=True)
        if "Traceback" in said or not re.search(r"^Error: .+\n  .+\s*\Z", said, re.MULTILINE):
            raise StepError(said)
        return next(line for line in said.splitlines() if line.startswith("Error: "))

    def program(self, *arguments: str) -> tuple[Path | str, ...]:
        """The command line behind the launchers: wine's own shell dies of Ctrl-C, where Windows' asks."""
        return self.release.top / "python" / "python.exe", self.release.top / "program" / "start.py", *arguments

    def ctrl_c_ends_the_page(self) -> None:
        with console(self.windows, *self.program("serve", "--no-browser"), SERAH_LANG="en") as window:
            window.wait_for("Ctrl-C ends it")
            window.press(CTRL_C)
            ended = window.end()
            if ended or "What was scanned is kept" not in window.text:
                raise StepError(f"ended with {ended}: {window.text}")

    def ctrl_c_leaves_a_scan_to_go_on_with(self) -> str:
        code = json.loads(self.release.serah("items", "--held-by", WAREHOUSE, "--json").splitlines()[0])["code"]
        way = ("scan", "--from", WAREHOUSE, "--to", VILLAGE, "--source", "-")
        with console(self.windows, *self.program(*way), SERAH_LANG="en", SERAH_BY="Made") as window:
            window.wait_for("Scan or type")
            window.press(f"{code}\r")
            window.wait_for("1 of ")  # taken, and so on disk
            window.press(CTRL_C)
            window.press("\r")  # wine, unlike Windows, goes on waiting for the line
            ended = window.end()
            if ended != 2 or "drafts --resume" not in window.text or "Traceback" in window.text:
                raise StepError(f"ended with {ended}: {window.text}")
        kept = json.loads(self.release.serah("drafts", "--json"))["scanned"]
        if kept != 1:
            raise StepError(f"{kept} labels are kept of 1")
        return self.release.verify()

    def two_windows_show_one_ledger(self) -> str:
        begun = self.release.top / "MULAI.cmd", "--no-browser"
        with console(self.windows, *begun) as one, console(self.windows, *begun) as other:
            addresses = [address_of(window) for window in (one, other)]
            for address in addresses:
                with urllib.request.urlopen(address + "api/alive", timeout=PAGE_S) as answer:
                    if json.load(answer)["station"] != "Gudang-1":
                        raise StepError("another station answers")
            self.release.serah("items", "--to", STATION)
        self.windows.stop()  # both are ended in the midst, as by the power
        return f"{', '.join(addresses)}, then {self.release.verify()}"

    def a_stick_has_another_letter(self) -> str:
        """The release and its data on a stick that comes as E: and then as F:."""
        drives = self.windows.prefix / "dosdevices"
        said = []
        for letter in ("e:", "f:"):
            (drives / letter).symlink_to(self.release.work)
            try:
                said.append(called(self.windows, f"{letter}\\{self.release.top.name}\\serah.cmd", "verify"))
            finally:
                (drives / letter).unlink()
        if said[0] != said[1]:
            raise StepError("\n".join(said))
        return said[0].splitlines()[0]

    def a_stick_is_pulled(self) -> str:
        return self.refused("backup", r"E:\copy.db")

    def a_path_has_300_letters(self) -> str:
        deep = wine_path(self.release.work) + "\\" + "\\".join(["d" * 60] * 5)
        said = self.refused("backup", rf"{deep}\copy.db")
        if "name too long" not in said:
            raise StepError(said)
        return said[:80]

    def consoles_of_old_code_pages(self) -> None:
        for page in CODE_PAGES:
            line = rf"chcp {page} && Serah\serah.cmd backup 投票š-{page}.db > said.txt"
            with console(self.windows, "cmd", "/c", line, cwd=self.release.work, SERAH_LANG="en") as window:
                ended = window.end(PAGE_S)
            said = (self.release.work / "said.txt").read_text("utf-8")
            if ended or f"Copied to 投票š-{page}.db" not in said or str(page) not in window.text:
                raise StepError(f"{page}, ended with {ended}: {window.text}{said}")

    def clocks_of_indonesia(self) -> None:
        for zone, offset in CLOCKS.items():  # wine takes Windows' zone from TZ, which Windows' programs must not see
            said = self.shell(r"set TZ=& Serah\serah.cmd doctor --camera none", TZ=zone, SERAH_LANG="en")
            if f"(UTC{offset})" not in said:
                raise StepError(f"{zone}: {said}")

    def no_camera(self) -> str:
        """There is none under wine: both ways to list and to open one are gone through, and refuse."""
        return self.refused("scan", "--from", WAREHOUSE, "--to", TRUCK, "--source", "0", code=3)

    def data_in_the_users_folder(self) -> str:
        """A user's name with a quote, blanks and letters beyond ASCII; no `data` beside the program."""
        away = self.release.data.rename(self.release.top / "data-away")
        user = ("add", _FOLDERS, "/v", "Local AppData", "/d", wine_path(self.release.work / "O'Brien (投票)"), "/f")
        called(self.windows, "reg", *user)
        try:
            said = self.release.serah("init", "--place", VILLAGE, "--station", "PPS-1")
        finally:
            called(self.windows, "reg", "add", _FOLDERS, "/v", "Local AppData", "/d", _LOCAL, "/f")
            away.rename(self.release.data)
        (made,) = self.release.work.glob("O'Brien*/serah/ledger.db")
        return f"{made.relative_to(self.release.work)}: {said.splitlines()[0]}"


def address_of(window: Console) -> str:
    """Where the page is that this window serves. Raises StepError where it does not say."""
    window.wait_for("http://127.0.0.1:")
    window.wait_for("/", 5)
    found = _ADDRESS.search(window.text)
    if not found:
        raise StepError(window.text)
    return found[0]


def troubles(steps: Steps, release: Release) -> None:
    """Try each of them."""
    tried = Troubles(release)
    steps.run("Ctrl-C at the page", tried.ctrl_c_ends_the_page)
    steps.run("Ctrl-C in a scan", tried.ctrl_c_leaves_a_scan_to_go_on_with)
    steps.run("two windows", tried.two_windows_show_one_ledger)
    steps.run("another drive letter", tried.a_stick_has_another_letter)
    steps.run("a stick that was pulled", tried.a_stick_is_pulled)
    steps.run("a path of 300 letters", tried.a_path_has_300_letters)
    steps.run("consoles of code pages 437, 1252, 65001", tried.consoles_of_old_code_pages)
    steps.run("clocks of WIB, WITA, WIT", tried.clocks_of_indonesia)
    steps.run("no camera", tried.no_camera)
    steps.run("data in the user's folder", tried.data_in_the_users_folder)
