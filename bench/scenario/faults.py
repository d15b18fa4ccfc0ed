"""The faults that are planted in a regency, as a list: the finding, how it comes about, and what does it.

Each is planted with one thing, or with all things of one polling station, by what people at a station would really do.
What follows besides is told too: a box that stays behind is also late.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from bench.scenario.field import WAREHOUSE, Field, Leg, Load
from custody.compose import SealLook, Touch
from custody.items import Item
from db.correcting import correct
from db.inspecting import record_inspection
from db.packing import record_packing
from db.printing import record_reprints
from db.reassigning import record_reassignment
from db.sealing import record_seal

Scope = Literal["item", "station"]
Laptop = Literal["any", "without", "bundle", "paper"]
"""Whose village it is: any, one without a laptop, or one whose laptop meets the others by bundle or by paper."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault: the finding that it is planted for, how it comes about, what it takes, and what does it."""

    code: str
    how: str
    plant: Callable[["Scene"], None]
    scope: Scope = "item"
    village: Laptop = "any"


@dataclass
class Scene:
    """Where one fault is planted: its thing (`item`) and all things of the polling station (`items`)."""

    field: Field
    station: str
    item: str
    items: list[str]
    spare: str
    other: str
    """A polling station of another sub-district, and `spare` another box for this one's village."""
    number: int = 0
    serials: list[str] = field(default_factory=list)

    @property
    def village(self) -> str:
        return self.field.parent(self.station)

    @property
    def district(self) -> str:
        return self.field.parent(self.village)

    def on(self, leg: Leg, edit: Callable[[Load], None]) -> None:
        """Change the load that has the item."""
        self.field.on(leg, self.item, edit)

    def ledger(self, code: str, item: str = "", *, is_open: bool = True) -> None:
        """A finding of this item, or of another, that the ledger tells when all have met."""
        self.field.expect(code, item or self.item, is_open=is_open)

    def everywhere(self, code: str, *, is_open: bool = True) -> None:
        """A finding of all things of this polling station."""
        for item in self.items:
            self.ledger(code, item, is_open=is_open)

    def touch(self, item: str = "") -> Touch:
        return Touch(item or self.item, None, "typed")


FAULTS: list[Fault] = []


def fault(code: str, how: str, scope: Scope = "item", village: Laptop = "any") -> Callable[..., Callable[..., None]]:
    """Put a fault on the list."""

    def listed(plant: Callable[[Scene], None]) -> Callable[[Scene], None]:
        FAULTS.append(Fault(code, how, plant, scope, village))
        return plant

    return listed


def leave_out(load: Load, item: str) -> None:
    """It is not scanned; whether it goes along is for `Field.where` to say."""
    load.codes.remove(item)


# --- labels -----------------------------------------------------------------------------------------------------------


@fault("UNKNOWN_CODE", "a label that nobody registered is on the truck")
def unknown(s: Scene) -> None:
    stray = s.field.warehouse.store.around.new_code()

    def edit(load: Load) -> None:
        load.codes.append(stray)
        load.says.append(("UNKNOWN_CODE", stray))
        if s.field.by_paper(s.district):
            load.says.append(("EXCESS", stray))

    s.on("arrive", edit)
    s.ledger("UNKNOWN_CODE", stray)


@fault("VOID_LABEL", "a box still carries the label that a reprint replaced")
def void(s: Scene) -> None:
    record_reprints(s.field.warehouse.store, {s.item: 2}, sheet="a4-3x7", reason="luntur", second="Ni Luh")
    s.field.prints[s.item] = 2

    def edit(load: Load) -> None:
        load.prints[s.item] = 1
        load.says.append(("VOID_LABEL", s.item))

    s.on("village", edit)
    s.ledger("VOID_LABEL")


@fault("SUSPECTED_COPY", "a box carries a print that nobody recorded")
def unrecorded_print(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.prints[s.item] = 3
        load.says.append(("SUSPECTED_COPY", s.item))

    s.on("arrive", edit)
    s.ledger("SUSPECTED_COPY")


@fault("SUSPECTED_COPY", "a box with the same label is handed out in another sub-district")
def copy_elsewhere(s: Scene) -> None:
    village = s.field.parent(s.other)
    district = s.field.parent(village)

    def edit(load: Load) -> None:
        laptop = s.field.districts[district]
        s.field.extra("village", laptop, district, village, [s.item], "NOT_HELD", "WRONG_DESTINATION")
        s.field.where[s.item] = s.district

    s.on("village", edit)
    s.ledger("SUSPECTED_COPY")
    s.ledger("WRONG_DESTINATION")


@fault("SUSPECTED_COPY", "one seal number on two boxes")
def one_seal_twice(s: Scene) -> None:
    number = f"K{s.number:06d}"
    for item in (s.item, s.spare):
        record_seal(s.field.warehouse.store, s.touch(item), "apply", [number], names=["Made", "Putu"])
        s.ledger("SUSPECTED_COPY", item)


@fault("SUSPECTED_COPY", "two stations registered one code as different things")
def registered_twice(s: Scene) -> None:
    def edit(_load: Load) -> None:
        known = s.field.warehouse.store.state.item(s.item)
        assert known is not None
        other = replace(known, election="DPD" if known.election != "DPD" else "DPR", held_by=s.district)
        s.field.districts[s.district].store.register([other])

    s.on("arrive", edit)
    s.ledger("SUSPECTED_COPY")


# --- custody ----------------------------------------------------------------------------------------------------------


@fault("GAP", "a box was put on the truck and never recorded there")
def never_loaded(s: Scene) -> None:
    def load(load: Load) -> None:
        leave_out(load, s.item)
        load.more["load"] = tuple(load.codes)
        load.after.append(lambda done: s.field.where.update({s.item: done.to}))

    def arrive(load: Load) -> None:
        load.says.append(("NOT_HELD", s.item))
        if s.field.by_paper(s.district):
            load.says.append(("EXCESS", s.item))

    s.on("load", load)
    s.on("arrive", arrive)
    s.ledger("GAP")


@fault("GAP", "a box went to the village and nobody recorded that", village="without")
def never_given(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: s.field.where.update({s.item: s.village}))

    s.on("village", village)
    s.on("station", lambda load: load.says.append(("NOT_HELD", s.item)))
    s.ledger("GAP")


@fault("GAP", "one handover was recorded twice by the same station")
def given_twice(s: Scene) -> None:
    def edit(load: Load) -> None:
        again = ("village", load.by, load.giver, load.to, [s.item], "NOT_HELD")
        load.after.append(lambda _done: s.field.given[s.village].append(s.field.extra(*again).bast))  # type: ignore[arg-type]

    s.on("village", edit)
    s.ledger("GAP")


@fault("NOT_HELD", "a village gives on what it has not taken over yet; the record comes later", village="bundle")
def not_taken_over(s: Scene) -> None:
    def receipt(load: Load) -> None:
        leave_out(load, s.item)
        load.after.append(lambda _done: s.field.where.update({s.item: s.village}))

    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        # after the village's laptop has met the sub-district's
        s.field.on("receipt", next(c for c in load.codes if c in s.items), give)

    def give(load: Load) -> None:
        load.after.append(lambda _done: handed())

    def handed() -> None:
        laptop = s.field.districts[s.district]
        s.field.extra("village", laptop, s.district, s.village, [s.item])

    s.on("village", village)
    s.on("station", lambda load: load.says.append(("NOT_HELD", s.item)))


@fault("FORK", "a village records that it got from the sub-district for a polling station what that gave to the village",
       village="bundle")  # fmt: skip
def given_two_ways(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))

    def station(load: Load) -> None:
        s.field.extra("village", s.field.districts[s.district], s.district, s.village, [s.item])
        s.field.extra("station", load.by, s.district, s.station, [s.item])

    s.on("village", village)
    s.field.on("station", next(code for code in s.items if code != s.item), station)
    s.ledger("FORK")


# --- where it goes ----------------------------------------------------------------------------------------------------


@fault("WRONG_DESTINATION", "a box is put on the truck of another sub-district, and sent on from there")
def wrong_truck(s: Scene) -> None:
    elsewhere = s.field.parent(s.field.parent(s.other))

    def load(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: wrong())

    def wrong() -> None:
        plate, back, store = s.field.plate(), s.field.plate(), s.field.warehouse
        done = s.field.extra("load", store, WAREHOUSE, plate, [s.item], "WRONG_DESTINATION", bound=(elsewhere,))
        s.field.trucks.append((plate, elsewhere, done.bast))
        s.field.on("arrive", s.item, lambda load: arrived(load, back))

    def arrived(load: Load, back: str) -> None:
        if load.to != elsewhere:
            return
        load.says.append(("WRONG_DESTINATION", s.item))
        load.after.append(lambda _done: sent_on(back))

    def sent_on(back: str) -> None:
        there, here = s.field.districts[elsewhere], s.field.districts[s.district]
        done = s.field.extra("arrive", there, elsewhere, back, [s.item], bound=(s.district,))
        if s.field.by_paper(s.district):
            here.read_paper(there, done.bast)
            s.field.extra("arrive", here, back, s.district, [s.item])
        else:
            here.take(there.bundle(s.field.folder / "other.serah"))
            s.field.extra("arrive", here, back, s.district, [s.item])

    s.on("load", load)
    for _time in ("on the truck", "at the sub-district"):
        s.ledger("WRONG_DESTINATION", is_open=False)


@fault("WRONG_DESTINATION", "a box is handed to another polling station and stays there", village="without")
def wrong_station(s: Scene) -> None:
    wrong_place(s, is_reassigned=False)
    s.ledger("WRONG_DESTINATION")
    s.ledger("LATE")


@fault("WRONG_DESTINATION", "a box is handed to another polling station and is to stay there", village="without")
def stays_there(s: Scene) -> None:
    wrong_place(s, is_reassigned=True)
    s.ledger("WRONG_DESTINATION", is_open=False)


def wrong_place(s: Scene, *, is_reassigned: bool) -> None:
    to = next(code for code in s.field.below(s.village, "polling_station") if code != s.station)

    def edit(load: Load) -> None:
        s.field.extra("station", load.by, s.village, to, [s.item], "WRONG_DESTINATION")
        if is_reassigned:
            record_reassignment(load.by.store, [s.touch()], to, "tetap di sana")
            s.field.bind(s.item, to)

    s.field.on("station", next(code for code in s.items if code != s.item), edit)
    s.on("station", lambda load: leave_out(load, s.item))


# --- counts -----------------------------------------------------------------------------------------------------------


@fault("SHORTAGE", "a box stays on the truck and is brought an hour later")
def left_on_truck(s: Scene) -> None:
    def edit(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: later(load))

    def later(load: Load) -> None:
        s.field.extra("arrive", load.by, load.giver, load.to, [s.item])

    s.on("arrive", edit)


@fault("SHORTAGE", "a box stays in the village and never arrives", village="without")
def never_arrives(s: Scene) -> None:
    def edit(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))

    s.on("station", edit)
    s.ledger("LATE")


@fault("EXCESS", "a box goes along that is not on the load list")
def not_listed(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more["load"] = tuple(code for code in load.more["load"] if code != s.item)
        load.says.append(("EXCESS", s.item))

    s.on("load", edit)


@fault("COUNT", "the giver counted one more than was scanned")
def miscounted(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.after.append(lambda done: s.field.expect("COUNT", done.bast))
        load.before.append(lambda: load.more.update(counted=len(load.codes) + 1))
        load.says.append(("COUNT", ""))

    s.on("load", edit)


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
    reserve = Item(s.field.warehouse.store.around.new_code(), "box", s.district, k=s.number, n=s.number,
                   election="PPWP", held_by=WAREHOUSE)  # fmt: skip
    s.field.register([reserve])

    def edit(load: Load) -> None:
        load.after.append(lambda _done: record_inspection(
            load.by.store, [s.touch()], "missing", reserve=s.touch(reserve.code)))  # fmt: skip
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


def looked_at(s: Scene, look: SealLook, code: str, *, is_renewed: bool) -> None:
    record_seal(s.field.warehouse.store, s.touch(), "apply", [f"B{s.number:06d}"], names=["Made", "Putu"])

    def edit(load: Load) -> None:
        load.more.setdefault("seals", {})[s.item] = look
        load.says.append((code, s.item))
        if is_renewed:
            load.after.append(lambda _done: record_seal(
                load.by.store, s.touch(), "replace", [f"R{s.number:06d}"], names=["Made", "Putu"], witness="Panwascam"))  # fmt: skip
        else:
            s.on("station", lambda load: load.says.append(("UNSEALED", s.item)))

    s.on("village", edit)
    s.ledger(code, is_open=not is_renewed)


@fault("UNSEALED", "a seal is taken off and the box goes on without one; it is sealed again at the sub-district")
def taken_off(s: Scene) -> None:
    record_seal(s.field.warehouse.store, s.touch(), "apply", [f"C{s.number:06d}"], names=["Made", "Putu"])

    def load(load: Load) -> None:
        record_seal(load.by.store, s.touch(), "remove", [])
        load.says.append(("UNSEALED", s.item))

    def arrive(load: Load) -> None:
        if not s.field.by_paper(s.district):
            load.says.append(("UNSEALED", s.item))
        load.after.append(lambda _done: record_seal(
            load.by.store, s.touch(), "apply", [f"D{s.number:06d}"], names=["Made", "Putu"]))  # fmt: skip

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
            load.after.append(lambda _done: record_packing(
                load.by.store, s.touch(sack.code), [s.touch()], "check", scope="full"))  # fmt: skip

    s.on("village", edit)
    s.ledger("EXCESS")


# --- times and corrections --------------------------------------------------------------------------------------------


@fault("LATE", "a polling station gets its things after they were due", scope="station")
def late(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.not_before = "2024-02-13T17:00:00Z"
        load.says.append(("LATE", ""))

    s.on("station", edit)
    s.everywhere("LATE", is_open=False)


@fault("LATE_ENTRY", "a handover is keyed in from paper some hours later", scope="station")
def keyed_in(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more["occurred"] = "2024-02-13T04:40:00Z"
        load.says.append(("LATE_ENTRY", ""))

    s.on("station", edit)
    s.everywhere("LATE_ENTRY", is_open=False)


@fault("CLOCK", "a clock is set back by two days for one handover", scope="station", village="paper")
def set_back(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.before.append(lambda: setattr(load.by, "wrong_by", timedelta(days=-2)))
        load.says.append(("CLOCK", ""))
        load.after.append(lambda _done: right(load))

    def right(load: Load) -> None:
        load.by.wrong_by = timedelta()
        record_inspection(load.by.store, [s.touch()], "good")  # the next record about any of them
        s.ledger("CLOCK")

    s.on("station", edit)
    for _because in ("it was set", "it went back between two records"):
        s.everywhere("CLOCK")


@fault("CORRECTED", "a handover was recorded with a wrong receiver, and corrected")
def corrected(s: Scene) -> None:
    wrong = next(code for code in s.field.below(s.district, "village") if code != s.village)

    def edit(load: Load) -> None:
        leave_out(load, s.item)
        done = s.field.extra("village", load.by, s.district, wrong, [s.item], "WRONG_DESTINATION")
        right = correct(load.by.store, done.events[0], reason="incorrect_data", note="salah pilih", to=s.village)
        s.field.given[s.village].append(str(right.corrective[0].body["bast"]))
        s.field.where[s.item] = s.village

    s.on("village", edit)
    s.ledger("CORRECTED")


@fault("DISPUTED", "a sub-district withdraws what the village has confirmed", village="bundle")
def withdrawn(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        s.field.extra("village", load.by, s.district, s.village, [s.item])

    def receipt(load: Load) -> None:
        load.after.append(lambda _done: take_back())

    def take_back() -> None:
        store = s.field.districts[s.district].store
        link = [link for link in store.state.chain(s.item).links if link.event.type == "handover"][-1]
        correct(store, link.event, reason="did_not_occur", note="tidak jadi")

    s.on("village", village)
    s.on("receipt", receipt)
    s.ledger("DISPUTED")
    s.ledger("CORRECTED")


@fault("DISPUTED", "a village refuses what the sub-district's record says it took; it is given again later",
       village="bundle")  # fmt: skip
def refused(s: Scene) -> None:
    def receipt(load: Load) -> None:
        load.more["refused"] = (Touch(s.item, 1, "camera"),)
        load.after.append(lambda _done: again())

    def again() -> None:
        giver, taker = s.field.districts[s.district], s.field.villages[s.village]
        giver.take(taker.bundle(s.field.folder / "refused.serah", s.village))
        s.field.extra("village", giver, s.district, s.village, [s.item])
        s.field.meet_village(s.village)
        s.field.extra("receipt", taker, s.district, s.village, [s.item])

    s.on("receipt", receipt)
    s.ledger("DISPUTED")
