"""evaluate and getMath, over the client's own capabilities."""
import numpy as np
import pytest
import sympy
from kamodo.rpc.proto import to_rpc_expr

import wire

FUNCTIONS = """
f: x**2 - x - 1
double(x): 2*x
"""


@pytest.fixture
def client(serve):
    return serve(FUNCTIONS).client()


def test_literals(client):
    assert wire.read(wire.evaluate(client, wire.literal(7))) == 7
    assert np.array_equal(wire.read(wire.evaluate(client, wire.literal(np.arange(3.0)))), np.arange(3.0))


def test_calls_of_the_servers_functions(client):
    functions = wire.functions(client)
    inner = wire.applied(functions["f"], wire.literal(5))
    value = wire.evaluate(client, wire.applied(functions["double"], inner))
    assert wire.read(value) == 38
    assert wire.read(value) == 38, "a Value can be read again"


def test_store_of_a_promise_and_of_a_value(client):
    functions = wire.functions(client)
    value = wire.evaluate(client, wire.applied(functions["f"], wire.literal(5)))
    of_a_promise = wire.evaluate(client, wire.applied(functions["double"], wire.store(value)))
    assert wire.read(of_a_promise) == 38
    assert wire.read(wire.evaluate(client, wire.applied(functions["f"], wire.store(value)))) == 341


def test_a_parameter_outside_of_a_body_is_an_error(client):
    said = wire.error_of(lambda: wire.read(wire.evaluate(client, dict(parameter=0))))
    assert "parameter" in said


def test_an_error_shows_when_the_value_is_read(client):
    f = wire.functions(client)["f"]
    said = wire.error_of(lambda: wire.read(wire.evaluate(client, wire.applied(f, wire.literal(1), wire.literal(2)))))
    assert "`f(x)`" in said


@pytest.mark.parametrize("name, args, expected", [
    ("AddRPC", (1, 2), 3), ("AddRPC", (1, 2, 3, 4), 10), ("AddRPC", (7,), 7),
    ("MulRPC", (2, 3), 6), ("MulRPC", (2, 3, 4), 24),
    ("PowRPC", (2, 10), 1024), ("PowRPC", (2.0, 0.5), 2**0.5),
])
def test_math(client, name, args, expected):
    assert wire.call(wire.math(client)[name], *args) == expected


def test_math_on_arrays(client):
    x = np.arange(4.0)
    assert np.array_equal(wire.call(wire.math(client)["AddRPC"], x, 1.0, x), x + 1 + x)


def test_math_within_evaluate(client):
    math, functions = wire.math(client), wire.functions(client)
    five = wire.literal(5)
    expression = wire.applied(math["AddRPC"], wire.applied(functions["f"], five), wire.applied(math["MulRPC"], five, five))
    assert wire.read(wire.evaluate(client, expression)) == 44


@pytest.mark.parametrize("x", [5, 2.5, np.arange(4.0)])
def test_the_clients_own_expressions(client, x):
    """`to_rpc_expr` passes the client's add, multiply and power, which the server calls back."""
    f, a = wire.functions(client)["f"], sympy.Symbol("x")
    expression = to_rpc_expr(sympy.Function("f")(a)**2 + 3 * a, x=x, f=f)
    value = wire.read(client._client.evaluate(expression).value)
    assert np.array_equal(value, (x**2 - x - 1)**2 + 3 * x)


def test_the_clients_expressions_with_the_servers_operators(client):
    math, f, a = wire.math(client), wire.functions(client)["f"], sympy.Symbol("x")
    operators = {sympy.Add: math["AddRPC"], sympy.Mul: math["MulRPC"], sympy.Pow: math["PowRPC"]}
    expression = to_rpc_expr(sympy.Function("f")(a)**2 + 3 * a, operators, x=np.arange(4.0), f=f)
    value = wire.read(client._client.evaluate(expression).value)
    x = np.arange(4.0)
    assert np.array_equal(value, (x**2 - x - 1)**2 + 3 * x)
