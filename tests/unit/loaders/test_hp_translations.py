"""HP's translations: Babelon with doubled quotes, a ROBOT template with its second line, SPARQL results in TSV."""

from collections.abc import Callable
from typing import Any

from loaders import hp_translations


def test_translations_keep_language_scope_and_unquoted_text(staged: Callable[..., Any]) -> None:
    tables = staged(hp_translations, "hp_translations")

    assert tables.names_of("HP:0001250") == {
        ("Crise épileptique", "EXACT", "fr"),
        ("Convulsion", "RELATED", "fr"),
        ("Epileptische aanval", "EXACT", "nl"),
        ("Seizures", "EXACT", "en"),
    }
    assert tables.names_of("HP:0002454") == {('Anomalie du pallidum en "oeil de tigre"', "EXACT", "fr")}
    assert tables.names_of("HP:0000716") == {('Feeling "blue"', "EXACT", "en")}


def test_terms_get_neither_a_label_nor_a_definition_from_a_translation(staged: Callable[..., Any]) -> None:
    tables = staged(hp_translations, "hp_translations")

    assert {(node["type"], node.get("name"), node.get("definition")) for node in tables.nodes} == {
        ("Phenotype", None, None)
    }


def test_what_is_no_translated_name_is_rejected_with_the_reason(staged: Callable[..., Any]) -> None:
    tables = staged(hp_translations, "hp_translations")

    assert {(r["file"], r["row"], r["key"], r["reason"]) for r in tables.rejects} == {
        ("hp-fr.babelon.tsv", 2, "HP:0001250",
         "a definition in another language; a concept's definition is the English one"),
        ("hp-fr.babelon.tsv", 5, "HP:0000118", "NOT_TRANSLATED: the text is the English one"),
        ("hp-fr.babelon.tsv", 6, "HP:0000118", "rdfs:comment is neither a label nor a synonym"),
        ("hp-nl.synonyms.tsv", 1, "ID", "the template's second line: says what the columns are"),
        ("hp-nl.synonyms.tsv", 3, "HP:0001250", "NOT_TRANSLATED: the text is the English one"),
        ("hp-nl.synonyms.tsv", 5, "", "no HP term such as HP:0000118"),
    }  # fmt: skip
    assert tables.manifest.outcomes == {"staged": 6, "merged": 1, "rejected": 6}
