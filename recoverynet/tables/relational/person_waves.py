"""What is known of every person at every wave, and what their contacts held, in relational terms.

The relations, by name:

- ``waves``: wave (1 … W), start_us, end_us; held by the session.
- ``looked``: source, place (0 is believed first); held by the session.
- ``chosen``: person; the people of the panel.
- ``person_waves``: person, wave, present, state (NULL: unknown), held (1.0, 0.0 or NULL), lost (likewise).
- ``wave_ties``: wave, ego, alter, weight; both ways, between people present.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from recoverynet.tables.engine import list_sql, text_sql
from recoverynet.tables.relational.session import EngineSession
from recoverynet.tables.relational.ties import ties_sql

UNKNOWN = "unknown"
Bounds = Sequence[tuple[int, int]]


def states_sql(*, lasting_us: int | None, latest: bool) -> str:
    """The state of a person at the last moment of each wave, as far as anybody knows; see :func:`recoverynet.state_at`."""
    told = f"CASE WHEN o.value <> {text_sql(UNKNOWN)} THEN o.value END"
    looks = (
        f"SELECT c.person, k.place, epoch_us(o.observed_at) AS us, CASE WHEN count(DISTINCT {told}) = 1 THEN max({told}) END "
        "AS state FROM observations o JOIN codes c ON o.person_id = c.person_id JOIN looked k ON o.source = k.source "
        "WHERE o.variable = 'state' GROUP BY c.person, k.place, epoch_us(o.observed_at)"
    )
    latest_look = (
        "SELECT l.person, l.place, w.wave, w.end_us, max(l.us) AS us FROM looks l JOIN waves w ON l.us < w.end_us "
        "GROUP BY l.person, l.place, w.wave, w.end_us"
    )
    holds = "TRUE" if lasting_us is None else f"m.end_us - 1 - m.us < {lasting_us}"
    order = "us DESC, place" if latest else "place"
    knows = (
        "SELECT m.person, m.place, m.wave, m.us, l.state FROM last_looks m JOIN looks l ON m.person = l.person AND "
        f"m.place = l.place AND m.us = l.us WHERE l.state IS NOT NULL AND {holds}"
    )
    return (
        f"WITH looks AS ({looks}), last_looks AS ({latest_look}), knows AS ({knows}), ranked AS (SELECT person, wave, state, "
        f"row_number() OVER (PARTITION BY person, wave ORDER BY {order}) AS nth FROM knows) "
        "SELECT person, wave, state FROM ranked WHERE nth = 1"
    )


def person_waves_sql(holds: Collection[str], *, lasting_us: int | None, latest: bool) -> str:
    """Presence, state and norm of every chosen person at every wave, those of whom nothing is known included."""
    joined, left = "epoch_us(p.joined_on)", "epoch_us(p.left_on)"
    present = f"coalesce({joined} < w.end_us, TRUE) AND coalesce({left} > w.start_us, TRUE) AND coalesce({joined} < {left}, TRUE)"
    everybody = (
        f"SELECT c.person, w.wave, {present} AS present FROM chosen h JOIN codes c ON h.person = c.person JOIN people p ON "
        "c.person_id = p.person_id CROSS JOIN waves w"
    )
    state = "CASE WHEN e.present THEN s.state END"
    seen = (
        f"SELECT e.person, e.wave, e.present, {state} AS state, CASE WHEN {state} IS NULL THEN NULL WHEN {state} IN "
        f"{list_sql(sorted(holds))} THEN 1e0 ELSE 0e0 END AS held FROM everybody e LEFT JOIN states s ON e.person = s.person "
        "AND e.wave = s.wave"
    )
    ever = "max(held) OVER (PARTITION BY person ORDER BY wave ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    return (
        f"WITH states AS ({states_sql(lasting_us=lasting_us, latest=latest)}), everybody AS ({everybody}), seen AS ({seen}), "
        f"marked AS (SELECT person, wave, present, state, held, {ever} AS ever FROM seen) SELECT person, wave, present, state, "
        "held, CASE WHEN held IS NULL THEN NULL WHEN held = 0 AND ever = 1 THEN 1e0 ELSE 0e0 END AS lost FROM marked"
    )


def tie_waves(session: EngineSession, bounds: Bounds, *, weighting: str) -> None:
    """Make ``wave_ties`` known to a session that holds ``person_waves``: the ties of each wave, one projection a wave."""
    parts = []
    for wave, (start, end) in enumerate(bounds, start=1):
        session.keep(f"ties_{wave}", ties_sql(start, end, weighting=weighting))
        parts += [f"SELECT {wave} AS wave, {ego} AS ego, {alter} AS alter, weight FROM ties_{wave}" for ego, alter in ("ab", "ba")]
    session.define("every_tie", " UNION ALL ".join(parts))
    here = "JOIN person_waves {0} ON t.{1} = {0}.person AND t.wave = {0}.wave AND {0}.present"
    session.define(
        "wave_ties",
        f"SELECT t.wave, t.ego, t.alter, t.weight FROM every_tie t {here.format('i', 'ego')} {here.format('j', 'alter')}",
    )


def exposure_sql() -> str:
    """What the contacts of each person held at each wave, one row a person and wave with any contact."""
    return (
        "SELECT t.ego AS person, t.wave, count(*) AS n_alters, count(s.held) AS n_observed, "
        "coalesce(sum(s.held), 0e0) AS n_holding, coalesce(sum(s.lost), 0e0) AS n_lost, sum(t.weight) AS w_all, "
        "coalesce(sum(CASE WHEN s.held IS NOT NULL THEN t.weight END), 0e0) AS w_known, "
        "coalesce(sum(t.weight * s.held), 0e0) AS w_holding, coalesce(sum(t.weight * s.lost), 0e0) AS w_lost "
        "FROM wave_ties t JOIN person_waves s ON t.alter = s.person AND t.wave = s.wave GROUP BY t.ego, t.wave"
    )


def risk_sums_sql(lag: int, transition: str) -> str:
    """Sums behind a hazard: by wave and what contacts held ``lag`` waves before, how many were at risk and to how many it happened.

    Needs ``exposures``, which :func:`exposure_sql` makes. People whose state is unknown at either wave are in no row.
    """
    at_risk = {"gain": "b.held = 0", "loss": "b.held = 1", "holding": "TRUE"}[transition]
    happened = "1 - a.held" if transition == "loss" else "a.held"
    return (
        "SELECT a.wave, coalesce(x.n_alters, 0) AS n_alters, coalesce(x.n_observed, 0) AS n_observed, "
        "CAST(coalesce(x.n_holding, 0e0) AS BIGINT) AS n_holding, "
        f"count(*) AS n_at_risk, CAST(sum({happened}) AS BIGINT) AS n_happened FROM person_waves a JOIN person_waves b ON "
        f"a.person = b.person AND b.wave = a.wave - 1 LEFT JOIN exposures x ON a.person = x.person AND x.wave = a.wave - {lag} "
        f"WHERE a.wave > {lag} AND a.held IS NOT NULL AND b.held IS NOT NULL AND a.present AND b.present AND {at_risk} "
        "GROUP BY a.wave, coalesce(x.n_alters, 0), coalesce(x.n_observed, 0), CAST(coalesce(x.n_holding, 0e0) AS BIGINT)"
    )
