"""What `--help` teaches: what each verb does, one example of it, and what each exit code means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STEPS: Final[Mapping[str, str]] = {
    "watch": "Poll every component's source; show the releases that are new.",
    "plan": "Choose and resolve the cells to run; show them.",
    "execute": "Run the planned cells that have no answer yet.",
    "judge": "Hold what was seen against goldens and baselines.",
    "explain": "Name the upgrades that changed an outcome, with intervals.",
    "reduce": "Shrink each finding to one file that proves it.",
    "track": "Draft the issue of each regression into the outbox.",
    "render": "Write the report and end the run.",
}

EXAMPLES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "run": (
        ("stackmatrix run", "what ./matrix.yaml asks for; ends with reports/index.html"),
        ("stackmatrix run --cutoff 2026-06-30", "as if no later release existed"),
        ("stackmatrix run --json --fail-on any", "for a script: exit 1 on anything broken"),
        ("stackmatrix run --cluster tcp://head:8786", "cells on a Dask cluster that is there"),
    ),
    "watch": (
        ("stackmatrix watch", "the first step of a run; then `stackmatrix plan`"),
        ("stackmatrix watch --json", "for a script; each release with its links"),
        ("stackmatrix watch --event payload.json", "what a release webhook tells of, alone"),
    ),
    "plan": (
        ("stackmatrix plan", "after `watch`; cells, what they fetch and may lead to"),
        ("stackmatrix plan --shards 8 --json", "job files, and the matrix of a GitHub job"),
    ),
    "execute": (
        ("stackmatrix execute --workers 4", "after `plan`; four cells at a time"),
        ("stackmatrix execute --shard 3", "one job file, on any machine; writes a bundle"),
    ),
    "merge": (("stackmatrix merge bundles", "after every shard; then judge, explain, ... render"),),
    "changed": (
        ("stackmatrix changed --base main", "what the lock here does, against that of a branch"),
        ("stackmatrix changed --base HEAD^1 --out told.json", "of a pull request that was merged"),
    ),
    "comment": (
        (
            "stackmatrix comment told.json --repository o/r --head me:new --commit " + 40 * "0",
            "the words of `changed`; --send writes them",
        ),
    ),
    "judge": (("stackmatrix judge --json", "after `execute`; one object for each probe"),),
    "explain": (
        ("stackmatrix explain --good old.txt --bad new.txt --probe show.py", "which upgrade?"),
        ("stackmatrix explain --good git:HEAD~1:uv.lock --bad uv.lock --command ./t.sh", "a test"),
        ("stackmatrix explain", "after `execute`: the step of a run that names culprits"),
    ),
    "reduce": (("stackmatrix reduce", "after `explain`; writes and verifies one file a finding"),),
    "track": (("stackmatrix track", "after `reduce`; read .stackmatrix/outbox, send it or not"),),
    "render": (
        ("stackmatrix render --reports site", "after `track`; the report is site/index.html"),
        ("stackmatrix render --ledger ledger.tar.xz", "the last run of a ledger, once more"),
    ),
    "show": (
        ("stackmatrix show", "the last report, in this terminal"),
        ("stackmatrix show --fail-on new", "for a script: exit 1 as `run` would have"),
    ),
    "serve": (("stackmatrix serve", "the last report, in a browser on this machine"),),
    "diff": (
        ("stackmatrix diff minijinja 2.24.0 3.0.0", "what the upgrade changed, as can be seen"),
        ("stackmatrix diff xllamacpp@2026.10.11549", "one release, goldens and invariants"),
        ("stackmatrix diff endpoint http://a:8080 http://b:8080", "two servers that run already"),
    ),
    "aa": (("stackmatrix aa --runs 2", "after `run`; how often it would cry wolf"),),
    "study": (
        ("stackmatrix study", "what is asked, by name"),
        ("stackmatrix study reproducibility --stack chat", "after `run`; of one stack only"),
    ),
    "bless": (
        ("stackmatrix bless", "after `run`; lists what it proposes for probes of your own"),
        ("stackmatrix bless mine/greeting --accept --reason 'as the manual says'", "one of them"),
        ("stackmatrix bless --one-by-one", "side by side: accept, reject or skip"),
    ),
    "drivers": (
        ("stackmatrix drivers", "versions, days and links that were really seen"),
        ("stackmatrix drivers --strict", "for CI: 1 where a driver was never seen at work"),
    ),
    "record": (
        ("stackmatrix record --upstream URL --out app", "use the app; Ctrl-C ends it"),
        ("stackmatrix record --upstream URL --out app --count 20", "end after twenty chats"),
    ),
    "templates": (("stackmatrix templates", "after `run` or `diff`; Markdown, for a page"),),
    "build": (("stackmatrix image build --suite trixie", "then cells run on Debian 13 as well"),),
    "list": (("stackmatrix image list", "what `image` in matrix.yaml may name"),),
    "issues list": (("stackmatrix issues list", "after `run`; --all shows settled ones too"),),
    "issues show": (("stackmatrix issues show 5f0c", "the beginning of its name is enough"),),
    "issues approve": (
        ("stackmatrix issues approve 5f0c --reason 'seen on our server, too'", "it may go out"),
    ),
    "issues reject": (
        ("stackmatrix issues reject 5f0c --reason 'they announced it'", "it goes nowhere"),
    ),
    "issues private": (
        ("stackmatrix issues private 5f0c --reason 'it may be exploited'", "no report tells of it"),
    ),
    "issues public": (
        ("stackmatrix issues public 5f0c --reason 'a null pointer, no more'", "as any other"),
    ),
    "issues file": (
        ("stackmatrix issues file", "what would be sent where, and why the rest stays"),
        ("stackmatrix issues file --send", "send it, after each place was read again"),
    ),
    "issues dashboard": (
        (
            "stackmatrix issues dashboard",
            "what was ticked, and whether the page is as it should be",
        ),
        ("stackmatrix issues dashboard --send", "the same, and write it"),
    ),
    "issues sync": (
        ("stackmatrix issues sync", "was one closed there, and as what? what is asked of us?"),
        ("stackmatrix issues sync --send", "the same, and answer"),
    ),
    "issues retract": (
        ("stackmatrix issues retract 5f0c --reason 'our mistake'", "what would be said"),
        ("stackmatrix issues retract 5f0c --reason 'our mistake' --send", "say it, and close"),
    ),
    "issues stop": (
        ("stackmatrix issues stop owner/name --reason 'they asked us'", "for ever"),
        ("stackmatrix issues stop --reason 'something is odd'", "everything, until you undo it"),
    ),
    "state pull": (("stackmatrix state pull", "before `run`, on a machine that keeps nothing"),),
    "state push": (
        ("stackmatrix state push", "after `run`; two runs at once are both kept"),
        ("stackmatrix state push --remote git@example.org:me/state.git", "into another one"),
    ),
    "state compact": (
        ("stackmatrix state compact", "now and then, where nobody pushes"),
        ("stackmatrix state compact --push --days 30", "the same on the branch; a short history"),
    ),
    "init": (
        ("stackmatrix init", "what uv.lock or requirements.txt here name, looked at every day"),
        ("stackmatrix init --from dev.txt --no-workflow", "a matrix of what another file names"),
        ("stackmatrix init --timer", "without GitHub: units of systemd, and a line for cron"),
        ("stackmatrix init --sample", "the sample, with a comment on everything"),
    ),
    "doctor": (("stackmatrix doctor", "each line that is not `good` says how to mend it"),),
    "check": (("stackmatrix config check", "all mistakes at once, as file:line:column"),),
    "presets": (("stackmatrix config presets", "what `extends:` in a matrix can name"),),
    "schema": (("stackmatrix config schema > matrix.schema.json", "for an editor"),),
}

EXIT_CODES: Final[Mapping[int, str]] = {
    0: "nothing newly broken",
    1: "newly broken since the last run (see `run --fail-on`)",
    2: "a flag or an argument cannot be used",
    3: "mistakes in the configuration",
    4: "a release source does not answer",
    5: "a tool is missing (see `doctor`)",
    6: "the ledger is damaged, held or full",
    7: "a golden or the model is damaged",
    8: "a job file or a bundle cannot be used",
    10: "`explain`: both ends show the same",
    11: "`explain`: an end does not repeat itself",
    12: "`explain`: no explanation",
    13: "`explain`: the good end does not work",
    70: "a bug of ours",
    130: "interrupted; run it again, it goes on",
}


def epilog(verb: str) -> str:
    """Return the examples of a verb, as click keeps them line by line."""
    wide = max(len(command) for command, _ in EXAMPLES[verb])
    lines = [f"  {command:{wide}}  {about}" for command, about in EXAMPLES[verb]]
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *lines])


def exit_codes() -> str:
    """Return what the exit codes mean, one a line."""
    return "\n".join(["\b", "Exit codes:", *(f"  {c:>3}  {w}" for c, w in EXIT_CODES.items())])
