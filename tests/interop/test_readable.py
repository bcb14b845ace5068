"""What the published client can take: units, names, everything that a function carries.

It registers all functions while it connects, so one that it cannot take costs it all of them. Its own code is asked
here, in process: the tables that the server goes by are held to it.
"""
import asyncio
import builtins
import collections
import functools
import keyword
import os
import re
from types import SimpleNamespace

import pytest
import sympy
from kamodo import KamodoClient
from kamodo.kamodo import get_unit, get_unit_quantities, unit_subs
from rpc.proto import kamodo_capnp, to_rpc_literal
from sympy.physics.units import Quantity
from sympy.physics.units.systems import SI

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "host")
DIMENSIONS = ["length", "mass", "time", "current", "temperature", "amount_of_substance", "luminous_intensity",
              "information"]


def table(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


# === units ===

QUANTITIES = get_unit_quantities()


@pytest.fixture
def read(monkeypatch):
    """The client's own reading of a unit, over those of its units that the text names: over all it takes 40 ms."""

    def read(text):
        names = re.findall(r"[^\W\d]\w*", text)
        quantities = {sympy.Symbol(name): QUANTITIES[sympy.Symbol(name)] for name in names
                      if sympy.Symbol(name) in QUANTITIES}
        monkeypatch.setattr("kamodo.kamodo.get_unit_quantities", lambda: dict(quantities))
        return get_unit(text, {name: unit_subs[name] for name in names if name in unit_subs})

    return read


def size(unit):
    """How many of the SI's base units a unit of the client is, and its exponents."""
    system = SI.get_dimension_system()
    scale, exponents = sympy.Integer(1), [sympy.Integer(0)] * len(DIMENSIONS)
    for factor in sympy.Mul.make_args(unit):
        base, exponent = factor.as_base_exp()
        if isinstance(base, Quantity):
            scale *= sympy.sympify(SI.get_quantity_scale_factor(base)) ** exponent
            for name, power in system.get_dimensional_dependencies(SI.get_quantity_dimension(base)).items():
                if str(name) != "steradian":  # a pure number, though it counts it as a dimension
                    exponents[DIMENSIONS.index(str(name))] += sympy.nsimplify(power * exponent)
        elif factor != sympy.physics.units.Dimension(1):
            scale *= factor
    # its base unit of mass is the gram
    return scale / sympy.Integer(1000) ** exponents[1], exponents


@pytest.mark.parametrize("share", range(4))
def test_every_unit_reads_as_the_same_size(share, read):
    wrong = []
    for text, published, expect, exponents in table("units/tests/golden/published.tsv")[share::4]:
        try:
            found, found_exponents = size(read(published))
            ratio = float((found / sympy.Float(expect, 30)).evalf(30))
            same = [sympy.Rational(one) for one in exponents.split(" ")] == [sympy.nsimplify(one) for one in found_exponents]
            if not same or abs(ratio - 1) > 1e-12:
                wrong.append((text, published, ratio, found_exponents))
        except TimeoutError:
            raise  # the test's own limit
        except Exception as error:
            wrong.append((text, published, repr(error)[:200]))
    assert not wrong, wrong[:20]


@pytest.mark.parametrize("share", range(4))
def test_the_symbols_that_it_knows_are_recorded_as_it_knows_them(share, read):
    for symbol, expect, exponents in table("units/src/published.tsv")[share::4]:
        found, found_exponents = size(read(symbol))
        assert abs(float(found.evalf(30)) / float(expect) - 1) < 1e-14, symbol
        assert [str(one) for one in found_exponents] == exponents.split(" "), symbol


# === names ===

class Answer:
    def __init__(self, value):
        self.value = value

    async def a_wait(self):
        return self.value


class Function:
    """A served function as the client sees it."""

    def __init__(self, args, defaults):
        self.args, self.defaults = args, defaults

    def getArgs(self):
        return Answer(SimpleNamespace(args=self.args))

    def getKwargs(self):
        return Answer(SimpleNamespace(kwargs=[SimpleNamespace(name=name, value=value) for name, value in self.defaults]))

    def call(self, args, kwargs):
        return Answer(SimpleNamespace(result=kamodo_capnp.Kamodo.Literal(int="19")))


def register(key, args=("x",), defaults=(), units="", arg_units=(), citation="", equation="x", hidden=(), client=None):
    """Registers a function as the client does while it connects."""
    entries = [SimpleNamespace(key=name, value=unit) for name, unit in arg_units]
    meta = SimpleNamespace(units=units, argUnits=SimpleNamespace(entries=entries), citation=citation, equation=equation,
                           hiddenArgs=list(hidden))
    field = SimpleNamespace(func=Function(list(args), list(defaults)), meta=meta)
    client = client or KamodoClient(host=None)
    asyncio.get_event_loop().run_until_complete(client.register_remote_field(SimpleNamespace(key=key, value=field)))
    return client


def takes(name, key, args=("x",), **more):
    """Whether the client takes a function, and then finds, shows and calls it under its name."""
    try:
        client = register(key, args, **more)
        return name in client and name in client._rpc_funcs and client[name](*range(len(args))) == 19
    except TimeoutError:
        raise  # the test's own limit
    except Exception:
        return False


REFUSED = dict(line for line in table("value/src/published/names.tsv"))


def names():
    """Whatever anything that takes part in it might take for its own."""
    found = set(dir(sympy)) | set(keyword.kwlist) | set(dir(builtins)) | set(dir(KamodoClient)) | set(REFUSED)
    found |= set(dir(dict)) | set(dir(collections.UserDict)) | set(vars(KamodoClient(host=None)))
    found |= {name + "_" for name in REFUSED} | {name + "__" for name in REFUSED if name + "_" in REFUSED}
    return sorted(name for name in found if name.isidentifier())


@pytest.fixture
def few_units(monkeypatch):
    """Reads each unit once: the client takes some 40 ms for one."""
    monkeypatch.setattr("kamodo.kamodo.get_unit", functools.lru_cache(get_unit))


@pytest.mark.parametrize("share", range(2))
def test_functions_of_every_name(share, few_units):
    wrong = []
    for name in names()[share::2]:
        refused = REFUSED.get(name, "")
        if "f" not in refused and not takes(name, name, units="m", arg_units=[("x", "cm")]):
            wrong.append(name)
        if "1" in refused and not takes(name, f"{name}(a)", units="m", arg_units=[("x", "cm")]):
            wrong.append(f"{name}(a)")
        if "1" in refused and not takes(name, f"{name}(a)", ("_",)):
            wrong.append(f"{name}(_)")
    assert not wrong


@pytest.mark.parametrize("share", range(2))
def test_arguments_of_every_name(share, few_units):
    wrong = []
    for name in names()[share::2]:
        refused = REFUSED.get(name, "")
        if "p" not in refused and not takes("f", "f", (name, "x")):
            wrong.append(name)
        if not refused.strip("f1") and not takes("f", "f", ("x", name), units="kg", arg_units=[("x", "cm"), (name, "")]):
            wrong.append((name, "with units"))
    assert not wrong


def test_letters_of_names():
    for first, last in table("value/src/published/letters.tsv"):
        for code in range(int(first, 16), int(last, 16) + 1):
            letter = chr(code)
            assert letter.isidentifier() and re.fullmatch(r"\w", letter)
    for letter in "ρπµÅ你ꙮ":
        assert takes(letter, letter, (letter + "1",), units="m", arg_units=[(letter + "1", "cm")])


# === what else a function carries ===

METADATA = {
    "no equation": dict(equation=""),
    "an equation that is no LaTeX": dict(equation=r"\frac{a $ $$ \\ {"),
    "texts with zeros": dict(equation="x\0y", citation="a\0b"),
    "texts of other alphabets": dict(equation="ρ", citation="Å. Ångström"),
    "templates": dict(equation="{x} {0} %s", citation="{x} {0} %s"),
    "long texts": dict(equation="x" * 10**6, citation="y" * 10**6),
    "a hidden argument": dict(args=("x", "y"), hidden=("y",)),
    "hidden arguments that it has not": dict(hidden=("q", "")),
    "many arguments": dict(args=[f"x{i}" for i in range(1000)]),
    "a long argument": dict(args=("x" * 5000,)),
    "an argument of its own name": dict(args=("f",)),
}


@pytest.mark.parametrize("what", METADATA)
def test_what_else_a_function_carries(what):
    assert takes("f", "f", **METADATA[what])


def test_no_argument():
    assert register("f", (), [("_", to_rpc_literal(None))])["f"]() == 19


def test_defaults_of_each_kind():
    import numpy
    literal = kamodo_capnp.Kamodo.Literal
    nested = {"int": "1"}
    for _ in range(24):
        nested = {"list": [nested]}
    kinds = [literal(void=None), literal(bool=True), literal(float64=float("nan")), literal(float64=float("-inf")),
             literal(int="-" + "9" * 4300), literal(text="a\0b"), literal(text=""), literal(data=b"\0\xff"),
             literal(rational=dict(p=1, q=3)), literal(**nested)]
    for dtype in ("float64", "int8", "bool", "complex128", "complex64", "float16", "<U2"):
        for shape in ((2, 2), (), (3, 0)):
            array = numpy.zeros(shape, dtype)
            kinds.append(literal(array=dict(data=array.tobytes(), dtype=dtype, shape=shape)))
    for kind in kinds:
        # Called with both: of its own accord it cannot send arrays without dimensions.
        assert register("f", ("x", "y"), [("y", kind)])["f"](1, 2) == 19


# === end to end ===

FUNCTIONS = """\
f: x**2 - x - 1
g(x)[angstrom]: x
factor(x): 3*x
beta(x,y): x + y
gamma(x[t/m^3])[W/m^2/angstrom]: x
lam(S[angstrom],gamma)[t]: S + gamma
__name__: 2*x
Ⓐ(x): 5*x
ρ(α): 2*α
h: 1e3
w(x)[l_P^20]: x
z(x[mil])[me]: x
detail: 7*x"""


def test_one_function_never_costs_the_others(serve):
    server = serve(FUNCTIONS)
    client = server.client()
    assert client.f(5) == 19
    calls = {"g": 2, "factor__": 6, "gamma": 2, "__name___": 4, "u24B6": 10, "ρ": 4, "w": 2, "z": 2, "detail": 14}
    assert {name: client[name](2) for name in calls} == calls
    assert (client.beta_(1, 2), client.h(), client.lam(S_=1, gamma_=5)) == (3, 1000.0, 6)
    assert client.g.meta["units"] == "10**-10*m"
    assert client.gamma.meta["arg_units"] == {"x": "10**3*kg/m**3"}
    assert client.w.meta["units"] == ""
    assert "does not see the unit `l_P**20`" in server.output()
