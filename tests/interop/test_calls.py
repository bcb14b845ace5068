"""Calls as users of the published client write them."""
import functools

import capnp
import numpy as np
import pytest

from server import Server

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"]
SHAPES = [(), (0,), (1,), (5,), (2, 3), (3, 0), (2, 3, 4)]
KEPT = [shape for shape in SHAPES if np.prod(shape) > 0 and shape]

FUNCTIONS = """
f: x**2 - x - 1
same(x): x
p(x,y): x - 10*y
half(x): x/2
"""


@pytest.fixture(scope="module")
def client():
    with Server("!Kamodo\n" + FUNCTIONS) as server:
        yield server.client()


def test_int_stays_int(client):
    answer = client.f(5)
    assert type(answer) is int and answer == 19


def test_parameters_named_as_what_the_client_keeps_to_itself():
    with Server("!Kamodo\nlag(LT[hr],S,x)[km]: x + 2*S + LT\n") as server:
        client = server.client()
        assert client.lag(1, 2, 3) == 8
        assert client.lag(1, S_=2, x=3) == 8


def test_int_of_any_size(client):
    assert client.f(10**30) == 10**60 - 10**30 - 1


def test_float(client):
    answer = client.f(0.5)
    assert isinstance(answer, float) and answer == -1.25


def test_division_of_ints_is_a_float(client):
    answer = client.half(5)
    assert isinstance(answer, float) and answer == 2.5


@pytest.mark.parametrize("dtype", ["bool"] + DTYPES)
@pytest.mark.parametrize("shape", KEPT, ids=str)
def test_arrays_keep_dtype_and_shape(client, dtype, shape):
    sent = (np.arange(np.prod(shape)) % 2).reshape(shape).astype(dtype)
    answer = client.same(sent)
    assert isinstance(answer, np.ndarray)
    assert (answer.dtype, answer.shape) == (sent.dtype, sent.shape)
    assert np.array_equal(answer, sent)


@pytest.mark.parametrize("dtype", DTYPES)
def test_arithmetic_on_arrays_is_numpys(client, dtype):
    with np.errstate(over="ignore"):
        sent = np.arange(5).astype(dtype)
        expected = sent**2 - sent - 1
        answer = client.f(sent)
    assert answer.dtype == expected.dtype
    assert np.array_equal(answer, expected)


def test_arrays_in_fortran_order(client):
    sent = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert np.array_equal(client.same(sent), sent)


def test_broadcasting(client):
    column, row = np.array([[1.0], [2.0]]), np.array([1.0, 2.0, 3.0])
    assert np.array_equal(client.p(column, row), column - 10*row)


def test_four_million_doubles_both_ways(client):
    """Close to the most that the published client takes: its limit is 64 MiB, and it reads a result twice."""
    sent = np.linspace(-5, 5, 4_000_000)
    answer = client.f(sent)
    assert np.array_equal(answer, sent**2 - sent - 1)


def test_ten_million_doubles_both_ways(serve, monkeypatch):
    """With the client's own limit raised, which is an option of its connection."""
    raised = functools.partial(capnp.TwoPartyClient, traversal_limit_in_words=2**28)
    monkeypatch.setattr(capnp, "TwoPartyClient", raised)
    sent = np.linspace(-5, 5, 10_000_000)
    answer = serve("f: x**2 - x - 1").client().f(sent)
    assert np.array_equal(answer, sent**2 - sent - 1)


@pytest.mark.parametrize("args, kwargs", [((1, 2), {}), ((1,), {"y": 2}), ((), {"x": 1, "y": 2}), ((), {"y": 2, "x": 1})])
def test_positional_keyword_and_mixed(client, args, kwargs):
    assert client.p(*args, **kwargs) == -19


@pytest.mark.parametrize("args, kwargs", [((1,), {}), ((1, 2, 3), {}), ((1, 2), {"z": 3}), ((1, 2), {"y": 3})])
def test_wrong_arguments_are_type_errors_before_they_travel(client, args, kwargs):
    with pytest.raises(TypeError):
        client.p(*args, **kwargs)


def test_meta_of_a_function(client):
    assert client.f.meta["equation"] == "x^{2} - x - 1"
    assert client.f.meta["units"] == ""


def test_errors_do_not_end_the_connection(client):
    with pytest.raises(Exception) as error:
        client.half("text")
    assert "half" in str(error.value)
    assert client.half(4) == 2
