"""`kg evaluate`: the commands of the command line that measure models and mappings."""

from pathlib import Path
from typing import Annotated

import typer

from kgbuild.cli_output import Json, from_embed, print_frame

app = typer.Typer(no_args_is_help=True, help="Measure a model or a mapping against what is known.")


@app.command("all")
def evaluate_all(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL…", help="Recipes, folders of models, names on the Hugging Face hub (lab/model), or minilm."
        ),
    ],
    data: Annotated[
        Path, typer.Option(help="Folder of benchmarks, each as its publishers distribute it.", envvar="KG_EVALUATION")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for figures.json, figures.csv and a page, index.html.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="similarity, relatedness, linking, association or mapping; default: all.")
    ] = None,
    preprocessed: Annotated[
        bool, typer.Option(help="Link mentions also in lower case, abbreviations and composite mentions resolved.")
    ] = False,
    as_json: Json = False,
) -> None:
    """All tables of the three papers, models and baselines side by side; what training saw is refused."""
    given = {"only": only} if only else {}
    from_embed("evaluate.commands").everything(models, data, as_json, out, preprocessed=preprocessed, **given)


@app.command("projection")
def evaluate_projection(
    model: Annotated[
        str | None, typer.Argument(help="A recipe's name or a model folder; default: trained last.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the pictures and the page.")] = Path("projection"),
    concepts: Annotated[
        list[str] | None, typer.Option("--concept", help="Shown by name with genes and variants; default: autoimmune.")
    ] = None,
) -> None:
    """Draw concepts and variants of a model's space by t-SNE, as pictures and as a page that zooms."""
    from_embed("evaluate.commands").projections(model, concepts or (), out)


@app.command("ablations")
def evaluate_ablations(
    data: Annotated[Path, typer.Option(help="Folder of benchmarks.", envvar="KG_EVALUATION")],
    recipe: Annotated[str, typer.Argument(help="Of GENEREL.")] = "generel-locus",
    variants: Annotated[
        list[str] | None, typer.Option("--variant", help="Default: without_synonyms, associations, biobank.")
    ] = None,
    max_time: Annotated[float | None, typer.Option(help="Minutes that each is trained at most.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for figures.json, figures.csv and a page.")] = None,
    as_json: Json = False,
) -> None:
    """Train a recipe and variants that leave tasks out, each as long, and compare them (GENEREL, table 4)."""
    chosen = variants or ["without_synonyms", "associations", "biobank"]
    from_embed("evaluate.commands").ablations(recipe, chosen, data, max_time, as_json, out)


@app.command("mapping")
def evaluate_mapping(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The vocabulary to map, such as phecode.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The vocabulary to map onto, such as EFO.")],
    gold: Annotated[Path, typer.Option(help="The right answers: a table with both ids, SSSOM, or an OAEI alignment.")],
    own_list: Annotated[
        bool, typer.Option("--own-list", help="Map the gold's own concepts by their labels, not those in the graph.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for tables in CSV, predictions and a picture.")] = None,
    as_json: Json = False,
) -> None:
    """Measure `kg harmonize` and baselines on a gold table: accuracy, paired tests, what the confidence is worth."""
    from_embed("evaluate.commands").mapping(source, target, gold, own_list, as_json, out)


@app.command("pairs")
def evaluate_pairs(
    gold: Annotated[list[Path], typer.Argument(metavar="FILE…", help="SSSOM with right and negated (`Not`) rows.")],
    as_json: Json = False,
) -> None:
    """Measure how well scores tell curated pairs from refuted ones, such as Biomappings': AUC."""
    print_frame(from_embed("evaluate.commands").pairs(gold), as_json)


@app.command("association")
def evaluate_association(
    model: Annotated[
        str | None, typer.Argument(help="A recipe's name or a model folder; default: trained last.")
    ] = None,
    as_json: Json = False,
) -> None:
    """AUC of held-out variant–trait pairs, against uniform and degree-matched negatives, with baselines."""
    from_embed("evaluate.commands").association(model, as_json)
