from __future__ import annotations

import json

from bot.render.rows import COLUMNS, embedded, table
from tests.golden.sample import CELLS


def test_a_row_points_to_the_words_of_its_cell() -> None:
    told = json.loads(embedded(table(CELLS, {id(CELLS[1]): "cells/x.html"})))
    assert len(told["rows"]) == len(CELLS)
    for row, cell in zip(told["rows"], CELLS, strict=True):
        words = [told[name][at] for name, at in zip(COLUMNS, row, strict=False)]
        python = cell.cell.interpreter if cell.cell else ""
        assert words == [cell.word, cell.row, cell.trigger, cell.backend, python]
        assert row[5:8] == [cell.tally.good, cell.tally.bad, cell.tally.grey]
    assert [told["page"][row[8]] for row in told["rows"]][:3] == ["", "cells/x.html", ""]
    assert told["tone"] == ["good", "bad", "good", "bad", "grey", "grey"]


def test_data_cannot_leave_its_element() -> None:
    text = embedded({"a": "</script><!-- & -->"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & -->"}
