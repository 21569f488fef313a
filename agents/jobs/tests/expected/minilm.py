"""Writes `minilm.json`: tokens and vectors of all-MiniLM-L6-v2 by PyTorch on the CPU, which the embedding job is compared with.

Usage: python agents/jobs/tests/expected/minilm.py FOLDER     (needs torch 2.15, transformers 5.23; FOLDER: tools/minilm/fetch)

The vectors are those of transformers' BertModel in f32, one padded batch, mean pooling, length 1. The script prints how far
PyTorch itself is from the same model in f64.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

TEXTS = [
    "The cat sits on the mat.",
    "A cat is sitting on a rug.",
    "Gradient descent converges linearly on strongly convex functions.",
    "Wie spät ist es in München?",
    "今天天气很好。",
    "naïve café, 3.14159 & e-mail@example.com!",
    "",
    "A provider runs the graph without knowing what it is for, posts the root of the outputs, and whoever holds the label "
    "decodes them into a result; if two parties disagree, a single step of at most 128 terms is replayed on chain, where the "
    "answer is exact, and the one who was wrong pays for it.",
]


def vectors(model, tokens):
    longest = max(map(len, tokens))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in tokens])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in tokens])
    with torch.no_grad():
        last = model(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).to(last.dtype)
    return torch.nn.functional.normalize((last * weights).sum(1) / weights.sum(1))


def main():
    folder = Path(sys.argv[1])
    tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokeniser.no_padding()
    tokeniser.enable_truncation(256)
    tokens = [tokeniser.encode(text).ids for text in TEXTS]
    model = BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    single = vectors(model, tokens)
    double = vectors(model.double(), tokens)
    print("PyTorch f32 against f64, largest difference:", (single.double() - double).abs().max().item())
    rows = [
        {"text": text, "tokens": ids, "vector": [float(f"{x:.9g}") for x in vector.tolist()]}
        for text, ids, vector in zip(TEXTS, tokens, single)
    ]
    out = Path(__file__).with_name("minilm.json")
    out.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
