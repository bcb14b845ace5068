"""What the published client cannot do, and what to do instead, as the README and docs/published-client.md say it.

Each runs in a process of its own, since some of it ends or blocks the process.
"""
import os
import subprocess
import sys

from server import Server

FUNCTIONS = "f: x**2 - x - 1"
CONNECT = "KamodoClient(port={port!r}, certfile={certfile!r})"


def run(script, server, directory, certfile=None, **variables):
    """Runs a script in which CONNECT makes a client, and returns its status and what it printed."""
    connect = CONNECT.format(port=str(server.port), certfile=certfile or server.path("selfsigned.cert"))
    file = directory / "script.py"
    file.write_text(script.replace("CONNECT", connect))
    done = subprocess.run([sys.executable, str(file)], cwd=directory, env=dict(os.environ, PWD=str(directory), **variables),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=80)
    return done.returncode, done.stdout


def test_a_call_after_the_server_ended_hangs_until_an_alarm_ends_it(serve, tmp_path):
    server = serve(FUNCTIONS)
    status, printed = run("""
import os, signal, sys
from kamodo import KamodoClient
k = CONNECT
assert k.f(5) == 19
os.kill(int(os.environ["SERVER"]), signal.SIGKILL)

signal.signal(signal.SIGALRM, signal.default_int_handler)  # as Ctrl-C: the client swallows other exceptions
signal.alarm(3)
try:
    k.f(5)
except KeyboardInterrupt:
    print("ended", flush=True)
os._exit(0)
""", server, tmp_path, SERVER=str(server.process.pid))
    assert (status, printed) == (0, "ended\n"), printed


def test_it_raises_in_an_event_loop_that_runs(serve, tmp_path):
    status, printed = run("""
import asyncio
from kamodo import KamodoClient

async def main():
    CONNECT

asyncio.run(main())
""", serve(FUNCTIONS), tmp_path)
    assert status == 1 and "RuntimeError: This event loop is already running" in printed, printed


def test_nest_asyncio_lets_it_connect_and_call_in_an_event_loop_that_runs(serve, tmp_path):
    status, printed = run("""
import asyncio
import nest_asyncio
nest_asyncio.apply()
from kamodo import KamodoClient

async def main():
    print(CONNECT.f(5))

asyncio.run(main())
""", serve(FUNCTIONS), tmp_path)
    assert (status, printed) == (0, "19\n"), printed


def test_it_raises_in_another_thread(serve, tmp_path):
    status, printed = run("""
import threading
from kamodo import KamodoClient
thread = threading.Thread(target=lambda: CONNECT)
thread.start()
thread.join()
""", serve(FUNCTIONS), tmp_path)
    assert "RuntimeError: There is no current event loop in thread" in printed, printed


def test_a_process_of_its_own_may_be_waited_for_in_a_thread_or_an_event_loop(serve, tmp_path):
    status, printed = run("""
import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

def f(x):
    from kamodo import KamodoClient
    return CONNECT.f(x)

async def main():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        print(await asyncio.get_running_loop().run_in_executor(pool, f, 5))

if __name__ == "__main__":
    asyncio.run(main())
""", serve(FUNCTIONS), tmp_path)
    assert (status, printed) == (0, "19\n"), printed


def test_another_certificate_is_told_as_whatever_the_second_attempt_fails_with(serve, tmp_path):
    server = serve(FUNCTIONS)
    with Server("!Kamodo\n" + FUNCTIONS + "\n") as other:
        status, printed = run("from kamodo import KamodoClient\nCONNECT\n", server, tmp_path,
                              certfile=other.path("selfsigned.cert"))
    # over IPv6, which a machine may not have
    errors = ("socket.gaierror", "ConnectionRefusedError", "ssl.SSLCertVerificationError", "OSError")
    assert status == 1 and printed.splitlines()[-1].startswith(errors), printed
