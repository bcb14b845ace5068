"""Writes functions.txt: what numpy answers for further functions, conditions and cases, in the form of evaluate.txt.

Run with the published stack, beside generate.py: python functions.py > functions.txt
"""
import random
import sys
import warnings

import numpy

from generate import DTYPES, array, encode, full

warnings.simplefilter("ignore")
random.seed(21)

ONE = {
    "asinh": numpy.arcsinh, "acosh": numpy.arccosh, "atanh": numpy.arctanh, "expm1": numpy.expm1,
    "log1p": numpy.log1p, "log2": numpy.log2, "log10": numpy.log10, "conjugate": numpy.conjugate,
    "arg": numpy.angle, "re": numpy.real, "im": numpy.imag, "Not": numpy.logical_not,
}
TWO = {
    "hypot": numpy.hypot, "Heaviside": numpy.heaviside, "Lt": numpy.less, "Le": numpy.less_equal,
    "Gt": numpy.greater, "Ge": numpy.greater_equal, "Eq": numpy.equal, "Ne": numpy.not_equal,
    "And": numpy.logical_and, "Or": numpy.logical_or,
}


def select(x, y):
    return numpy.select([numpy.less(x, 1), numpy.greater(x, y)], [x, y], default=numpy.nan)


def case(text, function, *args):
    try:
        result = encode(function(*args))
    except (TypeError, ValueError) as error:
        result = "!" + type(error).__name__.replace("UFuncTypeError", "TypeError").replace("_UFuncNoLoopError", "TypeError")
        if not result.endswith("TypeError") or result != "!TypeError":
            result = "!TypeError" if isinstance(error, TypeError) else "!ValueError"
    print(text, str(len(args)), *[encode(arg) for arg in args], result, sep="\t")


def main():
    print(f"# Written by functions.py with Python {sys.version.split()[0]}, numpy {numpy.__version__}.")
    print("# expression <TAB> number of arguments <TAB> argument... <TAB> result, or ! and the exception")
    for name, function in ONE.items():
        for dtype in DTYPES:
            if dtype == "bool" and name in ("conjugate", "re", "im"):
                continue  # numpy's conjugate of booleans is an int8, and its parts are the array itself
            for shape in [(2, 3), (1,), (2, 0)]:
                case(f"({name} x)", function, array(dtype, shape))
            case(f"({name} x)", function, full(dtype))
    for name, function in TWO.items():
        for left in DTYPES:
            for right in DTYPES:
                case(f"({name} x y)", function, array(left, (4,)), array(right, (4,)))
                case(f"({name} x y)", function, array(left, (2, 1), True), array(right, (2,), True))
                if name != "Heaviside":  # it looks for its loop in a way of its own beside a scalar
                    case(f"({name} x y)", function, array(left, (3,), True), random.choice(list(full(right))))
        for left in DTYPES:
            for right in [1, 2.5, -3]:
                case(f"({name} x y)", function, array(left, (3,)), right)
    for left in DTYPES:
        for right in DTYPES:
            kinds = {numpy.dtype(left).kind, numpy.dtype(right).kind}
            # Cases are chosen pair by pair: integers beside narrow floats widen before they meet.
            if "c" in kinds or ("f" in kinds and len(kinds) == 2 and "float64" not in (left, right)):
                continue
            case("(Piecewise x (Lt x 1) y (Gt x y))", select, array(left, (4,)), array(right, (4,)))
            case("(Piecewise x (Lt x 1) y (Gt x y))", select, array(left, (2, 1)), array(right, (3,)))


main()
