import numpy as np
import pytest

from detector.static_function import StaticFunction


@pytest.mark.parametrize(("n", "value_bits", "dtype"), [(0, 8, np.uint32), (1, 7, np.uint16), (20_000, 16, np.uint32)])
def test_every_key_has_its_value(n, value_bits, dtype):
    rng = np.random.default_rng(n)
    keys = np.unique(rng.integers(0, 2**51, n).astype(np.uint64))
    values = rng.integers(0, 2**value_bits, len(keys)).astype(np.uint64)
    function = StaticFunction.build(keys, values, value_bits, dtype)
    found, known = function.lookup(keys)
    assert known.all()
    assert np.array_equal(found, values)


def test_other_keys_are_told_apart_at_the_rate_of_the_fingerprint():
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
