"""One sign for the effects of one variant, whichever allele a study reports.

A variant's *counted allele* is the first, in alphabetical order, of the two that most of its evidence names (of the one
or two effect alleles, where the other allele is never named). An edge's `aligned_effect` is its effect for that allele:
ln OR, β or r, its sign turned where the study reports the other one. Alleles of the other strand are recognised; a pair
that is its own complement (A/T, C/G) is taken as stated on the forward strand, since nothing tells. Where an edge's
alleles are not its variant's (a third allele, none stated), it is null. The effect as published stays in `effect`.

Source: the rules of MungeSumstats and TwoSampleMR's `harmonise_data`, without its guess by allele frequency.
"""


def _complement(allele: str) -> str:
    return f"reverse(translate({allele}, 'ACGT', 'TGCA'))"


#: Makes the table `alleles` (id, counted, other) from the views `edge` and `variant`.
COUNTED = f"""
    CREATE TABLE alleles AS
    WITH stated AS (
        SELECT subject AS id, effect_allele AS effect, other_allele AS other FROM edge
        WHERE subject IN (FROM variant) AND regexp_full_match(effect_allele, '[ACGT]+')
    ), pair AS (
        SELECT id, least(effect, other) AS counted, greatest(effect, other) AS other, count(*) AS n FROM stated
        WHERE regexp_full_match(other, '[ACGT]+') AND effect <> other GROUP BY ALL
    ), alone AS (
        SELECT id, min(effect) AS counted, nullif(max(effect), min(effect)) AS other
        FROM stated WHERE id NOT IN (SELECT id FROM pair)
        GROUP BY id HAVING count(DISTINCT effect) <= 2
    )
    SELECT id, unnest(arg_min({{'counted': counted, 'other': other}}, (-n, counted, other))) FROM pair GROUP BY id
    UNION ALL
    FROM alone WHERE other IS NULL OR counted <> {_complement("other")}
"""


def _sign(counted: str, other: str) -> str:
    """1 where an edge reports `counted`, -1 where it reports `other`, on one strand."""
    return f"""
        WHEN effect_allele = {counted} AND coalesce(other_allele = {other}, other_allele IS NULL) THEN 1
        WHEN effect_allele = {other} AND coalesce(other_allele = {counted}, other_allele IS NULL) THEN -1"""


#: An edge's aligned effect, beside its variant's row of `alleles`.
ALIGNED_EFFECT = f"""
    CASE effect_kind WHEN 'odds_ratio' THEN CASE WHEN effect > 0 THEN ln(effect) END ELSE effect END
    * CASE {_sign("counted", "other")} {_sign(_complement("counted"), _complement("other"))} END"""
