"""Free ports of the loopback address, the same ones at every start if possible."""

import socket
from contextlib import closing

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nobody listens there (a closed server's lingering sockets don't count)."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def choose(preferred: int | None) -> int:
    """The preferred port if it is free, else one that the system picks."""
    if preferred and is_free(preferred):
        return preferred
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def next_free(first: int) -> int:
    """The first free port from `first` upwards."""
    return next(port for port in range(first, first + 200) if is_free(port))
