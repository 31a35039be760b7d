"""`stackmatrix config check`: every mistake in matrix.yaml, and every exclusion that has expired.

A run only warns of an exclusion that has expired, for what it left out is tried again, and that
harms nobody. Here it is a mistake, on a desk as in CI: nobody has to be told where they are.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.app import matrix_of
from bot.config.options import Options
from bot.core.overdue import CURE, overdue
from bot.errors import ConfigError, Problem


def check(config: Path, today: date) -> str:
    """Say in one line that `config` is sound. Raises `ConfigError` with all that is not."""
    options = Options(config=config, state=Path(), reports=Path(), offline=True)
    matrix = matrix_of(options)
    problems = tuple(
        Problem(file=matrix.file, line=line, column=column, what=str(each), cure=CURE)
        for each in overdue(matrix, today)
        for line, column in [matrix.place(*each.path)]
    )
    if problems:
        raise ConfigError(problems)
    rows = [row for row in matrix.rows if not row.beside]
    return f"{config}: {len(matrix.components)} components, {len(rows)} stacks, no mistakes"
