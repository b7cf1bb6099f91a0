import pyarrow as pa
import pytest
import torch

from embed.model.locus import LocusEncoder
from embed.pairs.cache import VARIANTS


@pytest.fixture
def variants() -> pa.Table:
    rows = [
        {"id": "dbSNP:rs1", "chromosome": "1", "grch38": 1_000_000, "genes": [7]},
        {"id": "dbSNP:rs2", "chromosome": "1", "grch38": 1_001_000, "genes": [7, 9]},  # beside rs1
        {"id": "dbSNP:rs3", "chromosome": "2", "grch38": 1_000_000, "genes": [9]},  # a gene with rs2
        {"id": "dbSNP:rs4", "chromosome": None, "grch38": None, "genes": []},
    ]
    return pa.Table.from_pylist(rows, VARIANTS)


def test_a_variant_that_was_never_trained_is_what_its_genes_and_bins_learned(variants):
    torch.manual_seed(0)
    encoder = LocusEncoder(variants, 16, width=32)
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
    target = torch.nn.functional.normalize(torch.randn(16), dim=0)

    def cosine() -> list[float]:
        return torch.cosine_similarity(encoder.eval()(torch.arange(4)), target[None]).tolist()

    before = cosine()
    for _ in range(20):
        optimizer.zero_grad()
        (1 - torch.cosine_similarity(encoder.train()(torch.tensor([0])), target[None])).sum().backward()
        optimizer.step()

    gain = [after - start for after, start in zip(cosine(), before, strict=True)]
    assert gain[0] > gain[1] > 0.3


def test_a_batch_gives_what_each_variant_gives_alone(variants):
    encoder = LocusEncoder(variants, 16, width=8).eval()

    together = encoder(torch.tensor([3, 1, 1, 0]))

    alone = torch.cat([encoder(torch.tensor([i])) for i in (3, 1, 1, 0)])
    torch.testing.assert_close(together, alone)


def test_gradients_are_sparse_and_touch_the_rows_of_the_batch_alone(variants):
    encoder = LocusEncoder(variants, 16, width=8, forget=0.0)

    encoder(torch.tensor([2])).sum().backward()

    gradient = encoder.table.weight.grad
    assert gradient is not None
    assert gradient.is_sparse
    touched = set(gradient.coalesce().indices()[0].tolist())
    assert 2 in touched
    assert not touched & {0, 1, 3}


def test_training_hides_own_rows_unless_a_variant_has_nothing_else(variants):
    encoder = LocusEncoder(variants, 16, width=8, forget=1.0).train()

    encoder(torch.arange(4)).square().sum().backward()

    gradient = encoder.table.weight.grad
    assert gradient is not None
    own = gradient.to_dense()[:4].abs().sum(1)
    assert (own[:3] == 0).all()
    assert own[3] > 0
