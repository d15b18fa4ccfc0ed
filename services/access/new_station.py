"""How a station begins, or goes on with a new log: key, ledger and card, all of them or none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from custody.errors import N_, InputError, StoreError
from custody.format.encoding import key_fingerprint
from custody.format.events import Event
from db.station_key import FILE_NAME, has_token, is_protected, make_key, refuse_key, refuse_short
from db.store import Surroundings, open_store
from evidence.checkpoint import Signer
from services.exchange.transfer import import_bundles
from services.plan.profiles import ProfileShown, ReadProfile, is_only_begun, profile_shown, record_profile
from services.progress_bar import Progress, unseen
from services.records.going_on import go_on as go_on_with
from services.records.going_on import lost_log
from services.records.introducing import cards_in, is_card
from services.records.membership import make_card
from tables.output.own_files import LEDGER_FILE
from tables.output.safe_file import put_in_place, safe_file

CARD_FILE = "station-card.json"
SHEET_FILE = "KEYSHEET.pdf"


@dataclass(frozen=True)
class StationHome:
    """Where a station begins: its folder, the address of its ledger, what the store takes from outside, its own key."""

    home: Path
    db_url: str
    around: Surroundings
    load_key: Callable[[], Signer]

    @property
    def ledger(self) -> Path:
        """The ledger in the folder, where no other database is named."""
        return self.home / LEDGER_FILE

    @property
    def key_file(self) -> Path:
        """The path of the station's secret key."""
        return self.home / FILE_NAME

    @property
    def has_own_ledger(self) -> bool:
        """Whether the ledger is the file in the folder."""
        return self.db_url == f"sqlite:///{self.ledger}"

    def refuse_key(self) -> None:
        """Refuse to begin where there is a key, before a passphrase is asked for.

        Raises:
            InputError: there is one.
        """
        refuse_key(self.home)

    def stamp(self) -> str:
        """The time now as part of a file's name."""
        return self.around.now_utc().replace(":", "")


@dataclass(frozen=True)
class Begun:
    """A log that has begun: its first event, its key's fingerprint, the card for root, the secret key, the sheet.

    `is_locked`: whether a passphrase or a PIN locks the key; `is_in_token`: whether a token has it. `signer` signs with
    it until the program ends. `profile` is the one in force.
    """

    genesis: Event
    fingerprint: str
    card: Path
    secret: Path
    sheet: Path
    is_locked: bool
    is_in_token: bool
    signer: Signer
    profile: ProfileShown


ASIDE = "set-aside-"
"""How a folder begins in which a station lies that began wrongly."""


def takes_passphrase(at: StationHome, *, goes_on: bool, new_key: bool, is_wanted: bool) -> bool:
    """Whether a key will be made that a passphrase locks: where one is wanted, and where the key so far has one.

    Raises:
        StoreError: the key so far cannot be read.
    """
    has_key = goes_on and at.key_file.exists()
    return (is_wanted and (new_key or not has_key)) or (new_key and has_key and is_protected(at.home))


def may_restart(at: StationHome) -> bool:
    """Whether a station has begun here and recorded nothing yet: as where its root was mistyped."""

    if not (at.has_own_ledger and at.ledger.exists() and at.key_file.exists()):
        return False
    with open_store(at.db_url, None, at.around) as store:
        own = store.ledger.own_row()
        return own is not None and is_only_begun(store)


@contextmanager
def set_aside(at: StationHome) -> Iterator[Path]:
    """What has begun wrongly lies in that folder; where what follows fails, all is as it was.

    Raises:
        StoreError: a file cannot be moved, as one that another program holds open.
    """

    aside = at.home / f"{ASIDE}{at.stamp()}"
    names = [LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm", FILE_NAME, CARD_FILE, SHEET_FILE]
    moved: list[str] = []
    try:
        aside.mkdir()
        for name in names:
            if (at.home / name).exists():
                put_in_place(at.home / name, aside / name)
                moved.append(name)
        yield aside
    except BaseException as error:
        for name in moved:
            (aside / name).rename(at.home / name)
        if aside.is_dir() and not any(aside.iterdir()):
            aside.rmdir()
        if isinstance(error, OSError):
            raise StoreError(
                N_("the folder {path} cannot be written ({reason})"),
                hint=N_("Close what else has this station open, and try again."),
                path=str(at.home),
                reason=error.strerror or str(error),
            ) from error
        raise


def may_begin(at: StationHome) -> bool:
    """Whether nothing has begun in this folder: no key and no ledger."""
    return at.has_own_ledger and not at.ledger.exists() and not at.key_file.exists()


def check_passphrase(passphrase: str, again: str) -> None:
    """Check a new passphrase that was typed twice; empty both times: the key gets none.

    Raises:
        InputError: it is too short, or the second one is another.
    """
    if passphrase:
        refuse_short(passphrase)
    if passphrase != again:
        raise InputError(N_("the two passphrases are not the same"), hint=N_("Type both again."))


@dataclass(frozen=True, slots=True)
class FoundRoot:
    """The root that a card or a bundle follows (its key's fingerprint, 64 hex digits), its election, who says so."""

    root: str
    election: str
    station: str
    is_bundle: bool


def find_root(path: Path) -> FoundRoot:
    """Read a station's card, or a whole bundle, for the root that a new station is to follow.

    Raises:
        InputError: it is neither, or a bundle whose stations follow several roots.
        TamperError: the bundle was cut or altered.
    """
    cards = cards_in(path)
    roots = {card.root for card in cards}
    if len(roots) != 1:
        raise InputError(
            N_("{file} does not say which root its stations follow"),
            hint=N_("Ask the warehouse for its card, station-card.json."),
            file=path.name,
        )
    return FoundRoot(roots.pop(), cards[0].election, cards[0].station, is_bundle=not is_card(path))


def begin(
    at: StationHome,
    *,
    election: str,
    name: str,
    place: str,
    root: str | None,
    passphrase: str | None = None,
    token: Path | None = None,
    profile: ReadProfile | None = None,
) -> Begun:
    """Make a key, a ledger with its first event and the profile, card and sheet; nothing stays behind where one of them
    fails.

    Args:
        token: the library of the token that is to make the key and keep it; its PIN is the passphrase.

    Raises:
        InputError: a profile is given, and a root that is to say it.
    """
    if profile is not None and root is not None:
        raise InputError(
            N_("the profile is said by the election's root"),
            hint=N_("Omit it here: it comes with the root's records."),
        )

    is_new = not at.ledger.exists()
    signer = make_key(at.home, passphrase, token=token)
    genesis: Event | None = None
    begun: Begun | None = None
    try:
        with open_store(at.db_url, signer, at.around, create=True) as store:
            genesis = store.begin(election=election, station=name, place=place, root=root)
            if profile is not None:
                record_profile(store, profile)
            shown = profile_shown(store)
        begun = _begun(at, genesis, signer, shown)
    finally:
        if begun is None and (genesis is None or (is_new and at.has_own_ledger)):
            at.key_file.unlink()  # half a station would keep the next try from beginning
            for file in (LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm", CARD_FILE) if is_new else ():
                (at.home / file).unlink(missing_ok=True)
    return begun


def go_on(
    at: StationHome,
    *,
    place: str | None,
    name: str | None,
    root: str | None,
    new_key: bool,
    passphrase: str | None = None,
    token: Path | None = None,
    bundles: Sequence[Path] = (),
    seed: bytes | None = None,
    progress: Progress = unseen,
) -> Begun:
    """Begin a new log in the ledger that is there; with the key that is there, or a new one.

    Args:
        seed: the secret of the lost key, that its shares made again.
        bundles: where the ledger is lost: bundles of other stations that hold its log. A new ledger takes them in.
    """

    log = None
    if not bundles:
        _need_ledger(at)
    elif at.ledger.exists():
        raise InputError(
            N_("there is a ledger at {path}: nothing is lost"),
            hint=N_("Leave the bundle away{typed}."),
            typed="--from",
            path=str(at.ledger),
        )
    genesis: Event | None = None
    try:
        with (
            _key(at, new_key=new_key, passphrase=passphrase, seed=seed, token=token) as (signer, is_new),
            open_store(at.db_url, signer, at.around, create=bool(bundles)) as store,
        ):
            if bundles:
                import_bundles(store, bundles, progress=progress)
                log = lost_log(store, station=name, place=place, key=None if is_new else signer.public_key.hex())
            genesis = go_on_with(store, station=name, place=place, root=root, log=log)
            shown = profile_shown(store)
    finally:
        if genesis is None and bundles:
            at.ledger.unlink(missing_ok=True)
    return _begun(at, genesis, signer, shown)


def _need_ledger(at: StationHome) -> None:
    """Check that the ledger is there, before a key is made for it.

    Raises:
        StoreError: there is no ledger, or it is not ours.
    """

    if at.has_own_ledger and not at.ledger.exists():
        raise StoreError(
            N_("there is no ledger at {path}"),
            hint=N_("Put a backup there; or take its log from another station's bundle: {way}"),
            way="continue_from",
            path=str(at.ledger),
        )
    with open_store(at.db_url, None, at.around) as store:
        store.ledger.own_log()


@contextmanager
def _key(
    at: StationHome, *, new_key: bool, passphrase: str | None, seed: bytes | None, token: Path | None
) -> Iterator[tuple[Signer, bool]]:
    """The key to go on with, and whether it is a new one; where that fails, all is as it was."""

    secret = at.key_file
    aside = None
    if new_key and secret.exists():
        aside = secret.with_name(f"{FILE_NAME}.{at.stamp()}")
        secret.rename(aside)
    is_made = not secret.exists()
    try:
        signer = make_key(at.home, passphrase, seed=seed, token=token) if is_made else at.load_key()
        yield signer, is_made and seed is None
    except BaseException:
        if is_made:
            secret.unlink(missing_ok=True)
            if aside is not None:
                aside.rename(secret)
        raise


def _begun(at: StationHome, genesis: Event, signer: Signer, profile: ProfileShown) -> Begun:
    card = at.home / CARD_FILE
    with safe_file(card, is_own=True) as file:
        file.write(make_card(genesis, signer))
    fingerprint = key_fingerprint(signer.public_key)
    sheet = _save_sheet(at, genesis, fingerprint)
    return Begun(
        genesis, fingerprint, card, at.key_file, sheet, is_protected(at.home), has_token(at.home), signer, profile
    )


def _save_sheet(at: StationHome, genesis: Event, fingerprint: str) -> Path:
    from reports.handover import key_sheet

    said = {name: str(genesis.body[name]) for name in ("station", "place", "election", "log", "root")}
    path = at.home / SHEET_FILE
    with safe_file(path, is_own=True) as file:
        key_sheet.write_key_sheet(file, key_sheet.KeySheet(**said, fingerprint=fingerprint, made_at_utc=genesis.at))
    return path
