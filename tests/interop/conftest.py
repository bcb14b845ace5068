"""Fixtures: servers that end with their test. A skipped test counts as failed: nobody would run it."""
import signal

import pytest

from server import Identity, Server


# What one test may take.
LIMIT_S = 90


@pytest.fixture(scope="session")
def identity():
    identity = Identity()
    yield identity
    identity.close()


@pytest.fixture
def serve(identity):
    """Starts servers: serve("f: x") is the map of one !Kamodo file."""
    running = []

    def start(functions, **options):
        running.append(Server("!Kamodo\n" + functions + "\n", identity=identity, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    def give_up(*_):
        raise TimeoutError(f"{item.nodeid} took more than {LIMIT_S} s")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_S)
    try:
        return (yield)
    finally:
        signal.alarm(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report
