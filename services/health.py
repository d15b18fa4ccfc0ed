"""Checks of this computer and this station, each with the command that fixes it: for `doctor` and the page."""

import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from custody.errors import N_, CustodyError
from db.log import quarantine
from db.log.quarantine import MAX_LOGS, Strangers
from db.read_only import cannot_be_written, is_read_only
from db.station_key import FILE_NAME, has_token, is_protected, read_public
from db.store import Store
from language import _, ngettext
from language.text import error_text, fill, hint_text, number, printable
from scanner.outcomes import Beep
from scanner.sources.camera_list import in_words
from scanner.sources.camera_open import Machine, this_machine
from scanner.sources.frames import monotonic_ms
from scanner.ui.sound import find_ways, player_name
from services.exchange.hub_client import CutError, HubClient
from services.exchange.invitation import hub_here, known_hub
from services.paths import is_on_network, synchronised_by
from services.plan.profiles import profile_shown
from services.progress_bar import Progress, unseen
from services.scanning.handover_papers import unwitnessed_words
from tables.output.own_files import LEDGER_FILE
from tables.output.private_files import how_to_keep_private, is_open_to_others

Health = Literal["ok", "warning", "broken", "unseen"]
"""`unseen`: what needs somebody's eyes or ears, and nobody looked."""
MIN_FREE_MB = 500
BEHIND_S = 60
"""So long lists at a hub may lack what arrived, before somebody should know."""
_MEASURING_MS = 20_000.0
_NAMED, _NEAR = 3, 0.8
_OPENCV = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
_NEEDED = ("opencv-python", "zxing-cpp", "reportlab", "peewee", "apsw", "cryptography", "python-calamine", "XlsxWriter")


_FIXED_IN = {(3, 11): 10, (3, 12): 6}
"""The first patch release of each line of Python in which CVE-2024-7592 is fixed; every 3.13 has it."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: its name, its health, what was found, and the command that fixes it."""

    name: str
    health: Health
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The station that is looked at: its folder, how its ledger is opened, the clock, and whether we serve it now."""

    home: Path
    open_store: Callable[[], AbstractContextManager[Store]]
    now_utc: Callable[[], str]
    is_serving: bool = False


def looks(at: Looked, *, camera: str | None, sound: bool = False) -> Iterator[Check]:
    """What each look finds, as it is found.

    Args:
        camera: the camera to try; None: another session has it.
        sound: play the sounds too.
    """
    yield from _python()
    yield from _packages()
    yield from _second_reader()
    yield from _fonts()
    if camera is not None:
        yield from look_at_camera(camera)
    yield from _sound(sound)
    yield from _disk(at.home)
    yield from look_at_ledger(at)


def _python() -> Iterator[Check]:
    found = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    if sys.version_info < (3, 11):  # noqa: UP036 -- nothing else stops an older Python before this
        yield Check(_("Python"), "broken", found, _("Install Python 3.11 or newer."))
    elif (first := lacks_fixes(sys.version_info[:3])) is not None:
        remedy = _("Install Python {version} or newer: it has security fixes (CVE-2024-7592).").format(version=first)
        yield Check(_("Python"), "warning", found, remedy)
    else:
        yield Check(_("Python"), "ok", found)


def lacks_fixes(version: tuple[int, int, int]) -> str | None:
    """Return the first release of this Python's line that has the security fixes that we know to matter; None: it has.

    Serah reads cookies by itself and is not open to CVE-2024-7592; other programs of the same Python are.
    """
    patch = _FIXED_IN.get(version[:2])
    return None if patch is None or version[2] >= patch else f"{version[0]}.{version[1]}.{patch}"


def _packages() -> Iterator[Check]:
    install = "python -m pip install -r requirements.txt"
    missing = [name for name in _NEEDED if _version(name) is None]
    if missing:
        yield Check(_("Packages"), "broken", _("missing: {names}").format(names=", ".join(missing)), install)
    else:
        yield Check(_("Packages"), "ok", ", ".join(f"{name} {_version(name)}" for name in _NEEDED))
    several = [name for name in _OPENCV if _version(name) is not None]
    if len(several) > 1:
        names = " ".join(several)
        remedy = f"python -m pip uninstall -y {names} && {install}"
        yield Check("OpenCV", "broken", _("{names} overwrite each other").format(names=names), remedy)
    try:
        import cv2
    except ImportError as error:
        yield Check("OpenCV", "broken", printable(str(error), 200), _system_command("libgl1 libglib2.0-0t64", "", ""))
    else:
        yield Check("OpenCV", "ok", f"cv2 {cv2.__version__}")


def _second_reader() -> Iterator[Check]:
    from scanner.decoding.picture_reader import engines

    there = engines()
    if "zbar" in there or "pyzbar" in there:
        yield Check(_("QR readers"), "ok", ", ".join(there))
        return
    yield Check(
        _("QR readers"),
        "warning" if there else "broken",
        _("{readers}; the second reader (pyzbar) finds no zbar library; everything works without it").format(
            readers=", ".join(there) or "-"
        ),
        _system_command("libzbar0t64", "zbar", _("Install the Visual C++ 2013 runtime (vcredist_x64.exe).")),
    )


def _system_command(debian: str, brew: str, windows: str) -> str:
    match platform.system():
        case "Darwin":
            return f"brew install {brew}" if brew else ""
        case "Windows":
            return windows
        case _:
            return f"sudo apt-get install {debian}"


def _fonts() -> Iterator[Check]:
    try:
        import reportlab
    except ImportError:
        return
    if all((Path(reportlab.__file__).parent / "fonts" / name).is_file() for name in ("Vera.ttf", "VeraBd.ttf")):
        yield Check(_("Fonts"), "ok", "Bitstream Vera")
    else:
        remedy = "python -m pip install --force-reinstall reportlab"
        yield Check(_("Fonts"), "broken", _("reportlab's own fonts are missing"), remedy)


def look_at_camera(spec: str, machine: Machine | None = None) -> Iterator[Check]:
    """Try a camera of this computer, or of `machine`: whether it gives pictures, and what its settings do for them."""
    from scanner.sources.camera import open_camera

    machine = machine or this_machine()
    if cameras := machine.listed():
        yield Check(_("Cameras"), "ok", in_words(cameras))
    name, told = _("Camera {number}").format(number=printable(spec)), list[str]()
    found = list[str]()
    try:
        with open_camera(
            spec,
            clock=monotonic_ms,
            notify=told.append,
            machine=machine,
            on_settings=lambda settings: found.append(settings.in_words()),
        ) as source:
            began_ms = monotonic_ms()
            for frame in source:
                if found or (not frame.is_blank and monotonic_ms() - began_ms > _MEASURING_MS):
                    break
    except CustodyError as error:
        yield Check(name, "warning", error_text(error), hint_text(error))
        return
    yield Check(name, "ok", "; ".join([*told[:1], *found]))


def _sound(is_asked: bool) -> Iterator[Check]:
    from contextlib import ExitStack
    from typing import get_args

    player = player_name()
    if player is None:
        remedy = _system_command("alsa-utils", "", "")
        yield Check(_("Sound"), "warning", _("no player is here; the terminal's bell sounds instead"), remedy)
        return
    with ExitStack() as stack:
        ways = find_ways(stack, None) if is_asked else []
        if all(way(beep) for way in ways for beep in get_args(Beep)):
            yield Check(_("Sound"), "ok", player)
        else:
            words = _("{player} plays nothing; the terminal's bell sounds instead")
            yield Check(_("Sound"), "warning", words.format(player=player), _("Check the loudspeaker and its volume."))


def _disk(home: Path) -> Iterator[Check]:
    there = next(folder for folder in (home, *home.resolve().parents) if folder.exists())
    free_mb = shutil.disk_usage(there).free // 1_000_000
    found = _("{free} MB free at {path}").format(free=number(free_mb), path=home)
    own_disk = _("Keep the ledger on the computer's own disk: --home FOLDER")
    if (service := synchronised_by(home)) is not None:
        found = _("{path} is copied by {service} while it is written").format(path=home, service=printable(service))
        yield Check(_("Disk"), "warning", found, own_disk)
    elif is_on_network(home):
        yield Check(_("Disk"), "warning", _("{path} is another computer's folder").format(path=home), own_disk)
    if free_mb < MIN_FREE_MB:
        yield Check(_("Disk"), "warning", found, _("Free some space: a full disk stops recording."))
    else:
        yield Check(_("Disk"), "ok", found)


def look_at_ledger(at: Looked) -> Iterator[Check]:
    """Check the ledger, its witnesses, its key and the clock."""
    now = at.now_utc()
    wal = at.home / f"{LEDGER_FILE}-wal"
    in_use = wal.is_file() and wal.stat().st_size > 0  # before we open it ourselves
    try:
        with at.open_store() as store:
            own = store.ledger.own_log()
            newest = store.ledger.newest_time(own.id)
            began_with = str(store.ledger.event_at(own.id, 1).body["public_key"])
            trouble = store.ledger.trouble()
            events = sum(head["size"] for head in store.ledger.heads())
            unwitnessed = store.heads.unwitnessed()
            put_back = _put_back(store)
            strangers = _strangers(store)
            profile = profile_shown(store)
    except CustodyError as error:
        is_there = (at.home / LEDGER_FILE).exists()  # a folder where no station has begun is not ill
        yield Check(_("Ledger"), "broken" if is_there else "warning", error_text(error), hint_text(error))
        yield _clock(now, None)
        return
    yield from _readable_by_others(at.home / LEDGER_FILE, _("Ledger"))
    yield from _read_only(at.home / LEDGER_FILE)
    yield Check(_("Profile"), "ok", str(profile))
    if trouble:
        yield Check(_("Ledger"), "broken", trouble, _("Keep the file as it is and go on with a copy from a backup."))
    else:
        words = _("station {station} at {place}, events: {count}")
        yield Check(_("Ledger"), "ok", words.format(station=own.station, place=own.place, count=number(events)))
    if put_back:
        yield put_back
    yield strangers
    yield Check(_("Witnesses"), "ok", unwitnessed_words(unwitnessed))
    never = fill(N_("Never copy the file while Serah runs. Run: {way}"), {"way": "backup"})
    if in_use:
        found = _("the ledger is in use, or was not closed: newer records are in {path} beside it").format(path=wal)
        yield Check(_("Copies"), "ok" if at.is_serving else "warning", found, never)
    elif (at.home / LEDGER_FILE).exists():
        yield Check(_("Copies"), "ok", _("all records are in the one file at this moment"), never)
    yield _key(at.home, began_with)
    yield _clock(now, newest)


def look_at_hub(at: Looked) -> Iterator[Check]:
    """Check the hub that runs here, else the one that this station knows, by asking it."""
    name = _("Hub")
    try:
        with at.open_store() as store:
            address = hub_here(store, at.home).invitation or known_hub(at.home)
        client = HubClient(address)
        try:
            answer = client.ask("GET", "/healthz")
            told = json.loads(answer.body)
            waiting, behind_s, status = int(told["waiting"]), float(told["behind_s"]), str(told["status"])
        finally:
            client.close()
    except CustodyError as error:
        yield Check(name, "broken", error_text(error), hint_text(error))
        return
    except (CutError, ValueError, TypeError, KeyError):
        yield Check(name, "broken", _("it answers, and not as a hub of this version"), _("Start the hub again."))
        return
    found = _("{address} answers; stored records that lists do not show yet: {count}, for {seconds} s")
    found = found.format(address=address, count=number(waiting), seconds=number(round(behind_s)))
    if status == "full":
        yield Check(name, "broken", found, _("Free some space: a full disk stops recording."))
    elif answer.status != 200:
        stuck = _("Its ledger does not answer. Start the hub again: what it acknowledged is stored.")
        yield Check(name, "broken", found, stuck)
    else:
        patience = _("Lists and reports follow once fewer stations send at once; receipts do not wait for them.")
        yield Check(name, "warning" if behind_s > BEHIND_S else "ok", found, patience if behind_s > BEHIND_S else "")


def _read_only(path: Path) -> Iterator[Check]:
    """That nothing can be recorded, where the ledger is on a medium that can only be read: an auditor may want that."""

    if is_read_only(path):
        refusal = cannot_be_written(str(path))
        yield Check(_("Ledger"), "warning", error_text(refusal), hint_text(refusal))


def rebuilt(at: Looked, progress: Progress = unseen) -> Iterator[Check]:
    """Check the tables of the present state, rebuilt from the records."""
    name = _("Present state")
    try:
        with at.open_store() as store:
            total = store.ledger.code_count()
            with progress(total, _("Folding the records")) as done:
                count = store.projection.rebuild(done)
            store.heads.recheck()
    except CustodyError as error:
        yield Check(name, "broken", error_text(error), hint_text(error))
        return
    words = ngettext("rebuilt from the records of {count} item", "rebuilt from the records of {count} items", count)
    yield Check(name, "ok", words.format(count=number(count)), fill(N_("See that all fits: {way}"), {"way": "verify"}))


def _strangers(store: Store) -> Check:
    """Check how much space the logs that are not admitted take, and which takes most."""

    kept = Strangers(store).kept()
    size = sum(one.bytes for one in kept)
    words = _("{logs} of at most {most_logs} logs, {size} of at most {most} MB")
    found = words.format(
        logs=number(len(kept)),
        most_logs=number(MAX_LOGS),
        size=number(-(-size // 1_000_000)),
        most=number(quarantine.MAX_BYTES // 1_000_000),
    )
    if not kept:
        return Check(_("Not admitted"), "ok", found)
    shown = ", ".join(printable(f"{one.log} ({one.station})", 120) for one in kept[:_NAMED])
    found += "; " + _("most of it: {logs}").format(logs=shown)
    is_near = len(kept) > MAX_LOGS * _NEAR or size > quarantine.MAX_BYTES * _NEAR
    drop = N_("Let root admit the station: {way}. Drop what nobody knows: {drop_way}")
    remedy = fill(drop, {"way": "admit", "drop_way": "drop"})
    return Check(_("Not admitted"), "warning" if is_near else "ok", found, remedy)


def _put_back(store: Store) -> Check | None:
    """Check for signs that this ledger is an older copy of itself."""
    try:
        store.heads.refuse_if_rolled_back()
    except CustodyError as error:
        return Check(_("Ledger"), "broken", error_text(error), hint_text(error))
    return None


def _key(home: Path, began_with: str) -> Check:
    path = home / FILE_NAME
    try:
        public_key = read_public(home)
    except CustodyError as error:
        return Check(_("Station key"), "broken", error_text(error), hint_text(error))
    if public_key.hex() != began_with:
        found = _("{path} is not the key that began this log").format(path=path)
        return Check(_("Station key"), "broken", found, _("Put the key back that belongs to this ledger."))
    if warning := next(_readable_by_others(path, _("Station key")), None):
        return warning
    guard = _("locked with a passphrase") if is_protected(home) else _("not locked with a passphrase")
    guard = _("in a token, under its PIN") if has_token(home) else guard
    return Check(_("Station key"), "ok", f"{path}, {guard}")


def _readable_by_others(path: Path, name: str) -> Iterator[Check]:
    """A warning where other users of this computer may read or write a file."""
    if path.exists() and is_open_to_others(path):
        yield Check(name, "warning", _("others may read {path}").format(path=path), how_to_keep_private(path))


def _clock(now: str, newest: str | None) -> Check:
    remedy = _("Set the computer's date and time.")
    if now < "2024":
        return Check(_("Clock"), "warning", now, remedy)
    if newest is not None and newest > now:
        found = _("{now} is before the newest record, {newest}").format(now=now, newest=newest)
        return Check(_("Clock"), "warning", found, remedy)
    offset = datetime.now(UTC).astimezone().strftime("%z")
    return Check(_("Clock"), "ok", f"{now} (UTC{offset[:3]}:{offset[3:]})")


def _version(package: str) -> str | None:
    from importlib import metadata  # slow to import, and every command would pay for it

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
