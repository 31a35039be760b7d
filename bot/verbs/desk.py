"""The desk of `stackmatrix issues`: policy, ledger, outbox and forge, put together.

It has nothing of a run: whoever holds the token that files reads checked drafts only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from bot.app import Options, matrix_of
from bot.config.targets import targets
from bot.core.facts import Drafted
from bot.core.policy import Policy
from bot.effects.clock import now
from bot.errors import UsageError
from bot.forge import Draft, Forge
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.trackers.outbox import Outbox

TOKENS = ("STACKMATRIX_TOKEN", "GITHUB_TOKEN")
APP = ("STACKMATRIX_APP_ID", "STACKMATRIX_APP_INSTALLATION", "STACKMATRIX_APP_KEY")
LOGIN = "STACKMATRIX_LOGIN"  # who the token is, where it may not ask: GitHub Actions' own
SWITCH = "STACKMATRIX_STOP"
FILE = "STOP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every verb of the desk is told: the matrix, the state folder, and who speaks."""

    config: Path
    state: Path
    who: str = ""


@contextmanager
def opened(asked: Asked, *, write: bool = True) -> Iterator[Desk]:
    """Yield the desk; a desk that only reads takes no lock.

    Raises `ConfigError`, `LedgerError`, and `UsageError` where there is no run to speak of.
    """
    options = Options(config=asked.config, state=asked.state, reports=Path(), offline=True)
    policy = matrix_of(options).policy
    if not (asked.state / "facts").is_dir():
        cure = "`stackmatrix run` first, or name the folder with --state"
        raise UsageError(f"no run is kept in {asked.state}", cure=cure)
    ledger = FileLedger.open(asked.state) if write else FileLedger.read(asked.state)
    with ledger:
        run = ledger.go_on() if write else max((f.run for f in ledger.facts()), default=0)
        yield desk_of(asked, policy, ledger, run)


def desk_of(asked: Asked, policy: Policy, ledger: FileLedger, run: int) -> Desk:
    """Put a desk together over a ledger that is open."""
    outbox = Outbox(asked.state / "outbox")

    def read(drafted: Drafted) -> Draft:
        title, body = outbox.read(drafted.finding)
        return Draft(finding=drafted.finding, target=drafted.target, title=title, body=body)

    return Desk(
        policy=policy,
        ledger=ledger,
        run=run,
        drafts=read,
        forge=cache(lambda: forge_of(asked.state)),
        now=now(),
        who=asked.who,
        stop=partial(stopped, asked.state),
        targets=targets(),
    )


def stopped(state: Path) -> str:
    """Return who switched everything off on this machine; empty: nobody."""
    if os.environ.get(SWITCH):
        return f"everything is stopped by the variable {SWITCH}"
    if (state / FILE).exists():
        return f"everything is stopped by the file {state / FILE}"
    return ""


def forge_of(state: Path) -> Forge:
    """Return GitHub, as an App or as whoever's token is set; without either, for reading only.

    Raises `UsageError` where an App is named by halves, or its key cannot be read.
    """
    from bot.effects.github import App  # noqa: PLC0415 - its library loads for long
    from bot.trackers.github import GitHub  # noqa: PLC0415 - as above

    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
    agent = f"stackmatrix/{version('stackmatrix')}"
    told = [os.environ.get(name, "") for name in APP]
    if not any(told):
        login = os.environ.get(LOGIN, "")
        return GitHub(token=token, agent=agent, cache=state / "http" / "github", login=login)
    number, installation, key = told
    try:
        app = App(id=number, key=Path(key).read_bytes(), installation=int(installation))
    except (OSError, ValueError) as trouble:
        cure = f"set {', '.join(APP)}: two numbers, and the path of the App's key"
        raise UsageError(f"the GitHub App cannot be used: {trouble}", cure=cure) from None
    return GitHub(app=app, agent=agent, cache=state / "http" / "github")
