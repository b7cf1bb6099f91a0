"""Checks of evidence: effects, records that say the same, and references to terms that are gone."""

from kgbuild.quality.check import EDGE, Check

#: Robust z score beyond which an effect is an outlier, and the fewest effects of a study that tell.
OUTLIER, ENOUGH = 10, 20

#: A strong effect with a p value to match is no outlier (TCF7L2 in type 2 diabetes), nor is a rare variant's: an effect
#: so many times larger than its p value supports, as its study's others do, is.
UNSUPPORTED = 5

#: Odds ratios beyond this, either way, are hardly odds ratios.
EXTREME = 100

#: −log10 p above which a sign is taken as sure.
SURE = 8

#: |e| as ln OR or β, and the standard error that it implies with its p value, scaled by the allele's frequency: what a
#: common variant's effect on the same trait in the same people would have. For two-sided p, z² ≈ 2x - ln(π/2) - ln 2x
#: with x = -ln p. An allele whose frequency is not given counts as one of 0.18 (2f(1-f) = 0.3).
_SIZED = """
    SELECT *, ln(size * sqrt(2 * coalesce(frequency * (1 - frequency), 0.15)) / sqrt(2 * x - ln(pi() * x))) AS se
    FROM (
        SELECT *, coalesce(study, publications, '') AS of_study, nullif(nullif(allele_frequency, 0), 1) AS frequency,
            CASE WHEN effect_kind <> 'odds_ratio' THEN abs(effect) WHEN effect > 0 THEN abs(ln(effect)) END AS size,
            CASE WHEN neg_log10_p >= 3 THEN neg_log10_p * ln(10) END AS x
        FROM edge WHERE effect_kind IN ('odds_ratio', 'beta') AND isfinite(effect)
    ) WHERE size > 0
"""

_OUTLIER = f"""
    WITH sized AS ({_SIZED}), spread AS (
        SELECT source, of_study, effect_kind, median(size) AS middle, 1.4826 * mad(size) AS spread, count(*) AS n,
            median(se) AS usual
        FROM sized GROUP BY ALL HAVING count(*) >= {ENOUGH} AND mad(size) > 0
    )
    SELECT concat_ws(' ', source, file, "row") AS finding, source, file, "row", subject, predicate, object,
        format('{{}} {{:.4g}} is {{:.0f}} robust deviations from the median of {{}} in {{}}, {{:.3g}}{{}}',
            CASE effect_kind WHEN 'odds_ratio' THEN 'ln OR' ELSE effect_kind END, size, (size - middle) / spread, n,
            coalesce(study, publications, source), middle,
            coalesce(format(', and {{:.0f}} times what its p value supports', exp(se - usual)), '')) AS detail
    FROM sized JOIN spread USING (source, of_study, effect_kind)
    WHERE (size - middle) / spread > {OUTLIER} AND coalesce(se - usual > ln({UNSUPPORTED}), true)
"""

_EXTREME = f"""
    SELECT concat_ws(' ', source, file, "row") AS finding, {EDGE}, format('odds ratio {{:.4g}}', effect) AS detail
    FROM edge WHERE effect_kind = 'odds_ratio' AND (effect > {EXTREME} OR effect < 1.0 / {EXTREME})
"""

#: An effect of unknown kind has no sign, one on several traits none for each; A/T and C/G do not tell the strand. What
#: studies report (`context`) has to be the same, and a study that disagrees with itself has several traits under one
#: name: "blood protein levels" are as many as there are proteins.
_OPPOSITE = f"""
    WITH strong AS (
        SELECT id, subject, predicate, object, effect_kind, aligned_effect, neg_log10_p,
            lower(trim(split_part(coalesce(context, ''), '(', 1))) AS reported,
            coalesce(publications, study, source) AS who
        FROM graph_edge WHERE neg_log10_p > {SURE} AND aligned_effect <> 0 AND negated IS NOT TRUE
            AND effect_kind IS NOT NULL AND qualifier IS NULL AND coalesce(n_traits, 1) = 1
            AND NOT regexp_full_match(concat_ws('', effect_allele, other_allele), 'AT|TA|CG|GC')
    ), said AS (
        SELECT subject, predicate, object, reported, who, max(sign(aligned_effect)) AS most,
            min(sign(aligned_effect)) AS least
        FROM strong GROUP BY ALL
    ), pair AS (
        SELECT subject, predicate, object, reported FROM said GROUP BY ALL
        HAVING bool_and(most = least) AND max(most) > min(most)
    )
    SELECT concat_ws(' ', edge.subject, edge.object, reported) AS finding, {EDGE},
        format('{{}} of {{}} for the counted allele {{:+.3g}} in {{}}, p = 1e-{{:.0f}}',
            CASE strong.effect_kind WHEN 'odds_ratio' THEN 'ln OR' ELSE strong.effect_kind END,
            coalesce(context, edge.object), aligned_effect, who, strong.neg_log10_p) AS detail
    FROM pair JOIN strong USING (subject, predicate, object, reported) JOIN edge ON edge.id = strong.id
"""

_DUPLICATED = f"""
    WITH keyed AS (
        SELECT id, source, subject, predicate, object, coalesce(publications, study) AS study, round(effect, 3) AS e,
            CASE WHEN effect IS NULL THEN round(neg_log10_p, 1) END AS p, n_traits
        FROM edge WHERE coalesce(publications, study) IS NOT NULL AND coalesce(effect, neg_log10_p) IS NOT NULL
    ), several AS (
        SELECT subject, predicate, object, study, e, p, list_sort(list(DISTINCT source)) AS stated_by FROM keyed
        GROUP BY ALL HAVING count(DISTINCT source) > 1
    )
    SELECT concat_ws(' ', keyed.subject, keyed.predicate, keyed.object, keyed.study, keyed.e, keyed.p) AS finding,
        {EDGE}, format('{{}} is stated by {{}}', keyed.study, array_to_string(stated_by, ' and ')) AS detail
    FROM several JOIN keyed ON several.subject = keyed.subject AND several.predicate = keyed.predicate
        AND several.object = keyed.object AND several.study = keyed.study AND several.e IS NOT DISTINCT FROM keyed.e
        AND several.p IS NOT DISTINCT FROM keyed.p
    JOIN edge ON edge.id = keyed.id
"""


def _gone(replaced: str, detail: str) -> str:
    """Edges to or from obsolete terms, but for those of a source that itself says so, which are their history."""
    return f"""
        WITH gone AS (SELECT id FROM entity WHERE obsolete AND id {replaced} (FROM replaced)),
        said AS (SELECT DISTINCT id, source FROM node WHERE obsolete),
        refers AS (
            SELECT id AS edge, subject AS term, source FROM edge SEMI JOIN gone ON gone.id = subject
            WHERE predicate NOT IN ('REPLACED_BY', 'CONSIDER')
            UNION ALL
            SELECT id, object, source FROM edge SEMI JOIN gone ON gone.id = object
            WHERE predicate NOT IN ('REPLACED_BY', 'CONSIDER')
        )
        SELECT term AS finding, {EDGE}, {detail} AS detail
        FROM refers ANTI JOIN said ON said.id = term AND said.source = refers.source JOIN edge ON edge.id = refers.edge
    """


CHECKS = (
    Check(
        "odds-ratio", "warning",
        f"An odds ratio is not positive, above {EXTREME} or below 1/{EXTREME}.",
        "See the publication: it may be a beta, a percentage or a misprint.",
        _EXTREME,
    ),
    Check(
        "effect-outlier", "warning",
        f"An effect is more than {OUTLIER} robust deviations from its study's median, and {UNSUPPORTED} times what its "
        "p value supports.",
        "See the publication: it may have another unit than the rest, or be a misprint.",
        _OUTLIER,
    ),
    Check(
        "obsolete-reference", "warning",
        "Evidence refers to an obsolete term that has no replacement.",
        "Load a later release of the source that refers to it, or look at the term's CONSIDER edges.",
        _gone("NOT IN", "format('{} is obsolete and has no replacement', term)"),
    ),
    Check(
        "replaced-reference", "note",
        "Evidence refers to a term that was replaced; queries follow REPLACED_BY.",
        "Nothing, or load a later release of the source that refers to it.",
        _gone("IN", "format('{} was replaced', term)"),
    ),
    Check(
        "opposite-effects", "note",
        f"Studies disagree, both with p < 1e-{SURE}, on the sign of a variant's effect.",
        "See whether the traits or their units differ, or an allele is misreported.",
        _OPPOSITE,
    ),
    Check(
        "duplicated-evidence", "note",
        "Several sources state the same effect of one publication.",
        "Count it once where evidence is counted.",
        _DUPLICATED,
    ),
)  # fmt: skip
