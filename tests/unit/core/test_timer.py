"""Units and a line for cron, whatever the folder is called."""

from __future__ import annotations

import shlex

from bot.core.timer import Timer


def test_a_folder_may_be_called_anything() -> None:
    timer = Timer(folder="/srv/100% mine", command="/opt/my bin/stackmatrix", minute=3)
    minute, hour, *_, _, line = timer.cron.split(" ", 5)
    assert (minute, hour) == ("3", "5")
    assert shlex.split(line.replace("\\%", "%")) == [
        "cd", "/srv/100% mine", "&&", "/opt/my bin/stackmatrix", "run", "--quiet"
    ]  # fmt: skip
    assert "%" not in line.replace("\\%", "")
    assert "WorkingDirectory=/srv/100%% mine\n" in timer.service
    assert 'ExecStart="/opt/my bin/stackmatrix" run --quiet\n' in timer.service
    assert "OnCalendar=*-*-* 05:03:00\n" in timer.unit


def test_another_matrix_is_named() -> None:
    timer = Timer(folder="/a", command="/b", minute=3, config="my matrix.yaml")
    assert timer.cron.endswith("/b run --quiet --config 'my matrix.yaml'")
    assert 'run --quiet --config "my matrix.yaml"\n' in timer.service


def test_a_dollar_is_a_dollar() -> None:
    """As `systemd-analyze verify` reads it: in the command it stands for itself."""
    timer = Timer(folder="/a", command="/b$c", minute=3, config="$d.yaml")
    assert 'ExecStart="/b$c" run --quiet --config "$$d.yaml"\n' in timer.service
