"""What a session keeps of its verdicts is what judging all of it again would say."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.compose.compose import Handover
from custody.format.codes import ItemLabel
from services.records.handovers import record_handover
from services.records.packing import record_packing
from services.scanning.draft_details import change_item
from services.scanning.handover_desk import DraftDesk
from services.scanning.judging import foresee
from tests.support.ledger_examples import TPS, WAREHOUSE, boxes, planned_station, touched

THINGS = 6
Steps = list[tuple[str, int]]
_steps = st.tuples(
    st.sampled_from(["take", "take", "void", "remove", "refuse", "pack", "unpack", "elsewhere"]),
    st.integers(0, THINGS - 1),
)


@given(st.lists(_steps, max_size=10))
@example([("pack", 5), ("take", 0), ("take", 5), ("remove", 5)])  # what moves inside, scanned itself for a while
@example([("take", 0), ("take", 5), ("pack", 5), ("remove", 5)])
@example([("pack", 4), ("pack", 5), ("take", 0), ("take", 4), ("remove", 4)])
@example([("take", 5), ("elsewhere", 5)])  # recorded by somebody else meanwhile
@example([("take", 1), ("refuse", 1), ("take", 2)])
@example([("pack", 5), ("take", 0), ("unpack", 5)])
@settings(max_examples=25)
def test_verdicts_that_are_kept_are_those_of_a_session_that_begins_now(sqlite_url, steps: Steps) -> None:
    with planned_station(sqlite_url()) as store:
        codes = [*boxes(store, 3), *boxes(store, 3, TPS[-1])]
        draft = store.drafts.open("d", WAREHOUSE, TPS[0], (), at=store.around.now_utc()).id
        desk, inside = DraftDesk(store, draft), dict[str, None]()
        for what, number in steps:
            code = codes[number]
            match what:
                case "take" | "void":
                    desk.take(ItemLabel(code, 1 if what == "take" else 3), "camera")
                case "remove":
                    desk.remove(code)
                case "refuse" if code in desk.taken:
                    change_item(store, draft, code, is_refused=True)
                    desk.look_up()
                case "pack" if code != codes[0] and code not in inside:
                    record_packing(store, touched([codes[0]])[0], touched([code]), "add")
                    inside[code] = None
                case "unpack" if code in inside:
                    record_packing(store, touched([codes[0]])[0], touched([code]), "remove")
                    del inside[code]
                case "elsewhere":
                    record_handover(store, Handover(WAREHOUSE, TPS[-1]), touched([code]))
            desk.catch_up()
            fresh = DraftDesk(store, draft)
            touches, now = store.drafts.touches(draft), store.around.now_utc()
            items, found = desk.judged(touches)
            assert (items, found) == fresh.judged(touches) and len({repr(one) for one in found}) == len(found)
            alone = foresee(store, fresh.handover, touches, now=now) if fresh.handover.giver else None
            assert desk.foresee(desk.handover, touches) == fresh.foresee(fresh.handover, touches) == alone
