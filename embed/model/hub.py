"""Models of the Hugging Face hub by their names: what kg reads of one, fetched once into the hub's own cache."""

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from kgbuild.errors import InputError

#: Settings, vocabularies, weights, and what a model of `kg train` says of its training pairs; not the same weights for
#: other frameworks, which lie beside them.
_READ = ["*.json", "*.txt", "*.model", "*.safetensors", "*.npy"]
_NOT_READ = ["onnx/*", "openvino/*"]
#: Of a model that has no safetensors.
_PICKLED = ["pytorch_model*.bin"]


def fetched(name: str) -> Path:
    """The folder of a model, `organisation/name`; fetched once, and found without a network from then on.

    It is asked for at HF_ENDPOINT and kept in HF_HOME; HF_HUB_OFFLINE asks nobody, as in all that uses the hub.

    Raises:
        InputError: The hub has no such model, or cannot be asked and the cache has none.
    """
    try:
        folder = Path(snapshot_download(name, allow_patterns=_READ, ignore_patterns=_NOT_READ))
        if not any(folder.glob("*.safetensors")):
            snapshot_download(name, allow_patterns=_PICKLED)
        return folder
    except HFValidationError as error:
        raise InputError(f"{name}: neither a folder nor a name on the Hugging Face hub (organisation/name)") from error
    except LocalEntryNotFoundError as error:
        raise InputError(
            f"{name}: no such folder, and the Hugging Face hub cannot be asked for it; give a folder, or where there "
            f"is a network: hf download {name}"
        ) from error
    except HfHubHTTPError as error:
        raise InputError(
            f"{name}: no such folder, and the Hugging Face hub does not give it out (HTTP "
            f"{error.response.status_code}); give a folder, a name that is there, or HF_TOKEN where it is private"
        ) from error
