"""Facts in words: places, kinds, conditions, times and findings as people here say and write them.

Whatever comes from an event or a table passes `printable` on its way to paper or screen.
"""

from collections.abc import Iterable, Mapping, Sequence

from custody.chain.findings import Finding
from custody.errors import N_
from custody.format.codes import is_plate, show_plate
from custody.handover.handover_facts import HandoverFacts
from custody.people import NamedTwice
from custody.plan.places import Need, Place, path
from language import _, chosen, ngettext, terms
from language.in_words import time_in_words
from language.text import local_time, number, printable, sentence, zone

Places = Mapping[str, Place]
Needs = Mapping[str, Need]
"""What each kind is called, by kind."""

_CONDITIONS = {
    "good": N_("good"),
    "light": N_("lightly damaged"),
    "heavy": N_("heavily damaged"),
    "wet": N_("wet"),
    "missing": N_("with parts missing"),
    "": N_("not looked at"),
}
_CORRECTIONS = {"did_not_occur": N_("it did not happen"), "incorrect_data": N_("its data were wrong")}
_VOIDS = {"spoiled": N_("spoiled"), "lost": N_("lost"), "unused": N_("unused")}
_SEVERITIES = {"critical": N_("Critical"), "warning": N_("Warning"), "info": N_("Note")}


_SEAL_WORDS = {
    "intact": N_("seals intact"),
    "broken": N_("seal broken or come off"),
    "mismatch": N_("other seal numbers"),
    "none": N_("no seal"),
}


def zone_code(*codes: str | None) -> str:
    """The first of these codes that lies in an Indonesian time zone; empty where none does."""
    return next((code for code in codes if code and zone(code)[0] != "UTC"), "")


def clock_at(places: Places, code: str) -> str:
    """Return the code of the place whose time zone a place uses: its own, else one above; empty if none."""
    return zone_code(code, *(step.code for step in reversed(path(places, code))))


def day_and_clock(utc: str, place: str) -> tuple[str, str]:
    """A stored time as the clock of that place shows it, in two parts: `Mon 12 Feb 2024` and `18:00 WITA`."""
    words = local_time(utc, place)
    if not words.endswith(zone(place)[0]):
        return words, ""  # no time at all; shown as it is
    day, clock, name = words.rsplit(" ", 2)
    return day, f"{clock} {name}"


def kind_name(needs: Needs, kind: str) -> str:
    """What people call a kind of supplies, in the chosen language; the bare word where no table names it."""
    need = needs.get(kind)
    if need is None:
        return printable(kind, 60)
    return printable(need.name_id if chosen() == "id" else need.name_en, 60)


def kind_word(needs: Needs, kind: str) -> str:
    """What a kind is called; a thing that is registered nowhere has none."""
    return kind_name(needs, kind) if kind else _("not registered here")


def meant_words(phase: str, kinds: Iterable[str], needs: Needs) -> str:
    """Which phase and kinds are to go: `Phase I: Ballot box, Voting booth`; empty where neither is said."""
    named = ", ".join(kind_name(needs, kind) for kind in kinds)
    return _("Phase {phase}: {kinds}").format(phase=printable(phase, 40), kinds=named) if phase else named


_UNITS_EN = {"buah": "pc", "botol": "bottle", "lembar": "sheet", "keping": "piece"}


def unit_word(needs: Needs, kind: str) -> str:
    """What labelled things of a kind are counted in: packs, or the unit of the needs table."""
    need = needs.get(kind)
    if need is None:
        return "–"
    if need.tracked_as == "pack":
        return _("pack")
    unit = printable(need.unit, 20)
    return _UNITS_EN.get(unit, unit) if chosen() == "en" else unit


def condition_word(condition: str) -> str:
    """The condition of an item, as a word that also fits after "was found"."""
    if (told := terms()) and condition in told.conditions:
        return told.conditions[condition][chosen()]
    return _(_CONDITIONS[condition]) if condition in _CONDITIONS else printable(condition, 40)


def seal_word(result: str) -> str:
    """What a look at seals found, in words."""
    return _(_SEAL_WORDS.get(result, result))


def void_word(reason: str) -> str:
    """What became of a label that must not be used."""
    return _(_VOIDS[reason]) if reason in _VOIDS else printable(reason, 40)


def severity_word(severity: str) -> str:
    """How grave a finding is, in a word."""
    return _(_SEVERITIES[severity])


def gravity(finding: Finding) -> str:
    """How grave a finding is, and whether a log not met yet may explain it: "Critical, provisional"."""
    word = severity_word(finding.severity)
    return f"{word}, {_('provisional')}" if finding.is_provisional else word


def show_custodian(code: str) -> str:
    """A custodian's code as people write it: DK 8123 AB for a plate, else as it is."""
    return printable(show_plate(code), 60)


def custodian_name(places: Places, code: str) -> str:
    """Who a custodian is: a place's or carrier's name, "Truck" and its plate, or the bare code."""
    place = places.get(code)
    if place is not None:
        return printable(place.name, 200)
    return _("Vehicle {plate}").format(plate=show_custodian(code)) if is_plate(code) else printable(code, 60)


def place_path(places: Places, code: str) -> str:
    """A place and what it lies in below the top, nearest first: TPS 001 Gerokgak, PPS Gerokgak, PPK Gerokgak."""
    steps = path(places, code)
    steps = steps[1:] if len(steps) > 1 else steps
    return ", ".join(printable(step.name, 200) for step in reversed(steps)) or custodian_name(places, code)


def finding_text(finding: Finding, needs: Needs | None = None, place: str = "") -> str:
    """A finding as a sentence in the chosen language, its times in the zone of `place`, its values made printable."""
    values: dict[str, object] = {}
    for name, value in finding.values.items():
        if isinstance(value, int):
            values[name] = number(value)
        elif name.endswith("_utc"):
            values[name] = time_in_words(str(value), place)
        elif name == "condition":
            values[name] = condition_word(str(value))
        elif name == "kind":
            values[name] = kind_name(needs or {}, str(value))
        elif name == "reason" and value in _CORRECTIONS:
            values[name] = _(_CORRECTIONS[str(value)])
        else:
            values[name] = printable(str(value), 400)
    text = _(finding.message).format(**values)
    if finding.stranger:
        text = _("{finding} (a record of {station}, which root has not admitted, would explain it)").format(
            finding=text, station=printable(finding.stranger, 60)
        )
    return sentence(text)


def judged_text(finding: Finding, needs: Needs | None = None, place: str = "") -> str:
    """The same, with whether a log not met yet may explain it: for a list that has no column for that."""
    words = finding_text(finding, needs, place)
    return f"{words} ({_('provisional')})" if finding.is_provisional else words


def people_words(twice: Sequence[NamedTwice]) -> list[str]:
    """Say which names among giver, receiver and witnesses are one person's."""
    words = []
    if any(one.role == "receiver" for one in twice):
        words.append(_("Who gives and who receives have the same name."))
    if names := [printable(one.name, 120) for one in twice if one.role == "witness"]:
        words.append(_("Named as a witness, and named already: {names}.").format(names=", ".join(names)))
    return words


def people_json(twice: Sequence[NamedTwice]) -> list[dict[str, str]]:
    """Return the same for programs."""
    return [one._asdict() for one in twice]


def decided_words(taken: int, refused: int) -> str:
    """How many things the receiver took, and how many were refused."""
    return _("{taken} taken, {refused} refused").format(taken=number(taken), refused=number(refused))


def tally_words(facts: HandoverFacts) -> str:
    """What was scanned, or taken and refused, and how much was to go: `3 scanned, expected: 4`."""
    expected = _("not known") if facts.expected is None else number(facts.expected)
    if not facts.refused:
        words = _("{scanned} scanned, expected: {expected}")
        return words.format(scanned=number(len(facts.taken)), expected=expected)
    decided = decided_words(len(facts.taken), len(facts.refused))
    return _("{decided}, expected: {expected}").format(decided=decided, expected=expected)


def fact_lines(facts: HandoverFacts, needs: Needs) -> list[str]:
    """What was to go, what was taken, refused and moved unseen, one line each; not what is missing."""
    more = (
        (facts.elsewhere, _("Of these, by other laptops under the same number: {count}")),
        (len(facts.refused), _("Refused, they stay with the giver: {count}")),
        (len(facts.carried), _("Inside them, not seen themselves: {count}")),
        (sum(extra.count for extra in facts.extras), _("Noted without a readable label: {count}")),
    )
    meant = [_("To go: {what}").format(what=words)] if (words := meant_words(facts.phase, facts.kinds, needs)) else []
    return [*meant, tally_words(facts), *(words.format(count=number(count)) for count, words in more if count)]


def derived_words(facts: HandoverFacts) -> str:
    """What the expected number rests on where no list says it, and how much is missing by the records held here where
    that is another number; empty where neither is to be said.
    """
    words = {
        "signed": _(
            "Nobody had listed what was to go: the number expected is what the station knew when it recorded this, "
            "and stands in the record."
        ),
        "here": _("Nobody listed what was to go: how much was expected follows from the records held here."),
        "since": _(
            "When this was recorded it was not known how much was to go: the number expected follows from the records "
            "held here now."
        ),
    }.get(facts.basis, "")
    if facts.missing_count == len(facts.missing):
        return words
    more = _("By the records held here now, {count} were not handed over.").format(count=number(len(facts.missing)))
    return f"{words} {more}".strip()


def explained_words(facts: HandoverFacts) -> list[str]:
    """Say how much of what is missing a record of a station that is not admitted would explain; empty for nothing."""
    count, stations = len(facts.explained), dict.fromkeys(facts.explained.values())
    words = ngettext(
        "{count} of these would be explained by a record of {stations}, which root has not admitted.",
        "{count} of these would be explained by records of {stations}, which root has not admitted.",
        count,
    )
    names = ", ".join(printable(station, 60) for station in stations)
    return [words.format(count=number(count), stations=names)] if count else []


def scanned_words(facts: HandoverFacts) -> str:
    """How many things were scanned, and what became of them where not all were taken as they were seen.

    `4 (3 taken, 1 refused)`, `1 (4 more inside)`.
    """
    carried = len(facts.carried)
    return _offered(facts, _("{count} more inside").format(count=number(carried)) if carried else "")


def counted_words(facts: HandoverFacts) -> str:
    """What a hand count is held against: how many things were scanned, and how many came without a readable label.

    `4 (3 taken, 1 refused; 1 more without a readable label)`; what is inside others nobody counts.
    """
    extras = sum(extra.count for extra in facts.extras)
    return _offered(facts, _("{count} more without a readable label").format(count=number(extras)) if extras else "")


def _offered(facts: HandoverFacts, beside: str) -> str:
    refused = len(facts.refused)
    more = [decided_words(len(facts.taken), refused)] if refused else []
    more += [beside] if beside else []
    scanned = number(len(facts.taken) + refused)
    return f"{scanned} ({'; '.join(more)})" if more else scanned
