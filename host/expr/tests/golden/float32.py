"""Writes float32.txt: what numpy answers for the functions of float32 that it computes in an algorithm of its own.

    python float32.py > float32.txt

Each line is an argument, its sine, cosine, exponential and logarithm, as the bits in hexadecimal; nan is `nan`.
"""

import sys

import numpy

numpy.seterr(all="ignore")
random = numpy.random.default_rng(32)


def around(value, n_steps=3):
    """Returns a float32 with its neighbours."""
    bits = numpy.float32(value).view(numpy.uint32)
    return (bits + numpy.arange(-n_steps, n_steps + 1)).astype(numpy.uint32).view(numpy.float32)


def arguments():
    specials = numpy.array([0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan, 0.5, 1.0, 2.0, 1e-45, -1e-45], "f4")
    edges = [
        117435.992, -117435.992, 71476.0625, -71476.0625,  # where sine and cosine turn to the C library
        88.72284, -103.97208, -87.33655, 1.17549435e-38, 0.70710678, 1.41421356, 3.4028235e38, 1.0,
    ]
    turns = (numpy.arange(-40, 41) * (numpy.pi / 4)).astype("f4")
    return numpy.concatenate([
        specials,
        *map(around, edges),
        *(around(turn, 1) for turn in turns if turn),
        random.uniform(-10, 10, 600).astype("f4"),
        random.uniform(-110, 95, 600).astype("f4"),
        random.uniform(-120000, 120000, 400).astype("f4"),
        random.uniform(0.5, 2, 300).astype("f4"),
        random.integers(0, 2**32, 800, dtype=numpy.uint32).view("f4"),  # any bits
        random.integers(1, 2**23, 100, dtype=numpy.uint32).view("f4"),  # subnormal
    ])


def bits(value):
    return "nan" if numpy.isnan(value) else f"{value.view(numpy.uint32):08x}"


x = arguments()
print(f"# Written by float32.py with Python {sys.version.split()[0]}, numpy {numpy.__version__}: bits of x, sin, cos, exp, log.")
for row in zip(x, numpy.sin(x), numpy.cos(x), numpy.exp(x), numpy.log(x)):
    print(*map(bits, row))
