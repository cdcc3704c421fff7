"""Two tun devices, tua in the network namespace cva and tub in cvb: each packet crosses after a delay. Linux, as root.

    ip netns add cva; ip netns add cvb
    python3 delay_packets.py 30 &
    ip -n cva addr add 10.77.0.1/24 dev tua; ip -n cva link set tua txqueuelen 10000 up
    ip -n cvb addr add 10.77.0.2/24 dev tub; ip -n cvb link set tub txqueuelen 10000 up
    ip netns exec cva tc qdisc add dev tua root tbf rate 100mbit burst 16kb latency 500ms
    ip netns exec cvb tc qdisc add dev tub root tbf rate 20mbit burst 16kb latency 500ms
"""

import collections
import ctypes
import errno
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
# More than a packet of these devices can have.
PACKET_BYTES = 2048
PACKETS_AT_ONCE = 64
# What select may sleep too long, in seconds.
OVERSLEPT = 0.0001

libc = ctypes.CDLL("libc.so.6", use_errno=True)


def open_tun(namespace: str, device: str) -> int:
    """Enters the namespace, and makes a device there."""
    if libc.setns(os.open(f"/run/netns/{namespace}", os.O_RDONLY), 0) != 0:
        raise OSError(ctypes.get_errno(), f"The network namespace {namespace} cannot be entered")
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    return end


def take_in(end: int, queue: collections.deque, delay: float) -> None:
    for _ in range(PACKETS_AT_ONCE):
        try:
            packet = os.read(end, PACKET_BYTES)
        except BlockingIOError:
            return
        queue.append((time.monotonic() + delay, packet))


def hand_over(end: int, packet: bytes) -> None:
    try:
        os.write(end, packet)
    except OSError as error:
        # The device is not up yet: what is sent there is lost, as on a cable that is not plugged in.
        if error.errno != errno.EIO:
            raise


def relay(near: int, far: int, delay: float) -> None:
    queues = {near: collections.deque(), far: collections.deque()}
    other = {near: far, far: near}
    while True:
        due = min((queue[0][0] for queue in queues.values() if queue), default=time.monotonic() + 1)
        ready, _, _ = select.select([near, far], [], [], max(0, due - time.monotonic() - OVERSLEPT))
        for end in ready:
            take_in(end, queues[end], delay)
        for end, queue in queues.items():
            while queue and queue[0][0] <= time.monotonic():
                hand_over(other[end], queue.popleft()[1])


if __name__ == "__main__":
    relay(open_tun("cva", "tua"), open_tun("cvb", "tub"), float(sys.argv[1]) / 1000)
