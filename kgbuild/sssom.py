"""What every reader of SSSOM needs: the metadata block, and what a set's own prefixes are here.

Source: SSSOM 1.1 (https://mapping-commons.github.io/sssom/spec-formats-tsv/), "Embedded mode" and "Prefix map".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from kgbuild.curie import converter
from kgbuild.errors import InputError


def uncommented(block: Iterable[str]) -> str:
    """The YAML of a block embedded in a table, without the delimiters that spreadsheets append to its lines."""
    return "".join(re.sub(r"[\t,]*\s*$", "\n", line[1:]) for line in block)


def metadata(where: str, text: str) -> dict[str, Any]:
    """The slots of a mapping set, all scalars as text; none where its YAML is no mapping.

    Args:
        where: The file, for errors.
        text: YAML.

    Raises:
        InputError: It is not YAML.
    """
    try:
        stated = yaml.load(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        problem = re.sub(r"\s+", " ", str(error))
        raise InputError(f"{where}: its metadata block is not YAML: {problem}; correct the block") from error
    return stated if isinstance(stated, dict) else {}


def prefixes(stated: Mapping[str, Any]) -> dict[str, str]:
    """A set's own prefixes → ours, where its `curie_map` states an IRI that we know by another name."""
    given = stated.get("curie_map")
    known = {
        str(prefix): converter().parse_uri(f"{iri}1", strict=False)
        for prefix, iri in (given.items() if isinstance(given, dict) else ())
    }
    return {prefix: found.prefix for prefix, found in known.items() if found and found.identifier == "1"}
