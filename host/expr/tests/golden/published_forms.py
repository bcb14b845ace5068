"""Writes published_forms.tsv: expressions, and how sympy 1.5.1 prints them as text and as LaTeX.

Run with the environment of the published Kamodo 23.3.0 (sympy 1.5.1): python published_forms.py > published_forms.tsv
Some are written by hand, below; the others are random, from a fixed seed.
"""
import random
import signal
import sys

import sympy
from sympy import Function, latex, sympify
from sympy.core.function import AppliedUndef

BY_HAND = r"""
2*(x+1)
-(x+1)
x-(1-(2-3))
(x+y)*3/2
2*(x+1)*3
0.5*(x+1)
x*(1/3)
(x+1)/2
(2*x+2)/2
-x**2
(-x)**2
(-x)**3
(-2*x)**(1/2)
sqrt(4*x)
sqrt(-4*x)
sqrt(x**2)
sqrt(x)*sqrt(x)
x**a*x**b
x*x**a
2**x*3**x
2**x*2
4**x
(1/2)**x
x/pi
pi**2*x
sqrt(2)/2
1/sqrt(2)
sqrt(8)
12**(1/2)
2**(1/3)*6**(1/4)
sqrt(2)*sqrt(3)
sqrt(2)*sqrt(6)*x
(-8)**(1/3)
exp(x)*exp(y)
exp(x)**2
exp(2*x)/exp(x)
exp(-x)
1/exp(x)
x*exp(-x)
exp(2)*x
exp(-2)*x
exp(x)/y
exp(1)
exp(log(x))
exp(2*log(x))
exp(x+log(y))
log(exp(x))
log(exp(2))
log(1/2)
log(4)
log(-2)
log(E)
log(x**2)
sin(-x)
cos(-x)
tan(-x)
sin(x-y)
sin(y-x)
cos(y-x)
sin(-x-y)
sin(pi/6)
sin(pi/4)
sin(pi/5)
sin(pi/8)
sin(pi/10)
sin(pi/12)
sin(pi/7)
sin(8*pi/7)
cos(pi/3)
cos(pi/5)
cos(2*pi/5)
cos(pi/12)
cos(pi/8)
cos(pi/24)
tan(pi/3)
tan(pi/8)
tan(pi/12)
tan(pi/5)
tan(pi/10)
tan(3*pi/4)
sin(x+pi)
sin(x+pi/2)
cos(x+pi/2)
cos(x-pi/2)
sin(x+pi/3)
sin(2*pi*x)
asin(1/2)
asin(-1/2)
acos(1/2)
acos(-1/2)
atan(1)
atan(sqrt(3))
acos(-x)
asin(-x)
atan(-x)
atan2(y,x)
atan2(1,1)
atan2(1,-1)
atan2(-1,-1)
atan2(y,2)
sinh(-x)
cosh(-x)
tanh(-x)
sinh(0)
Abs(-x)
Abs(2*x)
Abs(x*y)
Abs(x)**2
Abs(Abs(x))
sqrt(Abs(x)**2)
sign(-x)
sign(2*x)
sign(-3)
floor(x+1)
floor(2.5)
floor(x/2)+3
ceiling(x-1)
floor(pi)
ceiling(-pi*x)
floor(-x)
Max(1,2)
Max(x,1,2)
Max(x,Max(y,z))
Min(x,x)
Max(x,y,3)
Max(3,y,x)
Mod(x,3)
x%2
(x+5)%3
5%3
-5%3
x//2*2
x**(3/2)
x**(-3/2)
x**(1/3)
x**(-1/3)
x**0.5
x**-0.5
x**2.0
x**1.0
1.0*x
x/3.0
2.5
0.0*x
x+0.0
3-x
pi-x
-x+3*y
x-3*y
I*x+1
(1+I)*(1-I)
I**2
I**3
2j*x
sqrt(-1)
sqrt(-4)
(x+1)*(x+2)/(x+3)
1/(x+1)
1/(2*x+2)
-1/x
-1/(2*x)
x/(y*z)
x/y/z
x/(y/z)
1/(x*y)
(x*y)**2
(x*y)**a
(x/y)**2
(2*x)**2
(2*x)**0.5
(2*x)**a
x**2**3
(x**2)**3
(x**y)**2
(x**2)**y
(x**2)**(1/2)
(x**(1/2))**2
10**-9*x
1e-9*x
1e20*x
1e15+x
1e16*x
123456789012345678*x
x*1000000
1/3+x
-1/3+x
x-1/3
2/3*x
-2/3*x
2*x/3
-x/3
x**2+2*x+1
1+x+x**2
y*x+x*y
z+y+x
x+sin(x)
sin(x)+x**2
a*x**2+b*x+c
x**2*y+x*y**2
x**3*y**2*z
sin(x)**2
sin(x)**-1
sin(x)**-2
sin(x)**(1/2)
1/sin(x)
log(x)**2
Abs(x)**-1
f(x)**2
f(x)**-1
1/f(x)
f(x)*g(x,y)
f(f(x))
f(-x)
f(x)*x
h_1(x)**2
x*f(3)
f(3)*2
E**x
E**(-x)
E**2
x**E
pi**x
(x+1)**2
(x+1)**-2
(x+1)**(1/2)
(x-y)**2
(y-x)**2
(-x-y)**3
2*(x-y)
-(x-y)
x*(y-x)
-x*(y-x)
(x-1)/(x+1)
(1-x)/(1+x)
-(1-x)/(1+x)
x**2/(2*y)
-x**2/(2*y**2)
sqrt(x)/y
sqrt(x)/sqrt(y)
1/sqrt(x)
y/sqrt(x)
sqrt(x/y)
sqrt(x*y)
sqrt(x**2+y**2)
3*x/(2*y)
sqrt(2*pi)
sqrt(2*pi)*x
1/(x*sqrt(2*pi))
(2*3)**(1/2)
sqrt(12*x)
sqrt(x*3)
E**(x*log(2))
10**(x/log(10))
6.67e-11*a*b/x**2
1.6726e-6*x*y**2
288.15-0.0065*x
31200/x**3*sqrt(1+3*sin(y)**2)
31000/x**3
2*exp(-x/3)
exp(-x**2/2)
exp((-x)/(2*y))
exp(-x)/(1+exp(-x))
1000/(1+9*exp(-0.5*t))
exp(1-x-exp(-x))
(0.58-0.01*x)*(1+0.01*y)
(11.4+0.013*x)*y**(-1/6.6)
cos(0.26179938779914943*(t-12))
6.283185307179586*t/365.25
x*10**3
10**3
2**0.5
2**(1/2)*1.5
1.5*pi
pi*0.5
sin(0.5)
exp(0.5)
sqrt(2.0)
log(2.0)
cos(1.0*pi)
x1+x10+x2
x_1**2
Theta*alpha
b+2*A+3*a+4*B
100*a_1+10*a2
-a-b
-a*b
-2*a*b
(-1)**x
(-2)**x
(-x)**y
(-1)**(1/3)
0**x
1**x
x**0
x**1
-(-x)
--x
+x
-(-(x+y))
x-x
x/x
x*y/x
3*f(x)/2
-f(x)
-f(x)/2
x - f(x)
f(x) - x
1 - f(x)
2*f(x) - 1
(x+1)*2*y
2*y*(x+1)
y*(2*x+2)
(2*x+4)/2*y
3*(x+1)**2
(3*x+3)**2
(0.5*x+1)**2
(0.5*x+1)**(1/2)
sqrt(0.5*x+1)
sqrt(x+0.5)
1/(0.5*x+1)
"""

SYMBOLS = ["x", "y", "z", "a", "b", "t", "x_1", "alpha", "B_z", "X"]
FUNCTIONS = "sin cos tan exp log sqrt Abs floor ceiling sign asin acos atan sinh cosh tanh".split()
KNOWN = FUNCTIONS + ["atan2", "Max", "Min", "Mod", "f", "g", "h_1"]
DECIMALS = ["0.5", "1.5", "2.0", "0.1", "3.25", "1e-3", "2.5e-7", "1e6", "0.013", "11.4"]
EXPONENTS = ["2", "3", "-1", "-2", "(1/2)", "(-1/2)", "(3/2)", "(1/3)", "0.5"]


def number():
    kind = random.random()
    if kind < 0.7:
        return str(random.choice(list(range(13)) + [16, 18, 27, 100, 1000]))
    return random.choice(DECIMALS) if kind < 0.9 else random.choice(["pi", "E", "I"])


def expression(depth):
    kind = random.random()
    if depth <= 0 or kind < 0.12:
        return random.choice(SYMBOLS) if random.random() < 0.62 else number()
    if kind < 0.36:
        return expression(depth - 1) + random.choice("+-") + expression(depth - 1)
    if kind < 0.66:
        return factor(depth - 1) + random.choice("**/") + factor(depth - 1)
    if kind < 0.78:
        return atom(depth - 1) + "**" + random.choice(EXPONENTS + [atom(depth - 1)])
    if kind < 0.84:
        return "-" + atom(depth - 1)
    if kind < 0.96:
        return random.choice(FUNCTIONS) + "(" + expression(depth - 1) + ")"
    if kind < 0.98:
        return "g(%s,%s)" % (expression(depth - 1), expression(depth - 1))
    return "f(%s)" % expression(depth - 1)


def factor(depth):
    text = expression(depth)
    return "(%s)" % text if "+" in text or "-" in text else text


def atom(depth):
    text = expression(depth)
    return text if text.replace("_", "").isalnum() else "(%s)" % text


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow()


def is_of_the_language(expr):
    for node in sympy.preorder_traversal(expr):
        if isinstance(node, (Function, sympy.Max, sympy.Min)):
            name = node.func.__name__ if isinstance(node, AppliedUndef) else type(node).__name__
            if name not in KNOWN:
                return False
    return not expr.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.AccumBounds)


def main():
    signal.signal(signal.SIGALRM, give_up)
    random.seed(23)
    texts = [line for line in BY_HAND.splitlines() if line]
    texts += [expression(random.randint(1, 4)) for _ in range(1500)]
    functions = {name: Function(name) for name in ["f", "g", "h_1"]}
    print("# expression, text, LaTeX; written by published_forms.py with sympy %s" % sympy.__version__)
    seen = set()
    for text in texts:
        try:
            signal.alarm(5)
            expr = sympify(text, locals=dict(functions))
            line = "%s\t%s\t%s" % (text, expr, latex(expr))
            is_ours = is_of_the_language(expr)
        except Exception:  # what sympy itself cannot read or print
            continue
        finally:
            signal.alarm(0)
        if is_ours and text not in seen:
            seen.add(text)
            print(line)


main()
