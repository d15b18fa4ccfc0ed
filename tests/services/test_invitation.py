"""First contact with a hub: its address as a line, as words, as a QR code, each of which reads back or is refused."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from custody.errors import InputError
from evidence.fingerprint_words import WORDS
from labels.qr import qr_lines, qr_rows
from services.exchange.hub_client import PORT, HubAddress
from services.exchange.invitation import read_invitation, read_words, words_for

HOSTS = st.ip_addresses(v=4).map(str) | st.sampled_from(["192.168.1.20", "10.0.0.1", "172.16.0.9", "255.255.255.255"])
PINS = st.binary(min_size=16, max_size=16).map(bytes.hex)
KNOWN = HubAddress("192.168.1.20", PORT, "9f86d081884c7d659a2feaa0c55ad015")
SAID = "abon acar awan kijang jalan pasir iring jarak dekat indah gelas kelapa buku wayang"


@given(HOSTS, st.integers(1, 65535) | st.just(PORT), PINS)
def test_every_address_reads_back_from_its_words(host: str, port: int, pin: str) -> None:
    said = words_for(HubAddress(host, port, pin))
    assert 14 <= len(said) <= 18
    assert read_words(" ".join(said)) == HubAddress(host, port, pin[:20])


def test_the_words_of_an_address_stay_what_they_are() -> None:
    assert " ".join(words_for(KNOWN)) == SAID
    assert words_for(HubAddress("hub.example", PORT, KNOWN.pin)) == ()
    assert words_for(HubAddress("192.168.1.20", PORT)) == ()


@pytest.mark.parametrize("said", [SAID.upper(), SAID.replace(" ", ", "), " ".join(w[:4] for w in SAID.split())])
def test_words_may_be_cut_to_four_letters_and_parted_as_one_likes(said: str) -> None:
    assert read_invitation(said) == HubAddress(KNOWN.host, PORT, KNOWN.pin[:20])


def test_of_all_single_wrong_words_nearly_every_one_is_refused() -> None:
    said, passed = SAID.split(), 0
    for at in range(len(said)):
        for word in WORDS:
            if word != said[at]:
                try:
                    read_words(" ".join([*said[:at], word, *said[at + 1 :]]))
                    passed += 1
                except InputError:
                    pass
    assert passed < 2 * len(said)  # one in 256 by chance


@pytest.mark.parametrize(
    "text",
    [
        SAID.rpartition(" ")[0],
        SAID + " abon",
        SAID.replace("abon acar", "acar abon"),
        "abon acar",
        "satu dua tiga",
        "abon",
        "https://192.168.1.20:8753#12",
        "ftp://x",
        "",
        "nothing.png",
    ],
)
def test_what_is_no_invitation_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(InputError):
        read_invitation(text)


def test_a_word_that_is_not_in_the_list_is_named_with_those_that_look_alike() -> None:
    with pytest.raises(InputError) as told:
        read_invitation(SAID.replace("kijang", "kijng"))
    assert told.value.values["word"] == "kijng" and "kijang" in str(told.value.values["near"])


@given(st.text(max_size=80))
@example("\0")
@example("abon " * 500)
def test_no_text_does_harm(text: str) -> None:
    with contextlib.suppress(InputError):
        read_words(text)


def test_a_picture_of_the_code_is_read(tmp_path: Path) -> None:
    rows = np.array(qr_rows(str(KNOWN)), np.uint8)
    file = tmp_path / "code.png"
    Image.fromarray(np.kron((1 - rows) * 255, np.ones((6, 6), np.uint8))).save(file)
    assert read_invitation(str(file)) == KNOWN
    lines = qr_lines(str(KNOWN))
    halves = [[(char in "▀█", char in "▄█") for char in line] for line in lines]
    drawn = [[pair[half] for pair in line] for line in halves for half in (0, 1)]
    assert drawn[: len(rows)] == rows.astype(bool).tolist()
