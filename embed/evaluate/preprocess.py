"""Mentions and names as published linkers see them: in lower case, without punctuation, abbreviations written out,
composite mentions as single ones.

Source: BioSyn (Sung et al. 2020), which SapBERT's evaluation follows; abbreviations: Schwartz and Hearst 2003;
composite mentions: the patterns of D'Souza and Ng 2015.
"""

import re
from functools import lru_cache

from embed.evaluate.sets.mentions import Mention

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_DEFINED = re.compile(r"([^()]*)\(([A-Za-z0-9][\w/ -]{1,9})\)")
_JOINED = re.compile(r"\s*,\s*(?:and|or|and/or)\s+|\s+(?:and/or|and|or)\s+|\s*[,/&]\s*")


def simple(text: str) -> str:
    """In lower case, with a space for each punctuation mark.

    >>> simple("Wilson's Disease, late-onset")
    'wilson s disease late onset'
    """
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())


def published(mention: Mention) -> tuple[str, ...]:
    """What stands for a mention: its single mentions, abbreviations written out where its document says for what."""
    given = mention.parts or (split(mention.text) if len(mention.right) > 1 else (mention.text,))
    long = abbreviations(mention.context) if mention.context else {}
    texts = [" ".join(long.get(word, word) for word in part.split()) for part in given]
    return tuple(dict.fromkeys(simple(text) or text for text in texts))


def split(text: str) -> tuple[str, ...]:
    """A composite mention's single ones: what only the last one says at its end, or the first at its start, is all's.

    >>> split("breast and ovarian cancer")
    ('breast cancer', 'ovarian cancer')
    >>> split("cancers of the breast and ovary")
    ('cancers of the breast', 'cancers of the ovary')
    """
    parts = [part for part in _JOINED.split(text) if part]
    if len(parts) < 2:
        return (text,)
    first, last = parts[0].split(), parts[-1].split()
    if len(last) > 1 and all(len(part.split()) < len(last) for part in parts[:-1]):
        common = len(last) - max(len(part.split()) for part in parts[:-1])
        end = last[len(last) - common :]
        return (*(" ".join([part, *end]) for part in parts[:-1]), parts[-1])
    if len(first) > 1 and all(len(part.split()) < len(first) for part in parts[1:]):
        start = first[: len(first) - max(len(part.split()) for part in parts[1:])]
        return (parts[0], *(" ".join([*start, part]) for part in parts[1:]))
    return tuple(parts)


@lru_cache(maxsize=4096)
def abbreviations(text: str) -> dict[str, str]:
    """Abbreviations that a text defines: short form → long form.

    >>> abbreviations("Tay-Sachs disease and ataxia telangiectasia (AT) are rare.")
    {'AT': 'ataxia telangiectasia'}
    """
    found: dict[str, str] = {}
    for before, short in _DEFINED.findall(text):
        words = before.split()[-min(len(short) + 5, 2 * len(short)) :]
        long = _long_form(short, " ".join(words))
        if long and short not in found:
            found[short] = long
    return found


def _long_form(short: str, before: str) -> str:
    """The shortest end of `before` in which the short form's characters come in order, the first at a word's start."""
    place = len(before)
    for at, character in reversed(list(enumerate(short))):
        if not character.isalnum():
            continue
        place -= 1
        while place >= 0 and (
            before[place].lower() != character.lower() or (at == 0 and place > 0 and before[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return ""
    long = before[before.rfind(" ", 0, place + 1) + 1 :].strip()
    return long if len(long) > len(short) and short.lower() not in long.lower().split() else ""
