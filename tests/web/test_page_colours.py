"""Colours and sizes of the style sheets: all are read by all, and those of states told apart by the colour-blind."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from custody.chain.findings import SEVERITY
from custody.format.item_facts import CONDITIONS as ALL_CONDITIONS
from language.text import PAGES
from tests.support.colour_vision import SIGHT, apart, contrast
from web.site import HERE
from web.views import pictograms

STATES = ("right", "again", "watch", "wrong")
READ, SEEN = 4.5, 3.0
"""WCAG 2.2 AA: the least contrast of text (1.4.3), and of what has to be seen to use the page (1.4.11)."""
LEAST_APART = 0.065
SHEETS = [HERE / "static" / f"{name}.css" for name in ("dashboard", "scan", "serah", "work")]
PROFILES = HERE.parent / "profiles"


def tokens(scheme: str) -> dict[str, str]:
    """The colours of `:root` in light or in dark, as serah.css says them."""
    sheet = (HERE / "static" / "serah.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", sheet, re.DOTALL)[:2]
    said = dict(re.findall(r"--([\w-]+): ([^;]+);", light + (dark if scheme == "dark" else "")))
    for name, value in said.items():
        if other := re.fullmatch(r"var\(--([\w-]+)\)", value):
            said[name] = said[other[1]]
    return {name: value for name, value in said.items() if value.startswith("#")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_signs_have_enough_contrast(scheme: str) -> None:
    colour = tokens(scheme)
    grounds = [colour["ground"], colour["sheet"]]
    for name in ("ink", "soft", "link", *STATES):
        for ground in grounds:
            assert contrast(colour[name], ground) >= READ, (name, ground)
    for state in STATES:
        for text in (state, "ink"):
            assert contrast(colour[text], colour[f"{state}-ground"]) >= READ, (text, state)
    assert contrast(colour["on-main"], colour["main"]) >= READ
    assert contrast(colour["ground"], colour["wrong"]) >= READ, "the alarm"
    for name in ("field-line", "focus", "main"):
        for ground in grounds:
            assert contrast(colour[name], ground) >= SEEN, (name, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_states_are_told_apart_whoever_looks(scheme: str) -> None:
    colour = tokens(scheme)
    for sight in SIGHT:
        for one, other in combinations(STATES, 2):
            assert apart(colour[one], colour[other], sight) >= LEAST_APART, (one, other, sight)


def test_there_is_one_green() -> None:
    for scheme in ("light", "dark"):
        colour = tokens(scheme)
        assert colour["main"] == colour["link"] == colour["right"]


def test_two_greens_and_a_red_would_be_refused() -> None:
    assert apart("#14691f", "#a3161d", "deuteranopia") < LEAST_APART < apart("#14691f", "#a3161d", "full")
    assert contrast("#777777", "#ffffff") < READ < contrast("#767676", "#ffffff")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_style_sheets_say_sizes_of_type_and_space_by_the_scale(sheet: Path) -> None:
    told = re.findall(r"(?<![-\w])((?:font-size|padding|margin|gap)(?:-\w+)?: [^;}]*)", sheet.read_text("utf-8"))
    assert [one for one in told if re.search(r"(?<![-\w.])(?!0rem)[\d.]+rem", one) and "clamp" not in one] == []


def test_style_sheets_name_nothing_that_no_page_has() -> None:
    pages = "".join(file.read_text("utf-8") for kind in ("html", "js", "py") for file in HERE.rglob(f"*.{kind}"))
    states = "".join(file.read_text("utf-8") for file in (HERE.parent / "custody").rglob("*.py"))
    for sheet in (HERE / "static").glob("*.css"):
        chosen = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", sheet.read_text("utf-8"), flags=re.DOTALL)
        for name in set(re.findall(r"[.#]([A-Za-z][\w-]*)", chosen)):
            assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", pages + states), (sheet.name, name)


def test_pictograms_are_one_family() -> None:
    drawn = (HERE / "static" / "pictograms.svg").read_text("utf-8")
    symbols = re.findall(r'<symbol id="(\w+)" viewBox="0 0 24 24"><path d="([^"]+)"/></symbol>', drawn)
    assert len(symbols) == drawn.count("<symbol") == len(pictograms.symbols()), "one path on one grid each"
    assert not re.search(r"stroke|fill|style|class", re.sub("<!--.*?-->", "", drawn)), (
        "serah.css says the width of all lines"
    )


def test_each_page_kind_condition_and_finding_has_a_pictogram() -> None:
    for way in PAGES:
        assert "<use" in pictograms.page_pictogram(way)
    assert set(ALL_CONDITIONS) == pictograms.CONDITIONS
    assert set(SEVERITY) == set(pictograms.FINDINGS)
    for name in (*pictograms.KINDS, *pictograms.CONDITIONS, *pictograms.FINDINGS.values(), *pictograms.FORMS.values()):
        assert name in pictograms.symbols()
    kinds = set(
        re.findall(
            r'^kind = "(\w+)"', "\n".join(file.read_text("utf-8") for file in PROFILES.glob("*.toml")), re.MULTILINE
        )
    )
    assert kinds and kinds <= pictograms.KINDS


def test_a_kind_of_somebody_elses_profile_has_a_neutral_pictogram() -> None:
    for kind in ("megaphone", "home", "", '"><script>'):
        assert pictograms.kind_pictogram(kind) == pictograms.pictogram("thing")
    with pytest.raises(KeyError):
        pictograms.pictogram("megaphone")
