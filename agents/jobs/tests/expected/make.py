"""Writes what the jobs' tests compare with: scikit-learn's answers on the data sets in `data/`, in float64.

Usage: python agents/jobs/tests/expected/make.py        (needs scikit-learn 1.7.2 and numpy 2)

One JSON file per data set. The tests themselves need no Python.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge

HERE = Path(__file__).parent
DATA = HERE.parents[3] / "data"

# data set -> (clusters, components)
SETS = {"iris": (3, 4), "wine": (3, 10), "breast-cancer": (2, 10), "diabetes": (4, 10), "digits": (10, 10)}
ITERATIONS = 20  # enough for every set to reach its fixed point from the stored centres (checked below)
SEEDS = 101  # k-means++ runs behind the median
RIDGE = 2.5

warnings.simplefilter("ignore", ConvergenceWarning)


def plain(value):
    """Numbers with 10 significant digits: far below f32's resolution."""
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(f"{float(value):.10g}")


def regression(x, y):
    model = LinearRegression().fit(x, y)
    predicted = model.predict(x)
    ridge = Ridge(alpha=RIDGE, solver="svd").fit(x, y)
    return {
        "full_rank": bool(np.linalg.matrix_rank(x - x.mean(axis=0)) == x.shape[1]),
        "coefficients": plain(model.coef_),
        "intercept": plain(model.intercept_),
        "mse": plain(np.mean((y - predicted) ** 2)),
        "r2": plain(model.score(x, y)),
        "predictions": plain(predicted),
        "ridge": {
            "alpha": RIDGE,
            "coefficients": plain(ridge.coef_),
            "intercept": plain(ridge.intercept_),
        },
    }


def clusters(x, k):
    initial, _ = kmeans_plusplus(x, k, random_state=7)
    # Blended with a random mean: no point is then at exactly the same distance from two initial centres, as happens with integer data.
    rng = np.random.default_rng(7)
    blend = np.stack([x[rng.choice(len(x), 5, replace=False)].mean(axis=0) for _ in range(k)])
    initial = np.array(plain(0.75 * initial + 0.25 * blend))
    model = KMeans(k, init=initial, n_init=1, max_iter=ITERATIONS, tol=0, algorithm="lloyd").fit(x)
    assert model.n_iter_ < ITERATIONS, "no fixed point reached"
    assert len(set(model.labels_)) == k, "an empty cluster: scikit-learn would move its centre, the job keeps it"
    inertias = [KMeans(k, n_init=1, tol=0, random_state=seed).fit(x).inertia_ for seed in range(SEEDS)]
    return {
        "initial": plain(initial),
        "iterations": ITERATIONS,
        "iterations_used": int(model.n_iter_),
        "centres": plain(model.cluster_centers_),
        "labels": plain(model.labels_),
        "inertia": plain(model.inertia_),
        "median_inertia": plain(np.median(inertias)),
    }


def principal(x, k):
    model = PCA(k, svd_solver="full").fit(x)
    return {
        "mean": plain(model.mean_),
        "components": plain(model.components_),
        "explained_variance": plain(model.explained_variance_),
        "explained_variance_ratio": plain(model.explained_variance_ratio_),
    }


for name, (k, components) in SETS.items():
    table = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1)
    x, y = table[:, :-1], table[:, -1]
    assert math.isfinite(x.sum())
    expected = {
        "made_with": f"scikit-learn {sklearn.__version__}",
        "linear_regression": regression(x, y),
        "kmeans": clusters(x, k),
        "pca": principal(x, components),
    }
    (HERE / f"{name}.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n", encoding="ascii")
    print(name, {k: v for k, v in expected["kmeans"].items() if k in ("iterations_used", "inertia", "median_inertia")}, expected["linear_regression"]["full_rank"])
