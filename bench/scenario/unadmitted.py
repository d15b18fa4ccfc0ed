"""What a laptop recorded that root has not admitted: kept, shown, and counted nowhere; it explains what is missing."""

from bench.scenario.field import Load
from bench.scenario.scene import Scene, fault, leave_out
from bench.scenario.stations import Laptop


@fault("GAP", "only a laptop that root has not admitted recorded how a box went to the village", village="without")
def told_by_a_stranger(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: give(load.by))

    def give(by: Laptop) -> None:
        laptop = s.field.laptop(f"Tamu-{s.number}", s.village)
        laptop.take(by.bundle(s.field.folder / "guest.serah"))
        s.field.extra("village", laptop, s.district, s.village, [s.item])
        s.field.others.append(laptop)
        s.field.expect("UNKNOWN_STATION", laptop.log, where="evidence")

    s.on("village", village)
    s.on("station", lambda load: load.says.append(("NOT_HELD", s.item)))
    s.ledger("GAP", is_provisional=True)
    s.ledger("UNKNOWN_STATION")
