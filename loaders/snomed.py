"""SNOMED CT: the clinical terminology, from a snapshot in Release Format 2.

Source: https://www.snomed.org/get-snomed (Snapshot/Terminology and Snapshot/Refset of a release; RF2:
https://confluence.ihtsdotools.org/display/DOCRELFMT): sct2_Concept_, sct2_Description_, sct2_Relationship_ and
sct2_TextDefinition_Snapshot, der2_cRefset_AssociationSnapshot, der2_cRefset_LanguageSnapshot (looked up, no rows)
Licence: SNOMED CT Affiliate License Agreement
Yields: a node a concept, typed by the tag of its fully specified name, named by its preferred term in `dialect`, else
by that name without the tag; inactive concepts obsolete; a name a description; SUBCLASS_OF for |Is a|, a predicate of
`_PREDICATES` or RELATED_TO for other attributes, with the attribute as `qualifier`; REPLACED_BY for |SAME AS| and
|REPLACED BY|, CONSIDER for the other historical associations of concepts.
Skips: concrete values, OWL axioms, case significance. Inactive descriptions, relationships and members are rejected,
and so are associations with namespaces and of descriptions.
"""

from functools import reduce

import ibis
import ibis.expr.types as ir

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source

SOURCE = Source(
    name="snomed",
    title="SNOMED CT",
    url="https://www.snomed.org",
    licence="https://www.snomed.org/snomed-ct/get-snomed",
    files={
        "concepts": ("sct2_Concept_Snapshot*.txt",), "descriptions": ("sct2_Description_Snapshot*.txt",),
        "relationships": ("sct2_Relationship_Snapshot*.txt",), "definitions": ("sct2_TextDefinition_Snapshot*.txt",),
        "associations": ("der2_cRefset_Association*Snapshot*.txt",),
        "languages": ("der2_cRefset_Language*Snapshot*.txt",),
    },
    optional=("relationships", "definitions", "associations", "languages"),
    vocabularies=("snomedct",),
    member=True,
    parameters={"dialect": "900000000000509007"},  # US English; 900000000000508004 is GB English
    citation="SNOMED International. SNOMED CT.",
    access="Register with your country's release centre (https://www.snomed.org/members; in the USA with a UMLS "
    "licence at https://www.nlm.nih.gov/healthit/snomedct) and unpack the RF2 release.",
)  # fmt: skip

_COLUMNS = {
    "concepts": "id effectiveTime active",
    "descriptions": "id active conceptId languageCode typeId term",
    "definitions": "id active conceptId languageCode typeId term",
    "relationships": "id active sourceId destinationId relationshipGroup typeId",
    "associations": "id active refsetId referencedComponentId targetComponentId",
}
_FULL_NAME, _IS_A, _PREFERRED = "900000000000003001", "116680003", "900000000000548007"
_TAG = r" \(([^()]+)\)$"

#: Semantic tags of each node type.
_TYPES = {
    "disorder": "Disease", "finding": "Phenotype", "body structure": "Anatomy", "cell": "Cell",
    "cell structure": "CellularComponent", "substance": "Chemical", "product": "Drug", "medicinal product": "Drug",
    "medicinal product form": "Drug", "clinical drug": "Drug", "real clinical drug": "Drug", "organism": "Organism",
    "observable entity": "Measurement",
}  # fmt: skip

#: Attributes that Biolink has.
_PREDICATES = {
    _IS_A: "SUBCLASS_OF", "123005000": "PART_OF", "127489000": "HAS_ACTIVE_INGREDIENT", "363698007": "LOCATED_IN",
    "246075003": "CAUSED_BY", "42752001": "CAUSED_BY",
}  # fmt: skip

#: Association reference sets of concepts; those that are not here have no use in the graph.
_ASSOCIATIONS = {
    "900000000000526001": "REPLACED_BY", "900000000000527005": "REPLACED_BY",  # replaced by, same as
    "900000000000523009": "CONSIDER", "1186924009": "CONSIDER",  # possibly, partially equivalent to
    "1186921001": "CONSIDER", "900000000000530003": "CONSIDER",  # possibly replaced by, alternative
    "900000000000528000": "CONSIDER", "900000000000529008": "CONSIDER",  # was a, similar to
}  # fmt: skip


def load(inputs: Inputs) -> Staged:
    tables = {key: inputs.keep(_reasons(_read(inputs, key), key)) for key in _COLUMNS}
    good = {key: table.filter(table.reason.isnull()) for key, table in tables.items()}
    spoken = good["descriptions"].mutate(text=_untagged(good["descriptions"]))
    whole = inputs.keep(_concepts(good["concepts"], spoken, good["definitions"], _preferred(inputs)))
    told = good["definitions"].select("file", "row", concept="conceptId")
    return Staged(
        nodes=[
            # a whole node from each row that tells of it
            origin.left_join(whole, "concept").select(
                "file", "row", "name", "type", "definition", "obsolete", id="snomedct:" + origin.concept
            )
            for origin in (good["concepts"].select("file", "row", concept="id"), told)
        ],
        names=[
            spoken.select("text", "file", "row", id="snomedct:" + spoken.conceptId, language=spoken.languageCode)
        ],
        edges=[_relationships(good["relationships"], whole), _associations(good["associations"])],
        rejects=[
            table.filter(table.reason.notnull()).select("file", "row", "raw", "reason", key=table.id.fill_null(""))
            for table in tables.values()
        ],
    )  # fmt: skip


def _read(inputs: Inputs, key: str) -> ir.Table:
    columns = _COLUMNS[key].split()
    table = inputs.table(key, columns, quote="")
    return table.mutate(raw=ibis.literal("\t").join([table[column].fill_null("") for column in columns]))


def _reasons(table: ir.Table, key: str) -> ir.Table:
    """With a `reason` to reject a row, null where it is used. An inactive concept is an obsolete node."""
    inactive = (table.active != "1").fill_null(True) if key != "concepts" else ibis.literal(False)
    used = table.refsetId.isin(list(_ASSOCIATIONS)) if key == "associations" else ibis.literal(True)
    needed = [table[column].isnull() for column in _COLUMNS[key].split() if column != "relationshipGroup"]
    reason = ibis.cases(
        (reduce(lambda a, b: a | b, needed), f"an empty column; {_COLUMNS[key]} are needed"),
        (inactive, "inactive"),
        (~used, "no association of concepts that replace each other"),
        else_=ibis.null("string"),
    )
    return table.mutate(reason=reason)


def _untagged(descriptions: ir.Table) -> ir.StringValue:
    return (descriptions.typeId == _FULL_NAME).ifelse(descriptions.term.re_replace(_TAG, ""), descriptions.term)


def _preferred(inputs: Inputs) -> ir.Table:
    """id: the descriptions that are preferred in the dialect asked for."""
    rows = inputs.lookup("languages", ("active", "refsetId", "referencedComponentId", "acceptabilityId"))
    dialect = rows.refsetId == inputs.parameters["dialect"]
    chosen = rows.filter(dialect & (rows.active == "1") & (rows.acceptabilityId == _PREFERRED))
    return chosen.select(id="referencedComponentId").distinct()


def _concepts(concepts: ir.Table, spoken: ir.Table, definitions: ir.Table, preferred: ir.Table) -> ir.Table:
    """concept, name, type, definition, obsolete"""
    english = spoken.filter(spoken.languageCode == "en")
    full = english.filter(english.typeId == _FULL_NAME)
    tag = full.term.re_extract(_TAG, 1).substitute(_TYPES, else_=ibis.null("string"))
    full = full.group_by(concept=full.conceptId).agg(full=full.text.argmin(full.row), type=tag.argmin(full.row))
    terms = english.filter(english.typeId != _FULL_NAME).semi_join(preferred, "id")
    terms = terms.group_by(concept=terms.conceptId).agg(term=terms.text.argmin(terms.row))
    told = definitions.group_by(concept=definitions.conceptId).agg(definition=definitions.term.argmin(definitions.row))
    latest = concepts.group_by(concept=concepts.id).agg(active=concepts.active.argmax(concepts.effectiveTime))
    whole = latest.select("concept", obsolete=latest.active != "1")
    for part in (full, terms, told):
        whole = whole.left_join(part, "concept").drop("concept_right")
    return whole.select(
        "concept", "type", "definition", "obsolete", name=ibis.coalesce(whole.term, whole.full)
    )  # fmt: skip


def _relationships(rows: ir.Table, whole: ir.Table) -> ir.Table:
    rows = rows.left_join(whole.select(typeId="concept", attribute="name"), "typeId")
    isa = rows.typeId == _IS_A
    return rows.select(
        "file", "row", subject="snomedct:" + rows.sourceId, object="snomedct:" + rows.destinationId,
        predicate=rows.typeId.substitute(_PREDICATES, else_="RELATED_TO"),
        qualifier=isa.ifelse(None, ibis.coalesce(rows.attribute, "snomedct:" + rows.typeId)),
        distinct=isa.ifelse("", rows.typeId + "|" + rows.relationshipGroup.fill_null("")),
    )  # fmt: skip


def _associations(rows: ir.Table) -> ir.Table:
    return rows.select(
        "file", "row", subject="snomedct:" + rows.referencedComponentId, object="snomedct:" + rows.targetComponentId,
        predicate=rows.refsetId.substitute(_ASSOCIATIONS),
    )  # fmt: skip
