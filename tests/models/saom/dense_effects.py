"""Every effect once more, by plain loops over dense arrays from its formula: what the kernels are measured against.

``x`` is a network of 0 and 1 (n, n) without a diagonal, ``z`` behaviour and ``v`` a covariate (n,), centred; ``w`` a
covariate of pairs, centred; ``r`` a range, ``m`` a mean similarity, ``b`` a mean disagreement, ``p`` a parameter. A
mean over nobody is 0. Nothing here is shared with recoverynet.
"""

import numpy as np

NO_SUM_OVER_TIES = ("outIso", "outTrunc", "nbrDist2")
COUNTED_IN_THIRDS = ("cycle3",)
BOTH_VALUES = ("simX", "sameX", "diffX", "absDiffX", "egoPlusAltX", "egoXaltX")
SIMILARITY = ("avSim", "totSim", "avSimRecip", "totSimRecip")
IN_STEPS = (*SIMILARITY, "avAttHigher", "avAttLower")


def others(n, *left_out):
    return [h for h in range(n) if h not in left_out]


def contribution(effect, x, i, j, *, v=None, w=None, r=1.0, m=0.0, b=0.0, p=0.0):
    """c_ij of effects that are a sum over ties: s_i = Σ_j x_ij c_ij."""
    rest = others(len(x), i, j)
    shared = sum(x[i, h] * x[h, j] for h in rest)
    alpha = p / 100.0
    out, into = x.sum(axis=1), x.sum(axis=0)
    mutual = (x[i] * x[:, i]).sum()
    values = {
        "density": lambda: 1.0,
        "recip": lambda: x[j, i],
        "transTrip": lambda: shared,
        "transTies": lambda: float(shared > 0),
        "transMedTrip": lambda: sum(x[h, i] * x[h, j] for h in rest),
        "transRecTrip": lambda: x[j, i] * shared,
        "cycle3": lambda: sum(x[j, h] * x[h, i] for h in rest),
        "gwespFF": lambda: np.exp(alpha) * (1 - (1 - np.exp(-alpha)) ** shared),
        "inPop": lambda: into[j],
        "inPopSqrt": lambda: np.sqrt(into[j]),
        "outPop": lambda: out[j],
        "outPopSqrt": lambda: np.sqrt(out[j]),
        "inAct": lambda: into[i],
        "inActSqrt": lambda: np.sqrt(into[i]),
        "outAct": lambda: out[i],
        "outActSqrt": lambda: np.sqrt(out[i]),
        "reciAct": lambda: mutual ** (1.0 / p),
        "balance": lambda: sum(b - abs(x[i, h] - x[j, h]) for h in rest),
        "between": lambda: sum(x[h, i] * (1 - x[h, j]) for h in rest),
        "inStructEq": lambda: sum(b - abs(x[h, i] - x[h, j]) for h in rest),
        "altX": lambda: v[j],
        "altSqX": lambda: v[j] ** 2,
        "egoX": lambda: v[i],
        "egoSqX": lambda: v[i] ** 2,
        "simX": lambda: 1 - abs(v[i] - v[j]) / r - m,
        "sameX": lambda: float(v[i] == v[j]),
        "diffX": lambda: v[j] - v[i],
        "absDiffX": lambda: abs(v[i] - v[j]),
        "egoPlusAltX": lambda: v[i] + v[j],
        "higher": lambda: float(v[i] > v[j]) + float(v[i] == v[j]) / 2,
        "egoXaltX": lambda: v[i] * v[j],
        "X": lambda: w[i, j],
    }
    return float(values[effect]())


def tie_effect(effect, x, i, **terms):
    """s_i(x) of an effect on ties."""
    n = len(x)
    if effect == "outIso":
        return float(x[i].sum() == 0)
    if effect == "outTrunc":
        return float(min(x[i].sum(), terms["p"]))
    if effect == "nbrDist2":
        return float(sum(x[i, h] == 0 and any(x[i, j] * x[j, h] for j in others(n, i, h)) for h in others(n, i)))
    return sum(contribution(effect, x, i, j, **terms) for j in others(n, i) if x[i, j])


def tie_interaction(effects, x, i):
    """s_i of a product of effects, each a name and its further terms: Σ_j x_ij times the product of the c_ij."""
    return sum(np.prod([contribution(name, x, i, j, **terms) for name, terms in effects]) for j in others(len(x), i) if x[i, j])


def toggled(x, i, j, *, directed=True):
    """The network with one tie changed."""
    y = x.copy()
    y[i, j] = 1.0 - x[i, j]
    if not directed:
        y[j, i] = y[i, j]
    return y


def tie_change(effects, x, i, j, *, directed=True):
    """What changing a tie adds to s_i, for a product of effects, each a name and its further terms.

    As in RSiena, what a tie does for i's other ties is no part of the change of gwespFF.
    """
    y = toggled(x, i, j, directed=directed)
    if "gwespFF" in [name for name, _ in effects]:
        there = np.maximum(x, y)
        return (y[i, j] - x[i, j]) * np.prod([contribution(name, there, i, j, **more) for name, more in effects])
    if len(effects) > 1:
        return tie_interaction(effects, y, i) - tie_interaction(effects, x, i)
    ((name, more),) = effects
    return tie_effect(name, y, i, **more) - tie_effect(name, x, i, **more)


def target_contribution(effect, x, start, i, j, *, known=None, gained=False, **terms):
    """c_ij as the method of moments has it: degrees at the start where p is 0; unknown values count for nothing."""
    if gained and effect in ("inAct", "outAct", "outActSqrt"):
        degree = start[:, i].sum() if effect == "inAct" else start[i].sum()
        return float(np.sqrt(degree) if effect == "outActSqrt" else degree)
    if effect == "outPopSqrt" and terms["p"] == 0:
        return float(start[j].sum())
    if effect == "inActSqrt" and terms["p"] == 0:
        return float(np.sqrt(start[:, i].sum()))
    if known is not None and not (known[i] and known[j]):
        if effect in BOTH_VALUES:
            return 0.0
        if effect == "higher":
            return 0.5
    return contribution(effect, x, i, j, **terms) / (3 if effect in COUNTED_IN_THIRDS else 1)


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def multiplier(effect, x, z, i, *, v=None, known=None, at_mean=True):
    """What z_i is multiplied with in the effects that are linear in it; unknown others count at the mean, or not at all."""
    n = len(x)
    seen = [True] * n if known is None or at_mean else known
    z = z if known is None else np.where(known, z, 0.0)
    out = [j for j in others(n, i) if x[i, j]]
    into = [j for j in others(n, i) if x[j, i]]
    mutual = [j for j in out if x[j, i]]
    out_seen, in_seen, mutual_seen = ([j for j in each if seen[j]] for each in (out, into, mutual))
    values = {
        "linear": lambda: 1.0,
        "avAlt": lambda: mean(z[j] for j in out_seen),
        "totAlt": lambda: sum(z[j] for j in out_seen),
        "avRecAlt": lambda: mean(z[j] for j in mutual_seen),
        "avInAlt": lambda: mean(z[j] for j in in_seen),
        "totInAlt": lambda: sum(z[j] for j in in_seen),
        "maxAlt": lambda: max((z[j] for j in out_seen), default=0.0),
        "minAlt": lambda: min((z[j] for j in out_seen), default=0.0),
        "popAlt": lambda: mean(x[:, j].sum() for j in out),
        "indeg": lambda: len(into),
        "outdeg": lambda: len(out),
        "recipDeg": lambda: len(mutual),
        "isolate": lambda: float(not into),
        "effFrom": lambda: v[i],
    }
    return float(values[effect]())


def step_effect(effect, x, z, i, *, r=1.0, m=0.0, v=None, known=None, at_mean=True):
    """s_i(x, z) of an effect on behaviour."""
    n = len(x)
    seen = [True] * n if known is None else known
    out = [j for j in others(n, i) if x[i, j] and seen[j]]
    mutual = [j for j in out if x[j, i]]
    values = {
        "quad": lambda: z[i] ** 2,
        "avSim": lambda: mean(1 - abs(z[i] - z[j]) / r - m for j in out),
        "totSim": lambda: sum(1 - abs(z[i] - z[j]) / r - m for j in out),
        "avAttHigher": lambda: mean(1 - max(z[j] - z[i], 0) / r for j in out),
        "avAttLower": lambda: mean(1 - max(z[i] - z[j], 0) / r for j in out),
        "avSimRecip": lambda: mean(1 - abs(z[i] - z[j]) / r - m for j in mutual),
        "totSimRecip": lambda: sum(1 - abs(z[i] - z[j]) / r - m for j in mutual),
    }
    if effect in values:
        return float(values[effect]())
    return z[i] * multiplier(effect, x, z, i, v=v, known=known, at_mean=at_mean)


def mean_similarity(columns, r):
    """Mean of 1 − |v_i − v_j| / r over all pairs, both known in a column."""
    pairs = []
    for column in columns:
        known = column[np.isfinite(column)]
        pairs += [1 - abs(a - b) / r for place, a in enumerate(known) for b in known[:place]]
    return float(np.mean(pairs))


def mean_disagreement(networks, *, received):
    """Mean of |x_ih − x_jh| (or |x_hi − x_hj|) over networks and three different people, both ties known (not NaN)."""
    gaps = []
    for x in networks:
        x = x.T if received else x
        n = len(x)
        gaps += [abs(x[i, h] - x[j, h]) for i in range(n) for j in others(n, i) for h in others(n, i, j)]
    return float(np.nanmean(gaps))
