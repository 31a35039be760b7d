"""What Python compiled of wheels: each file once, and told by the content of its source.

A fresh environment has nothing compiled, and compiling what a program loads takes longer than
building the environment. So what was loaded once is compiled here, by Python and without running
any of it, and lent to every environment that holds the same release.

Nothing of it can be stale: such a file holds a hash of its source instead of a time (PEP 552,
`checked-hash`). Python reads the source at each import and hashes it, and where it is another one,
it compiles that. What is lent is a copy, so that no environment can spoil it for another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.effects.process import clean_environment, run
from bot.effects.shelf import Wheel

CACHE: Final = "__pycache__"
INFO: Final = ".dist-info"
MANY: Final = 300  # modules: where fewer are loaded, to compile them anew costs next to nothing
SECONDS: Final = 120.0  # for compiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytecode:
    """What is kept of each release: a folder of its own below `root`, laid out as installed."""

    root: Path
    _loaded: dict[Path, int] = field(default_factory=dict)  # modules, by crate

    @property
    def pays(self) -> bool:
        """Whether so much was loaded that lending it is quicker than compiling it."""
        return sum(self._loaded.values()) >= MANY

    def keep(self, wheels: Sequence[Wheel], python: Path) -> None:
        """Compile by `python` what cells loaded of `wheels` so far, where it is not kept yet.

        Files without a folder around them are taken as well: nobody can tell who loads them.
        """
        wanted: dict[Path, Path] = {}  # where each is to be kept, by its source
        for wheel in wheels:
            kept, loaded = self.root / _release(wheel), list(_loaded(wheel))
            self._loaded[kept] = len(loaded)
            for source, name in loaded:
                wanted[source] = kept / source.relative_to(wheel.crate).with_name(name)
        if not self.pays:
            return
        tag = Counter(place.name.partition(".")[2] for place in wanted.values()).most_common(1)
        for wheel in wheels:
            for top in (top for top in wheel.own if top.endswith(".py") and tag):
                name = f"{top.removesuffix('.py')}.{tag[0][0]}"
                wanted[wheel.crate / top] = self.root / _release(wheel) / name
        self._compile({one: at for one, at in wanted.items() if not at.exists()}, python)

    def _compile(self, wanted: Mapping[Path, Path], python: Path) -> None:
        """Compile each source and move what came of it to its place; some cannot be compiled."""
        if not wanted:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self.root) as scratch:
            new = Path(scratch)
            (new / "sources.txt").write_text("".join(f"{source}\n" for source in wanted))
            argv = [str(python), "-I", "-S", "-X", f"pycache_prefix={new}", "-m", "compileall"]
            argv += ["-qq", "--invalidation-mode", "checked-hash", "-i", str(new / "sources.txt")]
            run(argv, cwd=new, env=clean_environment(new), seconds=SECONDS)
            for source, place in wanted.items():
                made = new / source.relative_to("/").with_name(place.name)
                if made.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    made.replace(place)

    def lend(self, site: Path) -> None:
        """Copy what is kept of the releases in `site`, a folder of packages, to where it belongs.

        What lies there already stays.
        """
        for info in site.glob(f"*{INFO}"):
            kept = self.root / info.name.removesuffix(INFO)
            for folder, _, names in os.walk(kept):
                into = site / Path(folder).relative_to(kept)
                if names and into.is_dir():
                    _copy(Path(folder), names, into / CACHE)


def _release(wheel: Wheel) -> str:
    """Return the name and version of a wheel, as its folder of metadata has them."""
    return next(top for top in wheel.own if top.endswith(INFO)).removesuffix(INFO)


def _loaded(wheel: Wheel) -> Iterator[tuple[Path, str]]:
    """Yield the sources of a wheel that Python compiled, and what it called what came of them."""
    for top in wheel.own:
        for folder, _, names in os.walk(wheel.crate / top):
            if folder.endswith(f"/{CACHE}"):
                package = Path(folder).parent
                yield from ((package / f"{name.partition('.')[0]}.py", name) for name in names)


def _copy(folder: Path, names: Sequence[str], into: Path) -> None:
    into.mkdir(exist_ok=True)
    for name in names:
        if not (into / name).exists():
            draft = into / f".{uuid.uuid4().hex}"  # whoever imports meanwhile sees all or nothing
            shutil.copyfile(folder / name, draft)
            draft.replace(into / name)
