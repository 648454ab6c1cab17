"""Starts one process of each kind that tries to get out of its tree, prints their ids, and waits."""

import os
import signal
import sys
import time

count = 0


def daemon(ignore_term=False, clear=False):
    global count
    count += 1
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    if ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(os.path.join(sys.argv[1], "pid.%d" % os.getpid()), "w"):
        pass
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    if clear:
        os.execve("/bin/sleep", ["sleep", "600"], {})
    time.sleep(600)


daemon()
daemon(ignore_term=True)
if "--cleared" in sys.argv:
    daemon(clear=True)
while len([name for name in os.listdir(sys.argv[1]) if name.startswith("pid.")]) < count:
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(600)
