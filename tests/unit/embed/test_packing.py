import pytest
import torch

from embed.compute.packing import packs
from embed.model.encoder import load_base, pool, pooled
from embed.pairs.tokens import tokenize


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 0, 4, 1, 3, 2]])
def test_texts_without_padding_have_the_vectors_and_gradients_of_padded_ones(tiny_base, pooling, order):
    transformer, tokenizer = load_base(tiny_base)
    texts = ["gout", "asthma", "migraine", "type 2 diabetes", "allergic asthma", "a b c d e f g"]
    ids_NL, mask_NL = tokenize([texts[i] for i in order], tokenizer, 16).padded(torch.arange(6).numpy())
    assert packs(transformer)

    transformer.eval()

    def padded():
        return pool(transformer(input_ids=ids_NL, attention_mask=mask_NL).last_hidden_state, mask_NL, pooling)

    found = []
    for encode in (lambda: pooled(transformer, ids_NL, mask_NL, pooling), padded):
        vectors_NH = encode()
        (vectors_NH * torch.arange(vectors_NH.numel()).view_as(vectors_NH)).sum().backward()
        found.append((vectors_NH.detach(), [weight.grad for weight in transformer.parameters()]))
        transformer.zero_grad()

    torch.testing.assert_close(found[0][0], found[1][0])
    for ours, theirs in zip(found[0][1], found[1][1], strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-3)


def test_a_transformer_whose_positions_do_not_count_from_0_is_given_padded_texts(tiny_base):
    transformer, _ = load_base(tiny_base)
    transformer.config.model_type = "roberta"

    assert not packs(transformer)
