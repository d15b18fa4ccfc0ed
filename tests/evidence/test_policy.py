"""A policy says which witnesses are enough, in the form of C2SP tlog-policy; nothing else is taken for one."""

from collections.abc import Iterable
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import InputError
from evidence.checkpoint import COSIGNATURE, VerifierKey, make_checkpoint, read_note, read_verifier_key
from evidence.cosignature import cosign
from evidence.policy import MAX_BYTES, Policy, policy_text, read_policy
from tests.support.ledger_examples import signer

SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
KEYS = [VerifierKey(f"witness.example/w{seed}", signer(seed).public_key, COSIGNATURE) for seed in range(1, 8)]
LOG = VerifierKey("log.example/one", signer(9).public_key)
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
SPEC = (
    f"log {LOG}\n\n"
    + "".join(f"witness {name} {key}\n" for name, key in zip(NAMES[:3], KEYS, strict=False))
    + "group X-witnesses 2 X1 X2 X3\n\n"
    + "".join(f"witness {name} {key}\n" for name, key in zip(NAMES[3:], KEYS[3:], strict=False))
    + "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)
"""The example of the specification, with keys."""


def read(text: str) -> Policy:
    return read_policy(text.encode("utf-8", "surrogateescape"))


def subsets(names: Iterable[str]) -> Iterable[set[str]]:
    names = list(names)
    return (set(chosen) for count in range(len(names) + 1) for chosen in combinations(names, count))


def test_the_specifications_key_checks_the_specifications_note() -> None:
    name, key = read_verifier_key(SPEC_KEY)
    assert str(VerifierKey(name, key)) == SPEC_KEY
    assert read_note(SPEC_NOTE).text_signed_by(name, key) == "This is an example message.\n"


def test_the_specifications_example_means_what_it_says() -> None:
    policy = read(SPEC)
    assert policy.logs == (LOG,) and [witness.key for witness in policy.witnesses] == KEYS[:6]
    for names in subsets(NAMES):
        assert policy.is_met_by(names) == (len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"}))


def test_a_policy_is_about_the_logs_that_it_names_or_about_all() -> None:
    policy = read(SPEC)
    assert policy.is_about(LOG.name, LOG.public_key)
    assert not policy.is_about(LOG.name, signer(1).public_key)
    assert not policy.is_about("log.example/two", LOG.public_key)
    assert read("quorum none\n").is_about("any", b"")


def test_no_witness_is_asked_for_where_the_quorum_is_none() -> None:
    policy = read(f"witness w {KEYS[0]}\nquorum none\n")
    assert policy.is_met_by(()) and policy.met_to({}, 7) == 7


@pytest.mark.parametrize(
    ("sizes", "met_to"),
    [({}, 0), ({"X1": 9, "X2": 9}, 0), ({"X1": 9, "X2": 5, "Y3": 7}, 5), ({"X1": 9, "X2": 9, "X3": 3, "Y1": 9}, 9)],
)
def test_whoever_has_seen_a_longer_history_has_seen_its_beginning(sizes: dict[str, int], met_to: int) -> None:
    assert read(SPEC).met_to(sizes, 9) == met_to


def test_spaces_tabs_comments_and_addresses_may_stand_where_the_specification_says() -> None:
    text = f" \t# note\n\n\twitness\tw \t{KEYS[0]}  https://w.example/a#0 \n log {LOG} https://l.example\nquorum w"
    policy = read(text)
    assert (policy.witnesses[0].url, policy.quorum) == ("https://w.example/a#0", "w")


def test_names_are_opaque_bytes() -> None:
    policy = read_policy(
        b"witness K "
        + str(KEYS[0]).encode()
        + b"\nwitness \xe2\x84\xaa "
        + str(KEYS[1]).encode()
        + b"\nwitness \xff "
        + str(KEYS[2]).encode()
        + b"\ngroup g all K \xe2\x84\xaa \xff\nquorum g\n"
    )
    assert len({witness.name for witness in policy.witnesses}) == 3


W = f"witness w {KEYS[0]}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{W}quorum w\r\n", 2),
        (f"{W}# \x00\nquorum w\n", 2),
        (f"# \r\n{W}quorum w\n", 1),
        (f"{W}quorum w\x7f\n", 2),
        (f"{W}quorum v\n", 2),
        (f"quorum w\n{W}", 1),
        (f"{W}quorum w\nquorum w\n", 3),
        (f"{W}quorum\n", 2),
        (f"{W}quorum w w\n", 2),
        (f"{W}Quorum w\n", 2),
        (f"{W}witness w {KEYS[1]}\n", 2),
        (f"{W}witness v {KEYS[0]}\n", 2),
        (f"{W}witness v {VerifierKey('other', KEYS[0].public_key, COSIGNATURE)}\n", 2),
        (f"witness none {KEYS[0]}\n", 1),
        (f"witness w {LOG}\n", 1),
        (f"log {KEYS[0]}\n", 1),
        (f"log {LOG}\nlog {LOG}\n", 2),
        (f"log {LOG} a b\n", 1),
        ("witness w x\n", 1),
        ("witness w\n", 1),
        (f"{W}group g any\n", 2),
        (f"{W}group g 0 w\n", 2),
        (f"{W}group g 2 w\n", 2),
        (f"{W}group g 01 w\n", 2),
        (f"{W}group g ١ w\n", 2),
        (f"{W}group g some w\n", 2),
        (f"{W}group g any w w\n", 2),
        (f"{W}group g any none\n", 2),
        (f"{W}group g any v\n", 2),
        (f"{W}group g any g\n", 2),
        (f"{W}group w any w\n", 2),
        (f"{W}group g any w\ngroup h any w\n", 3),
    ],
)
def test_a_line_that_the_specification_forbids_is_named(text: str, line: int) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert [fault.row for fault in refused.value.faults] == [line]
    assert all(str(fault) for fault in refused.value.faults)


@pytest.mark.parametrize("text", ["", "# nothing\n", W])
def test_a_policy_without_a_quorum_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no quorum"):
        read(text)


def test_a_policy_of_32_witnesses_in_32_groups_is_read() -> None:
    keys = [VerifierKey(f"w{seed}", signer(seed).public_key, COSIGNATURE) for seed in range(10, 42)]
    lines = [f"witness w{at} {key}\ngroup g{at} any w{at}\n" for at, key in enumerate(keys)]
    policy = read("".join(lines) + f"group all all {' '.join(f'g{at}' for at in range(32))}\nquorum all\n")
    assert policy.is_met_by({f"w{at}" for at in range(32)})
    assert not policy.is_met_by({f"w{at}" for at in range(31)})


def test_too_many_names_and_too_many_bytes_are_refused() -> None:
    with pytest.raises(InputError):
        read_policy(b"#" * (MAX_BYTES + 1))
    nested = "".join(f"group g{at + 1} any g{at}\n" for at in range(300))
    with pytest.raises(InputError):
        read(f"{W}group g0 any w\n{nested}quorum g300\n")


FOO = VerifierKey(*read_verifier_key(SPEC_KEY))


def test_a_file_of_keys_is_a_policy_that_asks_for_no_witness() -> None:
    policy = read_policy(policy_text([(LOG, "Gudang\n quorum x"), (FOO, "")]).encode())
    assert policy == Policy("none", (LOG, FOO))


def test_whoever_cosigned_is_known_by_name_and_key() -> None:
    policy = read(SPEC)
    log = signer(9)
    note = make_checkpoint(LOG.name, 3, bytes(32), log.public_key, log.sign)
    for seed, name in ((1, KEYS[0].name), (4, KEYS[3].name), (5, KEYS[0].name), (2, "witness.example/other")):
        note += cosign(note, name, signer(seed).public_key, 5, signer(seed).sign)
    assert [witness.name for witness in policy.seen_by(note)] == ["X1", "Y1"]


GOOD = (W, f"log {LOG}\n", f"witness v {KEYS[1]} x\n", "group g any w\n", "group h 2 g v\n", "quorum h\n")
WORDS = ("log", "witness", "group", "quorum", "none", "all", "any", "w", "v", "1", "2", "#", "\t", "")
MADE = st.lists(st.sampled_from(WORDS), max_size=6).map(lambda words: " ".join(words) + "\n")
LINES = st.lists(st.sampled_from(GOOD) | MADE, max_size=8)


@given(LINES)
@example([*GOOD])
def test_whatever_is_read_asks_for_something_that_all_witnesses_together_meet(lines: list[str]) -> None:
    try:
        policy = read("".join(lines))
    except InputError:
        return
    everybody = [witness.name for witness in policy.witnesses]
    assert policy.is_met_by(everybody)
    assert policy.met_to(dict.fromkeys(everybody, 3), 3) == 3
    for names in subsets(everybody):  # more witnesses are never fewer
        assert not policy.is_met_by(names) or all(policy.is_met_by(names | {one}) for one in everybody)


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_refused(data: bytes) -> None:
    try:
        read_policy(data)
    except InputError:
        return
