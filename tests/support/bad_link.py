"""Two computers with a bad line between them, each in a network namespace of its own on this one.

The line is a pair of TUN devices. What one side's kernel sends is read here packet by packet, and lost, delayed, held
up or cut before the other side's kernel gets it: so it is real TCP that must get over it. Needs Linux and root.
"""

import ctypes
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
STATION, HUB = "192.0.2.1", "192.0.2.2"
"""Addresses that the internet has for examples alone (RFC 5737), known in these two namespaces only."""
MTU = 1400
_NEW_NET, _TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x40000000, 0x400454CA, 0x0001, 0x1000
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_QUEUE_S = 4.0
"""So long a packet may wait for a slow line; past that it is dropped, as in a modem's buffer."""


@dataclass
class BadLine:
    """How bad it is: `round_trip_s` of delay, `loss` of so many of all packets in each direction, `bits_per_s` in each,
    and, every `cut_every_s`, all connections lost and nothing passing for `cut_for_s`.

    `up` and `down` count the bytes of all packets that a side sent, headers and repeats too; `lost` the packets that
    did not arrive, `cuts` how often the line was cut.
    """

    round_trip_s: float = 0.0
    loss: float = 0.0
    bits_per_s: float = float("inf")
    cut_every_s: float = float("inf")
    cut_for_s: float = 2.0
    seed: int = 1
    up: int = 0
    down: int = 0
    packets: int = 0
    lost: int = 0
    cuts: int = 0
    _born: dict[bytes, int] = field(default_factory=dict)
    """In which stretch between two cuts each connection began."""

    def become(self, other: "BadLine") -> None:
        """Be as bad as another one from now on, and count from nought."""
        self.__dict__.update(vars(other))

    def carry(self, ends: tuple[int, int], is_over: threading.Event) -> None:
        """Carry packets between two devices until it is over."""
        dice, began, turn = random.Random(self.seed), time.monotonic(), 0
        queue: list[tuple[float, int, int, bytes]] = []
        free = [0.0, 0.0]
        while not is_over.is_set():
            wait = 0.05 if not queue else min(max(queue[0][0] - time.monotonic(), 0), 0.05)
            for end in select.select(ends, [], [], wait)[0]:
                side, packet, now = ends.index(end), os.read(end, 65_536), time.monotonic()
                self._count(side, packet)
                stretch, within = divmod(now - began, self.cut_every_s)
                self.cuts = int(stretch)
                if (answer := self._reset(packet, self.cuts)) is not None:
                    heapq.heappush(queue, (now, turn, side, answer))
                    turn += 1
                    continue
                starts = max(free[side], now)
                is_down = self.cuts > 0 and within < self.cut_for_s
                if is_down or dice.random() < self.loss or starts - now > _QUEUE_S:
                    self.lost += 1
                    continue
                free[side] = starts + 8 * len(packet) / self.bits_per_s
                heapq.heappush(queue, (free[side] + self.round_trip_s / 2, turn, 1 - side, packet))
                turn += 1
            while queue and queue[0][0] <= time.monotonic():
                *_, side, packet = heapq.heappop(queue)
                os.write(ends[side], packet)

    def _count(self, side: int, packet: bytes) -> None:
        self.packets += 1
        self.up += len(packet) * (side == 0)
        self.down += len(packet) * (side == 1)

    def _reset(self, packet: bytes, stretch: int) -> bytes | None:
        """What a router answers that has forgotten the connection of a packet: RST; None where it knows it."""
        head = 4 * (packet[0] & 15)
        if packet[0] >> 4 != 4 or packet[9] != 6 or len(packet) < head + 20:
            return None
        ports, flags = packet[head : head + 4], packet[head + 13]
        one, other = (packet[12:16] + ports[:2], packet[16:20] + ports[2:])
        connection = min(one, other) + max(one, other)
        if flags & (_SYN | _ACK) == _SYN:
            self._born[connection] = stretch
        if self._born.get(connection, stretch) == stretch or flags & _RST:
            return None
        said = int.from_bytes(packet[head + 4 : head + 8], "big") + len(packet) - head - 4 * (packet[head + 12] >> 4)
        after = packet[head + 8 : head + 12] if flags & _ACK else bytes(4)
        tcp = ports[2:] + ports[:2] + after + struct.pack("!IBBHHH", said % 2**32, 5 << 4, _RST | _ACK, 0, 0, 0)
        ends = packet[16:20] + packet[12:16]
        tcp = tcp[:16] + _checksum(ends + struct.pack("!HH", 6, len(tcp)) + tcp) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends
        return ip[:10] + _checksum(ip) + ip[12:] + tcp


def _checksum(data: bytes) -> bytes:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


class Computer:
    """A thread in a network namespace of its own: sockets that it opens are on that side of the line."""

    def __init__(self, address: str, peer: str) -> None:
        """Raises:
        OSError: this system or this user may not.
        """
        self._thread = ThreadPoolExecutor(1)
        self.device = self.do(lambda: _device(address, peer))

    def do(self, job: Callable[[], T]) -> T:
        """What a job gives that is done there."""
        return self._thread.submit(job).result()

    def close(self) -> None:
        """End it; the namespace goes with its thread."""
        self._thread.shutdown()
        os.close(self.device)


def _device(address: str, peer: str) -> int:
    import fcntl

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace may be made")
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", b"line", _IFF_TUN | _IFF_NO_PI))
    for words in (
        ("addr", "add", address, "peer", peer, "dev", "line"),
        ("link", "set", "line", "mtu", str(MTU), "up"),
        ("link", "set", "lo", "up"),
    ):
        subprocess.run(["ip", *words], check=True, capture_output=True)
    own = Path("/proc/sys/net/ipv4/tcp_congestion_control")
    own.write_text("reno", "ascii")  # BBR, which some systems have, minds loss less; cubic may be missing here
    return device


def why_not() -> str:
    """Why there can be no such line here; empty where there can."""
    try:
        Computer(STATION, HUB).close()
    except (OSError, AttributeError, subprocess.CalledProcessError) as error:
        return f"no network namespaces here: {error}"
    return ""


@contextmanager
def line_between(line: BadLine) -> Iterator[tuple[Computer, Computer]]:
    """The station's computer and the hub's, with this line between them."""
    station, hub, is_over = Computer(STATION, HUB), Computer(HUB, STATION), threading.Event()
    carrying = threading.Thread(target=line.carry, args=((station.device, hub.device), is_over), daemon=True)
    carrying.start()
    try:
        yield station, hub
    finally:
        is_over.set()
        carrying.join()
        station.close()
        hub.close()
