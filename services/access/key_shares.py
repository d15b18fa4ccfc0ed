"""A station's key as shares on paper: so many of them make it again, fewer say nothing about it (SLIP-39).

SLIP-39 is Shamir's secret sharing with words: each share has a checksum, names its set, and the joined secret has a
digest, so a wrong word and a share of another set are told. Trezor's reference implementation does it.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST

from custody.errors import N_, InputError, StoreError, unreadable
from custody.format.encoding import key_fingerprint
from custody.format.events import Event
from db.station_key import make_key, public_of_seed
from db.store import Store, open_store
from evidence.fingerprint_words import words_of
from services.access.new_station import StationHome
from services.exchange.trust_anchors import is_picture, photographed

WORDS_A_SHARE = 33
"""Of a secret of 32 bytes."""
MOST_SHARES = 16
_LARGEST_TEXT = 64 * 1024
_LETTERS = 4
"""So many of a word's first letters tell it from all others of the list."""
_KNOWN = {word[:_LETTERS]: word for word in WORDLIST}


def read_scheme(text: str) -> tuple[int, int]:
    """How many shares are needed, and of how many: `2of3`.

    Raises:
        InputError: it says something else, or 1, which would be the key itself on a sheet.
    """
    found = re.fullmatch(r"(\d{1,2})\s*(?:of|dari|/)\s*(\d{1,2})", text.strip(), re.IGNORECASE)
    needed, total = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 2 <= needed <= total <= MOST_SHARES:
        raise InputError(
            N_("{text} does not say how many shares are needed of how many"),
            hint=N_("Write 2of3 for example: two at least, sixteen at most."),
            text=text[:40],
        )
    return needed, total


def split(seed: bytes, needed: int, total: int) -> list[str]:
    """The shares of a secret of 32 bytes, each of 33 words; new ones each time, which do not fit older ones."""
    (shares,) = generate_mnemonics(1, [(needed, total)], seed, iteration_exponent=0)
    if {joined(shares[:needed]), joined(shares[-needed:])} != {seed}:  # before anybody relies on paper
        raise StoreError(N_("the shares do not make the key again: nothing was written"), hint=N_("Try again."))
    return list(shares)


# --- Shares that come back --------------------------------------------------------------------------------------------


def known_words(text: str, first: int = 1) -> list[str]:
    """The words of the list that a line means, in whatever case, with or without numbers; four letters are enough.

    Args:
        first: the number of the first of them on the sheet.

    Raises:
        InputError: a word is none of the list.
    """
    typed = re.findall(r"[^\W\d_]+", text.lower())
    for number, word in enumerate(typed, first):
        if word[:_LETTERS] not in _KNOWN:
            raise InputError(
                N_("word {number}, {word}, is not in the list of words"),
                hint=N_("Compare it with the sheet. Words like it: {near}"),
                number=number,
                word=word[:40],
                near=", ".join(difflib.get_close_matches(word, WORDLIST)) or "-",
            )
    return [_KNOWN[word[:_LETTERS]] for word in typed]


def read_share(text: str) -> str:
    """Return a share in the words of the list.

    Raises:
        InputError: a word is wrong, missing or too many, or it is a share of something else.
    """
    words = known_words(text)
    if len(words) != WORDS_A_SHARE:
        raise InputError(
            N_("a share has {count} words, and these are {found}"),
            hint=N_("Copy all words of one sheet, in their order."),
            count=WORDS_A_SHARE,
            found=len(words),
        )
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError as error:
        raise InputError(
            N_("this share does not add up: a word of it is wrong, or two are exchanged"),
            hint=N_("Compare each word with the sheet, or photograph its code."),
        ) from error
    if share.group_count != 1:
        raise InputError(
            N_("this is a share of something else than a station's key"), hint=N_("Look for the sheet of this station.")
        )
    return " ".join(words)


def shares_in(path: Path, notify: Callable[[str], None]) -> list[str]:
    """The shares in a file: a text of words, one share a line or in blocks, or the codes of a photograph or PDF.

    Raises:
        InputError: it cannot be read, or there is none in it, as where the code is damaged.
    """
    if is_picture(path) and path.is_file():
        found = [text for text in photographed(path, notify) if _is_words(text)]
        if not found:
            raise InputError(
                N_("no code of a share can be read in {file}"),
                hint=N_("Photograph it again, flat and near; or type the words of the sheet."),
                file=path.name,
            )
        return [read_share(text) for text in found]
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_TEXT).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    return shares_of(text)


def shares_of(text: str) -> list[str]:
    """The shares whose words stand in a text, one behind the other.

    Raises:
        InputError: a word is wrong, missing or too many.
    """
    words = known_words(text)
    blocks = [words[at : at + WORDS_A_SHARE] for at in range(0, len(words), WORDS_A_SHARE)] or [[]]
    return [read_share(" ".join(block)) for block in blocks]


def _is_words(text: str) -> bool:
    """Whether a code carries words as shares do, and no label or head."""
    return len(text.split()) > 1 and text.replace(" ", "").isalpha()


def lacking(shares: Iterable[str]) -> int:
    """How many more shares are needed.

    Raises:
        InputError: they are of two sets.
    """
    read = {Share.from_mnemonic(share) for share in shares}
    if len({share.group_parameters() for share in read}) > 1:
        raise InputError(
            N_("these shares are of different sets, which do not go together"),
            hint=N_("Take sheets of one station that were printed together."),
        )
    return max(0, next(iter(read)).member_threshold - len({share.index for share in read})) if read else 2


def joined(shares: Sequence[str]) -> bytes:
    """The secret that enough shares make, 32 bytes; a share that is given twice counts once.

    Raises:
        InputError: too few, of two sets, or they do not fit together.
    """
    if more := lacking(shares):
        raise InputError(
            N_("too few shares: {count} more are needed"), hint=N_("Each must be another sheet."), count=more
        )
    by_index = {Share.from_mnemonic(share).index: share for share in shares}
    needed = Share.from_mnemonic(shares[0]).member_threshold
    try:
        seed: bytes = combine_mnemonics(list(by_index.values())[:needed])
    except MnemonicError as error:
        raise InputError(
            N_("these shares do not fit together"),
            hint=N_("Take sheets of one station that were printed together."),
        ) from error
    return seed


def wanted_key(at: StationHome) -> str:
    """The public key (64 hex digits) of the log in this folder, which has lost its key file.

    Raises:
        InputError: there is a key already.
        StoreError: there is no ledger, or it is not ours.
    """
    if at.key_file.exists():
        raise InputError(
            N_("there is a station key at {path} already: nothing takes its place"),
            hint=N_("If its passphrase is lost, move it away first, as station.key.old; then try again."),
            path=str(at.key_file),
        )
    if at.has_own_ledger and not at.ledger.exists():
        raise StoreError(
            N_("there is no ledger at {path}"),
            hint=N_("Put a backup there; or give another station's bundle that holds its log{typed}."),
            typed="--from",
            path=str(at.ledger),
        )
    with open_store(at.db_url, None, at.around) as store:
        return str(genesis_of(store).body["public_key"])


def put_back(at: StationHome, seed: bytes, passphrase: Callable[[], str | None]) -> str:
    """Write the key file again, beside its ledger; returns the key's fingerprint.

    Args:
        passphrase: gives what locks it, once it is known to be the key; None leaves it open.

    Raises:
        InputError: there is a key already, or the secret is that of another one.
    """
    refuse_other_key(seed, wanted_key(at))
    return key_fingerprint(make_key(at.home, passphrase(), seed=seed).public_key)


def genesis_of(store: Store) -> Event:
    """The first event of the log that this station writes."""
    return store.ledger.event_at(store.ledger.own_log().id, 1)


def refuse_other_key(seed: bytes, wanted: str) -> None:
    """Refuse a secret that is not that of the key (64 hex digits) which a log began with.

    Raises:
        InputError: it is another one.
    """
    public = public_of_seed(seed)
    if public.hex() != wanted:
        raise InputError(
            N_("this is the key {words}, and the log here began with {wanted}"),
            hint=N_("Compare the words of the fingerprint on the sheet with this station's key sheet."),
            words=" ".join(words_of(key_fingerprint(public))),
            wanted=" ".join(words_of(key_fingerprint(bytes.fromhex(wanted)))),
        )
