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
        typer.Argument(metavar="MODEL…", help="Recipes, model folders, Hugging Face names, or minilm."),
    ],
    data: Annotated[
        Path, typer.Option(help="Folder of benchmarks, each as its publishers distribute it.", envvar="KG_EVALUATION")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for figures.json, figures.csv and a page, index.html.")
    ] = None,
    as_json: Json = False,
) -> None:
    """All tables of the three papers, models and baselines side by side; what training saw is refused."""
    from_embed("evaluate.commands").everything(models, data, out, as_json)


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
    print_frame(from_embed("evaluate.commands").association(model), as_json)
