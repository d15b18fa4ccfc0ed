"""Everything that commands do is done on a page, or it is said here why not: whoever adds a command adds its line."""

import pytest

from commands.program import COMMANDS, REPORTS
from language.text import PAGES as NAVIGATION
from tests.support.page_examples import Visitor
from tests.support.page_routes import all_routes

PAGES: dict[str, str] = {
    "init": "/first",
    "profile": "/records/profile",
    "load": "/plan",
    "template": "/plan/template/{kind}.xlsx",
    "plan": "/plan",
    "withdraw": "/plan",
    "twins": "/plan/twins",
    "items": "/items",
    "receive": "/records/delivery",
    "labels": "/labels",
    "reprint": "/labels",
    "void": "/records/void",
    "claim": "/records/claim",
    "printer": "/labels",
    "scan": "/scan",
    "handover": "/scan",
    "drafts": "/",
    "inspect": "/records/inspect",
    "seal": "/records/seal",
    "pack": "/records/pack",
    "correct": "/records/correct",
    "reassign": "/records/reassign",
    "balance": "/records/balance",
    "incident": "/records/incident",
    "checklist": "/records/checklist",
    "point": "/records/point",
    "form": "/reports/forms",
    "custody": "/items/{code}",
    "report": "/reports",
    "export": "/meet",
    "admit": "/meet",
    "join": "/meet",
    "recovery": "/station",
    "settings": "/station",
    "hub": "/meet",
    "sync": "/meet",
    "revoke": "/records/revoke",
    "drop": "/records/drop",
    "import": "/meet",
    "verify": "/meet",
    "backup": "/meet",
    "doctor": "/meet",
    "pins": "/people",
    "token": "/observers",
}
"""The page that does what a command does."""
NO_PAGE: dict[str, str] = {
    "decode": "a tool for measuring the reader: it reads pictures and records nothing, with no ledger",
    "serve": "shows the page itself",
    "completion": "of a shell alone",
    "demo": "practice on the page of the first run shows the same with the same example",
    "witness": "listens in a window of its own that stays open, at somebody else's office",
}
"""Why there is none."""
REPORT_PAGES = {name: f"/reports/{name}" for name in REPORTS} | {
    "custody": "/items/{code}",
    "handover": "/handover.pdf",
    "bast": "/handover/letter/{name}.pdf",
}


def test_every_command_has_a_page_or_the_reason_why_not() -> None:
    assert PAGES.keys().isdisjoint(NO_PAGE)
    assert {*PAGES, *NO_PAGE} == set(COMMANDS)


@pytest.mark.parametrize(
    "way",
    sorted({way for way in {*PAGES.values(), *REPORT_PAGES.values()} if "{" not in way and not way.endswith(".pdf")}),
)
def test_the_page_is_there_and_names_no_command(visitor: Visitor, way: str) -> None:
    if way == "/first":  # there is nothing to begin any more: it leads to the start
        assert visitor.client.get(way, follow_redirects=False).headers["location"] == "/"
        return
    page = visitor.see(way)
    assert page.count("<h1") == 1
    assert "python main.py" not in page


def test_pages_with_a_name_in_their_address_are_there(visitor: Visitor) -> None:
    routes = {path for _method, path in all_routes(visitor.client)}
    for way in {way for way in {*PAGES.values(), *REPORT_PAGES.values()} if "{" in way or way.endswith(".pdf")}:
        assert way in routes, way


def test_every_page_of_the_navigation_is_reached(visitor: Visitor) -> None:
    page = visitor.see("/")
    assert all(f'href="{way}"' in page for way in NAVIGATION)
