"""Continuity of care after prison, worked by hand."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.continuity import continuity_of_care


def released(rows: list[tuple[str, str]]) -> rn.RecoveryRecord:
    record = rn.load_sample("five_people")
    who, when = zip(*rows, strict=True)
    told = pd.DataFrame(
        {"person_id": who, "observed_at": when, "variable": "custody.status", "value": "released", "source": "worker"}
    )
    told["observed_at"] = pd.to_datetime(told["observed_at"], format="ISO8601").dt.tz_localize(record.tz).dt.as_unit("us")
    return record.with_tables(observations=pd.concat([record.observations, told], ignore_index=True))


def test_seen_by_a_worker_within_three_weeks() -> None:
    # ann met dev, a worker, on 7 March at ten; ben and eve met none after 1 March.
    row = continuity_of_care(released([("ann", "2011-03-02"), ("ben", "2011-03-02"), ("eve", "2011-03-02")])).iloc[0]
    assert row[["n_released", "n_followed", "n_seen"]].tolist() == [3, 3, 1]
    assert row["share"] == pytest.approx(1 / 3)


def test_a_peer_is_no_appointment_and_the_day_after_is_too_late() -> None:
    assert continuity_of_care(released([("ann", "2011-03-07T10:00")])).iloc[0]["n_seen"] == 1
    assert continuity_of_care(released([("ann", "2011-03-07T10:01")])).iloc[0]["n_seen"] == 0


def test_a_release_too_near_the_end_is_not_followed() -> None:
    record = released([("ann", "2011-03-02")])
    late = record.window[1] - pd.Timedelta(days=5)
    row = continuity_of_care(released([("ann", late.strftime("%Y-%m-%d"))])).iloc[0]
    assert row[["n_released", "n_followed"]].tolist() == [1, 0] and np.isnan(row["share"])


def test_levels_add_up() -> None:
    frame = continuity_of_care(released([("ann", "2011-03-02"), ("ben", "2011-03-02")]), by="sex")
    assert frame.set_index("level")["n_released"].to_dict() == {"F": 1, "M": 1}


def test_a_record_without_releases_says_nobody() -> None:
    row = continuity_of_care(rn.load_sample("five_people")).iloc[0]
    assert row[["n_released", "n_followed", "n_seen"]].tolist() == [0, 0, 0] and np.isnan(row["share"])
