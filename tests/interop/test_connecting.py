"""Ways to connect."""
import os
import stat
import subprocess
import sys

import pytest
from kamodo import KamodoClient

from server import Server

FUNCTIONS = "f: x**2 - x - 1"


def test_port_as_an_int_from_the_certificates_directory(serve, monkeypatch):
    server = serve(FUNCTIONS)
    monkeypatch.chdir(server.directory)
    assert KamodoClient(port=server.port).f(5) == 19


def test_the_certificate_that_a_first_start_writes(serve):
    with Server("!Kamodo\n" + FUNCTIONS + "\n") as server:
        mode = {name: stat.S_IMODE(os.stat(server.path(name)).st_mode) for name in ("selfsigned.cert", "selfsigned.key")}
        assert mode == {"selfsigned.cert": 0o644, "selfsigned.key": 0o600}
        assert server.client(host="localhost").f(5) == 19
        assert server.client(host="127.0.0.1").f(5) == 19


def test_over_ipv6(identity):
    command = ["serve", "kamodo_rpc.yaml", "--host", "::1", "--port", "0"]
    with Server("!Kamodo\n" + FUNCTIONS + "\n", identity=identity, command=command) as server:
        assert server.client(host="::1").f(5) == 19


@pytest.mark.parametrize("port", ["port=0", "port='0'"])
def test_the_published_command_line(identity, port):
    command = ["rpc_conf=kamodo_rpc.yaml", "host=localhost", port]
    with Server("!Kamodo\n" + FUNCTIONS + "\n", identity=identity, command=command) as server:
        assert server.client().f(5) == 19


def test_another_certificate_is_refused(serve, tmp_path):
    server = serve(FUNCTIONS)
    with Server("!Kamodo\n" + FUNCTIONS + "\n") as other:
        with pytest.raises(OSError):
            server.client(certfile=other.path("selfsigned.cert"))


def test_getting_the_table_at_the_start(serve):
    output = serve("f(x[cm])[kg]: x**2 - x - 1").output()
    row = next(line for line in output.splitlines() if "f(x)" in line)
    assert "kg" in row and "x**2 - x - 1" in row and "cm" in row
    for column in ("symbol", "units", "lhs", "rhs", "arg_units", "origin"):
        assert column in output


CALLER = """
import sys
from kamodo import KamodoClient
client = KamodoClient(host="localhost", port=sys.argv[1], certfile=sys.argv[2])
print("connected", flush=True)
sys.stdin.readline()
answers = [client.f(x) for x in range(50)]
assert answers == [x**2 - x - 1 for x in range(50)], answers
print("done", flush=True)
"""


def test_four_clients_at_once(serve):
    server = serve(FUNCTIONS)
    here = os.path.dirname(os.path.abspath(__file__))
    clients = [subprocess.Popen([sys.executable, "-c", CALLER, str(server.port), server.path("selfsigned.cert")], cwd=here, env=dict(os.environ, PWD=here),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(4)]
    try:
        for client in clients:
            assert client.stdout.readline() == "connected\n"
        for client in clients:  # all four are connected: now they call together
            client.stdin.write("go\n")
            client.stdin.flush()
        for client in clients:
            said, _ = client.communicate(timeout=60)
            assert (client.returncode, said) == (0, "done\n")
    finally:
        for client in clients:
            client.kill()
            client.wait()
    assert server.process.poll() is None
    assert server.client().f(5) == 19
