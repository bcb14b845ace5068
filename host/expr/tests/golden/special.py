"""Writes special.txt: special functions of doubles to 17 digits, worked out by mpmath with 50.

    python special.py > special.txt

Each line is a function as the language names it, its arguments, the value, and the scale that an error is
measured by (the value itself, or the amplitude or largest term round it), separated by tabs.
"""
import random

import mpmath
from mpmath import mp, mpf

mp.dps = 50
random.seed(5)


def write(name, args, value, scale=None):
    if isinstance(value, mpmath.mpc):
        if abs(value.imag) > mpf(10) ** -40 * abs(value):
            return
        value = value.real
    if not mpmath.isfinite(value) or abs(value) > mpf("1e305") or (value != 0 and abs(value) < mpf("1e-290")):
        return
    scale = abs(value) if scale is None else max(abs(value), abs(scale))
    print(name, *[repr(float(arg)) for arg in args], repr(float(value)), repr(float(scale)), sep="\t")


def between(low, high, count):
    return [random.uniform(low, high) for _ in range(count)]


def spread(low, high, count):
    return [10 ** random.uniform(low, high) for _ in range(count)]


def main():
    print(f"# Written by special.py with mpmath {mpmath.__version__}.")
    small = between(-6, 6, 60) + spread(-12, 0, 30)
    for x in small + between(6, 27, 20):
        write("erf", [x], mpmath.erf(mpf(x)))
        write("erfc", [x], mpmath.erfc(mpf(x)))
    for y in between(-1, 1, 60) + spread(-15, 0, 30) + [1 - d for d in spread(-15, -1, 30)]:
        write("erfinv", [y], mpmath.erfinv(mpf(y)))
    for x in between(-20, 30, 60) + between(30, 171, 40) + spread(-10, 0, 20) + [float(n) for n in range(1, 30)] + [n + 0.5 for n in range(-8, 20)]:
        write("gamma", [x], mpmath.gamma(mpf(x)))
        if x > 0:
            write("loggamma", [x], mpmath.loggamma(mpf(x)))
            write("factorial", [x], mpmath.factorial(mpf(x)))
        value = mpmath.digamma(mpf(x)) if x > 0 or x % 1 else None
        if value is not None:
            write("digamma", [x], value, None if x > 0 else abs(value) + 3)
    for x in between(1.2, 1.8, 30) + spread(1, 6, 20):
        write("digamma", [x], mpmath.digamma(mpf(x)))
        write("loggamma", [x], mpmath.loggamma(mpf(x)))
    for x in between(0.05, 30, 30):
        for n in (1, 2, 3, 7):
            write("polygamma", [n, x], mpmath.polygamma(n, mpf(x)))
    for s in between(-20, 20, 60) + between(0.9, 1.1, 20) + between(20, 70, 10) + spread(-6, 0, 10):
        write("zeta", [s], mpmath.zeta(mpf(s)), abs(mpmath.zeta(mpf(s))) + mpf("1e-2"))
    for s in between(1.05, 20, 30):
        for a in between(0.05, 40, 2):
            write("zeta", [s, a], mpmath.zeta(mpf(s), mpf(a)))
    for a in between(0.1, 90, 20):
        for b in between(0.1, 90, 3):
            write("beta", [a, b], mpmath.beta(mpf(a), mpf(b)))
    for n in (5.0, 12.5, 40.0, -3.5, 7.0):
        for k in (0.0, 1.0, 3.0, 6.0, 2.5):
            if not (n < 0 and k % 1):
                write("binomial", [n, k], mpmath.binomial(mpf(n), mpf(k)))
    for order in [0, 1, 2, 5, 20, 100, 0.5, 1.5, 0.3, 7.7, -0.5, -2.3]:
        for x in between(0.01, 30, 12) + between(30, 1000, 6):
            j, y = mpmath.besselj(mpf(order), mpf(x)), mpmath.bessely(mpf(order), mpf(x))
            amplitude = mpmath.sqrt(j * j + y * y) if x > abs(order) + 2 else None
            write("besselj", [order, x], j, amplitude)
            write("bessely", [order, x], y, amplitude)
        for x in between(0.01, 30, 12) + between(30, 500, 4):
            i = mpmath.besseli(mpf(order), mpf(x))
            write("besseli", [order, x], i, i if order >= 0 else abs(i) + mpmath.besselk(mpf(order), mpf(x)))
            write("besselk", [order, x], mpmath.besselk(mpf(order), mpf(x)))
    for x in between(-50, 50, 60) + between(-3, 3, 30):
        a, b = mpmath.airyai(mpf(x)), mpmath.airybi(mpf(x))
        amplitude = mpmath.sqrt(a * a + b * b) if x < 0 else None
        write("airyai", [x], a, amplitude)
        write("airybi", [x], b, amplitude)
    for n in (0, 1, 2, 3, 6, 13, 50):
        for x in between(-1, 1, 6) + between(1, 4, 3):
            size = mpmath.legendre(n, mpf(max(1, abs(x))))
            write("legendre", [n, x], mpmath.legendre(n, mpf(x)), size)
            size = mpmath.chebyt(n, mpf(max(1, abs(x))))
            write("chebyshevt", [n, x], mpmath.chebyt(n, mpf(x)), size)
            write("chebyshevu", [n, x], mpmath.chebyu(n, mpf(x)), (n + 1) * size)
            write("hermite", [n, x], mpmath.hermite(n, mpf(x)), mpmath.hermite(n, mpf(max(2, abs(x), n**0.5))))
            write("laguerre", [n, x], mpmath.laguerre(n, 0, mpf(x)), mpmath.laguerre(n, 0, -abs(mpf(x))))
    for n in (1, 2, 5, 12):
        for m in range(0, n + 1, 2):
            for x in between(-1, 1, 4):
                value = mpmath.legenp(n, m, mpf(x), type=2)
                write("assoc_legendre", [n, m, x], value, mpmath.factorial(n + m) / mpmath.factorial(n - m))
    for nu in (0.5, 2.3):
        for x in between(-0.9, 1, 6):
            write("legendre", [nu, x], mpmath.legenp(mpf(nu), 0, mpf(x), type=2), 1)
            write("chebyshevt", [nu, x], mpmath.cos(mpf(nu) * mpmath.acos(mpf(x))), 1)
    for m in between(-50, 1, 60) + [1 - d for d in spread(-14, -1, 20)]:
        write("elliptic_k", [m], mpmath.ellipk(mpf(m)))
        write("elliptic_e", [m], mpmath.ellipe(mpf(m)))
        for angle in between(-7, 7, 2):
            write("elliptic_e", [angle, m], mpmath.ellipe(mpf(angle), mpf(m)))
    for x in between(-40, 60, 60) + between(60, 710, 10) + between(0.2, 0.6, 30) + spread(-8, 0, 10):
        write("Ei", [x], mpmath.ei(mpf(x)))
    for order in (1, 2, 3, 10, 0.5, 1.5, 2.75, -1, -2.5, 0):
        for x in between(0.01, 3, 12) + between(3, 80, 8) + spread(-6, -2, 4):
            write("expint", [order, x], mpmath.expint(mpf(order), mpf(x)))


main()
