"""Who signs: ORCIDs, whose last character checks the others.

Source: https://support.orcid.org/hc/en-us/articles/360006897674 (ISO 7064, MOD 11-2).
"""

import re

from kgbuild.errors import InputError


def orcid(text: str) -> str:
    """The CURIE of an ORCID, however it is written.

    >>> orcid("https://orcid.org/0000-0002-1825-0097")
    'orcid:0000-0002-1825-0097'

    Raises:
        InputError: It is none, or its check digit is another.
    """
    bare = re.sub(r"^(https?://orcid\.org/|orcid:)", "", text.strip(), flags=re.IGNORECASE).upper()
    if not re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", bare):
        raise InputError(f"ORCID {text.strip()!r}: not an ORCID; expected one such as 0000-0002-1825-0097")
    total = 0
    for digit in bare.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if bare[-1] != ("X" if check == 10 else str(check)):
        raise InputError(f"ORCID {bare}: its check digit is wrong, so a digit is mistyped; see your page at orcid.org")
    return f"orcid:{bare}"
