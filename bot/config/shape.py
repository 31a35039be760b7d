"""The shape of matrix.yaml: keys, kinds of values, ranges. pydantic lives here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)

from bot.core.backends import BACKENDS, CPU
from bot.core.model import Json, Role

Follow = Annotated[
    str,
    StringConstraints(
        pattern=r"^(newest|previous|oldest|all|last-of-previous-major|half-year-ago"
        r"|last-[1-9][0-9]*|newest-per-minor(-[1-9][0-9]*)?|since-\d{4}-\d\d-\d\d|==\S+)$"
    ),
]

Hardware = Annotated[str, Field(json_schema_extra={"enum": list(BACKENDS)})]


Python = Annotated[str, StringConstraints(pattern=r"^3\.\d+$")]
Pythons = Python | Annotated[tuple[Python, ...], Field(min_length=1)]
Home = Literal["auto", "uv", "docker"]
Images = str | Annotated[tuple[str, ...], Field(min_length=1)]


class _Strict(BaseModel):
    """Unknown keys are mistakes: a misspelt key must never be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SkipFile(_Strict):
    """One entry of a component's `skip`: releases that are known to be bad."""

    reason: Annotated[str, StringConstraints(min_length=3)]
    owner: Annotated[str, StringConstraints(min_length=1)]
    expires: date | None = None


class ComponentFile(_Strict):
    """One entry of `components`."""

    role: Role
    source: Literal["pypi", "npm", "github", "oci", "hub", "url"] | None = None
    package: str = ""
    upstream: str
    versions: str = ""
    scheme: Literal["pep440", "semver"] | None = None
    driver: str | None = None
    match: str = ""
    kind: Literal["releases", "tags", "assets"] | None = None
    moving: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    follow: tuple[Follow, ...] = Field(default=("newest", "previous"), min_length=1)
    prereleases: bool = False
    skip: Mapping[str, str | SkipFile] = Field(default_factory=dict)
    lanes: Mapping[Literal["stable", "rc", "nightly"], Literal["test", "tell", "off"]] = Field(
        default_factory=dict
    )
    min_age_days: Annotated[float, Field(ge=0)] = 0
    options: Mapping[str, JsonValue] = Field(default_factory=dict)


class ExistingFile(_Strict):
    """`existing`: an interpreter with its packages, or the address of a server that runs."""

    python: str = ""
    url: str = ""


Strategy = Literal["alone", "newest", "together", "pairs", "triples", "full", "minimum"]


class LockFile(_Strict):
    """`lock` of a stack, where a second one stands beside it: what is pinned, and what may be."""

    base: Annotated[str, StringConstraints(min_length=1)]
    head: Annotated[str, StringConstraints(min_length=1)]


class ArmFile(_Strict):
    """One of `arms` of a registered study; `core.registered` says what each word means."""

    name: str
    differs: str
    fresh: bool = False
    options: Mapping[str, JsonValue] = Field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    across: Literal["", "backend", "interpreter"] = ""
    unanswered: str = ""


class StudyFile(_Strict):
    """A file in `suite/studies`."""

    study: str
    question: str
    sample: str
    test: str
    stops: str
    holds: str
    arms: tuple[ArmFile, ...]


class StackFile(_Strict):
    """One entry of `stacks`: a row of the matrix."""

    components: tuple[str, ...] = Field(min_length=1)
    suite: tuple[str, ...] = ()
    backends: tuple[Hardware, ...] = Field(default=(CPU,), min_length=1)
    python: Pythons = "3.11"
    baseline: Mapping[str, str] = Field(default_factory=dict)
    lock: str | LockFile = ""
    strategy: tuple[Strategy, ...] = Field(default=("alone", "newest"), min_length=1)
    env: Home | None = None
    image: Images = ""
    existing: ExistingFile | None = None


class ExclusionFile(_Strict):
    """One entry of `exclude`."""

    cells: Mapping[str, str] = Field(min_length=1)
    reason: Annotated[str, StringConstraints(min_length=3)]
    owner: Annotated[str, StringConstraints(min_length=1)]
    expires: date | None = None
    unless: tuple[str, ...] = ()


class LimitsFile(_Strict):
    """`limits`: what one cell may use, what one run may take, and how old a result may be."""

    install_seconds: Annotated[float, Field(gt=0)] = 600
    start_seconds: Annotated[float, Field(gt=0)] = 120
    memory_mb: Annotated[int, Field(gt=0)] = 4096
    workers: Annotated[int, Field(gt=0, le=256)] = 2
    cells: Annotated[int, Field(gt=0)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None
    fresh: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}d$")] | None = None
    megabytes: Annotated[float, Field(ge=0)] | None = None
    impact: Annotated[float, Field(gt=0, le=1)] | None = None


class PollingFile(_Strict):
    """`polling`: how sources may be asked."""

    per_host: Annotated[int, Field(gt=0, le=16)] = 4
    spacing: Annotated[float, Field(ge=0)] = 0.02
    requests: Annotated[int, Field(gt=0)] = 20_000
    seconds: Annotated[float, Field(gt=0)] = 1_800
    patience: Annotated[float, Field(gt=0)] = 30


def _way(given: object) -> object:
    """A word alone is how far it goes."""
    return {"way": given} if isinstance(given, str) else given


Way = Literal["off", "draft", "own", "press", "file"]


class TargetFile(_Strict):
    """One entry of `policy.targets`; what is left out is as in `policy` itself."""

    way: Way
    per_week: Annotated[int, Field(ge=0)] | None = None
    most_per_week: Annotated[int, Field(ge=0)] | None = None
    delay_hours: Annotated[float, Field(ge=0)] | None = None
    consent: str = ""


class PolicyFile(_Strict):
    """`policy`: what may become of a finding."""

    default: Way = "draft"
    own: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$")] = ""
    per_week: Annotated[int, Field(ge=0)] = 1
    most_per_week: Annotated[int, Field(ge=0)] = 4
    all_per_week: Annotated[int, Field(ge=0)] = 5
    delay_hours: Annotated[float, Field(ge=0)] = 24
    targets: Mapping[
        str, Annotated[TargetFile, BeforeValidator(_way, json_schema_input_type=Way | TargetFile)]
    ] = Field(default_factory=dict)


class ModelFile(_Strict):
    """`model`: a folder, or one commit of a repository on a hub, and the digest of its files."""

    path: str = ""
    hub: str = ""
    revision: str = ""
    files: tuple[str, ...] = ()
    sha256: str = ""


def _folder(given: object) -> object:
    """A text alone is the path of a folder; of several, each."""
    if isinstance(given, list | tuple):
        return [_folder(one) for one in given]
    return {"path": given} if isinstance(given, str) else given


OneModel = str | ModelFile
Models = ModelFile | Annotated[tuple[ModelFile, ...], Field(min_length=1)]


class MatrixFile(_Strict):
    """matrix.yaml as a whole; `stackmatrix config schema` prints its JSON Schema."""

    version: Literal[1]
    extends: str | tuple[str, ...] = ()
    title: str = "stackmatrix"
    index: str = "https://pypi.org/simple"
    suite: tuple[str, ...] = ()
    model: Annotated[
        Models,
        BeforeValidator(_folder, json_schema_input_type=OneModel | tuple[OneModel, ...]),
    ] = ModelFile()
    cutoff: date | None = None
    closure_days: Annotated[float, Field(gt=0)] = 1.0
    env: Home = "auto"
    image: Images = ""
    fallback: Literal["uv"] | None = None
    certificates: str = ""
    limits: LimitsFile = LimitsFile()
    polling: PollingFile = PollingFile()
    components: Mapping[str, ComponentFile] = Field(min_length=1)
    stacks: Mapping[str, StackFile] = Field(min_length=1)
    exclude: Mapping[str, ExclusionFile] = Field(default_factory=dict)
    policy: PolicyFile = PolicyFile()


_ONE = {"str", "constrained-str", "ModelFile"}  # what pydantic calls one of several
_SEVERAL = "tuple["


def schema() -> dict[str, object]:
    """Return the JSON Schema of matrix.yaml, for editors."""
    return MatrixFile.model_json_schema()


def mistakes(data: Json) -> tuple[tuple[tuple[str | int, ...], str, str, object], ...]:
    """Return (path, kind, message, what was given) for everything of the wrong shape."""
    try:
        MatrixFile.model_validate(data)
    except ValidationError as trouble:
        return tuple(
            (path, error["type"], error["msg"], error.get("input"))
            for error in trouble.errors()
            if (path := _path(error["loc"], data)) is not None
            and not (error["type"] == "too_short" and error.get("input"))
        )
    return ()


def _path(loc: tuple[str | int, ...], data: Json) -> tuple[str | int, ...] | None:
    """Return where in `data` a mistake is, None where it was not meant that way.

    Of a value that may be one or several, pydantic tells what is wrong with it as either.
    """
    path: list[str | int] = []
    here = data
    for part in loc:
        known = isinstance(here, dict) and part in here
        if not known and (part in _ONE or str(part).startswith(_SEVERAL)):
            if str(part).startswith(_SEVERAL) != isinstance(here, list):
                return None
        elif part != "[key]":
            path.append(part)
            here = _inside(here, part)
    return tuple(path)


def _inside(here: Json, part: str | int) -> Json:
    if isinstance(here, dict):
        return here.get(str(part))
    return here[part] if isinstance(here, list) and isinstance(part, int) else None


def keys_at(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand at `path`, for a `did you mean`."""
    tables: dict[str, type[BaseModel]] = {
        "components": ComponentFile,
        "stacks": StackFile,
        "exclude": ExclusionFile,
        "limits": LimitsFile,
        "policy": PolicyFile,
        "polling": PollingFile,
        "model": ModelFile,
    }
    if path[:2] == ("policy", "targets") and path[2:]:
        return sorted(TargetFile.model_fields)
    table = tables.get(str(path[0]), MatrixFile) if path else MatrixFile
    return sorted(table.model_fields)
