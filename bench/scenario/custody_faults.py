"""Faults of labels, and of who has given what to whom."""

from dataclasses import replace

from bench.scenario.field import Load
from bench.scenario.scene import Scene, fault, leave_out
from scanner.reads import Read
from services.plan.registering import register_items
from services.records.label_prints import record_reprints
from services.records.sealing import record_seal

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
    s.ledger("SUSPECTED_COPY", is_provisional=True)
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
        register_items(s.field.districts[s.district].store, [other])

    s.on("arrive", edit)
    s.ledger("SUSPECTED_COPY")


@fault("BAD_CHECK", "a label is read whose check character is wrong")
def wrong_check(s: Scene) -> None:
    text = f"{s.item[:-1]}{'0' if s.item[-1] != '0' else '1'}*01"

    def edit(load: Load) -> None:
        with load.by.session(load.giver, load.to) as session:
            for outcome in session.see([Read(text, (), "zxing")], 0.0, is_still=True):
                if outcome.kind == "bad_check":
                    s.field.found["session", "BAD_CHECK", text] += 1
        s.field.expected["session", "BAD_CHECK", text] += 1

    s.on("arrive", edit)


# --- custody ----------------------------------------------------------------------------------------------------------


@fault("GAP", "a box was put on the truck and never recorded there")
def never_loaded(s: Scene) -> None:
    def load(load: Load) -> None:
        leave_out(load, s.item)
        load.more["load"] = tuple(code for code in load.more["load"] if code != s.item)
        load.after.append(lambda done: s.field.where.update({s.item: done.to}))

    def arrive(load: Load) -> None:
        load.says.append(("NOT_HELD", s.item))
        if s.field.by_paper(s.district):
            load.says.append(("EXCESS", s.item))

    s.on("load", load)
    s.on("arrive", arrive)
    s.ledger("GAP", is_provisional=True)


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
    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        s.field.on("receipt", next(c for c in load.codes if s.field.bound[c] in s.field.under[s.village]), receipt)

    def receipt(load: Load) -> None:  # its laptop has met the sub-district's already
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: give())

    def give() -> None:
        s.field.extra("village", s.field.districts[s.district], s.district, s.village, [s.item])

    s.on("village", village)
    s.on("station", lambda load: load.says.append(("NOT_HELD", s.item)))


@fault(
    "FORK",
    "a village says that a box went past it, and the sub-district says that the village got it",
    village="bundle",
)
def given_two_ways(s: Scene) -> None:
    def village(load: Load) -> None:
        leave_out(load, s.item)
        load.says.append(("SHORTAGE", s.item))
        s.field.on("receipt", next(c for c in load.codes if s.field.bound[c] in s.field.under[s.village]), receipt)

    def receipt(load: Load) -> None:
        load.says.append(("SHORTAGE", s.item))
        load.after.append(lambda _done: give())

    def give() -> None:
        s.field.extra("village", s.field.districts[s.district], s.district, s.village, [s.item])
        s.field.extra("station", s.field.villages[s.village], s.district, s.station, [s.item])

    s.on("village", village)
    s.ledger("FORK", is_provisional=True)
