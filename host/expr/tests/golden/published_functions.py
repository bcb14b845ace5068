"""Writes published_functions.tsv: conditions and functions, and how sympy 1.5.1 prints them as text and as LaTeX.

Run with the environment of the published Kamodo 23.3.0 (sympy 1.5.1), beside published_functions.txt, which holds
those written by hand: python published_functions.py > published_functions.tsv
The others are random, from a fixed seed: each function at special values, and in sums and products.
"""
import os
import random
import signal

import sympy
from sympy import latex, sympify

ONE = """sec csc cot asec acsc acot sinh cosh tanh sech csch coth asinh acosh atanh asech acsch acoth sinc re im
conjugate arg sign Abs frac Heaviside factorial gamma loggamma digamma erf erfc erfinv elliptic_k Ei zeta airyai airybi
cbrt floor ceiling exp log""".split()
TWO = "besselj bessely besseli besselk legendre chebyshevt chebyshevu hermite laguerre binomial beta expint".split()
NUMBERS = "0 1 -1 2 -2 3 1/2 -1/2 3/2 1/3 5 pi pi/2 pi/3 pi/4 -pi/6 2*pi/3 sqrt(2) sqrt(3)/2 E I 2*I 1+I 0.5 2.5 EulerGamma".split()
PARAMETERS = "x -x 2*x -2*x x+1 x-1 1-x x-y y-x x*y x**2 sqrt(x) I*x x+pi x+pi/2 pi*x exp(x) Abs(x) sin(x) 1/x".split()
ORDERS = "0 1 2 3 -1 -2 n 1/2".split()
CONDITIONS = "x>0 x<1 x<=y x>=2 2>x x+y<1 -x<1 Eq(x,0) Ne(x,1) x**2<4 1<2 1>2 Abs(x)<1".split()
OTHERS = "y>0 y<=2 Eq(y,1) 1<y Ne(y,x) -y<1".split()


def call():
    if random.random() < 0.7:
        arg = random.choice(NUMBERS if random.random() < 0.4 else PARAMETERS)
        return "%s(%s)" % (random.choice(ONE), arg)
    arg = random.choice(NUMBERS if random.random() < 0.3 else PARAMETERS)
    return "%s(%s,%s)" % (random.choice(TWO), random.choice(ORDERS), arg)


def condition():
    kind = random.random()
    if kind < 0.5:
        return random.choice(CONDITIONS)
    if kind < 0.6:
        return "~(%s)" % random.choice(CONDITIONS)
    # Of two parameters: those of one alone become sets of intervals in Piecewise.
    return "(%s)%s(%s)" % (random.choice(CONDITIONS), random.choice("&|"), random.choice(OTHERS))


def expression():
    kind = random.random()
    if kind < 0.5:
        return call() + "*y"
    if kind < 0.65:
        return call() + "+" + call()
    if kind < 0.75:
        return call() + "*" + call()
    if kind < 0.8:
        return "%s**%s*x" % (call(), random.choice(["2", "-1", "(1/2)"]))
    if kind < 0.9:
        return condition()
    cases = ["(%s,%s)" % (random.choice(PARAMETERS), condition()) for _ in range(random.randint(1, 3))]
    return "Piecewise(%s,(%s,True))" % (",".join(cases), random.choice(["0", "x", "y"]))


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow()


def main():
    signal.signal(signal.SIGALRM, give_up)
    random.seed(29)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "published_functions.txt")) as file:
        texts = [line.strip() for line in file if line.strip()]
    texts += [expression() for _ in range(900)]
    print("# expression, text, LaTeX; written by published_functions.py with sympy %s" % sympy.__version__)
    seen = set()
    for text in texts:
        try:
            signal.alarm(5)
            expr = sympify(text)
            line = "%s\t%s\t%s" % (text, expr, latex(expr))
            is_value = not expr.has(sympy.zoo, sympy.nan, sympy.AccumBounds) and expr not in (True, False)
        except Exception:  # what sympy itself cannot read or print
            continue
        finally:
            signal.alarm(0)
        if is_value and text not in seen:
            seen.add(text)
            print(line)


main()
