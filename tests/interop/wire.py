"""Calls that the published client's methods do not make: its capabilities, used as they are."""
import asyncio

import capnp
from kamodo.rpc.proto import FunctionRPC, from_rpc_literal, kamodo_capnp, rpc_map_to_dict, to_rpc_literal

RemoteError = capnp.KjException


def wait(promise):
    return asyncio.get_event_loop().run_until_complete(_answer(promise))


async def _answer(promise):
    return await promise.a_wait()


def functions(client):
    """The remote Function of each name."""
    return {entry.key: entry.value.func for entry in client._remote_fields.entries}


def math(client):
    return rpc_map_to_dict(client._remote_math)


def call(function, *args, **kwargs):
    """Calls with no look at the signature, unlike the client; `pairs` names keywords that repeat."""
    pairs = kwargs.pop("pairs", list(kwargs.items()))
    answer = wait(function.call(args=[to_rpc_literal(arg) for arg in args],
                                kwargs=[dict(name=name, value=to_rpc_literal(value)) for name, value in pairs]))
    return from_rpc_literal(answer.result)


def error_of(question):
    """The text of the remote error, without the client's own words around it."""
    try:
        answer = question()
    except RemoteError as error:
        text = str(error)
        return text.split("remote exception: ", 1)[-1].split("\nstack:", 1)[0].strip()
    raise AssertionError(f"no error but {answer!r}")


def literal(value):
    return dict(literal=to_rpc_literal(value))


def applied(function, *params):
    return dict(call=dict(function=function, params=list(params)))


def hosted(function):
    """A Function of this side, which the server calls back."""
    return FunctionRPC(function)


def store(value):
    return dict(store=value)


def evaluate(client, expression):
    """The Value that stays on the server."""
    return client._client.evaluate(kamodo_capnp.Kamodo.Expression.new_message(**expression)).value


def read(value):
    return from_rpc_literal(wait(value.read()).value)
