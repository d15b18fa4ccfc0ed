"""Faults of the things themselves: their condition, their seals, what is packed in what."""

from bench.scenario.field import WAREHOUSE, Load
from bench.scenario.scene import Scene, fault
from bench.scenario.stations import Laptop
from custody.compose.compose import SealLook
from custody.format.item_facts import Item
from services.records.inspecting import record_inspection
from services.records.packing import record_packing
from services.records.sealing import record_seal

# --- condition and seals ----------------------------------------------------------------------------------------------


@fault("DAMAGED", "a box arrives wet")
def wet(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more.setdefault("conditions", {})[s.item] = "wet"
        load.says.append(("DAMAGED", s.item))

    s.on("arrive", edit)
    s.ledger("DAMAGED")


@fault("DAMAGED", "a dented box is mended and found good again")
def mended(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more.setdefault("conditions", {})[s.item] = "light"
        load.says.append(("DAMAGED", s.item))
        load.after.append(lambda _done: record_inspection(load.by.store, [s.touch()], "good"))

    s.on("arrive", edit)
    s.ledger("DAMAGED", is_open=False)


@fault("MISSING", "a box lacks parts, and a reserve takes its place")
def replaced(s: Scene) -> None:
    reserve = Item(
        s.field.warehouse.store.around.new_code(),
        "box",
        s.district,
        k=s.number,
        n=s.number,
        election="PPWP",
        held_by=WAREHOUSE,
    )
    s.field.register([reserve])

    def edit(load: Load) -> None:
        load.after.append(
            lambda _done: record_inspection(load.by.store, [s.touch()], "missing", reserve=s.touch(reserve.code))
        )
        load.after.append(lambda _done: (s.field.bind(s.item, s.district), s.field.bind(reserve.code, s.station)))
        load.not_before = "2024-02-12T08:00:00Z"  # when the reserve has come as well

    s.on("arrive", edit)
    s.ledger("MISSING", is_open=False)


@fault("SEAL_BROKEN", "a seal is found broken in the village, and renewed before a witness")
def broken(s: Scene) -> None:
    looked_at(s, SealLook("broken"), "SEAL_BROKEN", is_renewed=True)


@fault("SEAL_MISMATCH", "another number is on the box than was put on")
def other_number(s: Scene) -> None:
    looked_at(s, SealLook("intact", (f"Z{s.number:06d}",)), "SEAL_MISMATCH", is_renewed=False)


@fault("UNSEALED", "a sealed box comes without a seal")
def no_seal(s: Scene) -> None:
    looked_at(s, SealLook("none"), "UNSEALED", is_renewed=False)


def seal(laptop: Laptop, s: Scene, action: str, *serials: str) -> None:
    """What is done with the seals of the box, before two people."""
    record_seal(laptop.store, s.touch(), action, serials, names=["Made", "Putu"], witness="Panwascam")


def looked_at(s: Scene, look: SealLook, code: str, *, is_renewed: bool) -> None:
    seal(s.field.warehouse, s, "apply", f"B{s.number:06d}")

    def edit(load: Load) -> None:
        load.more.setdefault("seals", {})[s.item] = look
        load.says.append((code, s.item))
        if is_renewed:
            load.after.append(lambda _done: seal(load.by, s, "replace", f"R{s.number:06d}"))
            return
        for leg in ("receipt", "station"):
            s.on(leg, goes_on)

    def goes_on(load: Load) -> None:
        if load.by.place == s.district or not s.field.by_paper(s.district):  # a paper does not tell of seals
            load.says.append(("UNSEALED", s.item))

    s.on("village", edit)
    s.ledger(code, is_open=not is_renewed)


@fault("UNSEALED", "a seal is taken off and the box goes on without one; it is sealed again at the sub-district")
def taken_off(s: Scene) -> None:
    seal(s.field.warehouse, s, "apply", f"C{s.number:06d}")

    def load(load: Load) -> None:
        seal(load.by, s, "remove")
        load.says.append(("UNSEALED", s.item))

    def arrive(load: Load) -> None:
        if not s.field.by_paper(s.district):
            load.says.append(("UNSEALED", s.item))
        load.after.append(lambda _done: seal(load.by, s, "apply", f"D{s.number:06d}"))

    s.on("load", load)
    s.on("arrive", arrive)
    s.ledger("UNSEALED", is_open=False)


# --- packs ------------------------------------------------------------------------------------------------------------


def a_set(s: Scene) -> Item:
    """A sack for the polling station, registered and on its way like everything else."""
    store = s.field.warehouse.store
    sack = Item(store.around.new_code(), "set", s.station, k=s.number, n=s.number, held_by=WAREHOUSE)
    s.field.register([sack])
    return sack


@fault("SHORTAGE", "a box is not in the sack that it was packed into")
def not_in_sack(s: Scene) -> None:
    sack = a_set(s)
    record_packing(s.field.warehouse.store, s.touch(sack.code), [s.touch()], "add")
    s.on("load", lambda load: s.field.on("arrive", sack.code, edit))

    def edit(load: Load) -> None:
        load.after.append(lambda _done: record_packing(load.by.store, s.touch(sack.code), [], "check", scope="full"))
        load.not_before = max(load.not_before, "2024-02-12T08:00:00Z")

    s.ledger("SHORTAGE")


@fault("EXCESS", "a box is found in a sack where nobody had packed it")
def in_sack(s: Scene) -> None:
    sack = a_set(s)

    def edit(load: Load) -> None:
        if s.item in load.codes:
            load.after.append(
                lambda _done: record_packing(load.by.store, s.touch(sack.code), [s.touch()], "check", scope="full")
            )

    s.on("village", edit)
    s.ledger("EXCESS")
