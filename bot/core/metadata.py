r"""What an installed distribution declares about itself: what it requires, where it lives.

>>> text = "Metadata-Version: 2.1\nName: Greet_Me\nVersion: 1.0\nRequires-Dist: h11<0.15\n"
>>> metadata = read(text, modules=("greet",))
>>> metadata.name, [str(each) for each in metadata.requires]
('greet-me', ['h11<0.15'])
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import default_environment
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bot.core.address import PROSE, links, project


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """One distribution: its name in normal form, and the modules that it brings at the top."""

    name: str
    version: str
    requires: tuple[Requirement, ...] = ()
    modules: tuple[str, ...] = ()
    urls: tuple[tuple[str, str], ...] = ()  # label, address
    requires_python: str = ""

    @property
    def project(self) -> str:
        """Where it says that its source is, or nothing."""
        return project(self.name, self.urls)

    def wants(self, environment: Mapping[str, str], extras: Collection[str]) -> Iterator[Wish]:
        """Yield what it requires in `environment` with `extras` of its own switched on."""
        for each in self.requires:
            names = extras or ("",)
            if each.marker is None or any(
                each.marker.evaluate({**environment, "extra": name}) for name in names
            ):
                yield Wish(
                    name=canonicalize_name(each.name),
                    admits=each,
                    extras=frozenset(canonicalize_name(extra) for extra in each.extras),
                )

    def takes(self, name: str, version: str, environment: Mapping[str, str]) -> bool:
        """Whether no requirement of its own, without extras, forbids a package at `version`."""
        wishes = (wish for wish in self.wants(environment, ()) if wish.name == name)
        return all(wish.admitted(version) for wish in wishes)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One requirement that holds here: the package, the versions it admits, its extras."""

    name: str
    admits: Requirement
    extras: frozenset[str]

    def admitted(self, version: str) -> bool:
        """Whether `version` would do; what was really installed may be a pre-release."""
        return self.admits.specifier.contains(version, prereleases=True)


def read(text: str, *, modules: tuple[str, ...] = ()) -> Metadata:
    """Read a METADATA file; a requirement that nobody can read is left out."""
    head, _, body = text.partition("\n\n")  # a parser of mails takes its time over the body
    raw, _ = parse_email(head)
    urls = [(label, url) for label, url in (raw.get("project_urls") or {}).items()]
    urls += [("Homepage", raw["home_page"])] if raw.get("home_page") else []
    urls += [("Download", raw["download_url"])] if raw.get("download_url") else []
    urls += [(PROSE, url) for url in links(f"{raw.get('description') or ''}{body}")]
    return Metadata(
        name=canonicalize_name(raw.get("name", "")),
        version=raw.get("version", ""),
        requires=tuple(_readable(raw.get("requires_dist") or [])),
        modules=modules,
        urls=tuple(urls),
        requires_python=raw.get("requires_python", ""),
    )


def name_of(text: str) -> str:
    """Return the normal name that a METADATA file gives, and read no more of it."""
    lines = text.partition("\n\n")[0].splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("name:"))
    return canonicalize_name(next(named, ""))


def _readable(lines: Collection[str]) -> Iterator[Requirement]:
    for line in lines:
        try:
            yield Requirement(line)
        except InvalidRequirement:
            continue


def environment_of(interpreter: str) -> dict[str, str]:
    """Return what markers are evaluated in: this platform, with the cells' `interpreter`."""
    ours = {key: str(value) for key, value in default_environment().items()}
    if f"{ours['python_full_version']}.".startswith(f"{interpreter}."):
        return ours
    whole = interpreter if interpreter.count(".") > 1 else f"{interpreter}.0"
    short = ".".join(interpreter.split(".")[:2])
    return {**ours, "python_version": short, "python_full_version": whole}
