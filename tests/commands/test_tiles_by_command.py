"""Logs as tiles by command: written, added to, and verified from a folder or an address."""

from pathlib import Path

from db.station_key import load_key
from evidence.tiles import folder_of
from tests.support.command_examples import Terminal, station_at
from tests.support.hub_examples import running_hub


def test_a_folder_is_written_added_to_and_verified(station: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    told = station("export", "--tiles", folder, "--json").json
    assert told["tiles"] == {"logs": 1, "files": 4, "left_out": [], "uncovered": {}}  # head, list, a tile, a bundle
    assert station("export", "--tiles", folder, "--json").json["tiles"]["files"] == 0
    assert station("incident", "Angin").code == 0
    assert "files that are new: 3" in station("export", "--tiles", folder).out
    told = station("verify", folder, "--json").json
    [log] = told["logs"]
    assert told["ok"] and station("verify", folder, "--root", log["key"]).code == 0
    head = folder / folder_of(log["log"]) / "checkpoint"
    head.write_text(head.read_text("utf-8").replace("\n" + str(log["size"]), "\n1"), "utf-8", newline="\n")
    refused = station("verify", folder)
    assert refused.code == 1 and "not signed by that log's key" in refused.err
    assert station("verify", tmp_path).code == 2


def test_an_address_is_verified_with_a_token_from_a_file(station: Terminal, tmp_path: Path) -> None:
    made = station("token", "--name", "Bawaslu", "--json").json
    token, empty = tmp_path / "token.txt", tmp_path / "empty.txt"
    token.write_text(made["token"] + "\n", "utf-8")
    empty.write_text("two words\n", "utf-8")
    home = station.home
    with running_hub(f"sqlite:///{home / 'ledger.db'}", home, key=load_key(home, lambda: None)) as hub:
        address = str(hub.address).replace("#", "/tiles#")
        told = station("verify", address, "--token", token, "--json")
        assert told.code == 0 and told.json["logs"][0]["size"] > 1
        assert station("verify", address).code == 2
        assert station("verify", address, "--token", empty).code == 2
    assert station("verify", address, "--token", token).code == 3


def test_records_that_no_signed_head_covers_are_named_until_a_newer_bundle_comes(
    station: Terminal, tmp_path: Path
) -> None:
    key = station("verify", "--json").json["logs"][0]["key"]
    late = station_at(station, tmp_path / "late", "--place", "51.08.01", "--station", "Late", "--root", key)
    bundle, folder = tmp_path / "late.serah", tmp_path / "tiles"
    assert late("export", "--out", bundle).code == station("import", bundle).code == 0
    told = station("export", "--tiles", folder, "--json").json["tiles"]
    [name] = told["left_out"]
    assert told["logs"] == 1 and told["uncovered"] == {}
    said = station("export", "--tiles", folder, "--with-strangers").out
    assert "no signed head" in said and name in said
    assert station("admit", late.home / "station-card.json").code == 0
    told = station("export", "--tiles", folder, "--json").json["tiles"]
    assert (told["logs"], told["left_out"], told["uncovered"]) == (1, [], {name: 1})
    assert station("import", bundle).code == 0
    told = station("export", "--tiles", folder, "--json").json["tiles"]
    assert (told["logs"], told["uncovered"]) == (2, {})
