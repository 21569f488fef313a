"""Writes the CSV files of this folder from scikit-learn's bundled data sets.

Usage: python data/make.py        (needs scikit-learn 1.7.2; the result does not depend on the platform)

Feature columns first, then `target`. Numbers are written in their shortest exact form.
"""

import re
from pathlib import Path

from sklearn import datasets

HERE = Path(__file__).parent


def column(name: str) -> str:
    """`sepal length (cm)` -> `sepal_length_cm`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def number(value) -> str:
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def write(name: str, bunch) -> None:
    names = [column(n) for n in bunch.feature_names] + ["target"]
    rows = [",".join(names)]
    for x, y in zip(bunch.data, bunch.target):
        rows.append(",".join(map(number, [*x, y])))
    (HERE / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="ascii", newline="\n")


write("iris", datasets.load_iris())
write("wine", datasets.load_wine())
write("breast-cancer", datasets.load_breast_cancer())
write("diabetes", datasets.load_diabetes(scaled=False))
write("digits", datasets.load_digits())
