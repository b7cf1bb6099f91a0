"""What the three papers report, for the column beside ours: other data, other base models, other dictionaries.

Sources: Yuan et al. 2025 (GENEREL), tables 2, 3, 4 and 5 and figure 2; Liu et al. 2021 (SapBERT), table 2, in per cent;
Remy et al. 2024 (BioLORD-2023), tables 1 and 3, in per cent.
"""

from collections.abc import Sequence
from typing import NamedTuple

from embed.evaluate.figure import Figure


class Published(NamedTuple):
    """One number of a paper.

    Args:
        table, set, measure: As in `embed.evaluate.figure.Figure`; `set` is how the names of ours begin.
        method: As the paper names it.
        value: In [0, 1].
        paper: Short.
    """

    table: str
    set: str
    measure: str
    method: str
    value: float
    paper: str


_GENEREL, _SAPBERT, _BIOLORD = "GENEREL 2025", "SapBERT 2021", "BioLORD 2024"

_RELATED = {  # GENEREL, table 2
    "DisGeNET disease–gene": (0.627, 0.564, 0.770),
    "pathway–gene": (0.585, 0.594, 0.758),
    "indication–drug": (0.667, 0.811, 0.824),
    "indication–gene": (0.656, 0.657, 0.850),
}
_ASSOCIATED = {  # GENEREL, table 3: MVP-Trait, MVP-SNP, GWAS-Trait, GWAS-SNP
    "SVD": (0.775, 0.840, None, None),
    "TransE": (0.543, 0.524, 0.693, 0.621),
    "TransH": (0.531, 0.516, 0.655, 0.601),
    "TransR": (0.578, 0.528, 0.767, 0.737),
    "DistMult": (0.622, 0.761, 0.825, 0.893),
    "SimplE": (0.636, 0.759, 0.813, 0.894),
    "GENEREL": (0.821, 0.810, 0.942, 0.939),
}
_LINKED = {  # SapBERT, table 2: PubMedBERT, + SapBERT, + fine-tuned; Acc@1 and Acc@5
    "NCBI-Disease": (77.8, 86.9, 92.0, 95.6, 92.3, 95.5),
    "BC5CDR disease": (89.0, 93.8, 93.5, 96.0, 93.2, 95.4),
    "BC5CDR chemical": (93.0, 94.6, 96.5, 98.2, 96.5, 97.9),
    "MedMentions": (43.9, 64.7, 50.8, 74.4, 50.4, 73.9),
    "AskAPatient": (42.5, 49.6, 70.5, 88.9, 89.0, 96.2),
    "COMETA": (46.8, 53.2, 65.9, 77.9, 75.1, 85.5),
}
_SIMILAR = {  # BioLORD-2023, table 1: BioSyn, SapBERT, BioLORD-2022, BioLORD-2023
    "MedSTS": (84.0, 86.0, 86.3, 88.3),
    "MedNLI-S": (89.5, 90.5, 89.9, 92.4),
    "BIOSSES": (92.1, 89.3, 84.0, 86.1),
    "SICK": (86.7, 80.3, 89.3, 90.3),
    "STS-B": (79.4, 81.9, 86.5, 87.8),
    "EHR-Rel-B": (42.5, 51.7, 57.5, 63.6),
    "UMNSRS similarity": (43.6, 53.0, 56.0, 59.2),
    "UMNSRS relatedness": (39.1, 47.5, 54.4, 54.4),
    "MayoSRS": (45.1, 62.5, 74.7, 74.4),
}
_NAMED = {  # BioLORD-2023, table 1, Acc@1
    "TwiMed Twitter": (42.8, 48.3, 48.5, 49.8),
    "PsyTAR": (52.4, 64.8, 64.7, 66.3),
    "TwiMed PubMed": (65.3, 70.1, 70.4, 69.4),
}
_XL_BEL = {"XL-BEL de": (51.5, 57.7), "XL-BEL es": (52.7, 53.1), "XL-BEL en": (78.2, 73.1)}  # BioLORD-2023, table 3
_CORRELATION = {"MedSTS", "MedNLI-S", "BIOSSES", "SICK", "STS-B"}


def beside(figures: Sequence[Figure]) -> list[Figure]:
    """What papers report of the sets and measures that are among ours, under our sets' names."""
    ours = dict.fromkeys((each.table, each.set, each.measure) for each in figures if each.subset == "all")
    return [
        Figure(table=table, set=name, measure=measure, method=f"{row.method}, {row.paper}", value=row.value, items=0)
        for table, name, measure in ours
        for row in published()
        if (row.table, row.measure) == (table, measure) and name.startswith(row.set)
    ]


def published() -> list[Published]:
    """All of them."""
    rows = [
        Published("relatedness", name, "AUC, uniform", method, value, _GENEREL)
        for name, values in _RELATED.items()
        for method, value in zip(("SapBERT", "CODER", "GENEREL"), values, strict=True)
    ]
    columns = [(name, anchor) for name in ("MVP", "GWAS Catalog") for anchor in ("trait", "variant")]
    rows += [
        Published("association", name, f"AUC, {anchor}-anchored, uniform", method, value, _GENEREL)
        for method, values in _ASSOCIATED.items()
        for (name, anchor), value in zip(columns, values, strict=True)
        if value is not None
    ]
    rows.append(Published("odds ratios", "GWAS Catalog", "odds ratios > 2 apart, in order", "GENEREL", 0.847, _GENEREL))
    for name, (original, synonym) in {"MVP": (0.798, 0.786), "GWAS Catalog": (0.901, 0.836)}.items():
        for how, value in (("label", original), ("synonym", synonym)):
            measure = "AUC, trait-anchored, uniform"
            rows.append(Published("other names", f"{name}, by {how}", measure, "GENEREL", value, _GENEREL))
    linked = [(method, k) for method in ("PubMedBERT", "SapBERT", "SapBERT, fine-tuned") for k in ("Acc@1", "Acc@5")]
    rows += [
        Published("linking", name, measure, method, value / 100, _SAPBERT)
        for name, values in _LINKED.items()
        for (method, measure), value in zip(linked, values, strict=True)
    ]
    models = ("BioSyn", "SapBERT", "BioLORD-2022", "BioLORD-2023")
    rows += [
        Published("linking", name, "Acc@1", method, value / 100, _BIOLORD)
        for name, values in _NAMED.items()
        for method, value in zip(models, values, strict=True)
    ]
    rows += [
        Published("linking", name, "Acc@1", method, value / 100, _BIOLORD)
        for name, values in _XL_BEL.items()
        for method, value in zip(("SapBERT, multilingual", "BioLORD-2023-M"), values, strict=True)
    ]
    rows += [
        Published("similarity", name, "Pearson" if name in _CORRELATION else "Spearman", method, value / 100, _BIOLORD)
        for name, values in _SIMILAR.items()
        for method, value in zip(models, values, strict=True)
    ]
    return rows
