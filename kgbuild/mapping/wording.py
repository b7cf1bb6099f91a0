"""What a name says: its words in one spelling, and apart from them what qualifies, numbers, negates or widens it.

Names are read for meaning, not parsed: "Malignant neoplasm of kidney, except pelvis" is the words {kidney, neoplasm},
the behaviour malignant and the negated word {pelvis}. Two spellings of one name (word order, plural, British and
American, roman numerals, "unspecified") have one reading.

Source: the conventions of ICD-10 for "other", NOS and NEC (volume 2, 3.1.4), and what near misses among curated
mappings differ by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Axis → value → words that state it. Different values of one axis exclude each other.
_AXES = {
    "behaviour": {"benign": "benign", "malignant": "malignant malignancy carcinoma", "uncertain": "uncertain"},
    "course": {"acute": "acute", "chronic": "chronic", "subacute": "subacute"},
    "order": {"primary": "primary", "secondary": "secondary metastatic metastasis"},
    "origin": {"congenital": "congenital", "acquired": "acquired"},
    "inheritance": {"dominant": "dominant", "recessive": "recessive"},
    "chromosome": {"autosomal": "autosomal", "X-linked": "xlinked", "Y-linked": "ylinked"},
    "age": {
        "newborn": "neonatal newborn neonate perinatal",
        "child": "childhood child juvenile pediatric infantile adolescent",
        "adult": "adult senile elderly",
    },
    "onset": {"early": "earlyonset", "late": "lateonset"},
    "sex": {"male": "male men man", "female": "female women woman"},
    "side": {"left": "left", "right": "right"},
    "sides": {"one side": "unilateral", "both sides": "bilateral"},
    "level": {"upper": "upper superior", "lower": "lower inferior"},
    "position": {"front": "anterior ventral", "back": "posterior dorsal"},
    "distance": {"near": "proximal", "far": "distal"},
    "middle": {"medial": "medial", "lateral": "lateral"},
    "depth": {"internal": "internal", "external": "external"},
    "severity": {"mild": "mild", "moderate": "moderate", "severe": "severe profound"},
    "extent": {"localized": "localized focal", "generalized": "generalized diffuse"},
    "wound": {"open": "open", "closed": "closed"},
    "change": {
        "increased": "increased elevated raised high excess gain",
        "decreased": "decreased reduced low deficiency loss",
    },
    "pressure": {"systolic": "systolic", "diastolic": "diastolic"},
    "supply": {"ischemic": "ischemic", "hemorrhagic": "hemorrhagic"},
    "hearing": {"conductive": "conductive", "sensorineural": "sensorineural"},
    "cause": {"bacterial": "bacterial", "viral": "viral", "fungal": "fungal mycotic", "parasitic": "parasitic"},
    "angle": {"open angle": "openangle", "angle closure": "angleclosure"},
    "response": {"sensitive": "sensitive", "resistant": "resistant"},
    "count": {"single": "uninodular solitary", "multiple": "multinodular multiple"},
    "greek": {"alpha": "alpha", "beta": "beta", "gamma": "gamma", "delta": "delta"},
    "time": {"before": "antepartum prenatal antenatal preoperative", "after": "postpartum postnatal puerperal"},
    "pregnancy": {"in pregnancy": "pregnancy pregnant gestational gestation childbirth obstetric"},
    "past": {"history of": "pasthistory"},
    "surgery": {"after a procedure": "postoperative postprocedural iatrogenic"},
    "doubt": {"suspected": "suspected suspect possible probable"},
}
_AXIS = {
    word: (axis, value) for axis, values in _AXES.items() for value, words in values.items() for word in words.split()
}

#: What makes of a disease another kind of thing → how it is said.
_ASPECTS = {
    "familyhistory": "family history",
    "screeningfor": "screening",
    "riskof": "susceptibility or risk",
    "responseto": "response",
    "vaccine": "vaccine",
    "vaccination": "vaccine",
    "immunization": "vaccine",
    "measurement": "measurement",
}
VACCINE = "vaccine"
#: Those that a trait shares with what it is about: curators tie hemoglobin A2 to its measurement.
SOFT_ASPECTS = frozenset(["measurement", "response", "susceptibility or risk"])

#: Phrases that are one word to us, in the order in which they are looked for.
_PHRASES = [
    (re.compile(pattern), word)
    for pattern, word in (
        (r"['’`]s?\b", ""),
        (r"\((?:disease|disorder|finding|morphologic abnormality|qualifier value)\)", " "),
        (r"\([a-z]\d+(?:-[a-z]\d+)?\)", " "),
        (r"\bnot otherwise specified\b|\bn\.?o\.?s\b\.?", " unspecified "),
        (r"\bnot elsewhere classified\b|\bnot classified elsewhere\b|\bn\.?e\.?c\b\.?", " other "),
        (r"\bfamily (?:history|hx)(?: of)?\b|\bfamilial history(?: of)?\b", " familyhistory "),
        (r"\b(?:personal |past )?(?:history|hx) of\b|\bh/o\b|\bpersonal history\b|\bpast history\b", " pasthistory "),
        (r"\bscreening(?: for)?\b", " screeningfor "),
        (r"\bresponse to\b", " responseto "),
        (r"\bat risk (?:for|of)\b|\brisk (?:for|of)\b|\bpredisposition to\b|\bsusceptibility(?: to)?\b", " riskof "),
        (r"\bsecondary to\b|\bcaused by\b|\bas a result of\b", " due to "),
        (r"\bdiabetes mellitus\b", " diabetes "),
        (r"\binsulin[- ]dependent\b", " insulindependent "),
        (r"\b(early|late)[- ]onset\b", r" \1onset "),
        (r"\bopen[- ]angle\b", " openangle "),
        (r"\bangle[- ]closure\b|\bclosed[- ]angle\b|\bnarrow[- ]angle\b", " angleclosure "),
        (r"\b([xy])[- ]linked\b", r" \1linked "),
        (r"\bpost[- ]operative\b", " postoperative "),
        (r"\bcancer(?:s|ous)?\b", " malignant neoplasm "),
        (r"\bmalignanc(?:y|ies)\b", " malignant neoplasm "),
        (r"\btumou?rs?\b", " neoplasm "),
        (r"\bwith or without\b[^,;]*", " "),
        (r"\band/or\b|/|&", " or "),
    )
]
_ANY_PHRASE = re.compile("|".join(pattern.pattern for pattern, _ in _PHRASES))
_BRITISH = [
    (re.compile(british), american)
    for british, american in (
        ("aem", "em"), ("aes?th", "esth"), ("paed", "ped"), ("gynaec", "gynec"), ("aetio", "etio"), ("faec", "fec"),
        ("caec", "cec"), ("oesoph", "esoph"), ("oed", "ed"), ("oestr", "estr"), ("foet", "fet"), ("coel", "cel"),
        ("rrhoea", "rrhea"), ("pnoea", "pnea"), ("leuco", "leuko"), ("sulph", "sulf"), ("isation", "ization"),
        ("ised$", "ized"), ("(behavi|col|lab|tum)our", r"\1or"), ("(goi|fib|cen|ti|li)tre$", r"\1ter"),
        ("fibre", "fiber"), ("disk", "disc"),
    )
]  # fmt: skip
_NOUN = dict(
    pair.split(":")
    for pair in _set("""
        renal:kidney hepatic:liver cardiac:heart pulmonary:lung gastric:stomach colonic:colon rectal:rectum
        uterine:uterus ovarian:ovary prostatic:prostate pancreatic:pancreas esophageal:esophagus laryngeal:larynx
        pharyngeal:pharynx tracheal:trachea vaginal:vagina vulvar:vulva vulval:vulva penile:penis testicular:testis
        splenic:spleen cutaneous:skin dermal:skin nasal:nose oral:mouth dental:tooth ocular:eye duodenal:duodenum
        cecal:cecum anal:anus urethral:urethra ureteral:ureter ureteric:ureter aortic:aorta arterial:artery venous:vein
        retinal:retina corneal:cornea articular:joint mammary:breast femoral:femur tibial:tibia neoplastic:neoplasm
        disorder:disease condition:disease teeth:tooth feet:foot
    """)
)
_ROMAN = dict(zip(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], map(str, range(1, 11)), strict=True))
_ORDINAL = {
    word: str(place // 2 + 1)
    for place, word in enumerate(["first", "1st", "second", "2nd", "third", "3rd", "fourth", "4th"])
}
_GREEK = str.maketrans({"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta "})
#: After these a letter or a roman numeral tells kinds apart.
_NUMBERED = _set(
    "type subtype grade stage class group chromosome factor category phase trimester degree hepatitis vitamin "
    "influenza hemophilia complex"
)
_FUNCTION = _set(
    "a an and as at be both by classified complicating due during elsewhere for from he in into involving is it its "
    "nature of on or specified the to unspecified with s type subtype"
)
_NEGATIONS = frozenset(["without", "no", "not", "except", "excluding", "never"])
_NOT_NEGATED = frozenset(["none", "nonsense", "nonunion", "nonane", "nones"])
_END = frozenset(["with", ",", ";", "but", "unspecified", "other"])  # where a negation ends
_JOINS = frozenset(["or", "and", ";"])
_SILENT = _FUNCTION | _NEGATIONS | frozenset([",", ";", "other"])
_HEAD_ENDS = frozenset(
    ["of", "in", "with", "due", "for", "against", "by", "to", "from", "on", "without", "during", ","]
)
_TOKEN = re.compile(r"[^\W_]+(?:[.:](?=\d)[^\W_]+)*|[,;]")


@dataclass(frozen=True, slots=True)
class Wording:
    """The reading of one name.

    Args:
        words: What it is about, without what the other fields say.
        negated: Words that it denies: without, not, except, non-.
        axes: Axis → the values that the name states.
        numbers: What is numbered ("type" where nothing is said) → numbers and letters.
        aspects: What makes it another kind of thing: family history, screening, measurement …
        residual: It is what is left over: "other", NEC.
        alternatives: The words of each part of "A or B"; empty for a name of one thing.
        head: The word for the kind of thing: "stone" in "kidney stone", "neoplasm" in "neoplasm of colon".
        form: Equal for names that say the same.
    """

    words: frozenset[str]
    negated: frozenset[str]
    axes: Mapping[str, frozenset[str]]
    numbers: Mapping[str, frozenset[str]]
    aspects: frozenset[str]
    residual: bool
    alternatives: tuple[frozenset[str], ...]
    head: str
    form: int


@lru_cache(maxsize=500_000)
def read(name: str) -> Wording:
    """Read a name.

    >>> read("Diabetes mellitus, type II").form == read("type 2 diabetes").form
    True
    >>> sorted(read("Malignant neoplasm of kidney, except pelvis").words)
    ['kidney', 'neoplasm']
    """
    text = name.casefold().translate(_GREEK)
    if _ANY_PHRASE.search(text):
        for pattern, word in _PHRASES:
            text = pattern.sub(word, text)
    reader = _Reader()
    for token in _TOKEN.findall(text):
        reader.take(token)
    return reader.wording()


class _Reader:
    """Takes a name token by token."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.negated: set[str] = set()
        self.aspects: set[str] = set()
        self.axes: dict[str, set[str]] = {}
        self.numbers: dict[str, set[str]] = {}
        self.parts: list[set[str]] = [set()]
        self.head = self.before = ""
        self.other = self.negating = self.non = self.joined = False

    def take(self, token: str) -> None:
        """Read the next token."""
        if token in _HEAD_ENDS and not self.head and self.words:
            self.head = self.words[-1]
        if token in _NEGATIONS:
            self.negating = True
        elif token in _END:
            self.negating = False
        if token in _JOINS and self.words:
            self.joined = self.joined or token != ";"
            self.parts.append(set())
        if token == "other":
            self.other = True
        elif token == "non":
            self.non = True
        elif token.isalnum() and (number := _number(token, self.before)):
            what = self.before if self.before in _NUMBERED else "number"
            self.numbers.setdefault("type" if what == "subtype" else what, set()).add(number)
            self.non = False
        elif token not in _SILENT:
            self._word(_stem(token))
            self.non = False
        if token != ",":
            self.before = _stem(token)

    def _word(self, word: str) -> None:
        denied = _denied(word)
        if denied or self.non or self.negating:
            self.negated.add(denied or word)
        elif word in _ASPECTS:
            self.aspects.add(_ASPECTS[word])
            self.words.append(word)
        else:
            if word in _AXIS:
                axis, value = _AXIS[word]
                self.axes.setdefault(axis, set()).add(value)
            if word not in _AXIS or word in _CONTENT_TOO:
                self.words.append(word)
                self.parts[-1].add(word)

    def wording(self) -> Wording:
        """What was read."""
        head = self.head or (self.words[-1] if self.words else "")
        if VACCINE in self.aspects and _ASPECTS.get(head) != VACCINE:  # "a reaction to a vaccine"
            self.aspects.discard(VACCINE)
        words = frozenset(word for word in self.words if _ASPECTS.get(word) not in self.aspects)
        axes = {axis: frozenset(values) for axis, values in self.axes.items()}
        numbers = {what: frozenset(values) for what, values in self.numbers.items()}
        negated = frozenset(self.negated) - words - frozenset().union(*axes.values())
        parts = tuple(frozenset(part) for part in self.parts if part)
        alternatives = parts if self.joined and len(parts) > 1 and "syndrome" not in words else ()
        aspects = frozenset(self.aspects)
        counted = {("type" if what == "number" else what, values) for what, values in numbers.items()}
        form = hash((words, negated, frozenset(axes.items()), frozenset(counted), aspects, self.other))
        return Wording(words, negated, axes, numbers, aspects, self.other, alternatives, head, form)


_CONTENT_TOO = frozenset(["carcinoma", "metastasis", "deficiency", "loss", "gain", "excess"])


def _number(token: str, before: str) -> str | None:
    """The token as a number of a kind: 2, ii, b12; None for a word."""
    if token in _ORDINAL:
        return _ORDINAL[token]
    if before in _NUMBERED:
        if token in _ROMAN:
            return _ROMAN[token]
        if len(token) == 1 or re.fullmatch(r"[a-z]?\d+[a-z]?", token):
            return token
        return None
    if len(token) > 1 and token in _ROMAN:
        return _ROMAN[token]
    return token if token[0].isdigit() and re.fullmatch(r"\d+[a-z]?", token) else None


def _denied(word: str) -> str | None:
    """nontoxic → toxic."""
    if word.startswith("non") and len(word) > 6 and word not in _NOT_NEGATED:
        return word[3:]
    return None


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    for british, american in _BRITISH:
        word = british.sub(american, word)
    return _NOUN.get(singular := _singular(word), singular)


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "is", "us")):
        return word
    for plural, one in (
        ("itides", "itis"), ("oses", "osis"), ("stases", "stasis"), ("yses", "ysis"), ("ies", "y"), ("sses", "ss"),
        ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ruses", "rus"), ("nuses", "nus"), ("brae", "bra"), ("s", ""),
    ):  # fmt: skip
        if word.endswith(plural):
            return word[: -len(plural)] + one
    return word
