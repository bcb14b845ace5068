"""numpy's side of `cargo xtask bench`: the code that the published server makes of an expression.

Each line of input names an expression; the answer is the time of one evaluation, in nanoseconds.
"""
import sys
import time

import numpy
from numpy import cos, exp, sin

EXPRESSIONS = {
    "polynomial": lambda x: x**2 - x - 1,
    "waves": lambda x: sin(x)**2 + cos(x)**2*exp(-x/3),
}
X = numpy.linspace(-5, 5, int(sys.argv[1]))

for line in sys.stdin:
    function = EXPRESSIONS[line.strip()]
    start = time.perf_counter_ns()
    function(X)
    print(time.perf_counter_ns() - start, flush=True)
