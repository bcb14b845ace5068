"""A published server for a test, which may be killed and started again at its port.

It runs a script that serves: what the published command line needs beyond that is not installed here. It
serves one connection at a time, ends where there are two, and takes some seconds to start.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

START_S = 75
SERVE = "import sys\nfrom kamodo import Kamodo\nKamodo(**{functions!r}).serve(host='localhost', port=sys.argv[1])\n"


class Published:
    def __init__(self, script, identity=None):
        self.directory = tempfile.mkdtemp(prefix="kamodo-published-")
        if identity is not None:
            identity.lend(self.directory)
        with open(os.path.join(self.directory, "serve.py"), "w", encoding="utf-8") as file:
            file.write(script)
        with socket.create_server(("localhost", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = None
        self.start()

    @classmethod
    def of(cls, functions, identity=None):
        """One that serves these functions, by their left-hand sides."""
        return cls(SERVE.format(functions=functions), identity)

    @property
    def certificate(self):
        return os.path.join(self.directory, "selfsigned.cert")

    def start(self):
        self.log = open(os.path.join(self.directory, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([sys.executable, "serve.py", str(self.port)], cwd=self.directory,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)

    def said(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
