"""What is known to be bad, for the bots that propose upgrades: Renovate and Dependabot.

Both files are to be read and copied: a preset for Renovate, `ignore` rules for Dependabot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

from bot.core.model import Json
from bot.core.phrases import headline
from bot.core.report import Report
from bot.core.sanitise import plain
from bot.render.known import Known, known_bad

SOURCES = {"PyPI": "pypi", "npm": "npm"}  # as Renovate calls them
MANAGERS = {"PyPI": "pip", "npm": "npm"}  # as Dependabot does


class UpdatesRenderer:
    """Writes `renovate.json` and `dependabot.yml`."""

    name = "updates"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return both files; what breaks only together with something else is in neither."""
        alone = [one for one in known_bad(report) if not one.beside]
        return {
            "renovate.json": json.dumps(_renovate(report, alone), indent=1) + "\n",
            "dependabot.yml": _dependabot(report, alone),
        }


def _renovate(report: Report, known: list[Known]) -> dict[str, Json]:
    rules: list[Json] = [
        {
            "description": [_why(one)],
            "matchDatasources": [SOURCES[one.ecosystem]],
            "matchPackageNames": [one.package],
            "allowedVersions": _allowed(one),
        }
        for one in known
    ]
    return {
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "description": [_line(f"Known to be bad in {report.title}, run {report.run}")],
        "packageRules": rules,
    }


def _allowed(one: Known) -> str:
    """Return what may be proposed: nothing from the first bad release on, or nothing bad."""
    if not one.fixed:
        return f"<{one.introduced}"
    return f"!/^({'|'.join(map(re.escape, one.versions))})$/"


def _dependabot(report: Report, known: list[Known]) -> str:
    updates: list[Json] = [
        {
            "package-ecosystem": manager,
            "directory": "/",
            "schedule": {"interval": "daily"},
            "ignore": [
                {"dependency-name": one.package, "versions": [_versions(one)]} for one in mine
            ],
        }
        for ecosystem, manager in MANAGERS.items()
        if (mine := [one for one in known if one.ecosystem == ecosystem])
    ]
    head = _line(f"Known to be bad in {report.title}, run {report.run}, {report.at.date()}")
    why = "".join(f"#   {_line(f'{one.package}: {_why(one)}')}\n" for one in known)
    body: str = yaml.safe_dump({"version": 2, "updates": updates}, sort_keys=False, width=90)
    return f"# {head}\n{why}{body}"


def _versions(one: Known) -> str:
    return f">= {one.introduced}, < {one.fixed}" if one.fixed else f">= {one.introduced}"


def _why(one: Known) -> str:
    return _line(f"{headline(one.finding)} (finding {one.finding.finding})")


def _line(text: str) -> str:
    return " ".join(plain(text).split())
