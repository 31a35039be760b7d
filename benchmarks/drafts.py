"""Drafts for public breakages, each in the form of the project that is responsible.

    python benchmarks/drafts.py CASES OUT [--only WORD] [--state FOLDER]

CASES is as in `explain.py`, with its haystack: thirty packages moved, one is guilty. Each case is
explained by `stackmatrix explain --draft`, on the day that it names; the draft goes to OUT, beside
a table of the targets: where the form was read, and from which fact each field is filled. Nothing
is sent. What was asked before in FOLDER is not asked again.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from explain import COMMAND, pins

from bot.config.targets import targets
from bot.core.form import Target, lacking, target_of

CASES = (
    "anthropic-httpx028-proxies",
    "anyio4-starlette-portal",
    "datasets-fsspec-localfs",
    "datasets-pyarrow21-extensiontype",
    "gguf-tokenizers020-merges-dropped",
    "httpx-028-params-replace-query",
    "jinja2-211-markupsafe-21",
    "langchain-core-03-tool-schema-refs",
    "langchain-core-fstring-attribute",
    "langchain-openai-httpx028",
    "litellm-openai-1100-import",
    "minijinja-whitespace-lstrip-bug",
    "mistral-common-130-missing-tiktoken",
    "mistral-common-160-missing-data",
    "ollama-04-developer-role",
    "ollama-04-history-fields-dropped",
    "ollama-04-tool-schema-dropped",
    "openai-113-httpx024-u2028-stream",
    "openai-httpx028-proxies",
    "partial-json-parser-trailing-text",
    "pydantic-210-literal-enum",
    "pydantic-212-decimal-llguidance",
    "requests-toolbelt-urllib3-2",
    "safetensors-08-noncontiguous",
    "tiktoken-09-ft-gpt4o-encoding",
    "tokenizers-015-prepend-scheme-first",
    "transformers-452-gguf-loses-template",
    "transformers-sentencepiece-pb2-protobuf4",
    "x-pydantic212-llguidance05-decimal",
)
FOR = re.compile(r"draft: \S+, for (\S+?)(?:;|$)")


def drafted(case: dict, hay: Path, state: Path, place: Path) -> str:
    """Explain one case and write its draft; return the address of its target."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        for side in ("good", "bad"):
            lines = (f"{name}=={version}\n" for name, version in pins(case, side, hay).items())
            (here / f"{side}.txt").write_text("".join(lines))
        (here / "probe.py").write_text(case["probe"])
        argv = [str(COMMAND), "explain", "--good", "good.txt", "--bad", "bad.txt"]
        argv += ["--probe", "probe.py", "--exclude-newer", case["exclude_newer"], "--quiet"]
        argv += ["--python", case["python"], "--state", str(state), "--json", "out.json"]
        subprocess.run([*argv, "--draft", str(place)], cwd=here, check=False)
        notes = json.loads((here / "out.json").read_text())["notes"]
    return next((found[1] for note in notes if (found := FOR.match(note))), "")


def table(rows: dict[str, Target], made: dict[str, str], folder: Path) -> str:
    """Return the page: one line a draft, one a target, and where each required field is from."""
    lines = ["# Drafts for public breakages", "", INTRODUCTION.replace("\n", " "), ""]
    lines += ["| draft | for | required fields without a fact |", "|---|---|---|"]
    for name, address in made.items():
        row = target_of(rows, address)
        body = (folder / f"{name}.md").read_text().partition("\n\n")[2]
        missing = "; ".join(lacking(row, body)) or "none"
        lines.append(f"| [{name}]({name}.md) | {row.repo} | {missing} |")
    lines += [
        "",
        "## Forms",
        "",
        "| target | form | at commit | title begins |",
        "|---|---|---|---|",
    ]
    used = {row.repo: row for row in (target_of(rows, each) for each in made.values())}
    for row in sorted(used.values(), key=lambda each: each.repo.lower()):
        form = f"`{row.path}`" if row.form else "none"
        form += f"; {row.first} comes first" if row.first else ""
        title = f"`{row.form.title}`" if row.form and row.form.title else ""
        lines.append(f"| {row.repo} | {form} | `{row.commit[:12]}` | {title} |")
    lines += [
        "",
        "## Fields",
        "",
        "| target | field | required | filled from |",
        "|---|---|---|---|",
    ]
    for row in sorted(used.values(), key=lambda each: each.repo.lower()):
        for each in row.form.fields if row.form else ():
            told = row.fills.get(each.id or each.label, ())
            needs = each.required or any(one.required for one in each.options)
            facts = ", ".join(f"`{one}`" for one in dict.fromkeys(told) if one) or "left empty"
            if len(told) > LONG:
                facts = f"`{told[0]}` and {len(told) - 1} more, one for each box"
            label = each.label.replace("|", "")
            lines.append(f"| {row.repo} | {label} | {'yes' if needs else ''} | {facts} |")
    return "\n".join([*lines, "", FACTS.replace("\n", " "), ""])


LONG = 8
INTRODUCTION = """\
Written by `python benchmarks/drafts.py CASES reports/sample/drafts`: each case is searched on
the day that it names, among thirty packages that moved. They were sent to nobody, and are
about releases of long ago. A box that says that the tracker was searched is ticked when that
was done, which is at the moment of filing."""
FACTS = """\
`see`: the two commands and the file; `run`: the two commands; `program`: the file;
`differs`: what was expected and what was seen; `expected`: what the last good release shows;
`changed`: the interval, what moved along and what is innocent; `where`: platform, interpreter
and every package; `version`: of the project's own packages; `proved`: the file failed and
passed in fresh environments; `latest`: the newest release still shows it; `about:NAME` and
`is:NAME MAJOR`: what is accused, and what is installed; `=` begins what always holds, `!` what
holds where a fact does not. All rows: `bot/suite/targets.json`."""


def main() -> None:
    """Write the drafts and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="a word in the name of a case")
    parser.add_argument("--state", type=Path)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    made: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        state = (asked.state or Path(scratch)).resolve()
        for name in (name for name in CASES if asked.only in name):
            case = json.loads((asked.cases / f"{name}.json").read_text())
            place = (asked.out / f"{name}.md").resolve()
            address = drafted(case, asked.cases.parent, state, place)
            print(name, address or "NO DRAFT", file=sys.stderr, flush=True)
            if address:
                made[name] = address
    if not asked.only:
        (asked.out / "README.md").write_text(table(dict(targets()), made, asked.out))


if __name__ == "__main__":
    main()
