"""Records which names of functions the published KamodoClient cannot register.

Usage: reserved_names.py > host/server/src/reserved.tsv   (Python with kamodo 23.3.0 and sympy 1.5.1)

The client registers a function under the key that the server gives. A key that is the bare name of
anything in sympy is refused, and takes the connection down with it. Columns: the name, and the numbers of
arguments with which `name(a,b)` is accepted as a key; empty where none is.
"""
import contextlib
import io
import warnings

import sympy
from kamodo import Kamodo, kamodofy

warnings.filterwarnings("ignore")
ARGUMENTS = "abcd"


def accepts(key, n_args):
    arguments = ", ".join(ARGUMENTS[:n_args])
    function = kamodofy(units="", arg_units={}, citation="", equation="a", hidden_args=[])(
        eval(f"lambda {arguments}: 1"))
    try:
        kamodo = Kamodo()
        kamodo[key] = function
        return getattr(kamodo, key.split("(")[0])(*range(n_args)) == 1
    except BaseException:
        return False


print(f"# kamodo 23.3.0, sympy {sympy.__version__}: name, numbers of arguments that may be written behind it")
for name in sorted(dir(sympy)):
    if name.startswith("_") or not name.isidentifier():
        continue
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if accepts(name, 1):
            continue
        counts = [n for n in range(1, 5) if accepts(f"{name}({','.join(ARGUMENTS[:n])})", n)]
    print(name, "".join(map(str, counts)), sep="\t")
