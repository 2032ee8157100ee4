import numpy as np
import pytest

from detector.scoring.columns import Columns


def test_a_column_is_a_view_of_the_table():
    table = Columns.zeros(("length", "zipf", "rate"), 3)
    table["zipf"] = [1, 2, 3]
    table["rate"][1:] = 7
    assert table.values.dtype == np.float32
    assert table.values.tolist() == [[0, 1, 0], [0, 2, 7], [0, 3, 7]]
    assert np.shares_memory(table["zipf"], table.values)
    assert table.at(("rate", "length")) == [2, 0]


def test_an_unknown_column_is_refused():
    table = Columns.zeros(("length",), 2)
    with pytest.raises(KeyError, match="zipf"):
        table["zipf"] = 1
    with pytest.raises(KeyError, match="zipf"):
        table.at(["length", "zipf"])


def test_a_table_may_have_no_rows():
    table = Columns.zeros(("length",), 0)
    table["length"] = np.zeros(0)
    assert table.values.shape == (0, 1)
