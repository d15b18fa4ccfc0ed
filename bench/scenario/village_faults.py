"""Faults of when things come to a village. Planted last, so that the others stand where they stood without them."""

from bench.scenario.field import Load
from bench.scenario.load_faults import pad_of
from bench.scenario.scene import Scene, fault, leave_out
from bench.scenario.stations import Laptop


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
