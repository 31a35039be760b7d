"""What runs inside a cell: starts the modules of a job, asks its probes, tells what it saw.

    python guest/main.py JOB.json DESCRIPTOR

Standard library only, Python 3.8 or newer: the cell's interpreter and packages belong to the
stack that is tried. The job is `{"protocol": 1, "modules": [{"name", "setup"}], "probes":
[{"name", "ask", "request", "links", "seconds", "given", "known"}]}`; the events are described in
`core/protocol.py`. With `"watch": true` it also tells what was reached: `guest/reach.py`.

A module `guest/NAME.py` is four functions:

    start(setup, chain)        import the component, start it; return what it says about itself
    answers(ask)               the links it can show for this kind of question, a set of names
    show(link, probe, chain)   the value at one link; an exception is the probe's failure there
    stop()                     let go

Links are asked one by one in causal order, each of the first module that answers it, so that
what fails is charged to the link where it failed. One request often shows several links: what a
module fetched for one it keeps in `chain.turn`, a dict that lives as long as the probe. What
comes before in the chain, whoever makes it, is `chain.value(link, probe)`.
"""

import faulthandler
import importlib
import importlib.util
import json
import os
import sys


def load_package():
    """Make `guest` importable without its folder on the path, where it would hide `openai`."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    spec = importlib.util.spec_from_file_location(
        "guest", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["guest"] = package
    spec.loader.exec_module(package)


def main(job_file, descriptor):
    """Run the job of `job_file`, speaking over `descriptor`."""
    faulthandler.enable()
    load_package()
    importlib.import_module("guest.leash").die_with_parent()
    line = importlib.import_module("guest.wire").Line(int(descriptor))
    with open(job_file, encoding="utf-8") as file:
        job = json.load(file)
    importlib.import_module("guest.session").run(job, line)


if __name__ == "__main__":
    main(*sys.argv[1:3])
