"""How ready stores are, as a report: what is not ready, which of them have no checklist, which are ready."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from custody.format.event_types import Body
from custody.plan.field import Readiness
from custody.plan.levels import AREA
from custody.plan.places import Place, Ways
from custody.plan.store_space import QUESTIONS, STORAGE, Arrivals, SpaceTaken
from language import _, chosen, terms
from language.in_words import level_title
from language.text import decimal, number, printable
from reports.listing import Listing, Section
from reports.output import happened_words, keyed_in_later, record_name
from reports.words import Needs, Places, kind_name, place_path, zone_code
from tables.output.write import Cell, Sheet, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Readiness, Place | None], Cell]] = {
    "state": lambda row, place: "ready" if row.is_ready else "not_ready",
    "level": lambda row, place: place.level if place else "",
    "place": lambda row, place: row.place,
    "name": lambda row, place: place.name if place else "",
    "about": lambda row, place: row.about,
    "not_ready": lambda row, place: _answered(row, "no"),
    "unknown": lambda row, place: _answered(row, "unknown"),
    "notes": lambda row, place: _notes(row),
    "names": lambda row, place: ", ".join(row.event.body["names"]),
    "checked_utc": lambda row, place: row.event.happened,
    "record": lambda row, place: record_name(row.event),
    "keyed_in_later_utc": lambda row, place: keyed_in_later(row.event),
}
ANSWER_HEADERS = ("place", "about", "key", "question", "answer", "note", "checked_utc", "record")


def readiness_report(rows: Sequence[Readiness], missing: Sequence[Place], places: Places, *, as_of: str) -> Listing:
    """The report of these checklists, and of the stores without one."""
    here = zone_code(*(row.place for row in rows), *(place.code for place in missing[:1]))
    bad, good = [row for row in rows if not row.is_ready], [row for row in rows if row.is_ready]
    told = [row_of(_COLUMNS, row, places.get(row.place)) for row in (*bad, *good)] + [
        _missing_json(place) for place in missing
    ]
    facts = {"as_of": as_of, "rows": told}
    summary = [
        _("Ready {ready}, not ready {bad}, without a checklist {missing}.").format(
            ready=number(len(good)), bad=number(len(bad)), missing=number(len(missing))
        )
    ]
    meaning = _(
        "By the newest checklist of each store. Ready: every question was answered with yes. What nobody looked at is "
        "not ready. Stores are the warehouse, the PPK and the PPS."
    )
    tables = [
        sheet_of(_("Readiness"), _COLUMNS, told),
        Sheet(_("Answers"), ANSWER_HEADERS, [cells for row in rows for cells in _answers(row)]),
    ]
    return Listing(
        _("Readiness of the stores"), meaning, summary, _sections(bad, good, missing, places, here), tables, facts
    )


def _sections(
    bad: Sequence[Readiness], good: Sequence[Readiness], missing: Sequence[Place], places: Places, here: str
) -> list[Section]:
    return [
        Section(
            _("Not ready"),
            [_("Store"), _("What is not ready"), _("Looked at by"), _("When")],
            [
                [
                    _name(row, places),
                    answers_words(row.missing) or _("nothing was asked"),
                    _people(row),
                    happened_words(row.event, here),
                ]
                for row in bad
            ],
            (66.0, 105.0, 40.0, 50.0),
            left=4,
            people=frozenset({2}),
            grave=frozenset(range(len(bad))),
            empty=_("No store was found not ready.") if good else "",
        ),
        Section(
            _("Without a checklist"),
            [level_title(AREA), _("Stores"), _("Which")],
            _without(missing, places),
            (45.0, 18.0, 198.0),
            left=3,
            empty=_("Every store has a checklist."),
        ),
        Section(
            _("Ready"),
            [_("Store"), _("Questions"), _("Looked at by"), _("When")],
            [
                [
                    _name(row, places),
                    number(len(row.event.body["answers"])),
                    _people(row),
                    happened_words(row.event, here),
                ]
                for row in good
            ],
            (105.0, 30.0, 80.0, 46.0),
            left=4,
            people=frozenset({2}),
        ),
    ]


def _answers(row: Readiness) -> Iterator[list[Cell]]:
    for answer in row.event.body["answers"]:
        question = question_words(answer["question"])
        yield [
            row.place,
            row.about,
            answer["question"],
            question,
            answer["answer"],
            answer["note"],
            row.event.happened,
            f"{row.event.log}:{row.event.seq}",
        ]


def question_words(question: str) -> str:
    """A question as it is asked: one that Serah knows in the chosen language, an office's own in its own words."""
    if (told := terms()) and question in told.questions:
        return told.questions[question][chosen()]
    return _(QUESTIONS[question]) if question in QUESTIONS else printable(question, 300)


def answers_words(answers: Sequence[Body]) -> str:
    """Answers that are not yes, with their remarks: Is the roof sound, without a leak? no (drips over the door)."""
    words = {"yes": _("yes"), "no": _("no"), "unknown": _("not known")}
    said = []
    for row in answers:
        note = f" ({printable(row['note'], 300)})" if row["note"] else ""
        said.append(f"{question_words(row['question'])} {words[row['answer']]}{note}")
    return "; ".join(said)


def arrivals_words(arrivals: Arrivals, taken: SpaceTaken, needs: Needs) -> list[str]:
    """What is to arrive at a store and the room it takes, as lines to be read before saying whether there is room."""
    told = ", ".join(f"{kind_name(needs, kind)} {number(count)}" for kind, count in arrivals.to_come.items())
    lines = [
        _("Still to arrive: {count} ({kinds})").format(count=number(arrivals.count), kinds=told)
        if arrivals.count
        else _("Still to arrive: nothing that is known")
    ]
    if here := sum(arrivals.here.values()):
        lines.append(_("In the store now: {count}").format(count=number(here)))
    if taken.litres:
        lines.append(
            _("They take about {volume} m³, on the floor {floor} m² in full stacks").format(
                volume=decimal(taken.litres / 1000, 1), floor=decimal(taken.floor_mm2 / 1_000_000, 1)
            )
        )
        if taken.unsized:
            kinds = ", ".join(kind_name(needs, kind) for kind in taken.unsized)
            lines.append(_("Of unknown size: {kinds}").format(kinds=kinds))
    return lines


def _without(missing: Sequence[Place], places: Places) -> list[list[str]]:
    """The stores without a checklist, by area."""
    ways = Ways(places)
    groups: dict[str, list[Place]] = {}
    for place in missing:
        area = ways.area(place.code)
        groups.setdefault(area.code if area else "", []).append(place)
    return [
        [
            printable(places[code].name, 60) if code else "–",
            number(len(group)),
            printable(", ".join(place.name for place in group), 1500),
        ]
        for code, group in groups.items()
    ]


def _name(row: Readiness, places: Places) -> str:
    name = place_path(places, row.place)
    return name if row.about == STORAGE else f"{name} ({printable(row.about, 60)})"


def _people(row: Readiness) -> str:
    return printable(", ".join(row.event.body["names"]) or row.event.body["by"], 200)


def _answered(row: Readiness, answer: str) -> str:
    return "; ".join(a["question"] for a in row.missing if a["answer"] == answer)


def _notes(row: Readiness) -> str:
    notes = "; ".join(f"{a['question']}: {a['note']}" for a in row.event.body["answers"] if a["note"])
    return "; ".join(filter(None, (notes, row.event.body["note"])))


def _missing_json(place: Place) -> dict[str, Cell]:
    blank = ("no_checklist", place.level, place.code, place.name, STORAGE, "", "", "", "", None, None, None)
    return dict(zip(_COLUMNS, blank, strict=True))
