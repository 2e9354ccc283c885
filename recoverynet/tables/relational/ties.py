"""Ties between people in relational terms: the projection of contacts in a window, and what a tie weighs."""

from __future__ import annotations

from recoverynet.errors import SchemaError

TIE_WEIGHTINGS = ("newman", "count", "jaccard", "overlap", "duration")


def _worth_sql(weighting: str, decay: str) -> str:
    """What an occasion adds to a tie; ``n`` is how many were there."""
    if weighting == "newman":
        return f"{decay} / (n - 1)"
    return f"{decay} * coalesce(minutes, 0e0)" if weighting == "duration" else decay


def ties_sql(
    start_us: int, end_us: int, *, weighting: str = "newman", half_life_us: int | None = None, min_weight: float = 0.0
) -> str:
    """Every tie once, a < b: a, b, weight, n (occasions shared) of the occasions that begin in [start, end).

    Occasions of one person make no tie, and are in no pair; a person without a tie is in no row. See
    :func:`recoverynet.graphs.projection.project` for the formulas.
    """
    if weighting not in TIE_WEIGHTINGS:
        raise SchemaError(f"weighting must be one of {', '.join(TIE_WEIGHTINGS)}; got {weighting!r}.")
    decay = "1e0" if half_life_us is None else f"pow(0.5e0, CAST({end_us} - us AS DOUBLE) / {float(half_life_us)!r})"
    inside = f"us >= {start_us} AND us < {end_us}"
    chosen = f"SELECT occasion, {_worth_sql(weighting, decay)} AS w FROM sized WHERE n > 1 AND {inside}"
    pairs = (
        "SELECT x.person AS a, y.person AS b, sum(x.w) AS weight, count(*) AS n FROM "
        f"(SELECT p.person, p.occasion, c.w FROM attended p JOIN ({chosen}) c ON p.occasion = c.occasion) x "
        "JOIN attended y ON x.occasion = y.occasion AND x.person < y.person GROUP BY x.person, y.person"
    )
    if weighting in ("jaccard", "overlap"):
        own = (
            f"SELECT p.person, sum({decay}) AS own FROM attended p JOIN sized s ON p.occasion = s.occasion WHERE {inside} "
            "GROUP BY p.person"
        )
        below = "(i.own + j.own - t.weight)" if weighting == "jaccard" else "least(i.own, j.own)"
        pairs = (
            f"WITH own AS ({own}) SELECT t.a, t.b, t.weight / {below} AS weight, t.n FROM ({pairs}) t "
            "JOIN own i ON t.a = i.person JOIN own j ON t.b = j.person"
        )
    return f"SELECT a, b, weight, n FROM ({pairs}) ties WHERE weight > 0 AND weight >= {float(min_weight)!r}"


def large_sql(start_us: int, end_us: int, above: int) -> str:
    """How many occasions have more than so many people, how many of which length nobody knows, and the pairs they make."""
    return (
        f"SELECT count(*) FILTER (WHERE n > {above}) AS n_large, coalesce(max(n), 0) AS largest, count(*) AS n_occasions, "
        f"coalesce(sum(CASE WHEN n > {above} THEN CAST(n AS BIGINT) * (n - 1) / 2 ELSE 0 END), 0) AS n_pairs, "
        "count(*) FILTER (WHERE minutes IS NULL) AS n_unknown "
        f"FROM sized WHERE us >= {start_us} AND us < {end_us}"
    )
