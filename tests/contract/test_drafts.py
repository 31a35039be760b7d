"""The committed drafts are what each target's own form asks for, and harmless to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config.targets import targets
from bot.core.draft import named
from bot.core.form import Target, lacking, searched
from bot.core.proof import AT_MOST

HERE = Path(__file__).parents[2] / "reports" / "sample" / "drafts"
ROWS = targets()
LONGEST = 65_535
TITLE = 256
MACHINE = re.compile(r"(?<![\w.<])/(?:tmp|home|root|work|opt|usr|var|mnt)/")
LISTED = re.compile(r"^\| \[([\w-]+)\]\(\1\.md\) \| (\S+) \| (.*) \|$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One committed draft, and the row of its target."""

    title: str
    body: str
    row: Target


def drafts() -> dict[str, Draft]:
    found = {}
    for name, repo, _ in LISTED.findall((HERE / "README.md").read_text()):
        title, _, body = (HERE / f"{name}.md").read_text().partition("\n\n")
        row = ROWS[repo.lower()]
        found[name] = Draft(title=title.removeprefix("# "), body=body, row=row)
    return found


DRAFTS = drafts()


def programs(body: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)


def wrong(one: Draft) -> list[str]:
    """Return what is wrong with a draft."""
    told = [f"lacks {label}" for label in lacking(one.row, one.body)]
    told += [f"lacks {label} when filed" for label in filed(one)]
    told += ["too long"] if len(one.body) > LONGEST or len(one.title) > TITLE else []
    told += [] if re.fullmatch(r"[0-9a-f]{16}", named(one.body)) else ["no fingerprint"]
    told += ["its title does not begin as the form wants"] if not begins(one) else []
    sizes = [len(text.splitlines()) for text in programs(one.body)]
    told += [] if sizes and max(sizes) <= AT_MOST else ["no program, or a long one"]
    told += [f"of this machine: {found}" for found in MACHINE.findall(one.body)]
    plain = re.sub(r"```.*?^```$|`[^`\n]*`", "", one.body, flags=re.DOTALL | re.MULTILINE)
    told += [f"acts on somebody: {found}" for found in re.findall(r"@\w+|#\d+", plain)]
    return told


def filed(one: Draft) -> tuple[str, ...]:
    return lacking(one.row, searched(one.body), filed=True)


def begins(one: Draft) -> bool:
    return one.title.startswith(one.row.form.title if one.row.form else "[stackmatrix]")


def test_there_are_enough_of_them() -> None:
    assert len(DRAFTS) >= 20
    assert {file.stem for file in HERE.glob("*.md")} == {*DRAFTS, "README"}
    assert sum(one.row.form is not None for one in DRAFTS.values()) >= 15


def test_one_cause_has_one_name_and_another_has_another() -> None:
    """Two public breakages are one: the same client, broken by the same release."""
    names = {case: named(one.body) for case, one in DRAFTS.items()}
    assert names["langchain-openai-httpx028"] == names["openai-httpx028-proxies"]
    del names["langchain-openai-httpx028"]
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_is_what_its_target_asks_for(name: str) -> None:
    assert wrong(DRAFTS[name]) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("openai-httpx028-proxies", "### OS\n\nLinux x86_64", "### OS\n\n", "lacks OS"),
        ("openai-httpx028-proxies", "Linux x86_64", "not measured", "lacks OS"),
        ("openai-httpx028-proxies", "- [x] This", "- [ ] This", "lacks This is an issue"),
        ("openai-httpx028-proxies", "### Python version", "### Version", "lacks Python version"),
        ("langchain-core-fstring-attribute", "<!-- ticked", "<!--", "when filed"),
        ("jinja2-211-markupsafe-21", "- Jinja version: ", "- Version: ", "lacks Jinja version"),
        ("openai-httpx028-proxies", "import json", "import json\n" * 61, "or a long one"),
        ("openai-httpx028-proxies", "print(", "open('/tmp/x/y'); print(", "of this machine"),
        ("openai-httpx028-proxies", "### OS\n", "thanks @octocat\n\n### OS\n", "acts on somebody"),
        ("openai-httpx028-proxies", "Finding: `", "Finding: ` ", "no fingerprint"),
    ],
)
def test_a_planted_fault_is_seen(name: str, old: str, new: str, says: str) -> None:
    one = DRAFTS[name]
    assert old in one.body
    spoilt = Draft(title=one.title, body=one.body.replace(old, new, 1), row=one.row)
    assert any(says in told for told in wrong(spoilt)), wrong(spoilt)


def test_the_table_names_the_place_of_each_form_and_the_source_of_each_field() -> None:
    page = (HERE / "README.md").read_text()
    for one in DRAFTS.values():
        assert f"| {one.row.repo} | " in page
        assert one.row.commit[:12] in page
        for field in one.row.form.fields if one.row.form else ():
            assert f"| {one.row.repo} | {field.label} |" in page


@pytest.mark.parametrize("repo", ROWS)
def test_a_row_fills_each_required_field_and_names_no_other(repo: str) -> None:
    row = ROWS[repo]
    fields = row.form.fields if row.form else ()
    names = {each.id or each.label for each in fields}
    assert set(row.fills) <= names
    assert re.fullmatch(r"[0-9a-f]{40}", row.commit)
    for each in fields:
        fills = row.fills.get(each.id or each.label, ())
        assert fills or not each.required, each.label
        if each.kind == "checkboxes" and fills:
            assert len(fills) == len(each.options), each.label
        if each.kind == "dropdown" and fills and fills[0].startswith("="):
            assert fills[0][1:] in {option.label for option in each.options}
