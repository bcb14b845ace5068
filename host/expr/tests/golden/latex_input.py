"""Records what the published Kamodo makes of LaTeX right-hand sides.

Usage: latex_input.py < latex_input.txt > latex_input.tsv   (Python with kamodo 23.3.0 and sympy 1.5.1)

Each line of the input is what stands between the two `$` of `f: $...$`. Columns: the line, the call form,
the right-hand side as text and as LaTeX of the whole definition; or the line and the class of the error.
"""
import sys
import warnings

import sympy
from kamodo import Kamodo

warnings.filterwarnings("ignore")
print(f"# kamodo 23.3.0, sympy {sympy.__version__}: line, symbol, rhs, LaTeX of the definition | error")
for line in sys.stdin:
    line = line.rstrip("\n")
    kamodo = Kamodo()
    try:
        kamodo["f"] = f"${line}$"
        row = kamodo.detail().loc["f"]
        columns = [row["symbol"], row["rhs"], kamodo.to_latex(keys=["f"], mode="inline")]
        print(line, *(str(column).replace("\n", " ") for column in columns), sep="\t")
    except Exception as error:
        print(line, type(error).__name__, sep="\t")
