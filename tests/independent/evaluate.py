"""Evaluates expressions with pycapnp 2: a client of the interface that shares no code with ours.

KAMODO_TEST_BINARY is the server's binary. Each function named `test_…` gets a connection of its own.
"""
import asyncio
import os
import re
import ssl
import struct
import subprocess
import tempfile

import capnp

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schema")
kamodo_capnp = capnp.load(os.path.join(SCHEMA, "kamodo.capnp"), imports=[SCHEMA])
Kamodo = kamodo_capnp.Kamodo
FUNCTIONS = "!Kamodo\nf(x): x**2 - x - 1\ndouble(x): 2*x\nwave(x, y): sin(x) + y\n"
LIMIT_S = 30


def integer(value):
    return dict(literal=dict(int=str(value)))


def doubles(*values):
    data = struct.pack(f"<{len(values)}d", *values)
    return dict(literal=dict(array=dict(data=data, shape=[len(values)], dtype="float64")))


def call(function, *params):
    return dict(call=dict(function=function, params=list(params)))


def evaluate(kamodo, expression):
    """A Value that may not be there yet."""
    return kamodo.evaluate(expression=expression).value


async def read(value):
    literal = (await value.read()).value
    if literal.which() == "int":
        return int(literal.int)
    if literal.which() == "array":
        return struct.unpack(f"<{literal.array.shape[0]}d", literal.array.data)
    return getattr(literal, literal.which())


async def functions(kamodo):
    return {entry.key: entry.value.func for entry in (await kamodo.getFields()).fields.entries}


async def said(question):
    try:
        answer = await question
    except capnp.KjException as error:
        return str(error)
    raise AssertionError(f"no error but {answer!r}")


class Thousand(Kamodo.Function.Server):
    """A function of this client."""

    async def call(self, args, kwargs, _context, **_):
        return dict(int=str(int(args[0].int) + 1000))


class Twenty(Kamodo.Value.Server):
    """A value of this client."""

    async def read(self, _context, **_):
        return dict(int="20")


async def test_expressions_of_the_servers_functions(kamodo):
    served = await functions(kamodo)
    math = {entry.key: entry.value for entry in (await kamodo.getMath()).math.entries}
    inner = call(served["f"], integer(5))
    assert await read(evaluate(kamodo, call(served["double"], inner))) == 38
    assert await read(evaluate(kamodo, call(math["AddRPC"], inner, inner, integer(1)))) == 39
    assert await read(evaluate(kamodo, call(served["f"], doubles(0.0, 5.0)))) == (-1.0, 19.0)


async def test_a_promise_is_a_value(kamodo):
    served = await functions(kamodo)
    first = evaluate(kamodo, call(served["f"], doubles(0.0, 5.0)))
    second = evaluate(kamodo, call(served["double"], dict(store=first)))
    assert await read(second) == (-2.0, 38.0)
    assert await read(first) == (-1.0, 19.0)
    theirs = call(served["f"], dict(store=Twenty()))
    assert await read(evaluate(kamodo, theirs)) == 379


async def test_functions_of_the_client_are_called_back(kamodo):
    served, own = await functions(kamodo), Thousand()
    assert await read(evaluate(kamodo, call(own, integer(5)))) == 1005
    assert await read(evaluate(kamodo, call(served["f"], call(own, call(served["f"], integer(5)))))) == 1019**2 - 1020


async def test_what_is_wrong_is_said(kamodo):
    served = await functions(kamodo)
    assert "parameter 3" in await said(read(evaluate(kamodo, dict(parameter=3))))
    wrong = evaluate(kamodo, call(served["double"], call(served["wave"], integer(1))))
    assert "missing argument `y`" in await said(read(wrong))
    assert "no array has the shape" in await said(
        kamodo.extension().extension.upload(dtype="int64", shape=[2**32 - 1] * 2))


async def test_a_definition_of_this_connection(kamodo):
    served, extension = await functions(kamodo), kamodo.extension().extension
    body = call(served["f"], dict(parameter=0))
    defined = await extension.define(definition=dict(lhs="g(a)", body=body))
    answer = await defined.function.call(args=[dict(int="5")], kwargs=[])
    assert int(answer.result.int) == 19
    by_text = (await extension.define(definition=dict(lhs="h(a)", rhs="g(a) + 1"))).function
    assert await read(evaluate(kamodo, call(by_text, integer(5)))) == 20


async def connected(directory, port, test):
    trust = ssl.create_default_context(cafile=os.path.join(directory, "selfsigned.cert"))
    stream = await capnp.AsyncIoStream.create_connection("localhost", port, ssl=trust)
    await asyncio.wait_for(test(capnp.TwoPartyClient(stream).bootstrap().cast_as(Kamodo)), LIMIT_S)


def main():
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    with tempfile.TemporaryDirectory(prefix="kamodo-") as directory:
        with open(os.path.join(directory, "kamodo_rpc.yaml"), "w") as file:
            file.write(FUNCTIONS)
        command = [os.environ["KAMODO_TEST_BINARY"], "serve", "kamodo_rpc.yaml", "--host", "localhost", "--port", "0"]
        server = subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            ready = next(filter(None, (re.match(r"ready.*?:(\d+)\b", line) for line in server.stdout)))
            for name, test in tests.items():
                asyncio.run(capnp.run(connected(directory, int(ready.group(1)), test)))
                print(f"{name}: ok", flush=True)
        finally:
            server.kill()
            server.wait()
    print(f"{len(tests)} passed")


if __name__ == "__main__":
    main()
