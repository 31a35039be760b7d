"""What came of a question: read whole but not for ever, from a disk, as JSON, or as a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import NoReturn
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError

from bot.core.model import Json
from bot.errors import ForeignAnswerError, SourceError, UnknownPackageError

LARGEST = 256 << 20  # bytes of an answer that is held in memory
FOREIGN = frozenset({406, 415})
SPELLING = "check the spelling of the name, and the index that it is looked up in"


def whole(answer: requests.Response, seconds: float) -> bytes:
    """Return the body, unless it takes too long or is too large. Raises as requests does."""
    end, found = monotonic() + seconds, bytearray()
    while piece := _piece(answer):
        found += piece
        if monotonic() > end:
            raise requests.Timeout(f"not all of it came within {seconds:.0f} seconds")
        if len(found) > LARGEST:
            raise requests.RequestException(f"it sends more than {LARGEST >> 20} MiB")
    return bytes(found)


def _piece(answer: requests.Response) -> bytes:
    """Return what came next, however little: who waits for a full piece may wait for ever."""
    try:
        return bytes(answer.raw.read1(1 << 16, decode_content=True))
    except (ProtocolError, DecodeError) as error:
        raise requests.ConnectionError(str(error)) from error
    except ReadTimeoutError as error:
        raise requests.Timeout(str(error)) from error


def on_disk(url: str) -> str:
    """Return the text of a file, or of the index in a folder. Raises `SourceError`."""
    path = Path(url2pathname(urlsplit(url).path))
    page = path / "index.json" if path.is_dir() else path
    try:
        return page.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UnknownPackageError(f"There is no {page}.", cure=SPELLING) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{page} cannot be read: {error}", cure="mend the file") from error


def refuse(url: str, status: int) -> NoReturn:
    """Raise what a status that is no answer means: `SourceError`, or one of its kinds."""
    if status in {404, 410}:
        raise UnknownPackageError(f"{url} does not exist (HTTP {status}).", cure=SPELLING)
    if status in FOREIGN:
        cure = "check that the address is an index that speaks JSON (PEP 691)"
        raise ForeignAnswerError(f"{url} speaks another format (HTTP {status}).", cure=cure)
    cure = "check that the address is right, and that the environment holds what opens it"
    raise SourceError(f"{url} refuses to answer (HTTP {status}).", cure=cure)


def parsed(url: str, text: str) -> Json:
    """Return the JSON that `url` answered with. Raises `ForeignAnswerError` for anything else."""
    try:
        body: Json = json.loads(text)
    except ValueError as error:
        cure = "check that the address is an index that speaks JSON (PEP 691)"
        raise ForeignAnswerError(f"{url} does not answer with JSON: {error}", cure=cure) from error
    return body
