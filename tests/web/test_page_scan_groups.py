"""What a session shows: findings alike together, several things removed at once, and which device saw a label."""

import re

import pytest

from custody.chain.findings import Finding
from custody.format.codes import item_payload, parse_code, show_code
from custody.handover.draft import Seer
from tests.support.command_examples import Terminal
from tests.support.page_examples import Visitor
from tests.support.scan_pages import begun, record, reviewed, typed
from web.site import Site
from web.templating import render
from web.views.finding_groups import MORE, group_rows

PHONE, OTHER = Seer("0123456789abcdef", "Phone"), Seer("fedcba9876543210", "Phone 2")
ADVICE = "Take it off the load and out of the list"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def draft(visitor: Visitor, station: Terminal) -> str:
    """A session with two labels for where it goes, and three for elsewhere."""
    draft = begun(visitor)
    for code in (*station.codes("--to", "51.08.01")[:2], *station.codes("--to", "51.08.02")[:3]):
        typed(visitor, draft, item_payload(code, 1))
    return draft


class TestGroups:
    def test_findings_alike_stand_together_with_their_advice_once(self, visitor: Visitor, draft: str) -> None:
        for path in ("", "/board", "/review"):
            page = visitor.see(f"/scan/{draft}{path}")
            assert "3 Wrong destination Critical" in words(page) and page.count(ADVICE) == 1, path
        assert words(visitor.see(f"/scan/{draft}/board")).count("not for PPK Gerokgak") == 3

    def test_what_is_on_no_paper_is_called_so(self, visitor: Visitor, site: Site) -> None:
        from custody.chain.findings import judge_against_paper

        found = [judge_against_paper(show_code(f"{place:013d}"), "0001/X/2024") for place in range(7)]
        (group,) = site.ask.do(lambda store: group_rows(store, found))
        assert (group["count"], group["title"]) == (7, "Not on the handover paper")

    def test_ten_thousand_findings_are_a_few_lines_until_somebody_opens_them(
        self, visitor: Visitor, site: Site
    ) -> None:
        found = [Finding("VOID_LABEL", "{item} is void", {"item": str(place)}, str(place)) for place in range(10_000)]
        groups = site.ask.do(lambda store: group_rows(store, found))
        page = render("groups.html", groups=groups, is_open=True, may_remove=True)
        assert "10,000 Void label" in words(page) and len(page) < 2000

    def test_the_rest_of_a_long_list_can_be_had(
        self, visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch, draft: str
    ) -> None:
        from web.pages import scan
        from web.views import finding_groups

        assert MORE > 2
        for module in (scan, finding_groups):
            monkeypatch.setattr(module, "MORE", 2)
        first = visitor.see(f"/scan/{draft}/found?group=Wrong destination")
        assert first.count("not for PPK Gerokgak") == 2 and 'data-more="2"' in first
        rest = visitor.see(f"/scan/{draft}/found?group=Wrong destination&after=2&reviewed=1")
        assert rest.count("not for PPK Gerokgak") == 1 and "data-more" not in rest and "data-remove" not in rest
        taken = visitor.see(f"/scan/{draft}/taken?after=1")
        assert taken.count("<li>") == 3 and 'data-more="3"' in taken

    def test_the_terminal_tells_the_same_groups(self, station: Terminal) -> None:
        astray = "".join(f"{code}\n" for code in station.codes("--to", "51.08.02"))
        told = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", typed=astray).out
        assert (
            told.count("Critical, Wrong destination (WRONG_DESTINATION)") == 5
            and "and 4 more of Wrong destination" in told
        )


class TestRemovingSeveral:
    def remove(self, visitor: Visitor, draft: str, *, expect: int = 200, **wanted: object) -> dict[str, object]:
        path = f"/api/drafts/{draft}/items/removed"
        answer: dict[str, object] = visitor.ask("POST", path, wanted, expect=expect)
        return answer

    def test_all_of_a_group_go_at_once_and_the_others_stay(
        self, visitor: Visitor, station: Terminal, draft: str
    ) -> None:
        assert self.remove(visitor, draft, group="Wrong destination", count=3) == {"removed": 3}
        board = visitor.see(f"/scan/{draft}/board")
        assert "Nothing irregular so far" in board and "Taken (2)" in board
        assert self.remove(visitor, draft, codes=[station.codes("--to", "51.08.02")[0]], count=1) == {"removed": 0}
        typed(visitor, draft, item_payload(station.codes("--to", "51.08.02")[0], 1))
        assert "1 Wrong destination" in words(visitor.see(f"/scan/{draft}/board")), "a scan puts it back"

    def test_where_the_group_has_grown_meanwhile_nothing_goes(
        self, visitor: Visitor, station: Terminal, draft: str
    ) -> None:
        typed(visitor, draft, item_payload(station.codes("--to", "51.08.02")[3], 1))
        refused = self.remove(visitor, draft, group="Wrong destination", count=3, expect=409)
        assert "nothing was removed" in str(refused["error"])
        assert "Taken (6)" in visitor.see(f"/scan/{draft}/board")

    def test_what_was_said_of_them_goes_too(self, visitor: Visitor, station: Terminal, draft: str) -> None:
        codes = station.codes("--to", "51.08.01")[:2]
        visitor.ask("PUT", f"/api/drafts/{draft}/words", {"codes": codes, "condition": "wet"})
        assert self.remove(visitor, draft, codes=codes, count=2) == {"removed": 2}
        typed(visitor, draft, item_payload(codes[0], 1))
        assert "wet" not in words(visitor.see(f"/scan/{draft}/taken?after=0"))


class TestWhichDevice:
    def scan(self, site: Site, draft: str, code: str, seer: Seer | None) -> dict[str, object]:
        def take(session: object) -> dict[str, object]:
            with session.seen_by(seer):  # type: ignore[attr-defined]
                told: dict[str, object] = session.type_in(code)  # type: ignore[attr-defined]
                return told

        return site.sessions.do(draft, take)

    def test_each_line_says_it_and_a_restarted_server_knows_it_still(
        self, visitor: Visitor, site: Site, station: Terminal
    ) -> None:
        draft, codes = begun(visitor), station.codes("--to", "51.08.01")
        self.scan(site, draft, item_payload(codes[0], 1), PHONE)
        self.scan(site, draft, item_payload(codes[1], 1), OTHER)
        typed(visitor, draft, item_payload(codes[2], 1))
        self.scan(site, draft, item_payload(codes[1], 1), PHONE)  # scanned already: it stays with who saw it first
        visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_name": "Made"})  # writes all that is said anew
        site.sessions._sessions.clear()
        told = [words(line) for line in visitor.see(f"/scan/{draft}/taken?after=0").split("<li>")[1:]]
        seen = ["USB scanner", "Phone 2", "Phone"]
        assert [line.split("· ")[1].split(" Change")[0] for line in told] == seen

    def test_undoing_takes_out_ones_own_last_scan_and_never_anothers(
        self, visitor: Visitor, site: Site, station: Terminal
    ) -> None:
        draft, codes = begun(visitor), station.codes("--to", "51.08.01")
        for code, seer in zip(codes, (PHONE, OTHER, None), strict=False):
            self.scan(site, draft, item_payload(code, 1), seer)
        assert parse_code(str(self.scan(site, draft, "undo", PHONE)["code"])) == codes[0]
        nothing = self.scan(site, draft, "undo", PHONE)
        assert nothing["kind"] == "not_understood" and "Taken (2)" in visitor.see(f"/scan/{draft}/board")
        assert parse_code(str(self.scan(site, draft, "batal", None)["code"])) == codes[2]
        assert parse_code(str(self.scan(site, draft, "undo", None)["code"])) == codes[1], "the station's own are gone"

    def test_an_outcome_names_its_device_and_news_of_all_labels_is_everybodys(
        self, visitor: Visitor, site: Site, station: Terminal
    ) -> None:
        draft = begun(visitor)
        told = self.scan(site, draft, "8991234567890", PHONE)
        assert (told["by"], told["seen_by"], told["is_for_all"]) == (PHONE.id, "Phone", False)
        assert self.scan(site, draft, "to 51.08.02", PHONE)["is_for_all"]
        assert typed(visitor, draft, station.codes()[0])["by"] == ""


def test_a_plan_that_changes_under_an_open_review_records_nothing_that_was_not_seen(
    visitor: Visitor, site: Site, station: Terminal, draft: str
) -> None:
    before, version = station.event_count(), reviewed(visitor, draft)
    needs = "kind,level,per_place\nbooth,polling_station,6\n"
    (station.home.parent / "more.csv").write_text(needs)
    assert station("load", station.home.parent / "more.csv").code == 0 and station("plan").code == 0
    changed = station.event_count()
    refused = record(visitor, draft, version, expect=409)
    assert "changed since this was shown" in refused["error"] and station.event_count() == changed > before
    assert record(visitor, draft, reviewed(visitor, draft))["new"]


def test_a_name_of_200_letters_is_refused_by_its_field_and_nothing_is_cut_off(
    visitor: Visitor, station: Terminal, draft: str
) -> None:
    refused = visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_office": "W" * 200}, expect=422)
    assert "200 characters; 120 is the most" in refused["error"]
    visitor.ask("PUT", f"/api/drafts/{draft}/said", {"giver_office": "W" * 120})
    assert f'value="{"W" * 120}"' in visitor.see(f"/scan/{draft}/review")


def test_the_recorded_page_says_what_went_who_signed_and_what_to_do(
    visitor: Visitor, station: Terminal, draft: str
) -> None:
    names = {"giver_name": "Made", "receiver_name": "Ketut", "witness_1": "Wayan"}
    visitor.ask("PUT", f"/api/drafts/{draft}/said", names)
    visitor.ask("PUT", "/api/pins", {"name": "Ketut", "pin": "7392"})
    visitor.ask("POST", f"/api/drafts/{draft}/pins/receiver", {"name": "Ketut", "pin": "7392"})
    page = visitor.see(record(visitor, draft, reviewed(visitor, draft), **names)["page"])
    told = words(page)
    assert "Receives Ketut Acknowledged by PIN" in told and "Gives Made not on the screen" in told
    assert "Witness Wayan" in told and "3 Wrong destination Critical" in told and page.count(ADVICE) == 1
    assert re.search(r"<strong>\d</strong> (Ballot box|Voting booth)", page)
    link = re.search(r'href="(/records/correct\?event=[^"]+)"', page)
    assert link and "0001/GUDANG-1/2024" in visitor.see(link[1])
    found = visitor.see("/handover/found?number=0001/GUDANG-1/2024&group=Wrong destination")
    assert found.count("not for PPK Gerokgak") == 3
