"""A timer for those without GitHub: two units of systemd, or a line for cron.

>>> timer = Timer(folder="/srv/my app", command="/opt/bin/stackmatrix", minute=7)
>>> print(timer.cron)
7 5 * * * cd '/srv/my app' && /opt/bin/stackmatrix run --quiet
>>> print(timer.service.splitlines()[-1])
ExecStart="/opt/bin/stackmatrix" run --quiet
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from bot.core.workflow import HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """When, where and what: `folder` and `command` are absolute paths."""

    folder: str
    command: str
    minute: int
    config: str = "matrix.yaml"

    @property
    def _options(self) -> list[str]:
        return ["run", "--quiet", *(["--config", self.config] * (self.config != "matrix.yaml"))]

    @property
    def cron(self) -> str:
        """A line of a crontab; there a percent sign ends a command unless it is quoted."""
        command = shlex.join([self.command, *self._options])
        line = f"cd {shlex.quote(self.folder)} && {command}".replace("%", r"\%")
        return f"{self.minute} {HOUR} * * * {line}"

    @property
    def service(self) -> str:
        """The unit that runs the matrix once; exit code 1 tells of something newly broken."""
        words = " ".join([_quoted(self.command), *map(_word, self._options)])
        return _SERVICE.format(folder=self.folder.replace("%", "%%"), words=words)

    @property
    def unit(self) -> str:
        """The unit that starts it every day, and after a night in which the machine was off."""
        return _TIMER.format(hour=f"{HOUR:02}", minute=f"{self.minute:02}")


def _word(text: str) -> str:
    plain = text.replace("-", "").replace(".", "").replace("/", "").replace("_", "")
    return text if plain.isalnum() else _quoted(text).replace("$", "$$")


def _quoted(text: str) -> str:
    """Quote as systemd reads it; `%` means something there, and in an argument `$` does."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{safe}"'


_SERVICE = """\
[Unit]
Description=What new releases do to the stacks of matrix.yaml

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={words}
"""
_TIMER = """\
[Unit]
Description=stackmatrix, every day

[Timer]
OnCalendar=*-*-* {hour}:{minute}:00
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""
