r"""Where a package says that its source lives, as the one address that people open issues at.

Packages name their project in many ways: a labelled link, a page of releases, a badge, a site
that the forge serves. A label that says "source" is believed first, a link in the prose last,
and that one only where the repository is called like the package.

>>> project("greet", [("Docs", "https://x.github.io/greet/"), ("Bugs", "http://greet.example")])
'https://github.com/x/greet'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

PROSE = "prose"  # the label of a link that stood in a long description
_LABELS = (
    *("source", "repo", "code", "github", "gitlab", "homepage", "home"),
    *("issue", "bug", "track", "changelog", "release", "download", "doc"),
)
_WORD = r"([\w.-]+)"
_FORGE = re.compile(rf"(github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)[/:]{_WORD}/{_WORD}")
_RAW = re.compile(rf"(?:raw\.githubusercontent\.com|img\.shields\.io/github/.+?)/{_WORD}/{_WORD}")
_SITE = re.compile(rf"//([\w-]+)\.(github|gitlab)\.io/{_WORD}")
_NO_OWNER = frozenset({"sponsors", "orgs", "apps", "marketplace", "settings", "features", "topics"})
_LINK = re.compile(r"(?:https?://|git@|git\+)[^\s<>\"'`\])]+")


def links(prose: str) -> Iterator[str]:
    """Yield the addresses in a text, Markdown and reStructuredText included."""
    for each in _LINK.findall(prose):
        yield each.rstrip(".,;:")


def project(package: str, urls: Iterable[tuple[str, str]]) -> str:
    """Return `https://FORGE/OWNER/NAME` of `package` from its labelled addresses, or nothing."""
    found: dict[int, str] = {}
    for label, url in urls:
        address = repository(url)
        if address and (label != PROSE or _resembles(package, address)):
            found.setdefault(_rank(label), address)
    return found[min(found)] if found else ""


def repository(url: str) -> str:
    """Return the repository that an address leads into, without what follows, or nothing."""
    if found := _FORGE.search(url):
        host, owner, name = found.groups()
    elif found := _RAW.search(url):
        host, owner, name = "github.com", found[1], found[2]
    elif found := _SITE.search(url):
        host, owner, name = f"{found[2]}.com", found[1], found[3]
    else:
        return ""
    name = name.removesuffix(".git").rstrip(".")
    return "" if owner.lower() in _NO_OWNER or not name else f"https://{host}/{owner}/{name}"


def _rank(label: str) -> int:
    told = label.lower()
    if told == PROSE:
        return len(_LABELS) + 1
    return next((at for at, word in enumerate(_LABELS) if word in told), len(_LABELS))


def _resembles(package: str, address: str) -> bool:
    """Whether a repository is called like the package, give or take what says the language."""
    name = _bare(address.rpartition("/")[2])
    return bool(name) and (name in _bare(package) or _bare(package) in name)


def _bare(name: str) -> str:
    words = re.split(r"[^a-z0-9]+", name.lower())
    return "".join(word for word in words if word not in {"python", "py", "lib"})
