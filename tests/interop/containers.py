"""The published client against docker-compose.yaml's services, in the project's directory, at the two ports given."""
import asyncio
import re
import sys
import time

from kamodo import KamodoClient

DEADLINE_S = 60
FIRST, SECOND = sys.argv[1:]


def eventually(question, answer):
    """Asks until the answer comes, or says what came instead."""
    end, last = time.monotonic() + DEADLINE_S, None
    while time.monotonic() < end:
        try:
            last = question()
            if last == answer:
                return
        except (OSError, AttributeError) as error:  # not up yet, or not served yet
            last = error
    sys.exit(f"expected {answer!r} within {DEADLINE_S} s, found {last!r}")


def ask(port, question):
    client = KamodoClient(port=port)
    try:
        return question(client)
    finally:
        loop = asyncio.get_event_loop()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def f_of_5(client):
    return client.f(5)


eventually(lambda: ask(FIRST, f_of_5), 19)
print(f"port {FIRST}: f(5) is 19")
eventually(lambda: ask(SECOND, f_of_5), 19)
print(f"port {SECOND}: f(5) is 19")
eventually(lambda: round(ask(FIRST, lambda client: client.r_0(0.0, 5.0, 400.0))), 69416)
print(f"port {FIRST}: r_0, composed of a plugin's function, is 69416 km")
with open("kamodo_rpc.yaml") as file:
    before = file.read()
after = re.sub(r"(?m)^(f:\s*).*$", r"\g<1>x**2 - x + 1", before, count=1)
assert after != before, "kamodo_rpc.yaml defines no f"
with open("kamodo_rpc.yaml", "w") as file:
    file.write(after)
eventually(lambda: ask(FIRST, f_of_5), 21)
print(f"port {FIRST}: an edit of the mounted kamodo_rpc.yaml went live, f(5) is 21")
