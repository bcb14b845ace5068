"""The notebook docs/first-hour.ipynb: its cells run in an event loop, as in Jupyter, and print what it shows."""
import json
from pathlib import Path

from test_limits import run

NOTEBOOK = Path(__file__).parents[2] / "docs/first-hour.ipynb"
FUNCTIONS = "f: x**2 - x - 1\np_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2"

KERNEL = """
import asyncio, json, os, sys

async def main():
    names = {}
    for source in json.loads(os.environ["CELLS"]):
        exec(compile(source, "cell", "exec"), names)
        print("---")

asyncio.run(main())
sys.stdout.flush()
os._exit(0)
"""


def test_each_cell_prints_what_it_shows(serve, tmp_path):
    server = serve(FUNCTIONS)
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    shown = ["".join(line for output in cell["outputs"] for line in output["text"]) for cell in cells]
    status, printed = run(KERNEL, server, tmp_path,
                          CELLS=json.dumps(sources), KAMODO_PORT=str(server.port),
                          KAMODO_CERTFILE=server.path("selfsigned.cert"))
    assert (status, printed) == (0, "".join(output + "---\n" for output in shown)), printed
