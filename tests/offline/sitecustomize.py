"""Refuses every connection that leaves this machine.

Python imports a module of this name at its start, wherever it finds one: tests/conftest.py puts this folder
on PYTHONPATH, so the programs and notebook kernels that the tests start obey the same rule. Kernels talk
over the loopback address, which stays open.
"""

import ipaddress
import socket


class NetworkRefused(OSError):
    """A test tried to reach another machine."""


def is_local(host):
    """Whether `host` (a name, an address, or None for "this machine") is on this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        return False  # some other machine's name
    return address.is_loopback or address.is_unspecified


def refuse(host):
    """Raise NetworkRefused unless `host` is on this machine."""
    if not is_local(host):
        raise NetworkRefused(f"tests run without a network, but something tried to reach {host!r}")


def guard():
    """Wrap connecting and name look-up for this process, once."""
    if getattr(socket, "_only_loopback", False):
        return
    socket._only_loopback = True
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        refuse(host)
        return look_up(host, *args, **kwargs)

    def guarded(connect):
        def only_loopback(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6):
                refuse(address[0])
            return connect(self, address)

        return only_loopback

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = guarded(socket.socket.connect)
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)


guard()
