"""The eight methods of sumy on our own sentences, words, stems and stop words, so that only the choice differs.

Used by `corpus_summary.py --peers`; sumy is no dependency of the project, so where it is not installed that script says
so. Its own tokenizer needs data that nltk downloads: ours takes its place, through sumy's object model. Edmundson's
method wants lists of good and bad words: it gets the ones our own cues use.

    python -m venv peers && peers/bin/pip install sumy==0.13.0 snowballstemmer sentencex py3langid pydantic
    PYTHONPATH=src peers/bin/python benchmarks/corpus_summary.py CORPUS.jsonl --peers
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from digest.curate import split_sentences
from digest.curate.stopwords import STOP_WORDS
from digest.curate.summary.cues import _BACKGROUND, _NEW_THING
from digest.curate.terms import terms, words

METHODS = {
    "LexRank": "lex_rank", "TextRank": "text_rank", "LSA": "lsa", "Luhn": "luhn", "SumBasic": "sum_basic", "KL": "kl",
    "Reduction": "reduction", "Edmundson": "edmundson",
}  # fmt: skip
_CLASSES = {"LSA": "LsaSummarizer", "KL": "KLSummarizer"}
_STOP = STOP_WORDS["en"]


class _Tokenizer:
    """What sumy asks of a tokenizer, answered by our own splitter and words."""

    def to_sentences(self, text: str) -> tuple[str, ...]:
        return tuple(text[start:end] for start, end in split_sentences(text, lang="en"))

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(words(text))


def is_installed() -> bool:
    """Whether sumy can be imported; sets one BLAS thread first, so that a CPU-second means the same for all."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        importlib.import_module("sumy.models.dom")
    except ImportError:
        return False
    return True


def choose(method: str, text: str, sentences: int) -> str:
    """What `method` takes of `text`, joined by spaces as ours are."""
    chosen = _summarizer(method, _stem)(_document(text), sentences)
    return " ".join(str(sentence) for sentence in chosen)


def articles_per_cpu_second(method: str, texts: Sequence[str], *, own_stemmer: bool, sentences: int = 2) -> float:
    """From clean text to chosen sentences, with our splitting and words; with sumy's stemmer, or our kept stems."""
    stem = importlib.import_module("sumy.nlp.stemmers").Stemmer("english") if own_stemmer else _stem
    summarizer = _summarizer(method, stem)
    summarizer(_document(texts[0]), sentences)  # what is imported at first use is not counted
    started = time.process_time()
    for text in texts:
        summarizer(_document(text), sentences)
    return len(texts) / (time.process_time() - started)


def _document(text: str) -> Any:
    dom = importlib.import_module("sumy.models.dom")
    tokenizer = _Tokenizer()
    paragraphs = (
        dom.Paragraph([dom.Sentence(sentence, tokenizer) for sentence in tokenizer.to_sentences(paragraph)])
        for paragraph in text.split("\n\n")
    )
    return dom.ObjectDocumentModel(paragraphs)


def _stem(word: str) -> str:
    """Our stem; sumy drops stop words itself, and wants some stem for each."""
    found: Sequence[str] = terms([word], "en")
    return found[0] if found else word


def _summarizer(method: str, stem: Callable[[str], str]) -> Callable[[Any, int], Iterable[Any]]:
    module = importlib.import_module(f"sumy.summarizers.{METHODS[method]}")
    made = getattr(module, _CLASSES.get(method, f"{method}Summarizer"))(stem)
    if method == "Edmundson":
        made.bonus_words, made.stigma_words, made.null_words = _NEW_THING, _BACKGROUND, _STOP
    else:
        made.stop_words = _STOP
    found: Callable[[Any, int], Iterable[Any]] = made
    return found
