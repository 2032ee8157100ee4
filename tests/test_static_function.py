import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.estimators.static_function import StaticFunction


@pytest.mark.parametrize(("n", "value_bits", "dtype"), [(0, 8, np.uint32), (1, 7, np.uint16), (20_000, 16, np.uint32)])
def test_every_key_has_its_value(n, value_bits, dtype):
    rng = np.random.default_rng(n)
    keys = np.unique(rng.integers(0, 2**51, n).astype(np.uint64))
    values = rng.integers(0, 2**value_bits, len(keys)).astype(np.uint64)
    function = StaticFunction.build(keys, values, value_bits, dtype)
    found, known = function.lookup(keys)
    assert known.all()
    assert np.array_equal(found, values)


def test_other_keys_are_recognised_at_the_rate_of_the_fingerprint():
    rng = np.random.default_rng(3)
    keys = np.arange(30_000, dtype=np.uint64)
    function = StaticFunction.build(keys, keys % np.uint64(128), 7, np.uint16)
    others = rng.integers(2**40, 2**50, 200_000).astype(np.uint64)
    share = function.lookup(others)[1].mean()
    assert 0 < share < 2 * 2.0**-function.fingerprint_bits


def test_repeated_keys_are_refused():
    keys = np.array([5, 5], dtype=np.uint64)
    with pytest.raises(ValueError, match="distinct"):
        StaticFunction.build(keys, keys, 8)


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(st.integers(0, 2**64 - 1), st.integers(0, 255), max_size=200),
    st.sampled_from([np.uint16, np.uint32]),
)
def test_any_keys_have_their_values(pairs, dtype):
    keys = np.array(list(pairs), dtype=np.uint64)
    function = StaticFunction.build(keys, np.array(list(pairs.values()), dtype=np.uint64), 8, dtype)
    values, known = function.lookup(keys)
    assert known.all()
    assert values.tolist() == list(pairs.values())


def test_lookups_of_any_shape():
    function = StaticFunction.build(np.arange(6, dtype=np.uint64), np.arange(6, dtype=np.uint64), 8)
    values, known = function.lookup(np.arange(6, dtype=np.uint64).reshape(2, 3))
    assert values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert known.shape == (2, 3)


def test_the_table_takes_little_more_than_the_values():
    keys = np.arange(50_000, dtype=np.uint64)
    function = StaticFunction.build(keys, keys % np.uint64(256), 8, np.uint16)
    assert len(function.table) < 1.24 * len(keys)
