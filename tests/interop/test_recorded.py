"""What the published server answered on the wire, row by row, is what ours answers.

`tests/golden/rpc.jsonl` was recorded from kamodo 23.3.0, and `rpc_servers.json` says what each server
served. Rows that ended in an exception are left out: their texts are Python's. The rest is equal, bit for
bit, but for DIFFERENT, which says why.
"""
import json
import os
import re

import numpy as np
import pytest
from kamodo.rpc.proto import kamodo_capnp

import wire
from published import START_S, Published
from server import Server, eventually

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "golden")
Literal = kamodo_capnp.Kamodo.Literal

NOT_KEPT = "nothing is kept from one call to the next"
EMPTY = "an empty array keeps its shape and its dtype"
DIFFERENT = {
    "ident-array-empty-f8": EMPTY,
    "ident-array-3x0": EMPTY,
    "dbl-array-empty-f8": EMPTY,
    "dbl-array-empty-0x3": EMPTY,
    "f-array-empty-f8": EMPTY,
    "f-array-empty-0x3": EMPTY,
    "f-array-3x0": EMPTY,
    "calc-014-f": EMPTY,
    "ret-arre": EMPTY,
    "typ-array-be": "an array is passed on in the byte order of the machine",
    "def-5": NOT_KEPT,
    "state-2": NOT_KEPT,
    "state-getKwargs": NOT_KEPT,
    "state-failed-2": NOT_KEPT,
    "getKwargs-C-zero-arg-c": "a function without arguments names one that is none, so that the published client can connect",
    "c-kamodoclient": "the published client connects to a server of functions without arguments",
}


def rows(server):
    with open(os.path.join(GOLDEN, "rpc.jsonl"), encoding="utf-8") as file:
        recorded = [json.loads(line) for line in file]
    # what happens with several connections is no answer on the wire; `test_connecting.py` has them
    return [row for row in recorded
            if row["server"] == server and "exc" not in row["response"] and row["feature"] != "connections"]


def params(server):
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in rows(server)])


# === Literals, as the corpus writes them ===

def literal(coded):
    (variant, value), = coded.items()
    if variant == "data_hex":
        return Literal.new_message(data=bytes.fromhex(value))
    if variant == "array":
        return Literal.new_message(array=dict(dtype=value["dtype"], shape=value["shape"], data=bytes.fromhex(value["data_hex"])))
    if variant == "list":
        return Literal.new_message(list=[literal(item) for item in value])
    if variant in ("float32", "float64"):
        value = float(value)
    return Literal.new_message(**{variant: value})


def coded(literal):
    variant = literal.which()
    variant = str(variant)
    value = getattr(literal, variant)
    if variant == "data":
        return {"data_hex": bytes(value).hex()}
    if variant == "array":
        return {"array": coded_array(value)}
    if variant == "list":
        return {"list": [coded(item) for item in value]}
    if variant == "rational":
        return {"rational": dict(p=value.p, q=value.q)}
    if variant == "void":
        return {"void": None}
    if variant in ("float32", "float64") and not np.isfinite(value):
        return {variant: str(value)}
    return {variant: value}


def coded_array(array):
    return dict(dtype=array.dtype, shape=list(array.shape), data_hex=bytes(array.data).hex())


def coded_field(field):
    meta = field.meta
    return dict(
        meta=dict(units=meta.units, argUnits=[[entry.key, entry.value] for entry in meta.argUnits.entries],
                  citation=meta.citation, equation=meta.equation, hiddenArgs=list(meta.hiddenArgs)),
        data=coded_array(field.data))


# === Asking ===

def ask(client, row):
    """What ours answers to a recorded request, in the corpus's form."""
    request = row["request"]
    if "client" in request:
        return ask_through_the_client(client, request["client"])
    if request["interface"] in ("Kamodo.evaluate", "Value.read"):
        return evaluated(client, row["id"])
    if request["interface"] == "Kamodo.getMath":
        return {"keys_in_order": list(wire.math(client))}
    if request["interface"] == "Kamodo.getFields":
        fields = client._remote_fields.entries
        if "field" not in request:
            return {"keys_in_order": [entry.key for entry in fields]}
        return coded_field(next(entry.value for entry in fields if entry.key == request["field"]))
    name = request.get("math") or request["function"]
    function = {**wire.math(client), **wire.functions(client)}[name]
    if request["interface"] == "Function.getArgs":
        return {"args": list(wire.wait(function.getArgs()).args)}
    if request["interface"] == "Function.getKwargs":
        kwargs = wire.wait(function.getKwargs()).kwargs
        return {"kwargs": [dict(name=kwarg.name, value=coded(kwarg.value)) for kwarg in kwargs]}
    answer = wire.wait(function.call(
        args=[literal(arg) for arg in request["args"]],
        kwargs=[dict(name=kwarg["name"], value=literal(kwarg["value"])) for kwarg in request["kwargs"]]))
    return {"result": coded(answer.result)}


def evaluated(client, id):
    functions = wire.functions(client)
    f = functions["f"]
    add1000 = wire.hosted(lambda x: x + 1000)
    read = lambda expression: coded(wire.wait(wire.evaluate(client, expression).read()).value)
    expressions = {
        "eval-literal-float": wire.literal(np.float64(2.5)),
        "eval-literal-array": wire.literal(np.array([1.0, 2.0])),
        "eval-literal-void": wire.literal(None),
        "eval-literal-list": wire.literal([1, np.float64(2.0)]),
        "eval-default-empty": {},
        "eval-call-f-array": wire.applied(f, wire.literal(np.array([1, 2, 3]))),
        "eval-client-function": wire.applied(add1000, wire.literal(5)),
        "eval-client-function-mixed": wire.applied(f, wire.applied(add1000, wire.literal(5))),
    }
    if id == "eval-read-twice":
        value = wire.evaluate(client, wire.applied(f, wire.literal(5)))
        first, second = (coded(wire.wait(value.read()).value) for _ in range(2))
        return dict(first=first, second=second)
    return {"value": read(expressions[id])}


def ask_through_the_client(client, text):
    """Runs what the corpus writes of a use of the client."""
    about = re.fullmatch(r"str of k\.detail\(\) row for (\w+)", text)
    try:
        if about:
            detail = next(row for _, row in client.detail().iterrows() if str(row["symbol"]).startswith(about[1] + "("))
            detail = detail.to_dict()
            answer = {column: str(value) for column, value in detail.items()}
        else:
            answer = eval(text, {"k": client, "np": np, "__builtins__": {}}, {})  # a line of our own corpus
    except Exception as error:
        return dict(error=type(error).__name__)
    said = dict(python=repr(answer), type=type(answer).__name__)
    if isinstance(answer, np.ndarray):
        said.update(dtype=str(answer.dtype), shape=list(answer.shape))
    return said


def check(client, row):
    wanted = {key: value for key, value in row["response"].items() if key != "message"}
    if row["id"] in DIFFERENT:
        try:
            answer = ask(client, row)
        except Exception as error:
            answer = error
        assert answer != wanted, f"{row['id']} is equal, though said to differ: {DIFFERENT[row['id']]}"
        return
    assert ask(client, row) == wanted


# === The servers ===

@pytest.fixture(scope="module")
def clients(identity):
    with open(os.path.join(GOLDEN, "rpc_servers.json"), encoding="utf-8") as file:
        texts = json.load(file)
    running = {}

    def client(name):
        if name not in running:
            server = Server(texts[name], identity=identity)
            running[name] = server, server.client()
        return running[name][1]

    yield client
    for server, _ in running.values():
        server.stop()


@params("A-yaml")
def test_functions_of_a_file(clients, row):
    check(clients("A-yaml"), row)


@params("C-zero-arg")
def test_a_function_without_arguments(clients, row):
    check(clients("C-zero-arg"), row)


# === Functions of Python, which the published server has and ours passes on ===

@pytest.fixture(scope="module")
def through_ours(identity):
    with open(os.path.join(GOLDEN, "rpc_servers.json"), encoding="utf-8") as file:
        published = Published(json.load(file)["B-python"].replace("host='127.0.0.1'", "host='localhost'"))
    try:
        eventually(lambda: os.path.exists(published.certificate), bool, START_S)
        text = f"!KamodoClient\nhost: localhost\nport: {published.port}\ncertfile: {published.certificate}\n"
        with Server(text, identity=identity) as server:
            eventually(lambda: server.output(), lambda said: "(upstreams)" in said, START_S)
            yield server.client()
    finally:
        published.stop()


@params("B-python")
def test_functions_of_a_published_server(through_ours, row):
    check(through_ours, row)
