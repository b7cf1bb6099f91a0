"""Near misses by name: what is the same, what is broader or narrower, and what only looks alike."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.mapping.kind import Side, Verdict, kinds
from kgbuild.mapping.table import INVERSE
from kgbuild.mapping.wording import read

#: Look alike and are not the same.
NONE = """
toxic goitre | nontoxic goitre
Toxic multinodular goiter | non-toxic multinodular goitre
Type 1 diabetes | type 2 diabetes mellitus
Type 2 diabetes | diabetes mellitus, type I
Type 2 diabetes with renal manifestations | type 1 diabetes mellitus
insulin-dependent diabetes mellitus | non-insulin-dependent diabetes mellitus
Hepatitis A | hepatitis B
Viral hepatitis B | viral hepatitis C
Vitamin B12 deficiency | vitamin D deficiency
Benign neoplasm of colon | malignant neoplasm of colon
Benign neoplasm of skin | skin cancer
Acute bronchitis | chronic bronchitis
Acute pancreatitis | pancreatitis, chronic
Acute myeloid leukemia | chronic myeloid leukaemia
Hypertension | hypotension
Hyperthyroidism | hypothyroidism
Hyperkalemia | hypokalaemia
Hyperparathyroidism | hypoparathyroidism
Tachycardia | bradycardia
Supraventricular tachycardia | supraventricular bradycardia
Macrocephaly | microcephaly
Leukopenia | leukocytosis
Thrombocytopenia | thrombocytosis
Stable angina | unstable angina
Immature cataract | mature cataract
Hodgkin lymphoma | non-Hodgkin lymphoma
Small cell lung cancer | non-small cell lung cancer
Rheumatic aortic valve disease | nonrheumatic aortic valve disorders
Infectious arthritis | noninfectious arthritis
Alcoholic fatty liver | nonalcoholic fatty liver disease
Asthma with exacerbation | asthma without exacerbation
Jaundice (not of newborn) | neonatal jaundice
Primary hypertension | secondary hypertension
Primary malignant neoplasm of liver | secondary malignant neoplasm of liver
Congenital hypothyroidism | acquired hypothyroidism
Left heart failure | right heart failure
Upper respiratory tract infection | lower respiratory tract infection
Anterior uveitis | posterior uveitis
Internal hemorrhoids | external haemorrhoids
Open fracture of femur | closed fracture of femur
Juvenile idiopathic arthritis | adult idiopathic arthritis
Neonatal diabetes mellitus | juvenile diabetes mellitus
Early-onset Alzheimer disease | late-onset Alzheimer's disease
Open-angle glaucoma | angle-closure glaucoma
Systolic heart failure | diastolic heart failure
Ischemic stroke | hemorrhagic stroke
Conductive hearing loss | sensorineural hearing loss
Bacterial pneumonia | viral pneumonia
Fungal meningitis | bacterial meningitis
Localized scleroderma | generalized scleroderma
Mild depression | severe depression
Chronic kidney disease stage 3 | chronic kidney disease, stage 5
Glioma grade II | glioma grade IV
Mucopolysaccharidosis type I | mucopolysaccharidosis type II
Mucopolysaccharidosis II | mucopolysaccharidosis III
Dystonia 12 | dystonia 3
First degree burn | second degree burn
Trisomy of chromosome 13 | trisomy of chromosome 18
BRCA1 deficiency | BRCA2 deficiency
Hemophilia A | haemophilia B
Influenza A | influenza B
Alpha thalassemia | beta thalassemia
α-mannosidosis | β-mannosidosis
Autosomal dominant ichthyosis | autosomal recessive ichthyosis
X-linked ichthyosis | autosomal ichthyosis
Male infertility | female infertility
Male infertility | male fertility
Antepartum hemorrhage | postpartum haemorrhage
Abnormal weight gain | abnormal weight loss
Unilateral deafness | bilateral deafness
Family history of breast cancer | breast cancer
Breast cancer | screening for breast cancer
Encounter for screening for malignant neoplasm of colon | malignant neoplasm of colon
Malaria | malaria vaccine
Symptomatic epilepsy, not intractable | intractable epilepsy
Methicillin sensitive Staphylococcus aureus | methicillin-resistant Staphylococcus aureus infection
"""
#: The object is the broader one; the other way round it is the narrower.
BROAD = """
Other anemias | anemia
Other disorders of thyroid | thyroid disease
Anemia NEC | anaemia
Acute bronchitis | bronchitis
Bacterial enteritis | enteritis
Gestational diabetes | diabetes mellitus
Hypertension complicating pregnancy | hypertension
Anemia in pregnancy | anaemia
History of breast cancer | breast cancer
Personal history of malignant neoplasm of breast | breast cancer
Suspected glaucoma | glaucoma
Postoperative infection | infection
Lymphoid leukemia, chronic | lymphoid leukemia
Type 2 diabetes | diabetes mellitus
Type 2 diabetes with ophthalmic manifestations | type II diabetes mellitus
Hepatitis B | hepatitis
Vitamin B12 deficiency | vitamin B deficiency
Chronic kidney disease, stage 3 | chronic kidney disease
Dystonia type 2a | dystonia type 2
Malignant neoplasm of female breast | breast cancer
Malignant neoplasm of kidney, except pelvis | kidney cancer
Asthma without exacerbation | asthma
Nontoxic nodular goiter | nodular goitre
Left ventricular failure | ventricular failure
Congenital hypothyroidism | hypothyroidism
Juvenile arthritis | arthritis
Severe asthma | asthma
Cancer of mouth | mouth neoplasm
Liver cancer | cancer of liver or bile duct
Gout | gout and other crystal arthropathies
Acute hepatitis | acute or chronic hepatitis
"""
#: Spellings of one name.
EXACT = """
Diabetes mellitus, type II | type 2 diabetes mellitus
Diabetes type 1 | type I diabetes mellitus
Cancer of breast | breast cancer
Malignant neoplasm of breast | breast cancer
Malignant tumour of colon | colonic cancer
Neoplasms of the kidney | renal neoplasm
Disorders of the oesophagus | esophageal disorder
Diseases of thyroid | thyroid disease
Anaemia | anemia
Anemias | anaemia
Haemorrhoids | hemorrhoid
Diarrhoea | diarrhea
Coeliac disease | celiac disease
Tuberculoses | tuberculosis
Hypothyroidism NOS | hypothyroidism
Anemia, unspecified | anemia
Hyperlipidaemia, not otherwise specified | hyperlipidemia
Thyroiditis | thyroiditis (disease)
Crohn's disease | Crohn disease
Alzheimers disease | Alzheimer's disease
Mucopolysaccharidosis II | mucopolysaccharidosis type 2
Non-Hodgkin lymphoma | nonHodgkin lymphomas
Nontoxic goitre | non-toxic goiter
Late onset epilepsy | epilepsy, late-onset
Insulin dependent diabetes mellitus | diabetes mellitus, insulin-dependent
Secondary malignancy of bone | secondary malignant neoplasm of bone
Hx of stroke | personal history of stroke
Cleft lip with or without cleft palate | cleft lip
Bile duct and liver cancer | cancer of liver and bile duct
"""
#: Neither the same nor against each other; a score has to say how near they are.
CLOSE = """
Septicemia | sepsis
Hemoglobin A2 | hemoglobin A2 measurement
Psoriasis 8 | psoriasis 8, susceptibility to
Kidney stone | kidney
Acute nephritis | chronic sinusitis
Congenital myopathy 23 | nemaline myopathy 4
Distal motor neuronopathy type 5B | distal motor neuronopathy 12
"""


def table(text: str) -> list[tuple[str, str]]:
    return [tuple(line.split(" | ")) for line in text.strip().splitlines()]


def kind(subject: str | Side, object_: str | Side) -> Verdict:
    sides = [Side([side]) if isinstance(side, str) else side for side in (subject, object_)]
    (verdict,) = kinds([tuple(sides)])
    return verdict


@pytest.mark.parametrize(
    ("subject", "object_", "expected"),
    [
        (*pair, expected)
        for text, expected in ((NONE, "none"), (BROAD, "broad"), (EXACT, "exact"), (CLOSE, "close"))
        for pair in table(text)
    ],
)
def test_near_misses_are_told_apart_by_their_wording_in_both_directions(subject, object_, expected):
    there, back = kind(subject, object_), kind(object_, subject)

    assert (there.kind, back.kind) == (expected, INVERSE[expected])
    assert there.reasons
    assert back.reasons


def test_a_reason_says_which_words_stand_against_each_other():
    assert kind("Benign neoplasm of colon", "colon cancer").reasons == ("“benign” against “malignant”",)
    assert kind("Toxic goitre", "nontoxic goitre").reasons == ("the object is not “toxic”",)
    assert kind("Acute bronchitis", "bronchitis").reasons == ("only the subject is “acute”",)
    assert kind("Chronic kidney disease stage 3", "chronic kidney disease stage 5").reasons == ("stage 3 against 5",)


def test_a_synonym_in_common_makes_it_exact_whatever_else_the_labels_say():
    nsclc = Side(["non-small cell squamous lung carcinoma", "squamous cell lung carcinoma"])

    assert kind(Side(["Graves disease", "toxic diffuse goitre"]), "Toxic diffuse goiter").kind == "exact"
    assert kind(nsclc, Side(["squamous cell lung carcinoma"])).kind == "exact"


def test_a_synonym_in_common_that_leaves_open_what_the_labels_contradict_does_not():
    toxic, nontoxic = Side(["acute hepatitis", "hepatitis"]), Side(["chronic hepatitis", "hepatitis"])
    verdict = kind(toxic, nontoxic)

    assert verdict.kind == "none"
    assert verdict.reasons == ("“acute” against “chronic”", "same name “hepatitis”")
    assert kind(Side(["acute hepatitis", "hepatitis"]), Side(["hepatitis, acute", "hepatitis"])).kind == "exact"


def test_the_name_of_a_parent_or_child_tells_which_is_broader():
    subject = Side(["Plummer disease"], parents=["goitre"], children=["toxic uninodular goitre"])

    assert kind(subject, "Goiter") == ("broad", ("the subject is below “goitre”",))
    assert kind(subject, "toxic uninodular goiter").kind == "narrow"
    assert kind("Goiter", subject).kind == "narrow"
    assert kind("toxic uninodular goiter", subject).kind == "broad"


def test_hierarchies_that_say_both_say_nothing():
    assert kind(Side(["Plummer disease"], parents=["goitre"], children=["goitre"]), "goitre").kind == "close"


def test_of_several_names_the_nearest_two_are_compared():
    subject = Side(["Morbus Basedow", "acute bronchitis of newborn"])

    assert kind(subject, "acute bronchitis").kind == "broad"


def test_a_name_of_function_words_alone_is_like_nothing_but_itself():
    assert kind("other", "not").kind != "exact"
    assert kind("", "asthma").kind == "close"


WORDS = """acute chronic benign liver kidney cancer type 2 1 II other unspecified non toxic nontoxic of and without
history diseases measurement α with , ( ) - hyperplasia hypoplasia brca1 brca2"""
words = st.sampled_from(WORDS.split())
names = st.lists(words, min_size=1, max_size=8).map(" ".join)


@given(st.lists(names, min_size=1, max_size=3), st.lists(names, min_size=1, max_size=3))
def test_the_kind_of_a_pair_turned_round_is_the_inverse(subject, object_):
    there, back = kind(Side(subject), Side(object_)), kind(Side(object_), Side(subject))

    assert back.kind == INVERSE[there.kind]


@given(st.text(max_size=60))
def test_any_text_is_read_and_is_exactly_itself(text):
    assert read(text) == read(text.upper().casefold())
    assert kind(text, text).kind == "exact"


def test_sixteen_thousand_concepts_with_five_candidates_take_seconds():
    names = [pair for text in (NONE, BROAD, EXACT, CLOSE) for pair in table(text)][:100]
    subjects = [Side([f"{subject} {n}"]) for n in range(20) for subject, _ in names]
    objects = [Side([f"{name} {n}", name]) for n in range(20) for _, name in names]
    started = time.process_time()
    verdicts = kinds((each, objects[(i + j) % len(objects)]) for i, each in enumerate(subjects) for j in range(5))

    assert len(verdicts) == 10_000
    assert time.process_time() - started < 80 / 8  # an eighth of them; half a second on a quiet machine
