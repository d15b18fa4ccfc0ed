"""The documents of the format and the rules name all that the code has."""

from pathlib import Path

from custody.events import COMMON, FORMS
from custody.findings import SEVERITY

DOCS = Path(__file__).parents[1] / "docs"
FORMAT = (DOCS / "ledger-format.md").read_text(encoding="utf-8")
RULES = (DOCS / "custody-rules.md").read_text(encoding="utf-8")


def test_the_format_names_every_type_and_field():
    for name in (*COMMON, *(type_ for type_, _v in FORMS), *(field for fields in FORMS.values() for field in fields)):
        assert f"`{name}`" in FORMAT, name


def test_the_format_says_in_which_version_each_type_is_written():
    for type_, version in FORMS:
        assert f"**`{type_}`**" in FORMAT if version == 1 else f"**`{type_}`** ({version})" in FORMAT, (type_, version)


def test_the_rules_name_every_finding_with_its_severity():
    about_logs = ("UNWITNESSED", "UNKNOWN_STATION", "TAMPERED", "INCOMPLETE", "PHOTO")
    for code, severity in SEVERITY.items():
        assert f"`{code}`" in RULES, code
        assert code in about_logs or f"| `{code}` | {severity} |" in RULES, code
