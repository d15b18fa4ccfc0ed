"""What people can do about a refusal, by the code that its hint names as `way`: each edge words it in its own way."""

from typing import NamedTuple

from custody.errors import N_


class Way(NamedTuple):
    """The command line that does it, and the address of the page where it is done, empty where there is none."""

    command: str
    page: str = ""


WAYS: dict[str, Way] = {
    "admit": Way(N_("python main.py admit KEYFILE")),
    "calibrate": Way(N_("python main.py labels --calibrate --out page.pdf"), "/labels"),
    "claim": Way(N_("python main.py claim")),
    "continue": Way(N_("python main.py init --continue")),
    "continue_from": Way(N_("python main.py init --continue --from FILE")),
    "correct": Way(N_("python main.py correct EVENT")),
    "custody": Way(N_("python main.py custody CODE"), "/items"),
    "doctor": Way(N_("python main.py doctor"), "/meet"),
    "drafts": Way(N_("python main.py drafts"), "/"),
    "import": Way(N_("python main.py import FILE"), "/meet"),
    "incident": Way(N_("python main.py incident")),
    "init": Way(N_("python main.py init --place CODE --station NAME")),
    "init_root": Way(N_("python main.py init --root {root}")),
    "items": Way(N_("python main.py items"), "/items"),
    "items_to": Way(N_("python main.py items --to PLACE"), "/items"),
    "labels": Way(N_("python main.py labels"), "/labels"),
    "load": Way(N_("python main.py load FILE"), "/plan"),
    "new_key": Way(N_("python main.py init --continue --new-key")),
    "pins": Way(N_("python main.py pins")),
    "pins_forget": Way(N_("python main.py pins --forget")),
    "point": Way(N_("python main.py point")),
    "proof": Way(N_("python main.py custody CODE --proof FILE"), "/items"),
    "reprint": Way(N_("python main.py reprint CODE"), "/labels"),
    "reprint_printed": Way(N_("python main.py reprint CODE --reason TEXT --by NAME --by NAME --out FILE"), "/labels"),
    "revoke": Way(N_("python main.py revoke")),
    "serve_lan": Way(N_("python main.py serve --lan")),
    "token": Way(N_("python main.py token"), "/"),
    "verify": Way(N_("python main.py verify"), "/meet"),
    "void": Way(N_("python main.py void CODE --reason spoiled")),
}
