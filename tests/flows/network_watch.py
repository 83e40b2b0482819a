"""Run a command where every address leads to loopback, and tell the packets that were not for it.

Started inside ``unshare --user --map-root-user --net``. All routes end at ``lo``, so an attempt to
reach the internet becomes a packet that can be seen, instead of an error that a library swallows.
"""

import ipaddress
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

EVERY_PROTOCOL = 3
DNS = 53


def main() -> None:
    for command in ("link set lo up", "route add local 0.0.0.0/0 dev lo"):
        subprocess.run(["ip", *command.split()], check=True)
    subprocess.run(["ip", "-6", "route", "add", "local", "::/0", "dev", "lo"], check=False)
    seen: list[str] = []
    watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL))
    watch.bind(("lo", 0))
    threading.Thread(target=_note_strangers, args=(watch, seen), daemon=True).start()
    done = subprocess.run(sys.argv[1:], check=False, capture_output=True, text=True)
    during = list(seen)
    # That the watch sees what it is there to see:
    with suppress(OSError):
        socket.create_connection(("198.51.100.7", 443), timeout=5).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
        question.sendto(b"?", ("127.0.0.1", DNS))
    time.sleep(1)
    ended = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
    sys.stdout.write(json.dumps({"ended": ended, "during": during, "after": seen}))


def _note_strangers(watch: socket.socket, seen: list[str]) -> None:
    while True:
        packet = watch.recv(65535)
        if packet[0] >> 4 == 4:
            to, start = ipaddress.ip_address(packet[16:20]), (packet[0] & 15) * 4
            protocol = packet[9]
        else:
            to, start = ipaddress.ip_address(packet[24:40]), 40
            protocol = packet[6]
        port = int.from_bytes(packet[start + 2 : start + 4]) if protocol in {6, 17} else 0
        if port == DNS or not to.is_loopback:
            seen.append(f"{to} port {port}")


if __name__ == "__main__":
    main()
