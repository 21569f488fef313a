"""The Python peers of `tessera bench --python PYTHON`: scikit-learn and PyTorch.

Started by the command, with the number of threads in OMP_NUM_THREADS; PYTHON has the packages of requirements.txt. Each line of
stdin is a request, each line of stdout its answer:

    {"request": "check", "names": ["kmeans"]}          {"peer": "scikit-learn 1.9.1"}      all that is needed is there
    {"request": "prepare", "job": {"name": ...}}       {"peer": "scikit-learn 1.9.1"}      data are read, nothing is timed
    {"request": "run"}                                 {"seconds": 0.5}                    one timed run
    {"request": "result"}                              {"result": {...}}                   of the last run

or {"error": "..."}. Tables are .npy files of f32.
"""

import importlib
import json
import os
import sys
import time


def module(name, package):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RuntimeError(f"{error}: install {package} into {sys.executable}") from None


class KMeans:
    """{"data": FILE, "centres": FILE, "iterations": N}"""

    @staticmethod
    def peer():
        return f"scikit-learn {module('sklearn', 'scikit-learn').__version__}"

    def __init__(self, job):
        numpy = module("numpy", "numpy")
        cluster = module("sklearn.cluster", "scikit-learn")
        self.data = numpy.load(job["data"])
        centres = numpy.load(job["centres"])
        self.model = cluster.KMeans(
            len(centres), init=centres, n_init=1, max_iter=job["iterations"], tol=0, algorithm="lloyd"
        )

    def run(self):
        self.model.fit(self.data)

    def result(self):
        return {
            "centres": self.model.cluster_centers_.tolist(),
            "inertia": float(self.model.inertia_),
            "iterations": int(self.model.n_iter_),
        }


class Pca:
    """{"data": FILE, "components": N}"""

    peer = KMeans.peer

    def __init__(self, job):
        self.data = module("numpy", "numpy").load(job["data"])
        self.model = module("sklearn.decomposition", "scikit-learn").PCA(job["components"])

    def run(self):
        self.model.fit(self.data)

    def result(self):
        return {
            "components": self.model.components_.tolist(),
            "explained_variance": self.model.explained_variance_.tolist(),
        }


class LinearRegression:
    """{"data": FILE, "target": FILE}"""

    peer = KMeans.peer

    def __init__(self, job):
        numpy = module("numpy", "numpy")
        self.data, self.target = numpy.load(job["data"]), numpy.load(job["target"])
        self.model = module("sklearn.linear_model", "scikit-learn").LinearRegression()

    def run(self):
        self.model.fit(self.data, self.target)

    def result(self):
        return {"coefficients": self.model.coef_.tolist(), "intercept": float(self.model.intercept_)}


class Embedding:
    """{"model": FOLDER, "batches": [[[token, ...] for each text] for each batch]}"""

    @staticmethod
    def peer():
        module("transformers", "transformers")
        return f"PyTorch {module('torch', 'torch').__version__}"

    def __init__(self, job):
        self.torch = module("torch", "torch")
        self.torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        bert = module("transformers", "transformers").BertModel
        self.model = bert.from_pretrained(job["model"], local_files_only=True).float().eval()
        self.batches = [self.padded(texts) for texts in job["batches"]]
        self.vectors = []

    def padded(self, texts):
        longest = max(map(len, texts))
        tokens = self.torch.tensor([text + [0] * (longest - len(text)) for text in texts])
        mask = self.torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in texts])
        return tokens, mask

    def run(self):
        with self.torch.inference_mode():
            self.vectors = [self.embed(tokens, mask) for tokens, mask in self.batches]

    def embed(self, tokens, mask):
        last = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(last.dtype)
        return self.torch.nn.functional.normalize((last * weights).sum(1) / weights.sum(1))

    def result(self):
        return {"vectors": [vector for batch in self.vectors for vector in batch.tolist()]}


JOBS = {"kmeans": KMeans, "pca": Pca, "linear_regression": LinearRegression, "embedding": Embedding}


def answer(request, state):
    kind = request["request"]
    if kind == "check":
        return {"peer": ", ".join(sorted({JOBS[name].peer() for name in request["names"]}))}
    if kind == "prepare":
        job = JOBS[request["job"]["name"]]
        state["job"] = job(request["job"])
        return {"peer": job.peer()}
    if kind == "run":
        begin = time.perf_counter()
        state["job"].run()
        return {"seconds": time.perf_counter() - begin}
    return {"result": state["job"].result()}


def main():
    # What libraries print must not come between the answers.
    out, sys.stdout = sys.stdout, sys.stderr
    state = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), state)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=out, flush=True)


main()
