"""Sending to a printer: a real port on this machine, a real device file, and every way in which they fail."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from custody.errors import InputError, PrinterError
from labels.port import Destination, parse_destination, send
from tests.support.fake_printer import fake_printer, printer_device, take_all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.168.1.50:9100", "192.168.1.50:9100"),
        ("zebra-gudang", "zebra-gudang:9100"),
        ("[::1]:6101", "[::1]:6101"),
        ("/dev/usb/lp0", "/dev/usb/lp0"),
        ("LPT1", "LPT1"),
        (r"\\gudang\zebra", r"\\gudang\zebra"),
    ],
)
def test_a_printer_is_an_address_or_a_device(text, said):
    assert str(parse_destination(text)) == said


@pytest.mark.parametrize("text", ["", "a b", "host:0", "host:70000", "host:port", "http:9100:1", "\x1b[2J"])
def test_what_is_neither_is_refused(text):
    with pytest.raises(InputError):
        parse_destination(text)


def test_all_bytes_reach_the_port_in_order():
    labels, taken, sent = [os.urandom(200_000), b"second", b"third" * 1000], bytearray(), []
    with fake_printer(take_all(taken)) as printer:
        send(printer, labels, lambda: sent.append(1))
    assert bytes(taken) == b"".join(labels) and len(sent) == 3


def test_nobody_at_the_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(PrinterError, match="takes no connection"):
        send(Destination("127.0.0.1", port), [b"x"], lambda: None)


def test_a_printer_that_stops_taking_bytes_is_given_up():
    release, sent = threading.Event(), []
    with fake_printer(lambda connection: release.wait(60) and None) as printer:
        try:
            with pytest.raises(PrinterError, match="takes no more"):
                send(printer, [b"x" * 20_000_000] * 2, lambda: sent.append(1), stalled_s=0.2)
        finally:
            release.set()
    assert sent == []


def test_a_printer_that_breaks_off_is_told():
    with (
        fake_printer(lambda connection: connection.recv(10) and None) as printer,
        pytest.raises(PrinterError, match="broke off"),
    ):
        send(printer, (b"x" * 1_000_000 for _ in range(50)), lambda: None)


def test_a_device_takes_the_bytes(tmp_path: Path):
    labels, sent = [os.urandom(300_000), b"end"], []
    with printer_device(tmp_path) as (device, taken):
        send(Destination(device=device), labels, lambda: sent.append(1))
    assert bytes(taken) == b"".join(labels) and len(sent) == 2


def test_devices_that_are_not_there_or_are_none(tmp_path: Path):
    with pytest.raises(PrinterError, match="no printer at"):
        send(Destination(device=str(tmp_path / "lp0")), [b"x"], lambda: None)
    (tmp_path / "file").write_text("keep me")
    for path in (tmp_path / "file", tmp_path):
        with pytest.raises(InputError):
            send(Destination(device=str(path)), [b"x"], lambda: None)
    assert (tmp_path / "file").read_text() == "keep me"
    if sys.platform == "win32":
        return
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PrinterError, match="no printer at"):
        send(Destination(device=str(tmp_path / "pipe")), [b"x"], lambda: None)


def test_what_fails_elsewhere_is_not_laid_to_the_printer():
    def labels() -> Iterator[bytes]:
        yield b"first"
        raise OSError(28, "No space left on device")

    def take_until_broken_off(connection: socket.socket) -> None:
        with suppress(ConnectionResetError):  # who goes away with an answer unread resets the connection
            take_all(bytearray())(connection)

    with fake_printer(take_until_broken_off) as printer, pytest.raises(OSError, match="No space"):
        send(printer, labels(), lambda: None)
