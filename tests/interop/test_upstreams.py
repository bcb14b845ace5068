"""One chain: the published client, a server of ours, and behind it the published server.

The published server serves one connection at a time and ends where there are two, so ours may have one only.
"""
import re

import numpy as np
import pytest

import wire
from published import START_S, Published
from server import eventually

FUNCTIONS = {"f(x[cm])[kg]": "x**2 - x - 1", "wave(t[s],A)": "A*sin(t)"}


@pytest.fixture
def chain(serve, identity):
    """A server of ours in front of a published one: the two."""
    first = serve("own(x): x")  # it makes the certificate where there is none yet
    published = Published.of(FUNCTIONS, identity)
    certificate = first.path("selfsigned.cert")
    document = f"--- !KamodoClient\nport: {published.port}\ncertfile: {certificate}\n"
    relay = serve("g(x[m])[g]: f(x)\nown(x): x\n" + document)
    try:
        reached(relay, published, "came f(x[cm])[kg]")
        yield relay, published
    finally:
        published.stop()


def reached(relay, published, text):
    """Waits until the server of ours has logged that; the published one takes its time to start."""
    def output():
        assert published.process.poll() is None, published.said()
        return relay.output() + published.said()
    eventually(output, lambda output: text in output, START_S)


def test_a_client_calls_through_to_the_published_server(chain):
    relay, published = chain
    client = relay.client()
    assert client.f(5) == 19
    assert client.f.meta["units"] == "kg" and client.f.meta["arg_units"] == {"x": "cm"}
    assert client.f.meta["equation"] == "x^{2} - x - 1"
    assert client.wave(A=2.0, t=np.pi/2) == pytest.approx(2.0)
    x = np.linspace(0, 1, 1001)
    assert np.array_equal(client.f(x), x**2 - x - 1)
    # a composition of ours, with conversions of units both ways
    assert client.g(1.0) == pytest.approx((100.0**2 - 100 - 1)*1000)
    assert published.process.poll() is None, "it is asked over one connection only"


def test_the_published_server_is_killed_and_started_again(chain):
    relay, published = chain
    client = relay.client()
    functions = wire.functions(client)
    published.kill()
    said = eventually(lambda: wire.error_of(lambda: wire.call(functions["f"], 5)),
                      lambda said: "is not reachable" in said)
    said = said[said.index("`f`"):].splitlines()[0]
    pattern = rf"`f`: upstream localhost:{published.port} is not reachable: .+; next attempt (now|in \d+ s)"
    assert re.match(pattern, said), said
    said = wire.error_of(lambda: wire.call(functions["g"], 1.0))
    assert "`f`: upstream" in said, said
    assert client.own(5) == 5, "everything else is served"

    published.start()
    reached(relay, published, "is reachable again")
    assert eventually(lambda: wire.call(functions["f"], 5), bool) == 19
    assert wire.call(functions["g"], 1.0) == pytest.approx(9899000.0)
    log = relay.output()
    assert "is not reachable" in log and "is reachable again" in log, log
    print("\n".join(line for line in log.splitlines() if "upstream" in line))
