"""Writes reductions.txt: what numpy answers for reductions along the last axis, in the form of evaluate.txt.

Run with the published stack, beside generate.py: python reductions.py > reductions.txt

The mean of an axis without elements is left out: numpy warns and answers `nan`, the language refuses it.
"""
import random
import sys
import warnings

import numpy

from generate import DTYPES, array, encode, full

warnings.simplefilter("ignore")
random.seed(22)


def norm(x):
    x = numpy.asarray(x)
    if x.dtype.kind not in "biufc":
        raise TypeError(x.dtype)
    if x.ndim == 0:
        return numpy.linalg.norm(x.ravel())
    return numpy.linalg.norm(x.astype(float) if x.dtype.kind in "biu" else x, axis=-1)


def along_last_axis(function):
    def reduced(x):
        x = numpy.asarray(x)
        if x.dtype.kind not in "biufc":
            raise TypeError(x.dtype)
        return function(x, axis=-1) if x.ndim else function(x)

    return reduced


REDUCTIONS = {
    "(sum x)": along_last_axis(numpy.sum),
    "(mean x)": along_last_axis(numpy.mean),
    "(min x)": along_last_axis(numpy.min),
    "(max x)": along_last_axis(numpy.max),
    "(norm x)": norm,
}
COMPOSED = {
    "(+ x (* -1 (mean x)))": lambda x: x - numpy.mean(x, axis=-1),
    "(* 2 (sum (* x x)))": lambda x: 2 * numpy.sum(x * x, axis=-1),
    "(sum (norm x))": lambda x: numpy.sum(numpy.linalg.norm(x, axis=-1), axis=-1),
}


def case(text, function, x):
    try:
        result = encode(function(x))
    except (TypeError, ValueError) as error:
        result = "!TypeError" if isinstance(error, TypeError) else "!ValueError"
    print(text, "1", encode(x), result, sep="\t")


def gaussian(dtype, shape):
    n = int(numpy.prod(shape))
    if numpy.dtype(dtype).kind == "c":
        values = [complex(random.gauss(0, 3), random.gauss(0, 3)) for _ in range(n)]
    else:
        values = [random.gauss(0, 3) for _ in range(n)]
    return numpy.array(values, dtype=dtype).reshape(shape)


print(f"# Written by reductions.py with Python {sys.version.split()[0]}, numpy {numpy.__version__}.")
print("# expression <TAB> number of arguments <TAB> argument... <TAB> result, or ! and the exception")
for text, function in REDUCTIONS.items():
    for dtype in DTYPES:
        for shape in [(1,), (3,), (9,), (2, 3), (4, 1), (2, 3, 2), (0, 3), ()]:
            case(text, function, array(dtype, shape))
        if text != "(mean x)":
            case(text, function, array(dtype, (0,)))
            case(text, function, array(dtype, (2, 0)))
        for value in random.sample(list(full(dtype)), 2):
            case(text, function, value)
    for dtype in ["float16", "float32", "float64", "complex64", "complex128"]:
        for shape in [(7,), (8,), (15,), (16,), (2, 20), (64,), (65,), (127,), (128,), (129,), (145,)]:
            case(text, function, gaussian(dtype, shape))
    for n in [257, 300, 1000]:
        case(text, function, gaussian("float64", (n,)))
    for value in [True, 2, -3, 0.5, -2.5, 1 + 2j, "ab", None, [1, 2], [0.5, 1], [[1, 2], [3, 4]], [True]]:
        case(text, function, value)
for text, function in COMPOSED.items():
    for dtype in ["int64", "float32", "float64"]:
        shape = (2, 3) if "norm" in text else (5,)
        case(text, function, array(dtype, shape, True))
