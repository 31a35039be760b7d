"""An exclusion past its day: a mistake of the file to `config check`, a warning to a run."""

from __future__ import annotations

from bot.core.model import Json
from tests.contract.test_cli import Kitchen, kitchen

__all__ = ["kitchen"]  # the fixture
TOLD = "`exclude.old` (@me) expired on 2001-02-03: what it left out is tried again"


def test_what_has_expired_ends_a_check_and_only_warns_a_run(kitchen: Kitchen) -> None:
    rule: Json = {
        "cells": {"tea": "<1"},
        "reason": "too old",
        "owner": "@me",
        "expires": "2001-02-03",
    }
    kitchen.matrix(exclude={"old": rule})
    code, out, err = kitchen.ask("config", "check")
    assert (code, out) == (3, "")
    text = (kitchen.root / "matrix.yaml").read_text().splitlines()
    (line,) = (at for at, each in enumerate(text, 1) if "2001-02-03" in each)
    assert f"matrix.yaml:{line}:" in err
    assert TOLD in err
    assert "mend:" in err
    code, _, err = kitchen.ask("watch")
    assert (code, TOLD in err) == (0, True)
