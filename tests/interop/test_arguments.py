"""What the server makes of arguments that the client's own signature would not let through."""
import wire

FUNCTIONS = """
f: x**2 - x - 1
p(x,y): x - 10*y
h: 1e3
"""


def test_errors_name_the_function_and_the_argument(serve):
    functions = wire.functions(serve(FUNCTIONS).client())
    p = functions["p"]
    for text, question in {
        "few": lambda: wire.call(p, 1),
        "many": lambda: wire.call(p, 1, 2, 3),
        "unknown": lambda: wire.call(p, 1, 2, z=3),
        "twice": lambda: wire.call(p, 1, 2, x=3),
    }.items():
        said = wire.error_of(question)
        argument = {"few": "`y`", "many": "3", "unknown": "`z`", "twice": "`x`"}[text]
        assert "`p(x, y)`" in said and argument in said, (text, said)


def test_of_a_keyword_given_twice_the_last_one_counts(serve):
    """As published; Python's own syntax does not let it through."""
    p = wire.functions(serve(FUNCTIONS).client())["p"]
    assert wire.call(p, pairs=[("x", 1), ("y", 2), ("y", 3)]) == -29


def test_nothing_persists_between_calls(serve):
    server = serve(FUNCTIONS)
    one, other = server.client(), server.client()
    p, again = wire.functions(one)["p"], wire.functions(other)["p"]
    assert wire.call(p, x=1, y=2) == -19
    assert "`x`" in wire.error_of(lambda: wire.call(p))
    assert "`x`" in wire.error_of(lambda: wire.call(again, y=2))
    assert "`z`" in wire.error_of(lambda: wire.call(p, 1, 2, z=3))
    assert wire.call(again, 1, 2) == -19
    assert list(wire.wait(p.getKwargs()).kwargs) == []
    assert list(wire.wait(p.getArgs()).args) == ["x", "y"]


def test_a_function_without_arguments(serve):
    client = serve(FUNCTIONS).client()
    h = wire.functions(client)["h"]
    assert client.h() == 1000.0
    assert client.f(5) == 19
    assert list(wire.wait(h.getArgs()).args) == []
    assert [(kwarg.name, kwarg.value.which()) for kwarg in wire.wait(h.getKwargs()).kwargs] == [("_", "void")]
    assert wire.call(h) == 1000.0
