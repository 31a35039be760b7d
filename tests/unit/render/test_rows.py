from __future__ import annotations

import json
from dataclasses import replace

from bot.render.rows import COLUMNS, LETTERS, embedded, table
from tests.golden.sample import CELLS


def test_each_cell_has_a_word_in_each_column() -> None:
    told = json.loads(embedded(table(CELLS, {id(CELLS[1]): "cells/x.html"})))
    for at, cell in enumerate(CELLS):
        numbers = {name: LETTERS.index(told["numbers"][name][at]) for name in COLUMNS}
        assert {name: told["words"][name][number] for name, number in numbers.items()} == {
            "word": cell.word,
            "stack": cell.row,
            "upgrade": cell.trigger,
            "backend": cell.backend,
            "probes": [cell.tally.good, cell.tally.bad, cell.tally.grey],
            "python": cell.cell.interpreter if cell.cell else "",
            "page": "cells/x.html" if at == 1 else "",
        }
    assert told["tones"] == ["good", "bad", "good", "bad", "grey", "grey"]


def test_many_words_have_numbers() -> None:
    cells = [replace(CELLS[0], trigger=f"e=={at}") for at in range(len(LETTERS) + 1)]
    told = json.loads(embedded(table(cells)))
    assert told["numbers"]["upgrade"] == list(range(len(cells)))
    assert told["numbers"]["word"] == "A" * len(cells)


def test_data_cannot_leave_its_element() -> None:
    text = embedded({"a": "</script><!-- & -->"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & -->"}
