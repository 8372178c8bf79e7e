"""Trains the fraud model on a synthetic data set, and records what the Python runtime says of it.

    pip install -r requirements.txt && python train.py

The data set is made from one seed and holds nothing of anybody. 12,000 cards of 12 European countries spend for 30 days. A card has a
rhythm (1 to 6 payments a day, by daylight), a usual amount (lognormal, around 30 EUR), and a home country that 6 % of its payments leave.
3 % of the cards are compromised at a random time: within the next hours a thief makes 3 to 14 payments, minutes apart, mostly without the
card, often abroad, more often for what can be sold again (electronics, digital goods, money transfers, gambling), and for several times
the usual amount after a few small trials. These payments are fraud; 1 in 2,000 other payments is labelled so too, since labels of banks
are not clean either. History is what the service would have known: payments of the same card in the hour and the day before.

Written beside this file: model.onnx and manifest.json. Written to ../tests/recorded: parity.bin.gz (10,000 rows of features and the
scores of onnxruntime, little-endian float32: real rows, random ones, and rows on the very thresholds of the trees) and features.json
(payments with their history and the features that training saw, so that serving computes the same).
"""

import gzip
import hashlib
import json
import pathlib

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.metrics import average_precision_score, roc_auc_score

SEED = 20261101
VERSION = "2026-11-01.1"
CARDS = 12_000
DAYS = 30
START = 1_759_276_800  # 2025-10-01T00:00:00Z, a Wednesday
ROWS = 10_000
HOUR, DAY = 3_600, 86_400

HERE = pathlib.Path(__file__).parent
RECORDED = HERE.parent / "tests" / "recorded"

# Euros for one unit of a currency, fixed for a version of the model so that the same payment has the same features for as long as the
# version lives. The currencies are those that the European Central Bank has reference rates for; the rates are round.
RATES = {
    "EUR": 1.0, "AUD": 0.56, "BGN": 0.5113, "BRL": 0.16, "CAD": 0.62, "CHF": 1.07, "CNY": 0.12, "CZK": 0.041, "DKK": 0.134, "GBP": 1.15,
    "HKD": 0.11, "HUF": 0.0026, "IDR": 0.000052, "ILS": 0.26, "INR": 0.0097, "ISK": 0.007, "JPY": 0.0057, "KRW": 0.0006, "MXN": 0.047,
    "MYR": 0.2, "NOK": 0.085, "NZD": 0.49, "PHP": 0.0147, "PLN": 0.235, "RON": 0.197, "SEK": 0.091, "SGD": 0.66, "THB": 0.026,
    "TRY": 0.021, "USD": 0.86, "ZAR": 0.05,
}
COUNTRIES = {"IE": "EUR", "DE": "EUR", "FR": "EUR", "ES": "EUR", "IT": "EUR", "NL": "EUR", "PT": "EUR", "AT": "EUR", "GB": "GBP",
             "PL": "PLN", "SE": "SEK", "US": "USD"}
ENTRY_MODES = ["chip", "contactless", "magstripe", "ecommerce", "moto", "recurring"]
# What a merchant sells, by its category code (ISO 18245), from the everyday to what is as good as money.
CATEGORIES = {0: ["5411", "5812", "5541"], 1: ["4511", "7011"], 2: ["5732", "5045"], 3: ["5816", "5817"], 4: ["4829", "6051"],
              5: ["7995"]}

FEATURES = [
    ("amount_log", "ln(1 + amount in euros)"),
    ("hour", "hour of the day, UTC"),
    ("weekend", "1 on Saturday and Sunday, UTC"),
    ("contactless", "1 where the card was held to the terminal"),
    ("magstripe", "1 where the magnetic stripe was read"),
    ("ecommerce", "1 for a payment on the Internet"),
    ("moto", "1 for an order by mail or telephone"),
    ("recurring", "1 for a payment under a standing agreement"),
    ("foreign_country", "1 where the merchant's country is not the card's"),
    ("foreign_currency", "1 where the currency is not EUR"),
    ("category_group", "what the merchant sells: 0 everyday, 1 travel, 2 electronics, 3 digital goods, 4 money, 5 gambling"),
    ("count_1h", "payments of the card in the hour before"),
    ("sum_1h_log", "ln(1 + their sum in euros)"),
    ("count_24h", "payments of the card in the day before"),
    ("sum_24h_log", "ln(1 + their sum in euros)"),
    ("amount_to_mean_24h", "amount by the mean of the day before, at most 100; 1 where there was none"),
    ("since_last_log", "ln(1 + seconds since the last payment of the day before, or 86,400)"),
]


def legitimate(rng):
    """Payments that cardholders make."""
    rate = rng.uniform(1, 6, CARDS)
    counts = rng.poisson(rate * DAYS * 0.5)
    card = np.repeat(np.arange(CARDS), counts)
    n = len(card)
    hour = np.clip(rng.normal(14, 4, n), 0, 23.99)
    at = START + rng.integers(0, DAYS, n) * DAY + (hour * HOUR).astype(np.int64)
    usual = rng.lognormal(3.2, 0.5, CARDS)
    amount = np.maximum(usual[card] * rng.lognormal(0, 0.8, n), 0.5)
    group = rng.choice(6, n, p=[0.84, 0.05, 0.03, 0.05, 0.015, 0.015])
    entry = rng.choice(6, n, p=[0.16, 0.42, 0.01, 0.29, 0.02, 0.1])
    abroad = rng.random(n) < np.where(group == 1, 0.4, 0.06)
    return card, at, amount, group, entry, abroad, (rng.random(n) < 0.0005), usual


def stolen(rng, usual):
    """Payments that thieves make."""
    cards = rng.choice(CARDS, int(CARDS * 0.03), replace=False)
    counts = rng.integers(3, 15, len(cards))
    begins = START + rng.integers(DAY, DAYS * DAY - 6 * HOUR, len(cards))
    card = np.repeat(cards, counts)
    n = len(card)
    nth = np.concatenate([np.arange(count) for count in counts])
    gaps = rng.exponential(420, n).astype(np.int64) + 20
    ends = np.cumsum(counts)
    total = np.cumsum(gaps)
    at = np.repeat(begins, counts) + total - np.repeat(np.concatenate([[0], total[ends[:-1] - 1]]), counts)
    trial = (nth < 2) & (rng.random(n) < 0.6)
    amount = np.where(trial, rng.uniform(0.5, 5, n), usual[card] * rng.lognormal(1.3, 0.9, n))
    group = rng.choice(6, n, p=[0.3, 0.07, 0.23, 0.2, 0.14, 0.06])
    entry = rng.choice(6, n, p=[0.05, 0.13, 0.12, 0.62, 0.08, 0.0])
    return card, at, amount, group, entry, rng.random(n) < 0.55, np.ones(n, bool)


def history(card, at, euros):
    """Counts and sums of the hour and the day before, for payments that are ordered by card and time."""
    key = card.astype(np.int64) * 10 * DAYS * DAY + (at - START)
    total = np.concatenate([[0.0], np.cumsum(euros)])
    index = np.arange(len(key))
    before = np.searchsorted(key, key, side="left")  # payments of the same second are not known yet
    hour, day = np.searchsorted(key, key - HOUR, side="right"), np.searchsorted(key, key - DAY, side="right")
    last = np.where(before > day, at - at[np.maximum(before - 1, 0)], DAY)
    assert (before <= index).all()
    return before - hour, total[before] - total[hour], before - day, total[before] - total[day], last


def dataset():
    """The payments, their history and their features, in the order of the cards."""
    rng = np.random.default_rng(SEED)
    *good, usual = legitimate(rng)
    bad = stolen(rng, usual)
    card, at, amount, group, entry, abroad, fraud = (np.concatenate(pair) for pair in zip(good, bad))
    order = np.lexsort((at, card))
    card, at, amount, group, entry, abroad, fraud = (column[order] for column in (card, at, amount, group, entry, abroad, fraud))
    names = np.array(list(COUNTRIES))
    home = rng.choice(len(names), CARDS, p=[0.5] + [0.5 / 11] * 11)[card]
    away = (home + rng.integers(1, len(names), len(card))) % len(names)
    place = np.where(abroad, away, home)
    currency = np.array([COUNTRIES[name] for name in names])[place]
    rate = np.array([RATES[code] for code in currency])
    amount = np.round(amount / rate, 2)
    euros = amount * rate
    count1, sum1, count24, sum24, last = history(card, at, euros)
    raw = dict(amount=amount, currency=currency, occurred_at=at, merchant_country=names[place], card_country=names[home],
               category=np.array([CATEGORIES[g][i % len(CATEGORIES[g])] for i, g in enumerate(group)]),
               entry_mode=np.array(ENTRY_MODES)[entry], count_1h=count1, sum_1h=sum1, count_24h=count24, sum_24h=sum24,
               last=np.where(count24 > 0, last, -1))
    mean = np.divide(sum24, count24, out=np.zeros(len(card)), where=count24 > 0)
    ratio = np.where(mean > 0, np.minimum(euros / np.where(mean > 0, mean, 1), 100), 1)
    weekend = ((at // DAY + 3) % 7) >= 5
    one_hot = [entry == ENTRY_MODES.index(mode) for mode in ["contactless", "magstripe", "ecommerce", "moto", "recurring"]]
    columns = [np.log1p(euros), at % DAY // HOUR, weekend, *one_hot, place != home, currency != "EUR", group, count1, np.log1p(sum1),
               count24, np.log1p(sum24), ratio, np.log1p(last)]
    return raw, np.stack(columns, axis=1).astype(np.float32), fraud, card


def train(features, fraud, seed=SEED):
    """The model, alike on every machine."""
    model = lightgbm.LGBMClassifier(n_estimators=120, num_leaves=31, learning_rate=0.08, min_child_samples=60, subsample=0.8,
                                    subsample_freq=1, colsample_bytree=0.8, random_state=seed, deterministic=True, force_row_wise=True,
                                    n_jobs=1, verbose=-1)
    return model.fit(features, fraud.astype(int))


def export(model):
    """ONNX: one TreeEnsembleClassifier, probabilities as one tensor."""
    exported = onnxmltools.convert_lightgbm(model, initial_types=[("features", FloatTensorType([None, len(FEATURES)]))], zipmap=False,
                                            target_opset=15)
    exported.graph.name = "fraud"
    return exported.SerializeToString()


def scores(session, rows):
    """Probabilities of fraud, as the Python runtime computes them."""
    return session.run(["probabilities"], {"features": rows})[0][:, 1].astype(np.float32)


def thresholds(score, fraud):
    """Review the top 2 % of honest payments; decline where four of five payments above are fraud."""
    review = np.quantile(score[~fraud], 0.98)
    order = np.argsort(-score)
    precision = np.cumsum(fraud[order]) / np.arange(1, len(order) + 1)
    decline = score[order][np.nonzero(precision >= 0.8)[0][-1]]
    return round(float(review), 4), round(float(max(decline, review)), 4)


def distributions(rows, honest):
    """For each feature its usual value, and how it is spread over at most ten bins, which drift is measured against."""
    out = []
    for (name, what), column in zip(FEATURES, rows.T):
        edges = sorted({round(float(edge), 6) for edge in np.quantile(column, np.linspace(0.1, 0.9, 9))})
        shares = np.bincount(np.searchsorted(edges, column, side="left"), minlength=len(edges) + 1) / len(column)
        out.append({"name": name, "description": what, "reference": round(float(np.median(column[honest])), 6), "edges": edges,
                    "shares": [round(float(share), 6) for share in shares]})
    return out


def parity_rows(rng, rows, exported):
    """Rows of payments, rows of chance, and rows that lie on thresholds, where runtimes differ first."""
    real = rows[rng.choice(len(rows), 6_000, replace=False)]
    low, high = rows.min(axis=0), rows.max(axis=0)
    chance = rng.uniform(low - 1, high + 1, (2_000, len(FEATURES))).astype(np.float32)
    tree = next(node for node in onnx.load_from_string(exported).graph.node if node.op_type == "TreeEnsembleClassifier")
    at = {attribute.name: attribute for attribute in tree.attribute}
    branches = [i for i, mode in enumerate(at["nodes_modes"].strings) if mode != b"LEAF"]
    edge = rows[rng.choice(len(rows), 2_000)].copy()
    for row in edge:
        for i in rng.choice(branches, 4):
            row[at["nodes_featureids"].ints[i]] = at["nodes_values"].floats[i]
    return np.concatenate([real, chance, edge]).astype("<f4")


def record(rng, raw, rows, exported, session):
    """What the tests of the service compare with."""
    RECORDED.mkdir(exist_ok=True)
    inputs = parity_rows(rng, rows, exported)
    # Column by column, byte by byte: like things lie together, and pack well.
    planes = np.frombuffer(inputs.T.tobytes(), np.uint8).reshape(-1, 4).T.tobytes()
    (RECORDED / "parity.bin.gz").write_bytes(gzip.compress(planes + scores(session, inputs).tobytes(), 9, mtime=0))
    picked = rng.choice(len(rows), 200, replace=False)
    samples = [{**{key: column[i].item() for key, column in raw.items()}, "features": [float(x) for x in rows[i]]} for i in picked]
    text = ",\n".join(json.dumps(sample) for sample in samples)
    (RECORDED / "features.json").write_text(f"[\n{text}\n]\n")


def main():
    rng = np.random.default_rng(SEED + 1)
    raw, rows, fraud, card = dataset()
    test = card % 5 == 0  # by card, so that no card is in both
    model = train(rows[~test], fraud[~test])
    exported = export(model)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    score = scores(session, rows[test])
    review, decline = thresholds(score, fraud[test])
    digest = hashlib.sha256(exported).hexdigest()
    manifest = {
        "version": VERSION,
        "file": "model.onnx",
        "sha256": digest,
        "thresholds": {"review": review, "decline": decline},
        "features": distributions(rows[~test], ~fraud[~test]),
        "rates": RATES,
        "training": {
            "script": "scoring/model/train.py", "seed": SEED, "rows": int((~test).sum()), "test_rows": int(test.sum()),
            "fraud_share": round(float(fraud.mean()), 6), "roc_auc": round(float(roc_auc_score(fraud[test], score)), 4),
            "average_precision": round(float(average_precision_score(fraud[test], score)), 4),
            "libraries": {module.__name__: module.__version__ for module in (lightgbm, np, onnx, onnxmltools, onnxruntime)},
        },
    }
    (HERE / "model.onnx").write_bytes(exported)
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    record(rng, raw, rows, exported, session)
    print(json.dumps({**manifest["training"], **manifest["thresholds"], "bytes": len(exported), "sha256": digest}, indent=2))


if __name__ == "__main__":
    main()
