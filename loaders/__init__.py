"""Loaders: one module a source, each with a `SOURCE` and a pure function `load(inputs) -> Staged`.

`LOADERS` lists them in the order of precedence: where no source owns a concept, the first that has its name gives it.
"""

from types import ModuleType

from loaders import hgnc

LOADERS: dict[str, ModuleType] = {
    module.SOURCE.name: module
    for module in (
        hgnc,
    )
}  # fmt: skip
