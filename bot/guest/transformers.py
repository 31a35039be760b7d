"""The `transformers` library without torch: chat templates, the tokenizer, and its settings.

It renders with its own Jinja environment, so a template case that asks for other options is not
exposed. A template that stops itself shows `{"error": message}`. What `call` questions begin with:

    tokenizer      loaded from the model's folder as `load` says (see `_load`)
    saved          that tokenizer, saved and loaded again
    files          what `save_pretrained` wrote: {file: content}; `filenames` their sorted list
    config, generation     what `AutoConfig` and `GenerationConfig` read from the folder
    generation_file        that `GenerationConfig`, saved
    transformers   the library itself
    names          a function: which of the dotted names of the library exist
"""

import datetime as dt
import json
import os
import shutil
import tempfile
from importlib import import_module

os.environ["HF_HUB_OFFLINE"] = "1"  # read at the import of the hub's client
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import transformers
from guest import steps
from guest.inside import Inside
from guest.wire import NOT_EXPOSED

RENDERS = {"trim_blocks": True, "lstrip_blocks": True}
NOBODY = [{"role": "user", "content": ""}]  # for templates that read no messages
VOLATILE = frozenset({"transformers_version", "_name_or_path", "name_or_path", "tokenizer_file"})
CLOCK = dt.datetime(2024, 7, 26, 9, 5, 3)  # noqa: DTZ001 - what templates are told is "now"
RUNNING = {}


class Clock:
    """Stands in for the date of today in the library's templates."""

    @staticmethod
    def now():
        """Return the same moment on every day."""
        return CLOCK


def start(setup, _chain):
    """Load the tokenizer that lies in the folder of `setup["tokenizer"]`."""
    transformers.utils.logging.set_verbosity_error()
    _stop_the_clock()
    RUNNING["folder"] = os.path.dirname(setup["tokenizer"])
    RUNNING["tokenizer"] = _made(RUNNING["folder"], {})
    return {
        "transformers": transformers.__version__,
        "tokenizer": type(RUNNING["tokenizer"]).__name__,
    }


def _stop_the_clock():
    """Give templates a fixed day, in releases that tell them of one."""
    try:
        place = import_module("transformers.utils.chat_template_utils")
    except ImportError:
        return
    if hasattr(place, "datetime"):
        place.datetime = Clock


def stop():
    """Let the tokenizer go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of a chat before the engine, of a rendering, an encoding and of calls."""
    if ask == "call":
        return frozenset({"request", "prompt", "prompt_ids", "output_ids", "text", "message"})
    if ask == "render":
        return frozenset({"prompt"})
    return INSIDE.answers(ask)


def show(link, probe, chain):
    """Return the value at `link`; what a `call` loads lives as long as its probe."""
    if probe["ask"] == "call":
        return _called(link, probe["request"], chain)
    if probe["ask"] == "render":
        return _rendered(probe["request"])
    if probe["ask"] == "chat" and link == "prompt":
        return render(probe["request"])
    return INSIDE.show(link, probe, chain)


def render(request):
    """Render the model's own template; what was not asked for is not named either."""
    named = {name: request[name] for name in ("tools", "documents") if name in request}
    named.update(request.get("chat_template_kwargs") or {})
    named.setdefault("add_generation_prompt", True)
    tokenizer = RUNNING["tokenizer"]
    return tokenizer.apply_chat_template(request["messages"], tokenize=False, **named)


def encode(text):
    """Return the ids of a text that already holds its special tokens."""
    return RUNNING["tokenizer"].encode(text, add_special_tokens=False)


def decode(ids):
    """Return the text of ids, special tokens included."""
    return RUNNING["tokenizer"].decode(ids, skip_special_tokens=False)


INSIDE = Inside(render=render, encode=encode, decode=decode)


def _rendered(request):
    if {**RENDERS, **request.get("options", {})} != RENDERS:
        return NOT_EXPOSED
    context = dict(request["context"])
    messages = context.pop("messages", NOBODY)
    try:
        return RUNNING["tokenizer"].apply_chat_template(
            messages, chat_template=request["source"], tokenize=False, **context
        )
    except Exception as error:
        if not _is_of_template(error):
            raise
        return {"error": str(error)}


def _is_of_template(error):
    return any(kind.__module__.split(".")[0] == "jinja2" for kind in type(error).__mro__)


# --- calls ---------------------------------------------------------------------------------------


def _called(link, request, chain):
    with tempfile.TemporaryDirectory() as place:
        subjects = Subjects(request.get("load") or {}, place, chain.turn)
        try:
            return _steady(steps.show(link, request, subjects), place)
        except Exception as error:
            told = "{}: {}".format(type(error).__name__, error)
            error.message_of_failure = told.replace(place, "")
            raise


class Subjects:
    """What the steps of one question begin with, each made when it is first needed."""

    def __init__(self, load, place, made):
        """Work in the folder `place`; `made` keeps what was made for this probe."""
        self.load, self.place, self.made = load, place, made

    def __call__(self, name):
        """Return the subject of this name."""
        if name not in self.made:
            self.made[name] = getattr(self, "_" + name)()
        return self.made[name]

    def _tokenizer(self):
        """Load as asked: `settings` and `files` over the model's, `options` to the loader.

        `class` names the class that loads. A setting or file of null is taken away.
        """
        if not self.load:
            return RUNNING["tokenizer"]
        return _made(self._folder(), self.load)

    def _folder(self):
        """Copy the model's small files to where the question may change them."""
        folder = os.path.join(self.place, "model")
        if os.path.isdir(folder):
            return folder
        os.mkdir(folder)
        kinds = (
            (".gguf", ".json", ".jinja") if "gguf_file" in str(self.load) else (".json", ".jinja")
        )
        for name in os.listdir(RUNNING["folder"]):
            if name.endswith(kinds):
                shutil.copy(os.path.join(RUNNING["folder"], name), folder)
        files = dict(self.load.get("files", {}))
        if "settings" in self.load:
            files["tokenizer_config.json"] = self.load["settings"]
        for name, content in files.items():
            _change(os.path.join(folder, name), content)
        return folder

    def _saving(self):
        folder = os.path.join(self.place, "saved")
        if not os.path.isdir(folder):
            self("tokenizer").save_pretrained(folder)
        return folder

    def _saved(self):
        return _made(self._saving(), self.load)

    def _files(self):
        folder, found = self._saving(), {}
        for parent, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(parent, name)
                found[os.path.relpath(path, folder)] = _read(path)
        return found

    def _filenames(self):
        return sorted(self("files"))

    def _config(self):
        return transformers.AutoConfig.from_pretrained(self._folder())

    def _generation(self):
        return transformers.GenerationConfig.from_pretrained(self._folder())

    def _generation_file(self):
        self("generation").save_pretrained(self.place)
        return _read(os.path.join(self.place, "generation_config.json"))

    def _transformers(self):
        return transformers

    def _names(self):
        return _Names


class _Names:
    """Looks up names of the library."""

    @staticmethod
    def known(*names):
        """Return which of the dotted names can be reached, or with what an import ends."""
        return {name: _exists(name) for name in names}


def _exists(name):
    parent, _, last = ("transformers." + name).rpartition(".")
    try:
        return hasattr(import_module(parent), last) or bool(import_module(parent + "." + last))
    except ImportError:
        return False
    except Exception as error:  # noqa: BLE001 - a module may end in any way without torch
        return type(error).__name__


def _made(folder, load):
    kind = getattr(transformers, load.get("class", "AutoTokenizer"))
    return kind.from_pretrained(folder, **load.get("options", {}))


def _change(path, content):
    """Write a file, or merge a table into the one that is there, or take it away."""
    if content is None:
        os.remove(path)
        return
    if isinstance(content, dict):
        with open(path, encoding="utf-8") as file:
            whole = dict(json.load(file), **content)
        kept = {name: value for name, value in whole.items() if value is not None}
        content = json.dumps(kept, ensure_ascii=False)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def _read(path):
    """Return a file that was written; of a vocabulary its size and its first merges."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".json"):
        return text
    content = json.loads(text)
    model = content.get("model")
    if isinstance(model, dict) and "vocab" in model:
        model["vocab"], model["merges"] = len(model["vocab"]), model.get("merges", [])[:2]
    return content


def _steady(value, place):
    """Return `value` without the release's own number and the folder that it worked in."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in VOLATILE}
        return {name: _steady(each, place) for name, each in kept.items()}
    if isinstance(value, list):
        return [_steady(each, place) for each in value]
    return value.replace(place, "") if isinstance(value, str) else value
