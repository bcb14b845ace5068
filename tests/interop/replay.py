"""Replays golden cases against our server, through the published client.

Usage: replay.py [--only TEXT] [CASES.jsonl]

The cases were recorded from the published kamodo 23.3.0 and kamodo-core-official 26.9.1. Of each, the
checks that say `score` are held against ours: what `check` describes (units, arguments, printed forms)
and, over the wire, what calls return. `tests/golden/deviations.json` names the cases where ours differs
on purpose, each with its reason; every other case agrees wholly.
"""
import argparse
import collections
import concurrent.futures
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
import yaml

from server import BINARY, Identity, Server

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "golden")
RTOL = 1e-12
WORKERS = 2


# === The corpus's values ===

def python_value(coded):
    """The Python value that a coded argument stands for."""
    if not isinstance(coded, dict):
        return coded
    if "nd" in coded:
        array = np.array(coded["nd"], dtype=coded["dtype"])
        return array.reshape(coded["shape"]) if "shape" in coded else array
    if "list" in coded:
        return [python_value(item) for item in coded["list"]]
    if "float" in coded:
        return float(coded["float"])
    raise ValueError(f"{coded} has no form on the wire")


def comparable(value):
    """A result as the corpus writes it: plain lists, and words for what JSON has no number for."""
    if isinstance(value, (np.ndarray, np.generic)):
        return comparable(value.tolist())
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def agree(found, wanted, rtol=RTOL):
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(agree(f, w, rtol) for f, w in zip(found, wanted))
    numbers = all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (found, wanted))
    if not numbers:
        return found == wanted
    if isinstance(found, int) and isinstance(wanted, int):
        return found == wanted
    return math.isclose(found, wanted, rel_tol=rtol, abs_tol=1e-300)


def travels(check):
    """Whether a call that was recorded within one Python process means the same over the wire.

    Complex and numpy scalars, text, None and empty or 0-d arrays have no form there, or another one;
    and a Python float that divides by zero fails, where the float64 that the wire brings gives inf.
    """
    if any(word in json.dumps(check) for word in ('"complex"', '"re"', '"sympy"', '"npscalar"')):
        return False
    args = list(check.get("args", [])) + list((check.get("kwargs") or {}).values())
    for arg in args:
        if isinstance(arg, (bool, str)):
            return False
        if isinstance(arg, dict) and (arg.keys() & {"list", "str", "none"} or arg.get("shape") == [] or arg.get("nd") == []):
            return False
        if "error" in check and (isinstance(arg, float) or isinstance(arg, dict) and "float" in arg):
            return False
    return True


# === One case ===

class Case:
    """A recorded case, sorted into what can be asked of a server."""

    def __init__(self, row):
        self.id, self.feature, self.definitions = row["id"], row["feature"], row["definitions"]
        self.text = row.get("yaml") or "!Kamodo\n" + yaml.safe_dump(
            dict(self.definitions), sort_keys=False, allow_unicode=True, width=10**6, default_style='"')
        scored = [check for check in row["checks"] if check.get("score")]
        self.refused = any("define" in check and "error" in check for check in row["checks"])
        self.refusal_is_scored = any("define" in check for check in scored)
        self.calls = [check for check in scored if "call" in check and travels(check)]
        self.described = [check for check in scored if check.keys() & DESCRIBED.keys()]

    def can_be_asked(self):
        one_map = all(isinstance(rhs, str) for _, rhs in self.definitions) and len({lhs for lhs, _ in self.definitions}) == len(self.definitions)
        # where the published parser chokes, ours may read on
        return one_map and not (self.refused and (self.feature == "latex-input" or not self.refusal_is_scored))

    def differences(self, identity):
        """What is not as recorded, one text each."""
        functions, said = describe(self.text)
        if self.refused:
            return [] if functions is None and said else ["is accepted, should be refused" if functions is not None else "is refused without a word"]
        if functions is None:
            return [f"is refused: {said}"]
        found = [difference for difference in (described_difference(functions, check) for check in self.described) if difference]
        if self.calls:
            with Server(self.text, identity=identity) as server:
                client = server.client()
                found += [difference for difference in (call_difference(client, check) for check in self.calls) if difference]
        return found


def describe(text):
    """What a file defines by name, or None and why it is refused."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "kamodo_rpc.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        run = subprocess.run([BINARY, "check", path, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    if run.returncode:
        return None, squeezed(run.stdout + run.stderr)
    return {function["name"]: function for function in json.loads(run.stdout)["functions"]}, ""


# Which fields of the description each kind of check is about.
DESCRIBED = {"detail": ("symbol", "units", "arg_units", "rhs"), "args_of": ("args",), "equation_of": ("equation",), "latex_of": ("latex",)}


def described_difference(functions, check):
    kind = next(kind for kind in DESCRIBED if kind in check)
    name, function = check[kind], functions.get(check[kind])
    if "error" in check:
        return f"{name} is served, should not be" if function else None
    if function is None:
        return f"{name} is not served"
    for field in DESCRIBED[kind]:
        if field in check and squeezed(function.get(field)) != squeezed(check[field]):
            return f"{name}: {field} is {function.get(field)!r}, should be {check[field]!r}"
    return None


def call_difference(client, check):
    args = [python_value(arg) for arg in check.get("args", [])]
    kwargs = {name: python_value(arg) for name, arg in (check.get("kwargs") or {}).items()}
    call = f"{check['call']}({', '.join([repr(arg) for arg in args] + [f'{name}={arg!r}' for name, arg in kwargs.items()])})"
    try:
        answer = getattr(client, check["call"])(*args, **kwargs)
    except Exception as error:
        return None if "error" in check else f"{call} failed: {squeezed(str(error))[:300]}"
    if "error" in check:
        return f"{call} is {answer!r:.150}, should be an error"
    if not agree(comparable(answer), check["value"], RTOL):
        return f"{call} is {answer!r:.150}, should be {check['value']!r:.150}"
    if check.get("type") == "int" and type(answer) is not int:
        return f"{call} is a {type(answer).__name__}, should be an int"
    if check.get("type") == "ndarray":
        found = (str(answer.dtype), list(answer.shape)) if isinstance(answer, np.ndarray) else type(answer).__name__
        if found != (check["dtype"], check["shape"]):
            return f"{call} is {found}, should be {(check['dtype'], check['shape'])}"
    return None


def squeezed(value):
    return " ".join(value.split()) if isinstance(value, str) else value


# === The whole ===

def replay_some(rows):
    """Replays a share of the cases in a process of its own: the client's event loop is the process's."""
    identity = Identity()
    outcomes = []
    for row in rows:
        case = Case(row)
        try:
            differences = case.differences(identity)
        except Exception as error:  # the published client fails in as many ways as there are names
            differences = [f"cannot be asked: {type(error).__name__}: {squeezed(str(error))[:300]}"]
        outcomes.append((case.id, case.feature, differences))
    identity.close()
    return outcomes


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="the cases whose id or feature contains this")
    options.add_argument("cases", nargs="?", default=os.path.join(GOLDEN, "cases.jsonl"))
    options = options.parse_args()
    with open(options.cases, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if options.only in row["id"] or options.only in row["feature"]]
    with open(os.path.join(GOLDEN, "deviations.json"), encoding="utf-8") as file:
        deviations = json.load(file)
    asked = [row for row in rows if row["id"] not in deviations and Case(row).can_be_asked()]
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        shares = pool.map(replay_some, [asked[n::WORKERS*8] for n in range(WORKERS*8)])
        outcomes = sorted(outcome for share in shares for outcome in share)
    tally = collections.defaultdict(lambda: [0, 0])
    for id, feature, differences in outcomes:
        tally[feature][bool(differences)] += 1
        for difference in differences:
            print(f"DIFFERS {id}: {difference}", flush=True)
    for feature, (good, bad) in sorted(tally.items()):
        print(f"  {feature:<16}{good:>4} of {good + bad}")
    print("differ on purpose:")
    for id in sorted(row["id"] for row in rows if row["id"] in deviations):
        print(f"  {id}: {deviations[id]}")
    failed = sum(bad for _, bad in tally.values())
    print(f"{len(outcomes) - failed} of {len(outcomes)} cases agree")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
