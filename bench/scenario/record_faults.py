"""Faults of when something was recorded, and of records that are taken back."""

from datetime import timedelta

from bench.scenario.field import Load
from bench.scenario.scene import Scene, fault, leave_out
from custody.compose.compose import Touch
from services.records.correcting import correct
from services.records.inspecting import record_inspection


@fault("LATE", "a polling station gets its things after they were due", scope="station", village="without")
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
    s.ledger("CORRECTED", is_open=False)
    s.ledger("LATE_ENTRY", is_open=False)


@fault("DISPUTED", "a sub-district withdraws what the village has confirmed", village="bundle")
def withdrawn(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        s.field.extra("village", load.by, s.district, s.village, [s.item])

    def receipt(load: Load) -> None:
        load.after.append(lambda _done: take_back())

    def take_back() -> None:
        store = s.field.districts[s.district].store
        own = store.ledger.own_log().name
        given = [
            link.event for link in store.state.chain(s.item).links if link.to == s.village and link.event.log == own
        ]
        correct(store, given[0], reason="did_not_occur", note="tidak jadi")

    s.on("village", village)
    s.on("receipt", receipt)
    s.ledger("DISPUTED")
    s.ledger("CORRECTED", is_open=False)


@fault(
    "DISPUTED",
    "a village refuses what the sub-district's record says it took; it is given again later",
    village="bundle",
)
def refused(s: Scene) -> None:
    def receipt(load: Load) -> None:
        load.more["refused"] = (*load.more.get("refused", ()), Touch(s.item, 1, "camera"))
        load.after.append(lambda _done: again())

    def again() -> None:
        giver, taker = s.field.districts[s.district], s.field.villages[s.village]
        giver.take(taker.bundle(s.field.folder / "refused.serah", s.village))
        s.field.extra("village", giver, s.district, s.village, [s.item])
        s.field.extra("receipt", taker, s.district, s.village, [s.item])

    s.on("receipt", receipt)
    s.ledger("DISPUTED")
