"""The trainings that `kg train` knows: each a function without arguments that returns a frozen `TrainConfig`."""

from embed.recipes.generel import generel, generel_cpu, generel_locus, generel_small
from embed.recipes.sapbert import sapbert, sapbert_cpu, sapbert_finetune, sapbert_small

_GENEREL = (generel, generel_cpu, generel_locus, generel_small)
_SAPBERT = (sapbert, sapbert_finetune, sapbert_cpu, sapbert_small)

RECIPES = {recipe.__name__: recipe for recipe in (*_GENEREL, *_SAPBERT)}
