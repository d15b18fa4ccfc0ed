"""Forms about the election itself: a key that counts no longer, what strangers sent, the profile. Each shows first."""

import re
import shutil
from pathlib import Path

import pytest

from services.plan.profile_file import SHIPPED
from tests.support.command_examples import Terminal
from tests.support.meet_pages import PPK, words
from tests.support.page_examples import PageAt, Visitor, site_at
from tests.support.work_examples import upload


@pytest.fixture
def other(station: Terminal, prepared_other: Path, tmp_path: Path) -> Terminal:
    """A sub-district's laptop that nobody has admitted here."""
    shutil.copytree(prepared_other / "other", tmp_path / "other")
    other = Terminal(tmp_path / "other", station._capsys, station._monkeypatch)
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    assert station("import", tmp_path / "ppk.serah").code == 0
    return other


def look(visitor: Visitor, form: str, typed: dict[str, str], **more: object) -> tuple[str, str]:
    seen = visitor.ask("POST", f"/api/records/{form}/look", {"typed": typed, **more})
    return words(seen["page"]), str(seen["version"])


def do(visitor: Visitor, form: str, typed: dict[str, str], version: str, *, expect: int = 200, **more: object) -> str:
    answer = visitor.ask("POST", f"/api/records/{form}", {"typed": typed, "version": version, **more}, expect=expect)
    return words(answer.get("page") or answer["error"])


def chosen(visitor: Visitor, form: str, of: str) -> str:
    """The value of the choice whose words begin so."""
    found = re.search(rf'<option value="([^"]+)">{of}', visitor.see(f"/records/{form}"))
    assert found, of
    return found[1]


def test_a_key_is_revoked_after_it_was_shown_what_still_counts(
    visitor: Visitor, station: Terminal, other: Terminal
) -> None:
    assert 'value="serah' not in visitor.see("/records/revoke"), "who was never admitted cannot be revoked"
    assert station("admit", other.home / "station-card.json").code == 0
    assert 'href="/records/revoke"' in visitor.see("/meet")
    typed = {"station": chosen(visitor, "revoke", "PPK"), "last_good": "1", "reason": "laptop lost"}
    before = station.event_count()
    seen, version = look(visitor, "revoke", typed)
    assert "Records of it that still count: 1 of 2" in seen and "This is final" in seen
    assert station.event_count() == before, "looking records nothing"
    assert "nothing was recorded" in do(visitor, "revoke", typed | {"last_good": "2"}, version, expect=409)
    beyond = visitor.ask("POST", "/api/records/revoke/look", {"typed": typed | {"last_good": "999"}}, expect=422)
    assert "no more than" in beyond["error"] and "--" not in beyond["error"] + beyond["hint"]
    assert "The key of PPK counts no longer" in do(visitor, "revoke", typed, version)
    assert station.event_count() == before + 1
    assert 'value="serah' not in visitor.see("/records/revoke"), "a key is revoked once"
    assert station("admit", other.home / "station-card.json").code == 2


def test_a_station_that_was_admitted_by_its_card_alone_may_be_revoked(
    visitor: Visitor, station: Terminal, prepared_other: Path
) -> None:
    assert station("admit", prepared_other / "other" / "station-card.json").code == 0
    typed = {"station": chosen(visitor, "revoke", "PPK"), "last_good": "0", "reason": "never used"}
    seen, version = look(visitor, "revoke", typed)
    assert "This is final" in seen
    assert "counts no longer" in do(visitor, "revoke", typed, version)


def test_what_strangers_sent_is_shown_then_deleted_and_comes_back(
    visitor: Visitor, station: Terminal, other: Terminal, tmp_path: Path
) -> None:
    assert 'href="/records/drop"' in visitor.see("/meet")
    typed = {"stranger": chosen(visitor, "drop", "PPK")}
    seen, version = look(visitor, "drop", typed)
    assert f"PPK at {PPK}: records:" in seen
    assert "Deleted:" in do(visitor, "drop", typed, version)
    assert 'href="/records/drop"' not in visitor.see("/meet")
    gone = visitor.ask("POST", "/api/records/drop/look", {"typed": typed}, expect=422)
    assert "not among the choices" in gone["fields"]["stranger"]
    assert station("import", tmp_path / "ppk.serah").code == 0 and 'href="/records/drop"' in visitor.see("/meet")


def test_a_profile_is_looked_at_and_recorded_once(visitor: Visitor, station: Terminal, tmp_path: Path) -> None:
    names = re.findall(r'<option value="([a-z0-9-]+)">[^<]*\(', visitor.see("/records/profile"))
    assert len(names) > 1 and sorted(names) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
    seen, version = look(visitor, "profile", {"profile": names[0]})
    assert "Profile so far:" in seen and "Profile from now on:" in seen and "Things are registered already" in seen
    assert "RECORDED" in do(visitor, "profile", {"profile": names[0]}, version)
    seen, version = look(visitor, "profile", {"profile": names[0]})
    assert "There is nothing to record" in seen and version == ""
    missing = visitor.ask("POST", "/api/records/profile/look", {"typed": {"profile": "file"}}, expect=422)
    assert set(missing["fields"]) == {"file"}
    broken = upload(visitor, b"title = ", "ours.toml")
    refused = visitor.ask(
        "POST", "/api/records/profile/look", {"typed": {"profile": "file"}, "files": {"file": broken}}, expect=422
    )
    assert "ours.toml" in refused["error"] and str(station.home) not in str(refused)
    own = upload(visitor, (SHIPPED / f"{names[0]}.toml").read_bytes().replace(b"\n", b"\n# ours\n", 1), "ours.toml")
    seen, version = look(visitor, "profile", {"profile": "file"}, files={"file": own})
    assert "Profile from now on:" in seen


def test_who_may_not_decide_for_the_election_reads_one_line_and_has_nothing_to_choose(
    page_at: PageAt, other: Terminal
) -> None:
    with page_at(site_at(other.home)) as client:
        visitor = Visitor(client)
        asked = {"typed": {"profile": "pemilu-2024"}}
        refused = visitor.ask("POST", "/api/records/profile/look", asked, expect=422)
        assert "the profile is said by the election's root" in refused["error"]
        assert 'value="serah' not in visitor.see("/records/revoke")
