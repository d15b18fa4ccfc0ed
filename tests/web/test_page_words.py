"""What is said of things on the scan page: of one or of many, kept in the draft, and recorded with the handover."""

import json
from typing import Any

import cv2
import numpy as np
import pytest

from commands.context import station_at
from custody.format.codes import show_code
from reports.words import condition_word
from tests.support.command_examples import Terminal
from tests.support.news_heard import heard
from tests.support.page_examples import Visitor, begun_draft
from tests.support.scan_pages import record, reviewed, typed
from web.security.entrances import HEADER
from web.security.guard import PHOTO
from web.site import Site


@pytest.fixture
def codes(visitor: Visitor, station: Terminal, draft: str) -> list[str]:
    """Four things that were taken."""
    named = station.codes("--to", "51.08.01.2001.001")[:4]
    for code in named:
        typed(visitor, draft, code)
    return named


def say(visitor: Visitor, draft: str, codes: list[str], *, expect: int = 200, **words: Any) -> Any:
    return visitor.ask("PUT", f"/api/drafts/{draft}/words", {"codes": codes, **words}, expect=expect)


def picture(side: int = 60, kind: str = ".jpg") -> bytes:
    image = np.zeros((side, side, 3), np.uint8)
    image[:, : side // 2] = (40, 40, 220)
    return bytes(cv2.imencode(kind, image)[1])


def upload(visitor: Visitor, draft: str, data: bytes, kind: str = "image/jpeg", *, expect: int = 200) -> Any:
    headers = {HEADER: visitor.token, "Content-Type": kind}
    answer = visitor.client.post(f"/api/drafts/{draft}/photos", content=data, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_all_that_is_said_stands_in_the_record(
    visitor: Visitor, station: Terminal, draft: str, codes: list[str]
) -> None:
    digest = upload(visitor, draft, picture())["digest"]
    say(visitor, draft, codes[:1], condition="wet", photo=digest, remark="the lid is open")
    say(visitor, draft, codes[1:2], seals="broken", serials="A0001 A0003-A0004")
    say(visitor, draft, codes[2:3], refused=True, remark="not ours")
    page = visitor.see(f"/scan/{draft}/review")
    for words in (
        "wet",
        "the lid is open",
        "seal broken or come off A0001 A0003-A0004",
        "refused",
        f"/photos/{digest}",
    ):
        assert words in page, words
    said = {
        "counted": 5,
        "giver_office": "Kepala Gudang",
        "escort": "Aipda Nyoman",
        "extras": [{"kind": "box", "count": 1, "note": "label torn"}],
    }
    record(visitor, draft, reviewed(visitor, draft), **said)
    bast = station("report", "bast", "--json").json
    assert bast["total"] == 3 and bast["counted"] == 5 and bast["escort"] == "Aipda Nyoman"
    assert bast["from"]["function"] == "Kepala Gudang"
    assert bast["extras"] == [{"kind": "box", "count": 1, "note": "label torn"}]
    refused = [item["code"] for item in bast["items"] if not item["taken"]]
    assert refused == [show_code(codes[2])]
    assert "COUNT" not in {finding["code"] for finding in bast["findings"]}, "five were offered and counted"
    chains = {code: station("custody", "--json", code).json for code in codes}
    assert [chains[code]["held_by"] for code in codes] == ["51.08.01", "51.08.01", "51.08", "51.08.01"]
    assert chains[codes[0]]["condition"] == "wet"
    assert "SEAL_BROKEN" in {finding["code"] for finding in chains[codes[1]]["findings"]}
    with station_at(str(station.home), None).store() as store:
        assert {photo.digest for photo in store.photos.named()} == {digest}
    assert station("verify").code == 0


def test_many_are_described_at_once_and_the_rest_is_left_as_it_was(
    visitor: Visitor, draft: str, codes: list[str]
) -> None:
    say(visitor, draft, codes[:1], remark="mine")
    assert say(visitor, draft, codes[:3], condition="light") == {"count": 3}
    assert say(visitor, draft, [], all=True, seals="intact") == {"count": 4}
    say(visitor, draft, codes[1:2], condition="")
    page = visitor.see(f"/scan/{draft}")
    assert page.count("lightly damaged</span>") == 2 and page.count("seals intact</span>") == 4 and "“mine”" in page
    say(visitor, draft, codes[:2], refused=True)
    assert "Refused of these: 2" in visitor.see(f"/scan/{draft}")
    say(visitor, draft, [], all=True, refused=False)
    assert "Refused of these" not in visitor.see(f"/scan/{draft}")


def test_what_is_taken_out_again_takes_along_what_was_said_of_it(
    visitor: Visitor, station: Terminal, draft: str, codes: list[str]
) -> None:
    say(visitor, draft, codes[:1], condition="wet", refused=True, remark="x", seals="none")
    visitor.ask("DELETE", f"/api/drafts/{draft}/items/{codes[0]}")
    assert record(visitor, draft, reviewed(visitor, draft))["new"]
    assert station("custody", "--json", codes[0]).json["held_by"] == "51.08"


def test_everything_may_be_refused(visitor: Visitor, station: Terminal, draft: str, codes: list[str]) -> None:
    say(visitor, draft, [], all=True, refused=True)
    record(visitor, draft, reviewed(visitor, draft))
    bast = station("report", "bast", "--json").json
    assert bast["total"] == 0 and len(bast["items"]) == 4
    assert {station("custody", "--json", code).json["held_by"] for code in codes} == {"51.08"}


def test_what_was_refused_is_not_told_as_missing(visitor: Visitor, draft: str, codes: list[str]) -> None:
    before = visitor.see(f"/scan/{draft}/review")
    say(visitor, draft, codes[:2], refused=True)
    after = visitor.see(f"/scan/{draft}/review")
    assert "14 are expected and not scanned" in before and "14 are expected and not scanned" in after


@pytest.mark.parametrize(
    "words",
    [
        {"photo": "ab" * 32},
        {"seals": "none", "serials": "A0001"},
        {"seals": "fine"},
        {"condition": "new"},
        {"photo": "ab" * 32, "condition": "wet"},
        {"photo": "../../etc"},
        {"remark": "x" * 2001},
        {"remark": "a\u202eb"},
        {"seals": "intact", "serials": "A\u202e1"},
    ],
)
def test_what_cannot_be_is_refused_when_it_is_said(
    visitor: Visitor, draft: str, codes: list[str], words: dict[str, str]
) -> None:
    assert say(visitor, draft, codes[:1], expect=422, **words)["error"]
    assert say(visitor, draft, ["0000000000000"], expect=422, condition="wet")["error"]


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_a_photograph_of_any_kind_is_kept_as_one_kind(visitor: Visitor, draft: str, kind: str) -> None:
    digest = upload(visitor, draft, picture(3000, kind), f"image/{kind[1:].replace('jpg', 'jpeg')}")["digest"]
    kept = visitor.client.get(f"/photos/{digest}").content
    image = cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR)
    assert kept.startswith(b"\xff\xd8") and image is not None and max(image.shape) <= 1600


def test_what_is_no_photograph_is_refused(visitor: Visitor, draft: str) -> None:
    for data in (b"", b"MZ\x90", b"<svg onload=alert(1)>", picture()[:200][:20]):
        upload(visitor, draft, data, expect=422)
    upload(visitor, draft, b"x" * (PHOTO.most_bytes + 1), expect=413)
    for kind in ("image/svg+xml", "text/html", "application/octet-stream"):
        upload(visitor, draft, picture(), kind, expect=415)
    missing = visitor.client.get(f"/photos/{'0' * 64}")
    assert missing.status_code == 422 and visitor.client.get("/photos/../page.token").status_code == 404


def test_without_a_camera_there_is_no_photograph_to_take(visitor: Visitor, draft: str) -> None:
    answer = visitor.ask("POST", f"/api/drafts/{draft}/camera/photo", expect=409)
    assert "shows nothing" in answer["error"]


def test_what_was_said_of_a_label_is_judged_anew_when_it_is_refused(
    visitor: Visitor, site: Site, station: Terminal
) -> None:
    astray, draft = station.codes("--to", "51.08.02")[0], begun_draft(visitor)
    told = visitor.ask("POST", f"/api/drafts/{draft}/lines", {"line": astray})
    assert told["is_grave"]
    events = site.sessions.events(draft)
    mark = events.mark()
    visitor.ask("PUT", f"/api/drafts/{draft}/words", {"codes": [astray], "refused": True})
    now = next(json.loads(event.split("data: ")[1]) for event in heard(events, mark, 2) if "event: outcome" in event)
    assert (now["kind"], now["beep"]) == ("said", "ok") and now["text"].startswith("Refused: 1. They stay")


def test_the_review_shows_the_condition_that_the_record_will_tell(
    visitor: Visitor, station: Terminal, draft: str, codes: list[str]
) -> None:
    assert station("inspect", codes[0], "--condition", "wet").code == 0
    say(visitor, draft, codes[1:2], condition="heavy")
    page = visitor.see(f"/scan/{draft}/review")
    spoken = page[page.index('aria-labelledby="spoken-title"') : page.index('<form id="record"')]
    spoken = spoken[: spoken.index("</section>")]
    shown = {code: word for code, word in zip(codes, ("wet", "heavy", "", ""), strict=True) if word}
    for code in codes:
        assert (show_code(code) in spoken) == (code in shown)
    assert all(condition_word(word) in spoken for word in shown.values())
    record(visitor, draft, reviewed(visitor, draft))
    rows = station("report", "bast", "--json").json["items"]
    assert {row["code"]: row["condition"] for row in rows if row["condition"]} == {
        show_code(code): word for code, word in shown.items()
    }
