"""Ports for servers that must have the same one again."""

import random
import socket


def free_port() -> int:
    """A port of this computer where nobody answers.

    It lies below those that a system gives out by itself (RFC 6335 §6), so that nobody is given it meanwhile.
    """
    dice = random.SystemRandom()
    while True:
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", dice.randrange(15_000, 32_000)))
            except OSError:
                continue
            return int(found.getsockname()[1])
