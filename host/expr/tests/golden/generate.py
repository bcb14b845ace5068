"""Writes evaluate.txt: what Python and numpy answer for expressions over many kinds of arguments.

Run with the published stack (the header of the file names the versions):

    python generate.py > evaluate.txt

Each line is an expression as a tree, the arguments, and the result, separated by tabs. The expression is
lambdified by sympy for numpy, as the published Kamodo does it; `Max` and `Min`, which that release gets wrong
for arrays, are numpy's elementwise ones.
"""

import functools
import itertools
import random
import sys
import warnings

import numpy
import sympy

warnings.simplefilter("ignore")
random.seed(20)

REALS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
DTYPES = REALS + ["complex64", "complex128"]


def tree(expr):
    """Returns the tree as text, terms in the order in which they are printed."""
    if expr is sympy.pi:
        return "pi"
    if expr is sympy.E:
        return "E"
    if expr is sympy.I:
        return "I"
    if expr is sympy.oo:
        return "oo"
    if expr is sympy.nan:
        return "nan"
    if expr.is_Integer:
        return str(expr)
    if expr.is_Rational:
        return f"{expr.p}/{expr.q}"
    if expr.is_Float:
        return repr(float(expr))
    if expr.is_Symbol:
        return expr.name
    if expr.is_Add:
        return "(+ " + " ".join(map(tree, expr.as_ordered_terms())) + ")"
    if expr.is_Mul:
        coefficient, rest = expr.as_coeff_Mul()
        factors = rest.as_ordered_factors() if coefficient == 1 else [coefficient, *rest.as_ordered_factors()]
        return "(* " + " ".join(map(tree, factors)) + ")"
    if expr.is_Pow:
        return "(** " + " ".join(map(tree, expr.args)) + ")"
    return f"({type(expr).__name__} " + " ".join(map(tree, expr.args)) + ")"


def number(x):
    if isinstance(x, (complex, numpy.complexfloating)):
        return f"{float(x.real)!r};{float(x.imag)!r}"
    if isinstance(x, (bool, numpy.bool_)):
        return str(bool(x))
    if isinstance(x, (int, numpy.integer)):
        return str(int(x))
    return repr(float(x))


def encode(value):
    if value is None:
        return "None"
    if isinstance(value, numpy.ndarray):
        if value.dtype == object:
            raise ValueError("object array")
        shape = ",".join(map(str, value.shape))
        return f"{value.dtype}[{shape}]:" + ",".join(number(x) for x in value.ravel())
    if isinstance(value, numpy.generic):
        return f"np.{value.dtype}:{number(value)}"
    if isinstance(value, bool):
        return f"bool:{value}"
    if isinstance(value, int):
        return f"int:{value}"
    if isinstance(value, float):
        return f"float:{value!r}"
    if isinstance(value, complex):
        return f"complex:{number(value)}"
    if isinstance(value, str):
        return f"str:{value}"
    if isinstance(value, list):
        return "list:(" + "|".join(map(encode, value)) + ")"
    raise ValueError(type(value))


SPECIAL = {
    "f": [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.25, 1e-3, 100.0, numpy.inf, -numpy.inf, numpy.nan],
    "i": [0, 1, -1, 2, 3, -5, 7, 100, -128, 127],
    "u": [0, 1, 2, 3, 5, 7, 100, 255],
    "b": [True, False],
    "c": [0j, 1 + 2j, -1.5 + 0.5j, 2 - 1j, 3 + 0j, -4 + 0j, 1j],
}


def array(dtype, shape, finite=False):
    kind = numpy.dtype(dtype).kind
    pool = SPECIAL[kind]
    if finite:
        pool = [x for x in pool if not isinstance(x, float) or numpy.isfinite(x)]
    n = int(numpy.prod(shape)) if shape else 1
    values = [random.choice(pool) for _ in range(n)]
    if kind == "f" and random.random() < 0.5 and dtype == "float64":
        values = [random.choice([x, random.gauss(0, 3)]) for x in values]
    return numpy.array(values, dtype=dtype).reshape(shape)


def full(dtype):
    return numpy.array(SPECIAL[numpy.dtype(dtype).kind], dtype=dtype)


x, y, z = sympy.symbols("x y z")
MODULES = [{"amax": lambda args: functools.reduce(numpy.maximum, args), "amin": lambda args: functools.reduce(numpy.minimum, args)}, "numpy"]
lambdified = {}


def case(expr, *args):
    if any(type(arg) is int and arg > 10**9 for arg in args[1:]) and expr == x**y:
        return  # Python would compute for ever
    if any(type(arg) is int and arg > 10**9 for arg in args) and expr == 2**x:
        return
    if any(type(arg) is int and arg > 2**64 - 1 for arg in args) and any(isinstance(arg, (numpy.ndarray, list)) for arg in args):
        return  # arrays of Python objects are not ours
    if any(type(arg) is int and arg > 2**64 - 1 for arg in args) and any(isinstance(arg, (bool, numpy.bool_)) or arg != arg for arg in args):
        return  # orders among Python objects
    if expr == x**y and any(type(arg) is complex for arg in args) and any(isinstance(arg, float) and not numpy.isfinite(arg) for arg in args):
        return  # a division by zero, says Python
    names = sorted(expr.free_symbols, key=str)
    if expr not in lambdified:
        lambdified[expr] = sympy.lambdify(names, expr, modules=MODULES)
    try:
        result = encode(lambdified[expr](*args))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        if "object array" in str(error):
            return
        result = "!" + type(error).__mro__[0].__name__.replace("UFuncTypeError", "TypeError").replace("_UFuncNoLoopError", "TypeError")
    except AttributeError:
        result = "!TypeError"
    print(tree(expr), "\t".join([str(len(args))] + [encode(arg) for arg in args]), result, sep="\t")


PYTHON = [True, 0, 2, -3, 2**63, 2**64, 0.0, 0.5, -2.5, 1e200, float("inf"), float("nan"), 1 + 2j, 0j]
BINARY = [x + y, x - y, x * y, x / y, x**y, x % y, sympy.atan2(x, y), sympy.Max(x, y), sympy.Min(x, y)]
UNARY = [-x, sympy.Abs(x), sympy.sign(x), sympy.floor(x), sympy.ceiling(x), sympy.sqrt(x), sympy.sin(x), sympy.cos(x),
         sympy.tan(x), sympy.asin(x), sympy.acos(x), sympy.atan(x), sympy.sinh(x), sympy.cosh(x), sympy.tanh(x),
         sympy.exp(x), sympy.log(x), x**2, x**3, x**-1, x**-2, x**-3, x**sympy.Rational(1, 3), x**sympy.Rational(-1, 2),
         x**-1.5, x**1.5, x / 3, 2 * x, -x / 2 + 1, x**2 - x - 1, 1 / (x + 1), 2 / x, sympy.I * x, x + sympy.pi,
         sympy.sqrt(2) * x**1.0 * y**0, x**7, x**20, 2**x, x % 3, 3 - x, sympy.exp(-x / 3), sympy.Max(x, 0), x - 2.5]


def write():
    print(f"# Written by generate.py with Python {sys.version.split()[0]}, sympy {sympy.__version__}, numpy {numpy.__version__}.")
    print("# expression <TAB> number of arguments <TAB> argument... <TAB> result, or ! and the exception")
    for expr in UNARY:
        for value in PYTHON:
            case(expr, value)
        for dtype in DTYPES:
            case(expr, full(dtype))
            case(expr, array(dtype, (2, 3)))
            case(expr, array(dtype, (2, 0)))
            case(expr, array(dtype, (1,)))
            case(expr, array(dtype, ()))
            for value in random.sample(list(full(dtype)), 2):
                case(expr, value)
        for value in ["ab", None, [1, 2], [0.5, 1], [[1, 2], [3, 4]], [True], []]:
            case(expr, value)
    for expr in BINARY:
        for left, right in itertools.product(PYTHON, PYTHON):
            case(expr, left, right)
        for left, right in itertools.product(DTYPES, DTYPES):
            n = random.choice([1, 4])
            case(expr, array(left, (4,)), array(right, (n,)))
            case(expr, array(left, (2,), True), random.choice(list(full(right))))
            case(expr, random.choice(list(full(left))), array(right, (2, 1), True))
            case(expr, random.choice(list(full(left))), random.choice(list(full(right))))
        for dtype in DTYPES:
            for value in PYTHON + [300, -200, 70000, 1e39, 1e5, [1, 2, 3], [1.5, 2.5, 0.5], "ab"]:
                case(expr, array(dtype, (3,)), value)
                case(expr, value, array(dtype, (3,)))
                if random.random() < 0.5:
                    case(expr, random.choice(list(full(dtype))), value)
                    case(expr, value, random.choice(list(full(dtype))))
        for left, right in [((2,), (3,)), ((2, 1), (3,)), ((1, 3), (2, 1)), ((2, 3), (3,)), ((3, 1, 2), (4, 1)), ((0,), (1,)),
                            ((0, 3), (1, 3)), ((0, 3), (2, 3)), ((2, 3), ()), ((), (2,)), ((1,), (1, 1)), ((0,), (0,)), ((2, 2), (2,))]:
            for first, second in [("float64", "float64"), ("int64", "float64"), ("int32", "uint8"), ("complex128", "float32")]:
                case(expr, array(first, left), array(second, right))
        for left, right in itertools.product(["ab", None, [1, 2], [0.5, 1]], [3, True, 2.0, "c", [4, 5], numpy.int64(2), numpy.float64(2)]):
            case(expr, left, right)
            case(expr, right, left)
    longer = [sympy.sin(x)**2 + sympy.cos(x)**2 * sympy.exp(-x / 3), sympy.sqrt(x**2 + y**2 + z**2), x * y / (z + 2),
              1.6726e-6 * x * y**2 * (1 + 4 * z), -x * y / (2 * z**2) + sympy.pi * x, (x - y) * (x + y) - z,
              x**y - z / 3, sympy.Max(x, y, z), x**2 / z - sympy.floor(y), sympy.cos(x) * sympy.sin(x) - y + z]
    for expr in longer:
        names = sorted(expr.free_symbols, key=str)
        for _ in range(40):
            shapes = random.choice([[(4,)] * 3, [(2, 3), (3,), ()], [(2, 1), (1, 3), (2, 3)], [(5,), (5,), ()], [()] * 3])
            args = []
            for _, shape in zip(names, shapes):
                dtype = random.choice(["float64", "float64", "float64", "int64", "float32", "int16"])
                value = array(dtype, shape)
                if shape == ():
                    value = random.choice([value[()], random.choice([2, 3, 0.5, -1.5])])
                args.append(value)
            case(expr, *args)


if __name__ == "__main__":
    write()
