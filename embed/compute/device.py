"""Where and in which precision the encoders compute."""

from contextlib import AbstractContextManager

import torch


def best_device() -> torch.device:
    """The GPU where there is one; TF32 there for what stays in fp32."""
    torch.set_float32_matmul_precision("high")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """The context in which encoders compute: `auto` is bf16 where the hardware multiplies in it."""
    wanted = precision == "bf16" or (precision == "auto" and has_bf16(device))
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted)


def has_bf16(device: torch.device) -> bool:
    """Whether matrix products in bf16 are the hardware's own."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())
