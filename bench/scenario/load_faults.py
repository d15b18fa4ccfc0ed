"""Faults of where things go, and of how many they are."""

from bench.scenario.field import WAREHOUSE, Load
from bench.scenario.scene import Scene, fault, leave_out
from bench.scenario.stations import Laptop
from custody.format.item_facts import Item
from custody.handover.draft import RecordedHandover
from services.records.membership import admit
from services.records.reassigning import record_reassignment

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
    s.ledger("SHORTAGE", is_open=False)  # of its own truck's list, until the other one took it
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


@fault("SHORTAGE", "a box on the load list is left standing in the warehouse")
def left_in_store(s: Scene) -> None:
    """Where the truck's number is shared, yet another laptop may have it: the shortage is provisional."""

    def edit(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: s.ledger("SHORTAGE", is_provisional="number" in load.more))

    s.on("load", edit)
    s.ledger("LATE")


@fault("DAMAGED", "a wet box is counted with the others, refused at the truck and stays: nothing is short")
def refused_at_the_truck(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more["refused"] = (*load.more.get("refused", ()), s.touch())
        load.more["conditions"] = load.more.get("conditions", {}) | {s.item: "wet"}
        load.says.append(("DAMAGED", s.item))

    s.on("load", edit)
    s.ledger("DAMAGED")
    s.ledger("LATE")


@fault(
    "SHORTAGE",
    "two laptops load one truck under one number, each by a list, and a box on both stays",
    scope="station",
    village="bundle",
)
def two_laptops(s: Scene) -> None:
    """What each tells that it lacks, the other one has: when they have met, the box alone is short, in both records.

    A truck has one number: where another fault has shared it already, this is one laptop more under that number.
    """
    rest = [code for code in s.items if code != s.item]

    def edit(load: Load) -> None:
        store = s.field.warehouse
        second = s.field.laptop(f"Gudang-{s.number}", WAREHOUSE)
        admit(store.store, second.card)
        second.take(store.bundle(s.field.folder / "second.serah"))
        s.field.others.append(second)
        for code in s.items:
            leave_out(load, code)
            load.says.append(("SHORTAGE", code))
        load.more.setdefault("number", f"{s.number:04d}/TRUK/2024")
        load.after.append(lambda _done: by_second(load, second))

    def by_second(load: Load, second: Laptop) -> None:
        more = {"bound": load.more["bound"], "number": load.more["number"], "load": tuple(s.items)}
        s.field.record(Load("load", second, load.giver, load.to, rest, more, says=[("SHORTAGE", s.item)]))
        s.field.warehouse.take(second.bundle(s.field.folder / "second.serah"))

    s.on("load", edit)
    s.field.expected["ledger", "SHORTAGE", s.item, "provisional"] += 1  # rests on both records
    s.ledger("LATE")


@fault(
    "SHORTAGE",
    "a truck for two sub-districts is received by its paper alone, and one box at the second stop late",
    village="paper",
)
def two_stops_by_paper(s: Scene) -> None:
    """The laptop at the second stop knows no plan and no other log: the paper alone says what is for there."""
    field = s.field
    second = next(d for d in field.districts if d != s.district and field.by_paper(d))
    stations = (t for v in reversed(field.below(second, "village")) for t in field.below(v, "polling_station"))
    station = next(station for station in stations if station not in s.whole)
    here, there = _reserves(s, s.station), _reserves(s, station)
    apart, new = frozenset((*here, *there)), field.laptop(f"Susulan-{s.number}", second)
    admit(field.warehouse.store, new.card)
    field.others.append(new)

    def left(load: Load) -> None:
        load.codes[:] = (code for code in load.codes if code not in apart)
        load.more["load"] = tuple(code for code in load.more["load"] if code not in apart)

    def one_truck(done: RecordedHandover) -> None:
        plate, bound = field.plate(), (s.district, second)
        sent = field.extra("load", field.warehouse, WAREHOUSE, plate, [*here, *there], bound=bound)
        s.on("arrive", lambda load: load.after.append(lambda _done: stops(plate, sent.bast)))

    def stops(plate: str, bast: str) -> None:
        first = field.districts[s.district]
        first.read_paper(field.warehouse, bast)
        field.extra("arrive", first, plate, s.district, here, load=())
        new.read_paper(field.warehouse, bast)
        bare = ("UNKNOWN_STATION", "")  # for information: no plan has come that could say whose the paper is
        field.record(Load("arrive", new, plate, second, there[:1], says=[("SHORTAGE", there[1]), bare]))
        field.record(Load("arrive", new, plate, second, there[1:], says=[bare]))
        field.districts[second].take(new.bundle(field.folder / "second.serah"))

    for code in apart:
        field.on("load", code, left)
    s.on("load", lambda load: load.after.append(one_truck))


def _reserves(s: Scene, to: str) -> list[str]:
    """Two boxes more for a polling station."""
    new_code = s.field.warehouse.store.around.new_code
    items = [Item(new_code(), "box", to, k=s.number, n=s.number, election="PPWP", held_by=WAREHOUSE) for _n in (1, 2)]
    s.field.register(items)
    return [item.code for item in items]


@fault("EXCESS", "a box goes along that is not on the load list")
def not_listed(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.more["load"] = tuple(code for code in load.more["load"] if code != s.item)
        load.says.append(("EXCESS", s.item))

    s.on("load", edit)
    s.ledger("EXCESS")


# --- phases: the trucks of bottles alone, which must not be short of what has not come, are in every run --------------


@fault("SHORTAGE", "a truck of the first phase lacks a pad, which has come", is_of_laptop=True)
def lacks_one_of_its_phase(s: Scene) -> None:
    pad = pad_of(s)

    def edit(load: Load) -> None:
        leave_out(load, pad)
        load.says.append(("SHORTAGE", pad))

    s.field.on("load", pad, edit)
    s.ledger("SHORTAGE", pad)
    s.ledger("LATE", pad)


@fault("EXCESS", "a box, of the second phase, goes along on a truck of the first", is_of_laptop=True)
def of_another_phase(s: Scene) -> None:
    def edit(load: Load) -> None:
        load.codes.append(s.item)
        load.says.append(("EXCESS", s.item))

    s.field.on("load", pad_of(s), edit)
    s.ledger("EXCESS")


def pad_of(s: Scene) -> str:
    """The pad for this village."""
    return next(code for code in s.field.of_place[s.village] if s.field.kinds[code] == "pad")


@fault(
    "LATE", "a pad comes after its phase was due, when its village still has time", is_of_laptop=True, village="without"
)
def after_its_phase(s: Scene) -> None:
    pad = pad_of(s)

    def left(load: Load) -> None:
        leave_out(load, pad)
        load.says.append(("SHORTAGE", pad))
        s.field.after_receipts.append(lambda: brought(load.by))

    def brought(by: Laptop) -> None:
        s.field.clock.wait_until("2024-02-13T03:20:00Z")
        s.field.record(Load("village", by, s.district, s.village, [pad], {"load": (pad,)}, says=[("LATE", "")]))
        s.ledger("LATE", pad, is_open=False)

    s.field.on("village", pad, left)


@fault("COUNT", "the giver counted one more than was scanned")
def miscounted(s: Scene) -> None:
    def edit(load: Load) -> None:
        if ("COUNT", "") in load.says:
            return  # this one is miscounted already
        load.after.append(lambda done: s.field.expect("COUNT", done.bast))
        load.before.append(lambda: load.more.update(counted=len(load.codes) + 1))
        load.says.append(("COUNT", ""))

    s.on("load", edit)
