"""A chain of custody for the terminal: plain text of at most 80 columns that also reads well in an e-mail."""

import textwrap
from collections.abc import Iterator

from custody.chain.chain import Chain
from custody.format.codes import show_code
from language import _
from reports.chain.finding_rows import finding_rows, finding_summary, named_finding
from reports.chain.steps import Party, Step, condition, headline, holder, identity, steps
from reports.words import Needs, Places

WIDTH = 80


def chain_text(chain: Chain, places: Places, needs: Needs) -> str:
    """The chain of an item as text: what it is, who holds it, each record, and the findings in plain words."""
    return "\n".join(_lines(chain, places, needs)) + "\n"


def _lines(chain: Chain, places: Places, needs: Needs) -> Iterator[str]:
    found = finding_rows(chain, places, needs)
    yield f"{show_code(chain.code)}  {headline(chain.item, needs)}"[:WIDTH]
    yield "=" * WIDTH
    facts = [(_("Held now by"), holder(chain, places)), (_("Condition"), condition(chain))]
    facts += [*identity(chain, places, needs), (_("Findings"), finding_summary(found))]
    width = max(len(label) for label, _value in facts) + 2
    for label, value in facts:
        yield from _wrap(value, label.ljust(width), " " * width)
    yield ""
    if not chain.shown:
        yield _("No record of this item has been met.")
    for step_number, step in enumerate(steps(chain, places, needs), start=1):
        yield from _step_lines(step_number, step)
    if found:
        yield ""
        yield _("Findings")
        yield "-" * WIDTH
    for row in found:
        tail = ", ".join(part for part in (row.state, row.where) if part)
        yield from _wrap(f"{row.word.upper()}, {named_finding(row.code)}: {row.text} ({tail})", "  ", "    ")


def _step_lines(step_number: int, step: Step) -> Iterator[str]:
    title = f"{step.title} [{step.mark}]" if step.mark else step.title
    yield from _wrap(f"{step.day} {step.clock}  {title}", f"{step_number:>3}  ", "     ")
    if step.giver and step.receiver:
        yield from _wrap(_("from {party}").format(party=_party(step.giver)), "       ", "         ")
        yield from _wrap(_("to {party}").format(party=_party(step.receiver)), "       ", "         ")
    elif step.sentence:
        yield from _wrap(step.sentence, "       ", "         ")
    for text in ("; ".join(step.remarks), step.note, step.record):
        if text:
            yield from _wrap(text, "       ", "       ")


def _party(party: Party) -> str:
    name = party.name if party.code in ("", party.name) else f"{party.name} [{party.code}]"
    return f"{name}: {party.person}" if party.person else name


def _wrap(text: str, first: str, rest: str) -> list[str]:
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return lines or [first.rstrip()]
