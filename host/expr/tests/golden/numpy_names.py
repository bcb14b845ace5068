"""Writes numpy_names.tsv: what functions answer that numpy, Python and its math have under names that sympy does not
have, and ../../src/elsewhere/others.txt: the names of all other functions of these three.

Run with numpy 1.24 and sympy 1.5.1, which the published Kamodo has: python numpy_names.py
A published definition calls these functions of numpy, or of math where numpy has none; what sympy knows by the same
name has sympy's meaning.
"""
import builtins
import math
import os
import re
import warnings

import numpy
import sympy

warnings.simplefilter("ignore")
numpy.seterr(all="ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..", "..", "src")

INF, NAN = math.inf, math.nan
ONE = [-1e6, -171.5, -7.0, -2.5, -1.5, -1.0, -0.5, -0.0, 0.0, 0.25, 0.49999999999999994, 0.5, 1.0, 1.5, 2.5, 3.0, 171.5, 1e6]
ENDS = [INF, -INF, NAN]
TWO = [-7.0, -2.5, -1.0, 0.0, 0.5, 1.0, 3.0, 7.5]
COMPLEX = [1 + 2j, -2.5 + 0j, -0.5 - 3j]


def one(points):
    return [(point,) for point in points]


def two(left=TWO + ENDS, right=None):
    return [(x, y) for x in left for y in (right or left)]


REAL, PAIRS, FINITE = one(ONE + ENDS), two(), two(TWO)
DIVISORS = two(TWO + ENDS, [point for point in TWO + ENDS if point != 0.0])
WHOLE = [(float(x), float(y)) for x in range(8) for y in range(x + 1)]
TRUTHS = [(True, True), (True, False), (False, True), (False, False)]
CHOICES = [(truth, 5.0, 6.0) for truth in (True, False)]

NUMPY = {
    "absolute": REAL + one(COMPLEX), "add": PAIRS, "angle": one(ONE[:7] + ONE[8:] + COMPLEX), "arccos": REAL, "arccosh": REAL,
    "arcsin": REAL, "arcsinh": REAL, "arctan": REAL, "arctan2": PAIRS, "arctanh": REAL, "around": REAL, "ceil": REAL,
    "clip": [(x, -1.0, 2.5) for x in ONE + ENDS], "conj": REAL + one(COMPLEX), "copysign": two(TWO + ENDS, [-0.0] + TWO + ENDS[:2]),
    "deg2rad": REAL, "degrees": REAL, "divide": PAIRS, "equal": PAIRS, "exp2": REAL, "expm1": REAL, "fabs": REAL, "fix": REAL,
    "float_power": PAIRS, "floor_divide": two(TWO) + [(1.0, 0.1), (-1.0, 0.1), (6.0, 0.1)], "fmax": PAIRS, "fmin": PAIRS,
    "fmod": PAIRS, "greater": PAIRS, "greater_equal": PAIRS, "heaviside": FINITE, "hypot": PAIRS, "i0": one(ONE[1:-2]),
    "imag": REAL + one(COMPLEX), "isclose": FINITE + [(1.0, 1.000001), (1e-9, 0.0), (100.0, 101.0)],
    "iscomplex": REAL + one(COMPLEX), "isfinite": REAL, "isinf": REAL, "isnan": REAL, "isneginf": REAL, "isposinf": REAL,
    "isreal": REAL + one(COMPLEX), "ldexp": [(x, y) for x in ONE + ENDS for y in (-3, 0, 1, 40)], "less": PAIRS,
    "less_equal": PAIRS, "log10": REAL, "log1p": REAL, "log2": REAL, "logaddexp": FINITE, "logaddexp2": FINITE,
    "logical_and": TRUTHS, "logical_not": one([True, False]), "logical_or": TRUTHS, "logical_xor": TRUTHS, "maximum": PAIRS,
    "minimum": PAIRS, "mod": PAIRS, "multiply": PAIRS, "negative": REAL, "not_equal": PAIRS, "positive": REAL, "power": PAIRS,
    "rad2deg": REAL, "radians": REAL, "real": REAL + one(COMPLEX), "reciprocal": REAL, "remainder": PAIRS, "rint": REAL,
    "round_": REAL, "signbit": one(ONE + [INF, -INF]), "square": REAL, "subtract": PAIRS, "true_divide": PAIRS, "trunc": REAL,
    "where": CHOICES,
}
PYTHON = {
    "comb": (math.comb, [(int(x), int(y)) for x, y in WHOLE]), "complex": (complex, FINITE),
    "float": (float, REAL), "int": (int, one(ONE)), "isqrt": (math.isqrt, one([0, 1, 2, 15, 16, 10**6])),
    "lgamma": (math.lgamma, one([point for point in ONE if point > 0 or point % 1])), "perm": (math.perm, [(int(x), int(y)) for x, y in WHOLE]),
    "pow": (lambda x, y: numpy.float64(x) ** numpy.float64(y), PAIRS), "round": (round, one(ONE)),
}
# What sympy, C and numpy 2 have, and the language under another name.
OTHERWISE = {
    "arccot": (lambda x: numpy.arctan(1 / numpy.float64(x)), one(ONE)), "arccsc": (lambda x: numpy.arcsin(1 / numpy.float64(x)), one(ONE)),
    "arcsec": (lambda x: numpy.arccos(1 / numpy.float64(x)), one(ONE)), "deg": (numpy.degrees, REAL), "rad": (numpy.radians, REAL),
    "sgn": (numpy.sign, REAL), "tgamma": (math.gamma, one([point for point in ONE if -100 < point < 100 and (point > 0 or point % 1)])),
}
# What reduces arrays has forms too, which front/elsewhere.rs compares with numpy's answers.
REDUCTIONS = {"amax", "amin", "average", "dot", "ptp", "std", "var"}


def encode(value):
    if isinstance(value, (bool, numpy.bool_)):
        return str(bool(value))
    if isinstance(value, (complex, numpy.complexfloating)):
        return "%r %r" % (float(value.real), float(value.imag))
    return repr(float(value)) if not isinstance(value, int) else repr(value)


def typed(value):
    if isinstance(value, complex):
        return numpy.complex128(value)
    return numpy.float64(value) if isinstance(value, float) else value


def cases():
    for name, args in NUMPY.items():
        for arg in args:
            yield name, arg, getattr(numpy, name)(*map(typed, arg))
    for name, (function, args) in {**PYTHON, **OTHERWISE}.items():
        for arg in args:
            yield name, arg, function(*arg)


def public(module):
    return {name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name))}


def main():
    with open(os.path.join(HERE, "numpy_names.tsv"), "w") as file:
        print("# name, arguments, result; written by numpy_names.py with numpy", numpy.__version__, file=file)
        for name, args, value in cases():
            print(name, *map(encode, args), encode(value), sep="\t", file=file)
    known = set(re.findall(r'^    "(\w+)" \d', open(os.path.join(SOURCE, "language.rs")).read(), re.M))
    words = {name for name in public(builtins) if name.islower() and not name.endswith("warning")}
    names = {name for name in public(numpy) | public(math) | words if not isinstance(getattr(numpy, name, None), type)}
    names -= known | set(NUMPY) | set(PYTHON) | set(OTHERWISE) | REDUCTIONS
    with open(os.path.join(SOURCE, "check", "build", "elsewhere", "others.txt"), "w") as file:
        print(*sorted(names), sep="\n", file=file)


main()
