"""The page of a recorded handover: its facts, its paper and its letter."""

from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from custody.chain.findings import Finding
from custody.format.event_types import Body
from custody.format.paper_codes import Sheet
from custody.handover.handover_facts import expected_tops, stated
from custody.people import named_twice_in
from db.store import Store
from language import _
from language.text import number
from reports.words import (
    custodian_name,
    derived_words,
    explained_words,
    fact_lines,
    judged_text,
    kind_name,
    people_words,
)
from services.exchange.trust_anchors import kept_policy
from services.reporting.bast_letters import chosen_template, letter_of
from services.scanning.handover_papers import facts_now, foretold_then, paper_facts, sheets_of
from web.dependencies import SiteDep
from web.downloads import inline_pdf
from web.security.roles import SCOPE_ROLES, allowed
from web.templating import render, render_page
from web.views.finding_groups import MORE, finding_lines, group_of, group_rows, next_after
from web.views.handover_photos import photographs

router = APIRouter()
Number = Annotated[str, Query(max_length=80)]
_FEW = 6
_CLOSED = {"is_open": False, "may_remove": False}
"""How the groups of findings stand there at first, and that nothing of a record is removed."""
_AT_ONCE, _STOCK = 100, 1000
"""Of a handover of so many things, where so many are bound for there, all is read before its page is shown; of more,
behind it.
"""


@router.get("/handover", include_in_schema=False)
def handover(request: Request, site: SiteDep, number: Number) -> Response:
    may_correct = bool(request.scope[SCOPE_ROLES] & allowed("POST", "/api/records/correct"))
    shown = site.ask.do(lambda store: _recorded(store, number))
    return render_page(request, "handover.html", may_correct=may_correct, **shown)


@router.get("/handover/outcome", include_in_schema=False)
def outcome(site: SiteDep, number: Number) -> Response:
    return HTMLResponse(render("outcome.html", **site.aside(lambda store: _outcome(store, number))))


@router.get("/handover/found", include_in_schema=False)
def found(
    site: SiteDep,
    number: Number,
    group: Annotated[str, Query(max_length=200)],
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    def look(store: Store) -> str:
        found = group_of(facts_now(store, sheets_of(store, number)).findings, group)
        lines = finding_lines(store, found[after : after + MORE])
        return render("found.html", lines=lines, may_remove=False, next=next_after(after, len(found)))

    return HTMLResponse(site.aside(look))


@router.get("/handover.pdf", include_in_schema=False)
def paper(site: SiteDep, number: Number) -> Response:
    data = site.ask.do(lambda store: _paper(store, number))
    return inline_pdf(data, f"{number.replace('/', '-')}.pdf")


@router.get("/handover/letter/{name}.pdf", include_in_schema=False)  # the name is for the tab alone
def letter(site: SiteDep, number: Number) -> Response:
    data = site.ask.do(lambda store: _letter(store, site.home, number))
    return inline_pdf(data, _letter_file(number))


def handover_page(bast: str) -> str:
    """Return the address of a recorded handover's page."""
    return f"/handover?{urlencode({'number': bast})}"


def critical_findings(store: Store, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the first few critical findings as sentences, and how many there are in all."""
    needs = store.state.kinds()
    grave = [judged_text(finding, needs) for finding in findings if finding.severity == "critical"]
    return {"criticals": grave[:_FEW], "critical_count": len(grave)}


def _recorded(store: Store, number: str) -> dict[str, Any]:
    """A handover of this station, as its page shows it.

    Raises:
        InputError: this station recorded none of that number.
    """
    sheets = sheets_of(store, number)
    judged = (
        _judged(store, sheets)
        if _is_small(store, [said for said, _sheet in sheets])
        else {"is_judged": False, "is_withdrawn": False, "reasons": [], "critical_count": 0, "groups": []}
    )
    places, last = store.state.places, sheets[-1][0]
    signers = _signers(last)
    return {
        "bast": last["bast"],
        "happened": last["occurred"] or last["at"],
        "keyed_in": sheets[0][0]["at"] if last["occurred"] else "",
        "letter_file": _letter_file(last["bast"]),
        "signers": signers,
        "unsigned": [
            one["name"] or custodian_name(places, last[end])
            for one, end in zip(signers, ("from", "to"), strict=False)
            if not one["how"]
        ],
        **_CLOSED,
        **judged,
        "bound": [custodian_name(places, code) for code in last["bound"]],
        "giver": custodian_name(places, last["from"]),
        "receiver": custodian_name(places, last["to"]),
        "giver_person": last["parties"]["giver"],
        "receiver_person": last["parties"]["receiver"],
        "query": urlencode({"number": last["bast"]}),
        "correct_query": urlencode({"event": last["bast"]}),
        "photographs": photographs(store, last),
    }


def _signers(last: Body) -> list[dict[str, Any]]:
    """Who gives, receives and watches, in that order: by what name, and how they signed on the screen (empty: not)."""
    signed = {(row["party"], row["name"]): row for row in last.get("acknowledged", ()) if row["how"] != "paper"}
    people = [(party, last["parties"][party]) for party in ("giver", "receiver")]
    people += [("witness", name) for name in last["witnesses"]]
    rows = [(party, name, signed.get((party, name), {})) for party, name in people]
    return [
        {"party": party, "name": name, "how": row.get("how", ""), "digest": row.get("digest")}
        for party, name, row in rows
    ]


def _outcome(store: Store, number: str) -> dict[str, Any]:
    """That a handover of this station is recorded, and what is critical about it.

    Raises:
        InputError: this station recorded none of that number.
    """
    sheets = sheets_of(store, number)
    bast = sheets[-1][0]["bast"]
    return {"bast": bast, "query": urlencode({"number": bast}), **_judged(store, sheets), **_CLOSED}


def _judged(store: Store, sheets: Sequence[tuple[Body, Sheet]]) -> dict[str, Any]:
    told, needs = foretold_then(store, [said for said, _sheet in sheets]), store.state.kinds()
    first = sheets[0][0]
    twice = named_twice_in(first["parties"]["giver"], first["parties"]["receiver"], first["witnesses"])
    facts = facts_now(store, sheets)
    lines = fact_lines(facts.told, facts.needs)
    if facts.told.missing_count:
        words = _("Not handed over, stayed with {giver}: {count}.")
        giver = custodian_name(store.state.places, first["from"])
        lines.append(words.format(giver=giver, count=number(facts.told.missing_count)))
        lines += explained_words(facts.told)
    if not told and (derived := derived_words(facts.told)):
        lines.append(derived)
    known = (line.item.kind if line.item else "" for line in facts.taken)
    kinds = Counter(kind_name(needs, kind) if kind else _("not registered") for kind in known)
    return {
        "is_judged": True,
        "is_withdrawn": facts.is_withdrawn,
        "replaces": facts.replaces,
        "facts": lines,
        "kinds": kinds.most_common(),
        "reasons": people_words(twice),
        "foretold": told,
        "groups": group_rows(store, facts.findings),
        "critical_count": sum(finding.severity == "critical" for finding in facts.findings),
    }


def _is_small(store: Store, records: Sequence[Body]) -> bool:
    """Whether what these records of a handover say is found at once: few things went, and few were to go."""
    named = sum(len(said["items"]) + len(said.get("refused", ())) for said in records)
    if stated(records) is not None:
        return named <= _AT_ONCE
    tops = expected_tops(records[0], store.state.places)
    bound = chain.from_iterable(store.state.find_items(under=top) for top in tops)
    return named <= _AT_ONCE and next(islice(bound, _STOCK, None), None) is None


def _letter_file(number: str) -> str:
    return f"BAST-{number.replace('/', '-')}.pdf"


def _letter(store: Store, home: Path, number: str) -> bytes:
    from reports.bast.letter_content import write_bast

    template = chosen_template(home)
    letter, out = letter_of(store, number, kept_policy(home)), BytesIO()
    write_bast(out, letter.facts, template, letter.sheets, letter.signatures)
    return out.getvalue()


def _paper(store: Store, number: str) -> bytes:
    from reports.handover.paper import write_handover_paper

    out = BytesIO()
    write_handover_paper(out, paper_facts(store, number))
    return out.getvalue()
