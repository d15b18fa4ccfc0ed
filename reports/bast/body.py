"""The middle of a BAST letter: what was handed over, what carried it, what differs, and what was decided."""

from collections.abc import Sequence

from reportlab.lib.colors import HexColor

from language.in_words import in_words
from language.text import number, printable
from reports.bast.letter_facts import BastFacts
from reports.bast.letter_template import Template
from reports.bast.letter_words import (
    carried_text,
    conditions_text,
    destination_text,
    extra_lines,
    finding_lines,
    kind_word,
    line_text,
    missing_lines,
    party_name,
    remark_text,
    unit_word,
)
from reports.handover.handover_words import counted_words, derived_words, scanned_words
from reports.pdf.letter import CENTRE, JUSTIFY, RIGHT, Letter
from reports.words import custodian_name, meant_words, show_custodian

_SHADE = HexColor("#EDEDED")


def draw_contents(paper: Letter, facts: BastFacts, template: Template) -> None:
    """What was handed over: a row for each kind, and the total."""
    count = len(facts.taken)
    paper.space(1)
    giver, receiver = (party_name(facts, template, party) for party in (facts.giver, facts.receiver))
    words = template.text(
        "handing",
        giver=giver,
        receiver=receiver,
        election=facts.election,
        count=number(count),
        count_words=in_words(count),
        destination=destination_text(facts),
    )
    paper.flow(paper.words(words, align=JUSTIFY), after_mm=2)
    if not facts.rows:
        paper.flow(paper.words(template.text("nothing")), after_mm=2)
        return
    widths = [9.0, 40.0, 17.0, 17.0, 30.0, paper.width_mm - 113]
    titles = ("number", "kind", "quantity", "unit", "condition", "remark")
    heads = [paper.words(template.text(f"column_{name}"), bold=True, align=CENTRE, scale=0.9) for name in titles]
    header = paper.row_of(heads, widths, ruled=True, shade=_SHADE, padding_pt=2.5)
    paper.place(header, keep_mm=12)
    paper.column_heads = header
    for place, row in enumerate(facts.rows, 1):
        cells = [
            paper.words(f"{place}.", align=CENTRE, scale=0.9),
            paper.words(kind_word(facts.needs, row.kind), scale=0.9),
            paper.words(number(row.count), align=RIGHT, scale=0.9),
            paper.words(unit_word(facts.needs, row.kind), align=CENTRE, scale=0.9),
            paper.words(conditions_text(row, template.text("unnoted")), scale=0.9),
            paper.words(remark_text(row, facts.needs), scale=0.9),
        ]
        paper.grid(cells, widths, ruled=True, padding_pt=2)
    paper.column_heads = None
    total = [
        paper.words(template.text("total"), bold=True, align=CENTRE, scale=0.9),
        paper.words(number(count), bold=True, align=RIGHT, scale=0.9),
        "",
    ]
    paper.grid(total, [49, 17, paper.width_mm - 66], ruled=True, padding_pt=2)
    paper.space(1.5)
    if facts.carried:
        words = template.text("carried", count=number(len(facts.carried)), kinds=carried_text(facts))
        paper.flow(paper.words(words, align=JUSTIFY), after_mm=1.5)


def draw_carriage(paper: Letter, facts: BastFacts, template: Template) -> None:
    """Draw vehicle, driver, escort, stops, destination and note, as far as they are known."""
    carriage = facts.carriage
    bound = destination_text(facts) if facts.bound else ""
    vehicle = carriage.vehicle
    if facts.carrier:
        known = facts.carrier in facts.places
        named = custodian_name(facts.places, facts.carrier) if known else show_custodian(facts.carrier)
        vehicle = f"{vehicle} ({named})" if vehicle else named
    lines = [
        ("vehicle", vehicle),
        ("driver", carriage.driver),
        ("escort", carriage.escort),
        ("stops", " – ".join(carriage.stops)),
        ("bound", bound),
        ("note", facts.note),
    ]
    if any(words for _label, words in lines):
        paper.title(template.text("carriage"))
        for label, words in lines:
            if words:
                paper.labelled(template.text(label), printable(words, 2500), label_mm=30)


def draw_differences(paper: Letter, facts: BastFacts, template: Template) -> None:
    """What was counted, scanned, expected and is still to come, and what is irregular."""
    paper.title(template.text("differences"))
    offered = scanned_words(facts.told)
    said = []
    if facts.counted is not None:
        said.append(template.text("counts", counted=number(facts.counted), scanned=counted_words(facts.told)))
    if to_go := meant_words(facts.told.phase, facts.told.kinds, facts.needs):
        said.append(template.text("to_go", what=to_go))
    told = facts.foretold
    if facts.expected is None:
        said.append(template.text("unknown_expected"))
    elif told is not None:
        said.append(
            template.text(
                "foretold",
                papers=printable(", ".join(told.basts), 200),
                named=number(facts.expected),
                scanned=offered,
                others=number(len(facts.lines) - told.scanned),
                missing=number(len(facts.missing)),
            )
        )
    else:
        expected, missing = number(facts.expected), number(len(facts.missing))
        said.append(template.text("expected", expected=expected, scanned=offered, missing=missing))
    if told is None and (derived := derived_words(facts.told)):
        said.append(derived)
    if facts.expected is not None and (elsewhere := facts.told.elsewhere):
        said.append(template.text("elsewhere", elsewhere=number(elsewhere)))
    found = finding_lines(facts)
    is_as_told = told is None or told.scanned == len(facts.lines)
    is_even = facts.expected is None or facts.expected == len(facts.lines) + facts.told.elsewhere
    if not found and not facts.missing and not facts.told.refused and is_as_told and is_even:
        said.append(template.text("no_differences"))
    paper.flow(paper.words(" ".join(said), align=JUSTIFY), after_mm=0.5)
    _bullets(paper, found)  # above the list of what is missing, of which they would seem to be a part below it
    if facts.missing:
        paper.flow(paper.words(template.text("missing", missing=number(len(facts.missing)))))
        _bullets(paper, missing_lines(facts))


def _bullets(paper: Letter, lines: Sequence[str]) -> None:
    for line in lines:
        paper.numbered("–", line)


def draw_decisions(paper: Letter, facts: BastFacts, template: Template) -> None:
    """What the receiver refused, took with a remark, or matched; and what came without a label."""
    lists = (
        ("refused", [line_text(line, facts) for line in facts.lines if line.is_refused]),
        ("remarked", [line_text(line, facts) for line in facts.taken if line.remark]),
        ("matched", [line_text(line, facts) for line in facts.lines if line.how == "matched" and not line.remark]),
        ("extras", extra_lines(facts)),
    )
    if not any(lines for _name, lines in lists):
        return
    paper.title(template.text("decisions"))
    for name, lines in lists:
        if lines:
            count = sum(extra.count for extra in facts.extras) if name == "extras" else len(lines)
            words = paper.words(template.text(name, count=number(count)))
            paper.place(words, keep_mm=6)
            _bullets(paper, lines)
