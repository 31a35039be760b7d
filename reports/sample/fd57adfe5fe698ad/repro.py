# /// script
# requires-python = "==3.11.*"
# dependencies = []
# ///
"""minijinja 2.24.0 -> 3.0.0: another answer at prompt
fails (exit 1):  uv run --python 3.11 --with minijinja==3.0.0 repro.py
passes (exit 0): uv run --python 3.11 --with minijinja==2.24.0 repro.py
"""

import datetime
import json
import minijinja

REQUEST = json.loads(r'''{"context": {"part": "default"}, "source": "{% if part in ('all', 'missing') %}\n{% endif %}\n{% if part %} [{{ empty | default('d', boolean=true) }}]\n{% endif %}\n{% if part in ('all', 'if') %} %}\n{% endif %}"}''')

raised = []


def raise_exception(message):
    raised.append(message)
    raise ValueError(message)


def strftime_now(form):
    return datetime.datetime(2024, 7, 26, 9, 5, 3).strftime(form)


options = dict(REQUEST.get("options", {}))
options.pop("plain", None)
options.pop("extensions", None)
if "undefined" in options:
    options["undefined_behavior"] = options.pop("undefined")
try:
    environment = minijinja.Environment(**options)
except TypeError:
    environment = minijinja.Environment()
    for name in set(options).intersection(dir(environment)):
        setattr(environment, name, options[name])
environment.add_global("raise_exception", raise_exception)
environment.add_global("strftime_now", strftime_now)
try:
    seen = environment.render_str(REQUEST["source"], None, **REQUEST.get("context", {}))
except (minijinja.TemplateError, ValueError) as error:
    seen = {"error": str(raised[0] if raised else error)}

EXPECTED = '\n [d]\n\n'
if seen != EXPECTED:
    raise SystemExit(f"seen:     {seen!r}\nexpected: {EXPECTED!r}")
print("as expected")
