"""Laptops of a regency: each with a key, a log and a clock of its own; they meet by bundle or by paper."""

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commands.report.handover_paper import save_paper
from custody.chain.findings import Finding
from custody.compose.compose import Handover, Touch
from custody.format.encoding import key_fingerprint
from custody.handover.draft import RecordedHandover
from db.store import Store, Surroundings, open_store
from evidence.checkpoint import Signer
from scanner.decoding.picture_reader import Reader
from scanner.outcomes import Outcome
from scanner.session import ScanSession
from scanner.sources.open_source import open_source
from services.exchange.transfer import export_bundle, import_bundles
from services.records.handovers import record_handover
from services.records.membership import StationCard, make_card, read_card
from services.scanning.handover_desk import DraftDesk

ELECTION = "Pemilu 2024"


@dataclass
class Clock:
    """The true time, which stands still but where it is told to go on."""

    now: datetime

    def wait(self, **more: float) -> None:
        """So much time passes, as `timedelta` counts it."""
        self.now += timedelta(**more)

    def wait_until(self, time: str) -> None:
        """Go on to this time (RFC 3339), if it is not over."""
        self.now = max(self.now, datetime.fromisoformat(time))


@dataclass
class Laptop:
    """One station. `wrong_by`: by how much its clock is set wrong now."""

    name: str
    place: str
    folder: Path
    clock: Clock
    seed: int
    wrong_by: timedelta = timedelta()
    store: Store = field(init=False)
    _opened: ExitStack = field(default_factory=ExitStack)

    def open(self, root: str | None = None, *, begin: bool = True) -> "Laptop":
        """Begin its ledger, or open it again; `root` is the fingerprint of the election's root, None: its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        around = Surroundings(
            self._shown,
            random.Random(self.seed).randrange,
            by=f"Petugas {self.name}",
            app="serah/bench",
            uptime=self._uptime,
        )
        url = f"sqlite:///{self.folder / 'ledger.db'}"
        self.store = self._opened.enter_context(open_store(url, self._signer, around, create=begin))
        if begin:
            self.store.begin(election=ELECTION, station=self.name, place=self.place, root=root)
        return self

    def close(self) -> None:
        """Shut the lid."""
        self._opened.close()

    @property
    def log(self) -> str:
        """The name of its own log."""
        return self.store.ledger.own_log().name

    @property
    def card(self) -> StationCard:
        """What root looks at before it admits the key."""
        return read_card(make_card(self.store.ledger.event_at(self.store.ledger.own_log().id, 1), self._signer))

    @property
    def fingerprint(self) -> str:
        """Of its key."""
        return key_fingerprint(self._signer.public_key)

    @property
    def _signer(self) -> Signer:
        secret = Ed25519PrivateKey.from_private_bytes(self.seed.to_bytes(32, "big"))
        return Signer(secret.public_key().public_bytes_raw(), secret.sign)

    def _shown(self) -> str:
        return (self.clock.now + self.wrong_by).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _uptime(self) -> tuple[str, int]:
        return "one-run", int(self.clock.now.timestamp() * 1000)

    # --- meeting ------------------------------------------------------------------------------------------------------

    def bundle(self, path: Path, under: str | None = None) -> Path:
        """Write what it holds, all logs or those of stations below a place, to a stick; those of strangers, too, whom
        the office wants to see.
        """
        export_bundle(self.store, path, under, with_strangers=True)
        return path

    def take(self, *bundles: Path) -> None:
        """Import what sticks hold."""
        import_bundles(self.store, bundles)

    def read_paper(self, giver: "Laptop", bast: str) -> list[Outcome]:
        """Let the giver print the paper of a handover, and read its pages here."""
        path = giver.folder / "paper.pdf"
        save_paper(giver.store, path, bast)
        told = []
        with self.session("", "") as session, open_source(str(path)) as source:
            reader = Reader()
            for frame in source:
                told += session.see(reader.read(frame.image), frame.at_ms, is_still=True)
        return told

    def session(self, giver: str, to: str) -> "Session":
        """A scan session that is not confirmed."""
        return Session(self.store, giver, to)

    def restored(self, copy: Path) -> "Laptop":
        """Put an older copy of its folder back, as after a fault of the disk."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)
        again = replace(self, seed=self.seed)
        again._opened = ExitStack()
        return again.open(begin=False)

    def copy(self, folder: Path) -> Path:
        """A copy of its folder, taken while it is shut."""
        self.close()
        shutil.copytree(self.folder, folder)
        self._opened = ExitStack()
        self.open(begin=False)
        return folder

    # --- work ---------------------------------------------------------------------------------------------------------

    def hand_over(self, handover: Handover, touches: Sequence[Touch]) -> RecordedHandover:
        """Record what was scanned with a camera."""
        return record_handover(self.store, handover, touches)

    def found(self) -> Iterator[Finding]:
        """What is irregular about every item that this ledger knows, now."""
        for chain in self.store.state.chains(list(self.store.ledger.codes())):
            yield from chain.findings


class Session:
    """A draft and the session that fills it; left without confirming, the draft is dropped."""

    def __init__(self, store: Store, giver: str, to: str) -> None:
        self.store, self.id = store, store.around.new_id()
        self.ends = (giver or None, to or None)

    def __enter__(self) -> ScanSession:
        self.store.drafts.open(self.id, *self.ends, (), at=self.store.around.now_utc())
        return ScanSession(DraftDesk(self.store, self.id))

    def __exit__(self, *_error: object) -> None:
        self.store.drafts.drop(self.id)
