"""What changes while clients are connected."""
import math
import os
import threading

import numpy as np
import pytest

import wire
from server import eventually, example_plugin

OLD, NEW = "f(x): x**2 - x - 1", "f(x): x**2 - x + 1"


def test_an_edit_goes_live_for_a_connected_client(serve):
    server = serve(OLD)
    client = server.client()
    assert client.f(5) == 19
    server.write("!Kamodo\n" + NEW + "\n")
    eventually(lambda: client.f(5), lambda answer: answer == 21)


def test_a_mistake_keeps_what_was_served(serve):
    server = serve(OLD)
    client = server.client()
    server.write("!Kamodo\nf(x): x**2 - * x\n")
    eventually(server.output, lambda output: "kamodo_rpc.yaml" in output and "line 2" in output or "kamodo_rpc.yaml:2" in output)
    assert client.f(5) == 19
    server.write("!Kamodo\n" + NEW + "\n")
    eventually(lambda: client.f(5), lambda answer: answer == 21)


def test_no_call_fails_while_the_file_is_edited(serve):
    server = serve(OLD)
    client = server.client()
    edits = [NEW if n % 2 == 0 else OLD for n in range(8)]
    answers, gone_live = [], []

    def edit():
        for text in edits:
            server.write("!Kamodo\n" + text + "\n")
            wanted = 21 if text == NEW else 19
            seen = len(answers)
            eventually(lambda: wanted in answers[seen:], bool)
            gone_live.append(wanted)

    editor = threading.Thread(target=edit)
    editor.start()
    while editor.is_alive():
        answers.append(client.f(5))
    editor.join()
    assert set(answers) == {19, 21}, set(answers)
    assert gone_live == [21, 19] * 4


def test_a_plugin_is_dropped_in_and_removed(serve):
    server = serve(OLD)
    with pytest.raises(AttributeError):
        server.client().standoff
    server.drop(example_plugin("magnetopause"))
    answer = eventually(lambda: server.client().standoff(0.0, 2.0), lambda answer: isinstance(answer, float))
    assert answer == pytest.approx((10.22 + 1.29*math.tanh(0.184*8.14))*2**(-1/6.6), rel=1e-12)
    held = wire.functions(server.client())["standoff"]
    server.remove("libkamodo_plugin_magnetopause.so")
    said = eventually(lambda: wire.error_of(lambda: wire.call(held, 0.0, 2.0)), lambda said: "standoff" in said)
    assert "`standoff`" in said
    assert server.client().f(5) == 19


def test_a_plugin_is_replaced(serve):
    fixtures = os.environ["KAMODO_TEST_FIXTURES"]
    first, second = (os.path.join(fixtures, f"lib{v}.so") for v in ("v1", "v2"))
    server = serve(OLD)
    server.drop(first, "versioned.so")
    client = eventually(server.client, lambda client: hasattr(client, "scaled"))
    assert client.scaled(3.0) == 3.0
    server.drop(second, "versioned.so")
    eventually(lambda: client.scaled(3.0), lambda answer: answer == 6.0)
    server.drop(first, "versioned.so")
    eventually(lambda: client.scaled(3.0), lambda answer: answer == 3.0)


def test_a_file_that_is_no_plugin_changes_nothing(serve):
    server = serve(OLD, plugins=[example_plugin("magnetopause")])
    client = server.client()
    with open(os.path.join(server.plugins, "libbroken.so"), "wb") as file:
        file.write(b"\x7fELF but not for long")
    eventually(server.output, lambda output: "libbroken.so" in output)
    assert client.f(5) == 19
    assert isinstance(client.standoff(0.0, 2.0), float)


def test_defaults_of_a_plugin(serve):
    client = serve(OLD, plugins=[example_plugin("dipole")]).client()
    by_default = client.dipole_B(2.0, 0.5)
    assert client.dipole_B(2.0, 0.5, 10_000.0) != by_default
    assert client.dipole_B(r=2.0, mlat=0.5) == by_default, "a default of one call is not seen by the next"
    radii = np.array([1.5, 2.0, 4.0])
    assert client.dipole_B(radii, 0.5)[1] == by_default


def test_defaults_and_citation_of_a_definition(serve):
    client = serve("f(x[m]=5[km],k=2)[m]: {expression: k*x, citation: Kepler 1609}\ng(y[m])[m]: f() + f(y)").client()
    assert (client.f(), client.f(1), client.f(1, k=3), client.f(k=3), client.g(1)) == (10000, 2, 3, 15000, 10002)
    assert client.f() == 10000, "an argument of one call is not seen by the next"
    assert client.f.meta["citation"] == "Kepler 1609"


def test_reductions(serve):
    client = serve("speed(v[km/s])[km/s]: norm(v)\nanomaly(x): x - mean(x)\ntotal(x): sum(x)").client()
    assert list(client.speed(np.array([[3.0, 4.0], [6.0, 8.0]]))) == [5.0, 10.0]
    assert list(client.anomaly(np.array([1.0, 2.0, 6.0]))) == [-2.0, -1.0, 3.0]
    assert client.total(5) == 5
