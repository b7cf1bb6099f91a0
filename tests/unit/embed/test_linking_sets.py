"""Corpora of mentions and their dictionaries, each as its publishers distribute it."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from embed.evaluate.linking import read
from embed.evaluate.preprocess import abbreviations, published, simple, split
from embed.evaluate.sets.linking import BENCHMARKS, Linking, Task
from embed.evaluate.sets.mentions import Mention
from kgbuild.errors import InputError

NAMED = {benchmark.name: benchmark for benchmark in BENCHMARKS}
PUBTATOR = """10192393|t|A common human skin tumour
10192393|a|is caused by ataxia telangiectasia (AT) .
10192393\t15\t26\tskin tumour\tDiseaseClass\tD012878
10192393\t40\t61\tataxia telangiectasia\tSpecificDisease\tD001260 | OMIM:208900
10192393\t63\t65\tAT\tSpecificDisease\t-1

"""
MEDIC = """# Comparative Toxicogenomics Database (CTD)
#
# Fields:
# DiseaseName\tDiseaseID\tAltDiseaseIDs\tDefinition\tParentIDs\tTreeNumbers\tParentTreeNumbers\tSynonyms
#
Ataxia Telangiectasia\tMESH:D001260\tOMIM:208900|DO:DOID:12704\t\t\t\t\tAT1|Louis-Bar Syndrome
Skin Neoplasms\tMESH:D012878\t\t\t\t\t\tSkin "Cancer"
"""
MRCONSO = """C0011991|ENG|P|L0|PF|S0|Y|A0||M0|D0|MSH|MH|D003967|Diarrhea|0|N|256|
C0011991|ENG|S|L0|PF|S0|Y|A1||M0|D0|SNOMEDCT_US|SY|62315008|Loose stool|0|N|256|
C0011991|ENG|S|L0|PF|S0|Y|A2||M0|D0|MSH|SY|D003967|Old name|0|O|256|
"""


def tasks(data: Path, name: str, files: dict[str, str]) -> list[Task]:
    for path, text in files.items():
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text(text)
    return NAMED[name].tasks(NAMED[name].files(data))


def texts(task: Task) -> list[tuple[str, set[str]]]:
    return [(mention.text, set(mention.right)) for mention in task.mentions]


def test_ncbi_disease_is_read_from_pubtator_with_ctds_medic(tmp_path: Path) -> None:
    train = "1|t|x\n1|a|y\n1\t0\t1\tSkin  Tumour\tDiseaseClass\tD012878\n"
    (task,) = tasks(
        tmp_path,
        "NCBI-Disease",
        {"NCBIdevelopset_corpus.txt": PUBTATOR, "NCBItrainset_corpus.txt": train, "CTD_diseases.tsv": MEDIC},
    )

    assert task.name == "NCBI-Disease dev"
    assert texts(task) == [
        ("skin tumour", {"mesh:D012878"}),
        ("ataxia telangiectasia", {"mesh:D001260", "omim:208900"}),
    ]
    assert task.trained == (True, False)
    assert frozenset({"mesh:D001260", "omim:208900", "DOID:12704"}) in task.dictionary.concepts
    assert task.dictionary.names_of("omim:208900") == ("Ataxia Telangiectasia", "AT1", "Louis-Bar Syndrome")
    assert 'Skin "Cancer"' in task.dictionary.names


def test_ncbi_disease_is_read_from_tables_with_the_dictionary_of_2012(tmp_path: Path) -> None:
    dev = "pmid\tstart\tend\tmention\ttype\tconcept_id\n1\t0\t9\tbreast and ovarian cancer\tCompositeMention\tD1|D2\n"
    (task,) = tasks(
        tmp_path, "NCBI-Disease", {"ncbi-disease/dev.tsv": dev, "ncbi-disease/medic_2012.tsv": "ids\tname\nD1|99\tA\n"}
    )

    assert texts(task) == [("breast and ovarian cancer", {"mesh:D1", "mesh:D2"})]
    assert task.dictionary.concepts == (frozenset({"mesh:D1", "omim:99"}),)


def test_bc5cdr_gives_one_kind_of_mention_with_its_single_ones(tmp_path: Path) -> None:
    text = (
        "5|t|t\n5|a|a\n5\t0\t9\trenal and hepatic failure\tDisease\tD051437|D017093\trenal failure|hepatic failure\n"
        "5\t0\t9\tParacetamol\tChemical\tD000082\n5\tCID\tD000082\tD051437\n"
    )
    chemicals = "# ChemicalName\tChemicalID\tCasRN\tSynonyms\nAcetaminophen\tMESH:D000082\t\tParacetamol|APAP\n"
    (disease,) = tasks(
        tmp_path, "BC5CDR disease", {"CDR_TestSet.PubTator.txt": text, "medic.tsv": "ids\tname\nD051437\tx\n"}
    )
    (chemical,) = tasks(tmp_path, "BC5CDR chemical", {"CTD_chemicals.tsv": chemicals})

    assert [mention.parts for mention in disease.mentions] == [("renal failure", "hepatic failure")]
    assert texts(chemical) == [("Paracetamol", {"mesh:D000082"})]
    assert chemical.dictionary.names_of("mesh:D000082") == ("Acetaminophen", "Paracetamol", "APAP")


def test_medmentions_parts_are_its_lists_of_documents(tmp_path: Path) -> None:
    folder = tmp_path / "full" / "data"
    folder.mkdir(parents=True)
    text = "".join(f"{i}|t|t\n{i}|a|a\n{i}\t0\t4\tstool {i}\tT184\tUMLS:C0011991\n\n" for i in (1, 2))
    for part, document in (("trng", 1), ("dev", 2)):
        (folder / f"corpus_pubtator_pmids_{part}.txt").write_text(f"{document}\n")
    with gzip.open(folder / "corpus_pubtator.txt.gz", "wt") as file:
        file.write(text)
    (task,) = tasks(tmp_path, "MedMentions", {"umls/MRCONSO.RRF": MRCONSO})

    assert (task.name, texts(task)) == ("MedMentions dev", [("stool 2", {"umls:C0011991"})])
    assert task.dictionary.names == ("Diarrhea", "Loose stool")


def test_askapatient_is_measured_fold_by_fold_on_its_own_concepts(tmp_path: Path) -> None:
    (tmp_path / "AskAPatient.fold-0.test.txt").write_bytes("62315008\tDiarrhea\tla diarrhée\n".encode("latin-1"))
    (task,) = tasks(
        tmp_path,
        "AskAPatient",
        {
            "AskAPatient.fold-0.train.txt": "25064002\tHeadache\thead hurts\n",
            "AskAPatient.fold-1.test.txt": "25064002\tHeadache\thead hurts\n",
            "AskAPatient.fold-1.train.txt": "25064002\tHeadache\tHead hurts\n",
        },
    )

    assert texts(task) == [("la diarrhée", {"snomedct:62315008"}), ("head hurts", {"snomedct:25064002"})]
    assert task.trained == (False, True)
    assert task.dictionary.names == ("Diarrhea", "Headache")
    assert "its own 2 concepts" in task.note


def test_cometa_has_a_part_a_split_and_its_ids_are_general_or_specific(tmp_path: Path) -> None:
    header = "ID\tTerm\tGeneral SNOMED ID\tSpecific SNOMED ID\tExample\n"
    row = '1\trunny poo\t62315008\t111\t"it was ""runny""\nagain"\n'
    found = tasks(
        tmp_path,
        "COMETA",
        {
            "stratified_general/test.csv": header + row,
            "zeroshot_specific/test.csv": header + row,
            "MRCONSO.RRF": MRCONSO,
        },
    )

    assert {task.name: texts(task) for task in found} == {
        "COMETA stratified_general test": [("runny poo", {"snomedct:62315008"})],
        "COMETA zeroshot_specific test": [("runny poo", {"snomedct:111"})],
    }
    assert found[0].dictionary.names == ("Loose stool",)


def test_twimed_is_read_from_brat(tmp_path: Path) -> None:
    text = "T1\tSymptom 3 11\tthe runs\nN1\tReference T1 UMLS:C0011991\tDiarrhea\nT2\tDrug 0 3\taspirin\n"
    (task,) = tasks(tmp_path, "TwiMed", {"TwiMed/PubMed/1.ann": text})

    assert texts(task) == [("the runs", {"umls:C0011991"})]
    assert task.dictionary.names == ("Diarrhea",)


def test_psytar_is_read_from_its_workbook(tmp_path: Path) -> None:
    columns = {"drug_id": ["lexapro.1"], "UMLS1": ["C0011991/ Diarrhea"], "UMLS2": [None]}
    with pd.ExcelWriter(tmp_path / "PsyTAR_dataset.xlsx") as book:
        pd.DataFrame(columns | {"ADRs": ["the runs"]}).to_excel(book, sheet_name="ADR_Mapped", index=False)
        pd.DataFrame(columns | {"WDs": ["runs again"]}).to_excel(book, sheet_name="WD-Mapped ", index=False)
    (task,) = tasks(tmp_path, "PsyTAR", {})

    assert [text for text, _ in texts(task)] == ["the runs", "runs again"]
    assert task.dictionary.names == ("Diarrhea",)


def test_hpo_is_read_from_bioc_and_gsc_with_the_terms_that_are_not_obsolete(tmp_path: Path) -> None:
    bioc = """<collection><document><passage><sentence><text>He has short legs.</text>
      <annotation id="1"><infon key="type">webanno.custom.Phenotypes</infon>
        <infon key="HPOterm">http://purl.obolibrary.org/obo/HP_0006385</infon><text>short legs</text></annotation>
      <annotation id="2"><infon key="type">webanno.custom.Phenotypes</infon><text>fever</text></annotation>
    </sentence></passage></document></collection>"""
    obo = """format-version: 1.2

[Term]
id: HP:0006385
name: Short lower limbs
alt_id: HP:0001
synonym: "Short \\"legs\\"" EXACT layperson [HPO:x]
synonym: "Small" RELATED []

[Term]
id: HP:0000003
name: obsolete Legs
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""
    (cr,) = tasks(
        tmp_path / "eval",
        "HPO-PhenotypeCR",
        {
            "Annotations_BioC/P1.txt/lwit.xml": bioc,
            "Annotations_BioC/P1.txt/INITIAL_CAS.xml": "",
            "../sources/hp/hp.obo": obo,
        },
    )
    (gsc,) = tasks(tmp_path / "eval", "GSC+", {"GSC+/Annotations/1003450": "[27::42]\tHP_0006385 | short legs\n"})

    assert texts(cr) == texts(gsc) == [("short legs", {"HP:0006385"})]
    assert cr.dictionary.names == ("Short lower limbs", 'Short "legs"')


def test_mantra_is_read_from_xml_brat_and_tables_by_language(tmp_path: Path) -> None:
    xml = """<Corpus><document id="d1"><unit id="d1.u1"><text>Durchfall und Husten</text>
      <e cui="C0011991" grp="DISO" len="9" offset="0">Durchfall</e></unit></document></Corpus>"""
    brat = "T1\tDISO 0 9\tdiarrhée\n#1\tAnnotatorNotes T1\t('C0011991', 'Diarrhea', 'T184', 'DISO')\n"
    brat += "T2\tC0010200 10 14\ttoux\n#2\tAnnotatorNotes T2\t('Coughing', 'T184', 'DISO')\n"
    header = "language\tcorpus\tdoc\tmention\tcui\tpref_name\tgroup\n"
    found = tasks(
        tmp_path,
        "MANTRA",
        {
            "Mantra-GSC/GSC_MEDLINE_de.xml": xml,
            "Mantra-GSC/French/EMEA_ec22-cui-best_man/1.ann": brat,
            "mantra/mentions_en.tsv": header + "English\tEMEA\t1\tdiarrhoea\tC0011991\tDiarrhea\tDISO\n",
        },
    )

    assert {task.name: texts(task) for task in found} == {
        "MANTRA french": [("diarrhée", {"umls:C0011991"}), ("toux", {"umls:C0010200"})],
        "MANTRA de": [("Durchfall", {"umls:C0011991"})],
        "MANTRA en": [("diarrhoea", {"umls:C0011991"})],
    }
    assert set(found[0].dictionary.names) == {"Diarrhea", "Coughing"}


def test_xl_bel_is_read_by_language_and_any_of_its_concepts_is_right(tmp_path: Path) -> None:
    (task,) = tasks(
        tmp_path,
        "XL-BEL",
        {
            "xl_bel/xlbel_v0.0/de_1k_test_query.txt": "C0011991|C2051831||Durchfall\n",
            "xl_bel/xlbel_v0.0/all_1k_test_query.txt": "C0011991||Durchfall\n",
            "MRCONSO.RRF": MRCONSO,
        },
    )

    assert (task.name, texts(task)) == ("XL-BEL de test", [("Durchfall", {"umls:C0011991", "umls:C2051831"})])


def test_what_is_absent_is_named_with_the_reason_and_nothing_fails(tmp_path: Path) -> None:
    tasks(tmp_path, "NCBI-Disease", {"ncbi-disease/dev.tsv": "mention\tconcept_id\nx\tD1\n"})
    found, absent = read(tmp_path)

    assert not found
    assert len(absent) == len(BENCHMARKS)
    assert absent[0] == "NCBI-Disease: no dictionary to link to; put CTD_diseases.tsv beside it or into ../sources"


def test_a_dictionary_that_lacks_most_of_the_concepts_is_not_measured_against(tmp_path: Path) -> None:
    tasks(
        tmp_path,
        "NCBI-Disease",
        {"ncbi-disease/dev.tsv": "mention\tconcept_id\nx\tD1\ny\tD2\nz\tD3\n", "medic.tsv": "ids\tname\nD1\tx\n"},
    )

    assert "medic.tsv has the concept of 1 of 3 mentions" in read(tmp_path)[1][0]


def test_pairs_name_each_mention_with_its_concepts_names_and_leave_training_mentions_out(tmp_path: Path) -> None:
    tasks(
        tmp_path,
        "NCBI-Disease",
        {
            "NCBIdevelopset_corpus.txt": PUBTATOR,
            "NCBItrainset_corpus.txt": PUBTATOR.replace("skin tumour", "wart"),
            "CTD_diseases.tsv": MEDIC,
        },
    )
    pairs = list(NAMED["NCBI-Disease"].pairs(NAMED["NCBI-Disease"].files(tmp_path)))

    assert [(pair.one_texts, pair.other) for pair in pairs] == [
        (("skin tumour",), "mesh:D012878"),
        (("ataxia telangiectasia",), "mesh:D001260"),
        (("ataxia telangiectasia",), "omim:208900"),
    ]
    assert pairs[0].other_texts == ("Skin Neoplasms", 'Skin "Cancer"')


@pytest.mark.parametrize(
    ("name", "path", "text", "said"),
    [
        ("NCBI-Disease", "NCBItestset_corpus.txt", "1|t|x\nwhat is this\n", "line 2: 'what is this'; PubTator has"),
        ("NCBI-Disease", "ncbi-disease/dev.tsv", "mention\tid\nx\ty\n", "columns mention, id; expected concept_id"),
        ("NCBI-Disease", "ncbi-disease/dev.tsv", "mention\tconcept_id\nx\n", "line 2: 1 columns; expected 2"),
        ("AskAPatient", "AskAPatient.fold-0.test.txt", "1\tx\n", "line 1: 2 columns; expected id, concept and mention"),
        ("GSC+", "GSC+/Annotations/1", "27 42 HP_1\n", "line 1: '27 42 HP_1'; expected [27::42]"),
        ("XL-BEL", "de_1k_test_query.txt", "C1 Durchfall\n", "line 1: 'C1 Durchfall'; expected CUI||mention"),
        ("MANTRA", "mantra/x_de.xml", "<Corpus>", "expected XML"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, name: str, path: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        tasks(tmp_path, name, {path: text})

    assert said in str(error.value)


def test_every_corpus_is_named_once_with_its_source() -> None:
    assert len(NAMED) == len(BENCHMARKS)
    assert all(isinstance(each, Linking) and each.source and each.table == "linking" for each in BENCHMARKS)


@pytest.mark.parametrize(
    ("text", "single"),
    [
        ("breast and ovarian cancer", ("breast cancer", "ovarian cancer")),
        ("brain, breast, and prostate cancer", ("brain cancer", "breast cancer", "prostate cancer")),
        ("cancers of the breast and ovary", ("cancers of the breast", "cancers of the ovary")),
        ("Duchenne/Becker muscular dystrophy", ("Duchenne muscular dystrophy", "Becker muscular dystrophy")),
        ("asthma", ("asthma",)),
    ],
)
def test_composite_mentions_become_single_ones(text: str, single: tuple[str, ...]) -> None:
    assert split(text) == single


def test_abbreviations_are_what_the_text_defines() -> None:
    text = "Adenomatous polyposis coli (APC) and von Hippel-Lindau (VHL) disease differ (see below) (25%)."

    assert abbreviations(text) == {"APC": "Adenomatous polyposis coli", "VHL": "von Hippel-Lindau"}


def test_a_published_mention_is_simple_single_and_written_out() -> None:
    context = "Renal cell carcinoma (RCC) and breast cancer."

    assert published(Mention("familial RCC", frozenset("a"), context=context)) == ("familial renal cell carcinoma",)
    assert published(Mention("RCC", frozenset("a"))) == ("rcc",)
    assert published(Mention("ovarian or breast cancer", frozenset("ab"))) == ("ovarian cancer", "breast cancer")
    assert simple("Wilson's Disease, late-onset") == "wilson s disease late onset"
