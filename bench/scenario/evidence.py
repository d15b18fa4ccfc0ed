"""Faults of whole logs, and what the evidence says when all have met: audits of the office's ledger and of bundles."""

import gzip
import shutil
from pathlib import Path

from bench.scenario.field import AS_OF, Field, Load
from bench.scenario.scene import Scene, fault
from bench.scenario.stations import Laptop
from custody.compose.compose import Touch
from custody.errors import TamperError
from services.exchange.evidence_files import audit_file
from services.exchange.ledger_audit import audit_ledger
from services.exchange.transfer import own_head
from services.records.inspecting import record_inspection
from services.records.membership import revoke
from services.reporting.survey import Survey, survey

JPEG = b"\xff\xd8\xff\xe0" + b"a picture of a dented box" * 40 + b"\xff\xd9"


@fault("UNKNOWN_STATION", "a laptop that root has not admitted hands over", scope="station", village="without")
def stranger(s: Scene) -> None:
    def edit(load: Load) -> None:
        laptop = s.field.laptop(f"Asing-{s.number}", s.village)
        laptop.take(load.by.bundle(s.field.folder / "stranger.serah"))
        load.by = laptop
        s.field.others.append(laptop)
        s.field.expect("UNKNOWN_STATION", laptop.log, where="evidence")

    s.on("station", edit)
    s.everywhere("UNKNOWN_STATION")
    s.everywhere("LATE", is_provisional=True)  # by what counts they have not arrived; its records say that they have


@fault(
    "UNKNOWN_STATION",
    "a laptop is stolen, and records after the number up to which root lets it stand",
    scope="station",
    village="paper",
    is_of_laptop=True,
)
def stolen(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.not_before = "2024-02-13T15:30:00Z"  # its last
        load.after.append(lambda done: s.field.stolen.append((load.by, done.events[0].seq - 1)))
        s.field.expect("UNKNOWN_STATION", load.by.log, where="evidence")

    s.on("station", edit)
    s.everywhere("UNKNOWN_STATION")
    s.everywhere("LATE")


@fault(
    "FORK",
    "a laptop is put back to an older copy, and the same handover keyed in again",
    scope="station",
    village="bundle",
    is_of_laptop=True,
)
def put_back(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.not_before = "2024-02-13T15:30:00Z"
        copy = s.field.folder / f"copy-{s.number}"
        load.before.append(lambda: load.by.copy(copy))
        load.after.append(lambda _done: once_more(load, copy))
        s.field.expect("FORK", load.by.log, where="evidence")
        s.field.expect("UNWITNESSED", load.by.log, where="evidence")  # the kept head is of the other history

    def once_more(load: Load, copy: Path) -> None:
        s.field.sticks.append(load.by.bundle(s.field.folder / f"first-{s.number}.serah"))
        again = s.field.villages[s.village] = load.by.restored(copy)
        s.field.clock.wait(minutes=5)
        s.field.extra("station", again, load.giver, load.to, load.codes)

    s.on("station", edit)
    s.everywhere("FORK")


@fault("PHOTO", "a dented box is photographed, and the photograph does not come along")
def photographed(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.after.append(lambda _done: record_inspection(load.by.store, [s.touch()], "light", photo=JPEG))
        s.field.expect("PHOTO", load.by.log, where="evidence")

    s.on("arrive", edit)
    s.ledger("DAMAGED")


# --- when all have met ------------------------------------------------------------------------------------------------


def all_meet(field: Field) -> None:
    """Every laptop's stick comes to the office, which then says that what was stolen counts no longer.

    Before that, the laptops that came to a sub-district later record something, knowing what its first one recorded: as
    long as one of them has not, it may have recorded what a `GAP` there lacks, and none is final (decisions/0226).
    """
    for laptop in field.others:
        if laptop.place in field.districts:
            _look_once_more(laptop, field.districts[laptop.place], field.folder / "first.serah")
    office, sticks = field.warehouse, list(field.sticks)
    for number, laptop in enumerate((*field.districts.values(), *field.villages.values(), *field.others)):
        sticks.append(laptop.bundle(field.folder / f"last-{number}.serah"))
    office.take(*sticks)
    for laptop, last_good in field.stolen:
        revoke(office.store, laptop.log, reason="dicuri", last_good=last_good)


def _look_once_more(laptop: Laptop, first: Laptop, stick: Path) -> None:
    """Take in what the first laptop there holds, and look at a sound thing that it handed over last."""
    laptop.take(first.bundle(stick))
    ledger, own = first.store.ledger, first.store.ledger.own_log().id
    events = (ledger.event_at(own, seq) for seq in range(ledger.sizes()[first.log], 0, -1))
    given = (code for event in events if event.type == "handover" for code in event.moved)
    sound = next(c for c in given if (item := laptop.store.state.item(c)) and item.condition in ("", "good"))
    record_inspection(laptop.store, [Touch(sound, None, "typed")], "good")


def look_at_all(field: Field, laptop: Laptop) -> Survey:
    """What a ledger says is irregular, taken into what was found."""
    seen = survey(laptop.store, AS_OF)
    for one in seen.discrepancies:
        finding = one.finding
        state = "settled" if not finding.is_open else "provisional" if finding.is_provisional else "open"
        field.found["ledger", finding.code, finding.item or one.bast, state] += 1
        field.told["ledger", finding.code, finding.item or one.bast, state] = f"{one.record} {finding}"
    return seen


def audit(field: Field) -> None:
    """Audit the office's ledger by the heads that people kept: one of them is older than its log."""
    office, unwatched = field.warehouse, field.unwatched
    heads = [own_head(laptop.store) for laptop in (*field.laptops(), *field.others) if laptop is not unwatched]
    heads.append(field.older_head)
    field.expect("UNWITNESSED", unwatched.log, where="evidence")
    _take(field, audit_ledger(office.store, field.root, heads).findings, "evidence")


def audit_cut(field: Field) -> None:
    """Audit a bundle of one village's log that ends too early, by the head that somebody kept."""
    laptop = list(field.villages.values())[-1]
    whole = laptop.bundle(field.folder / "whole.serah", laptop.place)
    lines = gzip.decompress(whole.read_bytes()).split(b"\n")
    cut = field.folder / "cut.serah"
    cut.write_bytes(gzip.compress(b"\n".join(lines[:-3]) + b"\n"))
    for code in ("INCOMPLETE", "UNWITNESSED"):  # what is cut off cannot show that the rest is as it was
        field.expect(code, laptop.log, where="bundle")
    _take(field, audit_file(cut, heads=[own_head(laptop.store)]).findings, "bundle", only=laptop.log)
    field.expect("TAMPERED", "import", where="import")
    try:
        field.warehouse.take(cut)
    except TamperError:
        field.found["import", "TAMPERED", "import", "open"] += 1


def audit_altered(field: Field) -> None:
    """Audit a copy of the office's ledger in which somebody changed one letter of one record, guards off."""
    folder = field.warehouse.copy(field.folder / "altered")
    laptop = Laptop("altered", field.warehouse.place, folder, field.clock, field.warehouse.seed).open(begin=False)
    database, event = laptop.store.ledger.database, laptop.store.ledger.tables.event
    guards = database.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _sql in guards:
        database.execute_sql(f"DROP TRIGGER {name}")
    victim = laptop.store.ledger.own_row()
    row = event.get((event.log_id == victim.id) & (event.seq == victim.size // 2))
    event.update(body=bytes(row.body).replace(b"Petugas", b"Petugaz", 1)).where(event.id == row.id).execute()
    for _name, sql in guards:
        database.execute_sql(sql)
    field.expect("TAMPERED", laptop.log, where="altered")
    _take(field, audit_ledger(laptop.store, field.root).findings, "altered", only=laptop.log, code="TAMPERED")
    laptop.close()
    shutil.rmtree(folder)


def _take(field: Field, findings: object, where: str, *, only: str = "", code: str = "") -> None:
    """Each finding of a log once: what follows from one fault is one."""
    said = {(finding.code, finding.log) for finding in findings}
    for kind, log in said:
        if only in ("", log) and code in ("", kind):
            field.found[where, kind, log, "open"] += 1
