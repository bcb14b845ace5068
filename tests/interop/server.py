"""A server of ours for a test, and the published client connected to it.

The environment says what to run: KAMODO_TEST_BINARY is the binary, KAMODO_TEST_PLUGINS the folder of the example
plugins' libraries. Nothing sleeps for a fixed time: what takes a while is asked for until a deadline.
"""
import asyncio
import gc
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from kamodo import KamodoClient

BINARY = os.environ["KAMODO_TEST_BINARY"]
START_S = 30

# pycapnp's objects may only be freed by the thread that made them, and Python's collector runs in any
# thread: so it runs by itself in none, and between servers in the main one.
gc.disable()
LIVE_S = 20


def eventually(question, accept, seconds=LIVE_S):
    """Asks until the answer is accepted and returns it; says what the last answer was."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = question()
            if accept(answer):
                return answer
        except Exception as error:  # the test says below what came instead
            answer = error
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s; the last answer was {answer!r}")
        time.sleep(0.01)


class Server:
    """A server that runs in a directory of its own, with the file and the plugins that it is given."""

    def __init__(self, text, plugins=(), identity=None, command=None):
        self.directory = tempfile.mkdtemp(prefix="kamodo-")
        self._client_tasks = set()
        self.plugins = os.path.join(self.directory, "plugins.d")
        os.mkdir(self.plugins)
        for plugin in plugins:
            self.drop(plugin)
        if identity is not None:
            identity.lend(self.directory)
        self.write(text)
        self.lines = []
        self.process = subprocess.Popen(
            [BINARY] + (command or ["serve", "kamodo_rpc.yaml", "--host", "localhost", "--port", "0", "--plugins", "plugins.d"]),
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._ready = threading.Event()
        self.port = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_S):
            self.stop()
            raise AssertionError(f"the server said nothing in {START_S} s")
        if self.port is None:
            self.stop()
            raise AssertionError("the server ended:\n" + self.output())
        if identity is not None:
            identity.keep(self.directory)

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("ready") and self.port is None:
                self.port = int(re.findall(r":(\d+)", line)[-1])
                self._ready.set()
        self._ready.set()

    def output(self):
        return "".join(self.lines)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, text, name="kamodo_rpc.yaml"):
        """Replaces a file whole, as careful editors do."""
        partial = self.path("." + name + ".partial")
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, self.path(name))

    def drop(self, library, name=None):
        """Puts a plugin's library into the watched directory."""
        name = name or os.path.basename(library)
        partial = os.path.join(self.plugins, "." + name + ".partial")
        shutil.copyfile(library, partial)
        os.replace(partial, os.path.join(self.plugins, name))

    def remove(self, name):
        os.remove(os.path.join(self.plugins, name))

    def client(self, **options):
        options = dict(dict(host="localhost", port=str(self.port), certfile=self.path("selfsigned.cert")), **options)
        loop = asyncio.get_event_loop()
        before = asyncio.all_tasks(loop)
        try:
            return KamodoClient(**options)
        finally:
            self._client_tasks |= asyncio.all_tasks(loop) - before

    def _forget_clients(self):
        """Ends the background tasks of this server's clients: on a closed connection they would spin."""
        for task in self._client_tasks:
            task.cancel()
        if self._client_tasks:
            asyncio.get_event_loop().run_until_complete(asyncio.gather(*self._client_tasks, return_exceptions=True))

    def stop(self):
        self._forget_clients()
        gc.collect()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(10)
        self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Identity:
    """A certificate that several servers of a run share, so that it is made once."""

    FILES = ("selfsigned.cert", "selfsigned.key")

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="kamodo-identity-")

    def lend(self, directory):
        for name in self.FILES:
            if os.path.exists(os.path.join(self.directory, name)):
                shutil.copy2(os.path.join(self.directory, name), directory)

    def keep(self, directory):
        for name in self.FILES:
            if not os.path.exists(os.path.join(self.directory, name)):
                shutil.copy2(os.path.join(directory, name), self.directory)

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def example_plugin(name):
    return os.path.join(os.environ["KAMODO_TEST_PLUGINS"], f"libkamodo_plugin_{name}.so")
