"""Names in the labels of biobanks' trait lists: what a label says beside the trait is taken off, and tells codes.

    Non-cancer illness code, self-reported: asthma     asthma
    20002_1111: asthma                                 asthma
    Date E11 first reported (type 2 diabetes)          type 2 diabetes, code E11
    Diagnoses - main ICD10: I20.0 Unstable angina      unstable angina, code I20.0
    Diabetes, type 2 (self-reported) [E11]             diabetes, type 2; type 2 diabetes; code E11
    T2D_adj_BMI                                        type 2 diabetes adj …; t2d adj bmi; type 2 diabetes; t2d
    I9_CHD                                             coronary heart disease; chd

What changes the meaning stays: whose illness it is, when it began, history of, without.

Source: field titles and codings of UK Biobank (https://biobank.ndph.ox.ac.uk/showcase), endpoints of FinnGen
(https://risteys.finngen.fi), and trait names of the GWAS Catalog.
"""

import re
from typing import NamedTuple

from kgbuild.graph import name_key

#: Abbreviations with one meaning among traits; others (AD, MS, PD) have several and are left as they are.
ABBREVIATIONS = {
    "AAA": "abdominal aortic aneurysm",
    "ADHD": "attention deficit hyperactivity disorder",
    "AFib": "atrial fibrillation",
    "ALS": "amyotrophic lateral sclerosis",
    "AMD": "age-related macular degeneration",
    "BMI": "body mass index",
    "BPH": "benign prostatic hyperplasia",
    "CAD": "coronary artery disease",
    "CHD": "coronary heart disease",
    "CKD": "chronic kidney disease",
    "COPD": "chronic obstructive pulmonary disease",
    "CRP": "C-reactive protein",
    "DBP": "diastolic blood pressure",
    "DVT": "deep vein thrombosis",
    "eGFR": "estimated glomerular filtration rate",
    "FEV1": "forced expiratory volume in 1 second",
    "FVC": "forced vital capacity",
    "GERD": "gastroesophageal reflux disease",
    "HbA1c": "glycated hemoglobin",
    "HDL": "high density lipoprotein",
    "HTN": "hypertension",
    "IBD": "inflammatory bowel disease",
    "IBS": "irritable bowel syndrome",
    "LDL": "low density lipoprotein",
    "MDD": "major depressive disorder",
    "NAFLD": "non-alcoholic fatty liver disease",
    "OSA": "obstructive sleep apnea",
    "PAD": "peripheral artery disease",
    "PCOS": "polycystic ovary syndrome",
    "SBP": "systolic blood pressure",
    "SLE": "systemic lupus erythematosus",
    "T1D": "type 1 diabetes",
    "T1DM": "type 1 diabetes mellitus",
    "T2D": "type 2 diabetes",
    "T2DM": "type 2 diabetes mellitus",
    "TIA": "transient ischemic attack",
    "VTE": "venous thromboembolism",
    "WHR": "waist-hip ratio",
}
_ABBREVIATED = re.compile(rf"(?<![\w(-])({'|'.join(ABBREVIATIONS)})(?![\w-])")

_ICD10 = r"[A-TV-Z]\d[0-9AB](?:\.?\d[0-9A-Z]{0,3})?"
_KNOWN_HOW = (
    r"self[- ]?report(?:ed)?|(?:doctor|physician)[- ]diagnosed|diagnosed by (?:a )?(?:doctor|physician)|"
    r"(?:main|primary|secondary) diagnosis|mode|avohilmo|strict(?: definition)?|wide(?: definition)?|"
    r"(?:more|no) controls excluded|controls excluding [\w ]+|inverse[- ]rank[- ]normali[sz]ed|irnt|int|raw|both sexes"
)
#: `20002_1111: asthma`; a bare number needs its colon.
_FIELD = re.compile(r"^(?:\d{2,6}(?:[_#.-]\w+)*\s*:|\d{2,6}[_#]\d+)\s*")
_NOT_OF_NOW = r"(?!(?:[^:]*\b)?(?:age|year|number|father|mother|siblings?|family|relatives?)\b[^:]*:)"
_HEADING = re.compile(
    rf"^{_NOT_OF_NOW}[^:]*\b(?:self[- ]?reported|(?:illness|cancer|medication|operation) codes?|ICD-?(?:9|10)|"
    r"diagnosed by (?:a )?doctor|cause of death)\b[^:]*:\s*(?:ICD-?(?:9|10):\s*)?",
    re.IGNORECASE,
)
_FIRST_REPORTED = re.compile(rf"^(?:Date|Source of report of) ({_ICD10})(?: first reported)? \((.+)\)$")
_LEADING_CODE = re.compile(rf"^({_ICD10})[:\s]\s*(?=\S)")
_TRAILING_CODES = re.compile(
    rf"\s*[\[(](?:ICD-?10(?:-?CM)?:?\s*)?({_ICD10}(?:\s*[-,;/]\s*{_ICD10})*)[\])]\s*$", re.IGNORECASE
)
_TRAILING_HOW = re.compile(
    rf"\s*(?:[\[(](?:{_KNOWN_HOW})[\])]|,\s*(?:{_KNOWN_HOW})|-\s+(?:{_KNOWN_HOW}))\s*$", re.IGNORECASE
)
_LEADING_HOW = re.compile(r"^(?:self[- ]?reported|(?:doctor|physician)[- ]diagnosed)[:\s]+(?=\S)", re.IGNORECASE)
_ENDPOINT = re.compile(r"^[A-Z]{1,2}\d{1,2}_(?=[A-Z][A-Z0-9_]+$)")  # chapter of a FinnGen endpoint
_ADJUSTED = re.compile(r"[,;]?\s*\(?\badj(?:usted)?\b\.?.+$", re.IGNORECASE)
_ACRONYM = re.compile(r"\s*\([A-Z][A-Za-z0-9-]{1,6}\)$")
_INVERTED = re.compile(r"^([^,]+), ((?:type|stage|grade|class)\s\S+|[\w-]+)$", re.IGNORECASE)


class Label(NamedTuple):
    """What a label says: name keys, the plainest first, and the ICD-10 codes written in it."""

    keys: list[str]
    codes: list[str]


def read_label(text: str) -> Label:
    """The names in a label. Without anything to take off, its own key is the first.

    >>> read_label("Diabetes, type 2 (self-reported) [E11]")
    Label(keys=['diabetes, type 2', 'type 2 diabetes'], codes=['E11'])
    """
    text, codes = _without_codes(_ENDPOINT.sub("", " ".join(text.split())))
    text = text.replace("_", " ").strip() or text
    while (shorter := _LEADING_HOW.sub("", _TRAILING_HOW.sub("", text))) not in ("", text):
        text, more = _without_codes(shorter)
        codes += more
    names = list(dict.fromkeys([_spelled_out(text), text]))
    for vary in (_unadjusted, _without_acronym, _in_order):
        names += [varied for name in names if (varied := vary(name)) and varied not in names]
    return Label(list(dict.fromkeys(map(name_key, names))), list(dict.fromkeys(codes)))


def _without_codes(text: str) -> tuple[str, list[str]]:
    """The text without a field's number, a heading and ICD codes, and those codes."""
    if found := _FIRST_REPORTED.match(text):
        return found[2], [found[1]]
    codes: list[str] = []
    field = _FIELD.sub("", text) or text
    bare = _HEADING.sub("", field) or field
    # B12 deficiency is no code, unless a heading says that codes follow
    if (found := _LEADING_CODE.match(bare)) and ("." in found[1] or "ICD" in field[: len(field) - len(bare)].upper()):
        codes.append(found[1])
        bare = bare[found.end() :]
    if (found := _TRAILING_CODES.search(bare)) and found.start():
        codes += re.findall(rf"{_ICD10}(?:\s*-\s*{_ICD10})?", found[1].upper())
        bare = bare[: found.start()]
    return bare, codes


def _unadjusted(name: str) -> str:
    return _ADJUSTED.sub("", name)


def _without_acronym(name: str) -> str:
    return _ACRONYM.sub("", name)


def _in_order(name: str) -> str:
    """`Diabetes, type 2` → `type 2 Diabetes`."""
    return _INVERTED.sub(r"\2 \1", name)


def _spelled_out(name: str) -> str:
    return _ABBREVIATED.sub(lambda found: ABBREVIATIONS[found[0]], name)
