"""Make the cases of replayed answers: recorded ones, and each odd way to write the same thing.

python -m bot.suite.recipe.wires_all     # writes streams/*.json
"""

from __future__ import annotations

from bot.suite.recipe import wires_anthropic, wires_odd, wires_ollama, wires_other, wires_typed
from bot.suite.recipe.wires import recorded, told, write


def main() -> None:
    """Write every file of cases."""
    write("openai", [*recorded(), *wires_odd.proper()])
    write("odd", wires_odd.odd())
    write("errors", wires_odd.errors())
    write("calls", told(wires_other.calls()))
    write("requests", told(wires_other.requests()))
    write("anthropic", told(wires_anthropic.anthropic()))
    write("schemas", wires_typed.schemas())
    write("schemas_ollama", wires_ollama.schemas_ollama())
    write("ollama", told(wires_ollama.ollama()))


if __name__ == "__main__":
    main()
