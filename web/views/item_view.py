"""What the page of an item shows: what it is, its chain step by step, its findings with what to do, its seals."""

from typing import Any

from custody.chain.chain import Chain
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.item_facts import Item
from db.store import Store
from language import _
from reports.chain.finding_rows import finding_rows, finding_summary, named_finding
from reports.chain.steps import Step, condition, headline, holder, identity, photo_words, steps
from reports.words import (
    Needs,
    Places,
    condition_word,
    custodian_name,
    kind_name,
    place_path,
    show_custodian,
    void_word,
)
from services.scanning.advice import advice

_FATES = {
    "on": N_("on the item"),
    "off": N_("taken off"),
    "spoiled": N_("spoilt before use"),
    "returned": N_("brought back unused"),
}
_SEALED = {"sealed": N_("sealed"), "open": N_("not sealed as it should be")}


def chain_facts(store: Store, chain: Chain, *, with_staff: bool = True) -> dict[str, Any]:
    """Everything that the page of an item shows of its chain; `with_staff`: who worked the stations too."""
    places = store.state.places
    needs: Needs = store.state.kinds()
    found = finding_rows(chain, places, needs)
    first = {finding.code: finding for finding in reversed(chain.findings)}
    told = list(steps(chain, places, needs, with_staff=with_staff))
    return {
        "code": chain.code,
        "shown": show_code(chain.code),
        "headline": _headline(chain, needs),
        "holder": holder(chain, places),
        "holder_code": show_custodian(chain.held_by) if chain.held_by else "",
        "condition": condition(chain),
        "is_good": not chain.item or not chain.item.is_damaged,
        "kind": chain.item.kind if chain.item else "",
        "condition_code": chain.item.condition if chain.item else "",
        "is_registered": chain.item is not None,
        "identity": identity(chain, places, needs),
        "summary": finding_summary(found),
        "worst": next((row.severity for row in found if row.is_open), ""),
        "findings": [
            {
                "severity": row.severity if row.is_open else "settled",
                "word": row.word,
                "text": row.text,
                "code": row.code,
                "kind": named_finding(row.code),
                "state": row.state,
                "rests_on": row.rests_on,
                "advice": advice(first[row.code], store) if row.is_open else "",
            }
            for row in found
        ],
        "steps": [
            {"number": number, "step": step, "findings": [row for row in found if number in row.steps]}
            | _evidence(store, step)
            for number, step in enumerate(told, start=1)
        ],
        "seal": _(_SEALED[chain.item.seal]) if chain.item and chain.item.seal else "",
        "is_sealed": bool(chain.item and chain.item.seal == "sealed"),
        "seals": [
            {"serial": use.serial, "fate": _(_FATES[use.fate]), "where": custodian_name(places, use.place)}
            for use in chain.seals
        ],
        "voids": [(f"{number:02d}", void_word(reason)) for number, reason in chain.voids],
        "is_printed": bool(chain.item and chain.item.print),
    }


def _evidence(store: Store, step: Step) -> dict[str, Any]:
    """What else a record says, its photograph where it is kept here, and what proves both."""
    words = photo_words(step.photo) if step.photo else ""
    return {
        "remarks": [one for one in step.remarks if one != words],
        "photo": step.photo if step.photo and store.photos.get(step.photo) is not None else "",
        "proves": [step.record, *([f"{_('Photograph')}: {step.photo}"] if step.photo else [])],
    }


def _headline(chain: Chain, needs: Needs) -> str:
    if chain.is_blank:
        return _("Blank label: it belongs to no item yet")
    return headline(chain.item, needs)


def item_row(item: Item, places: Places, needs: Needs) -> dict[str, Any]:
    """An item as a list shows it."""
    return {
        "code": item.code,
        "shown": show_code(item.code),
        "kind": kind_name(needs, item.kind),
        "kind_code": item.kind,
        "condition_code": item.condition,
        "election": item.election or "",
        "number": f"{item.k}/{item.n}",
        "to": place_path(places, item.to),
        "holder": custodian_name(places, item.held_by),
        "condition": condition_word(item.condition),
        "is_good": not item.is_damaged,
        "print": f"{item.print:02d}" if item.print else "",
    }
