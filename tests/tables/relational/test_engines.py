"""The same question asked of a record in memory, of DuckDB and of Spark: one answer."""

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.instants import as_window
from recoverynet.measures.exposure_on_engine import person_waves, risk_sums
from recoverynet.models.spread.risk_set import risk_set
from recoverynet.tables.measurable import on_engine
from recoverynet.tables.relational.on_engine import RecordOnEngine

RECORDS = ("riverside", "five_people")
WINDOWS = (None, ("2011-03-01", "2011-06-01"))


@pytest.fixture(scope="session", params=RECORDS)
def record(request: pytest.FixtureRequest) -> rn.RecoveryRecord:
    return rn.load_sample(request.param)


@pytest.fixture(scope="session")
def store(
    record: rn.RecoveryRecord, engine: rn.EngineSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[rn.RecordStore]:
    folder = tmp_path_factory.mktemp("store") / "record"
    rn.write_store(record, folder)
    with rn.open_record(folder, engine=engine) as opened:
        assert opened.on_engine.engine == engine.engine
        yield opened


def matrices_agree(one: rn.PersonNetwork, other: rn.PersonNetwork) -> None:
    assert one.people.index.tolist() == other.people.index.tolist()
    gap = abs(one.weights - other.weights)
    assert one.weights.nnz == other.weights.nnz
    assert gap.max() < 1e-9
    assert one.settings == other.settings


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize("weighting", ["newman", "count", "jaccard", "overlap", "duration"])
def test_ties_weigh_the_same(record: rn.RecoveryRecord, store: rn.RecordStore, weighting: str) -> None:
    matrices_agree(rn.project(rn.ContactGraph(record), weighting=weighting), rn.project(store, weighting=weighting))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [
        {"window": ("2011-02-01 18:30", "2011-03-01")},
        {"window": ("1990-01-01", "1990-02-01")},
        {"half_life": "30D"},
        {"min_weight": 0.4},
        {"half_life": "30D", "min_weight": 0.1, "weighting": "jaccard", "window": ("2011-03-01", "2011-06-01")},
    ],
)
def test_windows_decay_and_least_weight(record: rn.RecoveryRecord, store: rn.RecordStore, asked: dict) -> None:
    there = rn.project(store, **asked)
    matrices_agree(rn.project(rn.ContactGraph(record), **asked), there)
    assert there.n_people == len(record.people), "people without a tie are still there"


@pytest.mark.parametrize("every", ["month", "quarter"])
@pytest.mark.parametrize("among", ["observed", "treatment"])
def test_coverage(record: rn.RecoveryRecord, store: rn.RecordStore, every: str, among: str) -> None:
    asked = {"every": every, "among": among}
    pd.testing.assert_frame_equal(rn.coverage_over_time(record, **asked), rn.coverage_over_time(store, **asked))


@pytest.mark.parametrize("asked", [{}, {"by": "sex", "observed": "person"}, {"by": "provider", "before": None, "horizons": (1,)}])
def test_aftercare(record: rn.RecoveryRecord, store: rn.RecordStore, asked: dict) -> None:
    pd.testing.assert_frame_equal(rn.aftercare_coverage(record, **asked), rn.aftercare_coverage(store, **asked))


def test_contacts_that_are_handed_in(record: rn.RecoveryRecord, store: rn.RecordStore) -> None:
    rows = record.participation.merge(record.occasions, on="occasion_id")[["person_id", "started_at"]].iloc[::3]
    for measure in (rn.coverage_over_time, rn.aftercare_coverage):
        pd.testing.assert_frame_equal(measure(record, contacts=rows), measure(store, contacts=rows))
    pd.testing.assert_frame_equal(rn.coverage_over_time(record), rn.coverage_over_time(store)), "and the next asks the record again"


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("add_participation", [False, True])
@pytest.mark.parametrize("by", [None, "substance"])
def test_funnel(record: rn.RecoveryRecord, store: rn.RecordStore, window: tuple, add_participation: bool, by: str) -> None:
    asked = {"window": window, "add_participation": add_participation, "by": by}
    pd.testing.assert_frame_equal(rn.linkage_funnel(record, **asked), rn.linkage_funnel(store, **asked))


def test_ties_on_disk(record: rn.RecoveryRecord, store: rn.RecordStore, tmp_path: Path) -> None:
    graph = rn.ContactGraph(record)
    store.on_engine.write_ties(tmp_path / "ties", graph.start, graph.end)
    written = pd.read_parquet(tmp_path / "ties")
    weights = rn.project(graph).weights
    assert len(written) * 2 == weights.nnz
    assert written["weight"].sum() == pytest.approx(weights.sum() / 2, abs=1e-6)
    place = {person: row for row, person in enumerate(record.people["person_id"])}
    first = written.iloc[0]
    assert weights[place[first["person_a"]], place[first["person_b"]]] == pytest.approx(first["weight"])


@pytest.mark.slow
def test_a_time_zone_decides_the_day(engine: rn.EngineSettings, tmp_path: Path) -> None:
    """Half past eleven at night in London in June is the day before in UTC, and the day after in Auckland."""
    for tz in ("Europe/London", "Pacific/Auckland", "America/New_York"):
        started = pd.to_datetime(["2011-05-31 23:30", "2011-03-27 00:30", "2011-10-30 01:30"]).tz_localize("UTC").tz_convert(tz)
        occasions = pd.DataFrame({"occasion_id": ["o1", "o2", "o3"], "started_at": started, "kind": "call"})
        people = pd.DataFrame({"person_id": ["p", "c", "x"], "role": ["peer", "client", "client"]})
        there = pd.DataFrame({"occasion_id": ["o1", "o1", "o2", "o2", "o3"], "person_id": ["p", "c", "p", "c", "c"]})
        record = rn.RecoveryRecord(people, occasions, there, tz=tz)
        folder = tmp_path / tz.replace("/", "-")
        rn.write_store(record, folder)
        with rn.open_record(folder, engine=engine, tz=tz) as store:
            pd.testing.assert_frame_equal(rn.coverage_over_time(record), rn.coverage_over_time(store))
            matrices_agree(rn.project(rn.ContactGraph(record)), rn.project(store))


def test_a_record_with_nothing_in_it(engine: rn.EngineSettings) -> None:
    people = pd.DataFrame({"person_id": ["a", "b"], "role": "client"})
    nothing = rn.RecoveryRecord(people, pd.DataFrame(columns=["occasion_id", "started_at", "kind"]),
                                pd.DataFrame(columns=["occasion_id", "person_id"]))  # fmt: skip
    with RecordOnEngine.of_record(engine.start(tz="Europe/London"), nothing) as there:
        network = rn.project(there)
        assert network.n_people == 2 and network.weights.nnz == 0
        funnel, aftercare = rn.linkage_funnel(there), rn.aftercare_coverage(there)
        assert np.isnan(funnel["share"]).all() and np.isnan(aftercare["share"]).all()
        pd.testing.assert_frame_equal(aftercare, rn.aftercare_coverage(nothing))
        pd.testing.assert_frame_equal(rn.coverage_over_time(there), rn.coverage_over_time(nothing))


def parquet_of(record: rn.RecoveryRecord, folder: Path) -> Path:
    rn.write_record(record, folder, format="parquet")
    return folder


@pytest.mark.slow
def test_a_folder_of_parquet_stays_where_it_is(record: rn.RecoveryRecord, engine: rn.EngineSettings, tmp_path: Path) -> None:
    folder = parquet_of(record, tmp_path / "tables")
    with rn.open_record(folder, engine=engine) as store:
        assert store.window == record.window
        pd.testing.assert_frame_equal(rn.coverage_over_time(record), rn.coverage_over_time(store))
        with pytest.raises(rn.SchemaError, match="no index by person.*write_store"):
            store.around([record.people["person_id"].iloc[0]], "2011-03-01", "2011-04-01")


BAD = {
    "repeat": ("participation", lambda frame: pd.concat([frame, frame.iloc[:2]]), "2 times occasion_id, person_id"),
    "nobody": ("participation", lambda frame: frame.assign(person_id="who?"), "whose 'person_id' the table 'people'"),
    "role": ("people", lambda frame: frame.assign(role="guest"), "5 rows whose 'role' is not one of client"),
    "empty": ("occasions", lambda frame: frame.assign(kind=None), "rows without 'kind'"),
    "order": ("people", lambda frame: frame.assign(left_on=frame["joined_on"] - pd.Timedelta("1D")), "'left_on' stands before"),
    "length": ("occasions", lambda frame: frame.assign(duration_min=-5.0), "'duration_min' is below 0"),
    "e-mail": ("people", lambda frame: frame.assign(area="ann@example.org"), "values of 'area' hold an e-mail address"),
    "telephone": ("people", lambda frame: frame.assign(area="ring 0161 496 0123"), "'area' hold a telephone number"),
    "nhs": ("people", lambda frame: frame.assign(area="943 476 5919"), "'area' hold an NHS number"),
}


@pytest.mark.parametrize("fault", BAD)
def test_faults_are_counted_on_the_engine(engine: rn.EngineSettings, tmp_path: Path, fault: str) -> None:
    table, spoil, words = BAD[fault]
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    spoil(pd.read_parquet(folder / f"{table}.parquet")).to_parquet(folder / f"{table}.parquet")
    with pytest.raises(rn.SchemaError, match=words) as told:
        rn.open_record(folder, engine=engine)
    assert "example.org" not in str(told.value) and "496" not in str(told.value) and "943" not in str(told.value)


def test_a_missing_column_is_named(engine: rn.EngineSettings, tmp_path: Path) -> None:
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    path = folder / "occasions.parquet"
    pd.read_parquet(path).drop(columns="started_at").to_parquet(path)
    with pytest.raises(rn.SchemaError, match="started_at"):
        rn.open_record(folder, engine=engine)


def test_a_file_that_is_none(engine: rn.EngineSettings, tmp_path: Path) -> None:
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    (folder / "occasions.parquet").write_bytes(b"not parquet")
    with pytest.raises((rn.SchemaError, rn.EngineError), match="othing was written"):
        rn.open_record(folder, engine=engine)


@pytest.mark.parametrize(
    "path", ["spark://", "spark://host", "spark://host/folder", "spark:/folder", "spark://local[x]/folder", "spark:///"]
)
def test_addresses_that_are_none(path: str) -> None:
    with pytest.raises(rn.SchemaError, match=r"spark://host:7077/folder"):
        rn.open_record(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine": "dask"},
        {"threads": 0},
        {"engine": "spark", "threads": 2},
        {"master": "local[2]"},
        {"engine": "spark", "partitions": 0},
    ],
)
def test_settings_that_are_none(wrong: dict) -> None:
    with pytest.raises(rn.SchemaError, match="engine|threads|master|partitions"):
        rn.EngineSettings(**wrong)


def test_memory_that_is_no_size() -> None:
    with pytest.raises(rn.SchemaError, match="memory must be a size such as '3GB'"):
        rn.EngineSettings(memory="much").start(tz="Europe/London")


def test_too_little_memory_is_said_and_the_private_folder_goes(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    rn.write_store(rn.load_sample("riverside"), folder)
    spill = tmp_path / "spill"
    spill.mkdir()
    little = rn.EngineSettings(memory="2MB", threads=1, spill_into=spill)
    with rn.open_record(folder, engine=little) as store, pytest.raises(rn.EngineError, match="memory=.*safe to repeat"):
        rn.project(store)
    assert not list(spill.iterdir())
    with rn.open_record(folder, engine=rn.EngineSettings(spill_into=spill)) as store:
        rn.project(store)
        private = next(spill.iterdir())
        assert private.stat().st_mode & 0o077 == 0, "nobody else may read what is put on disk in between"
    assert not list(spill.iterdir())


BREAKS = ("2011-01-15", "2011-03-01", "2011-04-10", "2011-06-01")


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"weighted": True, "unknown": "not_holding"},
        {"lag": 0, "isolates": "zero"},
        {"lag": 2, "normalise": False, "weighting": "count"},
    ],
)
def test_exposure(record: rn.RecoveryRecord, store: rn.RecordStore, asked: dict) -> None:
    here = rn.exposure(rn.ContactGraph(record), breaks=BREAKS, **asked)
    there = rn.exposure(store, breaks=BREAKS, **asked)
    pd.testing.assert_frame_equal(here, there, rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    "rule", [{}, {"conflict": "latest", "valid_for": "30D"}, {"sources": ("worker", "self"), "valid_for": None}]
)
@pytest.mark.parametrize("purpose", [None, "research"])
def test_states_of_everybody_at_every_wave(record: rn.RecoveryRecord, store: rn.RecordStore, rule: dict, purpose: str) -> None:
    panel = rn.panel(rn.ContactGraph(record), breaks=BREAKS, purpose=purpose, **rule)
    states, _ = person_waves(store.on_engine, breaks=BREAKS, purpose=purpose, **rule)
    assert panel.people.index.tolist() == states.index.get_level_values("person_id").unique().tolist()
    assert (states["state"].unstack("wave").loc[panel.people.index].to_numpy() == panel.states.to_numpy()).all()
    assert (states["present"].astype(bool).to_numpy() == panel.present.ravel()).all()
    np.testing.assert_array_equal(states["held"].to_numpy(float), panel.behaviour[panel.norm.name].ravel())


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize("transition", ["gain", "loss", "holding"])
@pytest.mark.parametrize("lag", [1, 2])
def test_sums_behind_a_hazard(record: rn.RecoveryRecord, store: rn.RecordStore, transition: str, lag: int) -> None:
    panel = rn.panel(rn.ContactGraph(record), breaks=BREAKS)
    rows = risk_set(panel, transition=transition, lag=lag).frame().reset_index()  # type: ignore[arg-type]
    keys = ["wave", "n_alters", "n_observed", "n_holding"]
    grouped = rows.groupby(keys)["outcome"].agg(n_at_risk="size", n_happened="sum").reset_index().astype("int64")
    there = risk_sums(store.on_engine, breaks=BREAKS, transition=transition, lag=lag)
    pd.testing.assert_frame_equal(grouped, there)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    "asked",
    [
        {"adjust": ("sex", "age_band", "history")},
        {"transition": "loss", "link": "logit", "weighted": True, "isolates": "zero"},
        {"complex": True, "lag": 2, "errors": "model"},
        {"transition": "holding", "wave_effects": False},
    ],
)
def test_a_hazard_from_sums_of_the_engine(record: rn.RecoveryRecord, store: rn.RecordStore, asked: dict) -> None:
    here = rn.fit_hazard(rn.panel(rn.ContactGraph(record), breaks=BREAKS), **asked)
    there = rn.fit_hazard(store, breaks=BREAKS, **asked)
    pd.testing.assert_frame_equal(here.table, there.table, rtol=0, atol=1e-9)
    assert (here.reason, here.checks, here.settings) == (there.reason, there.checks, there.settings)
    counts = ("n_people", "n_dropped", "n_rows", "n_events", "n_people_ever")
    assert [getattr(here, name) for name in counts] == [getattr(there, name) for name in counts]
    if len(record.people) > 5 and not asked.get("complex"):
        assert np.isfinite(there.table["estimate"]).all()


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_what_a_hazard_of_a_store_does_not_do_is_said(record: rn.RecoveryRecord, store: rn.RecordStore) -> None:
    with pytest.raises(rn.SchemaError, match="exposure_to and future_ties cannot be set.*ties themselves"):
        rn.fit_hazard(store, breaks=BREAKS, exposure_to=rn.Norm("other", holds={"abstinent"}), future_ties=True)
    with pytest.raises(rn.SchemaError, match="breaks="):
        rn.fit_hazard(store)
    with pytest.raises(rn.SchemaError, match="must be a Norm"):
        rn.fit_hazard(store, "drink", breaks=BREAKS)
    with pytest.raises(rn.SchemaError, match="lag is a whole number of waves"):
        rn.fit_hazard(store, breaks=BREAKS, lag=0)
    with pytest.raises(rn.SchemaError, match="covariate 'shoes'"):
        rn.fit_hazard(store, breaks=BREAKS, adjust=["shoes"])
    with pytest.raises(rn.SchemaError, match="a panel has its waves already"):
        rn.fit_hazard(rn.panel(rn.ContactGraph(record), breaks=BREAKS), breaks=BREAKS)


def test_what_an_engine_does_not_do_is_said(store: rn.RecordStore) -> None:
    with pytest.raises(rn.SchemaError, match="order, weights cannot be set.*read_record"):
        rn.exposure(store, breaks=BREAKS, order=2, weights="structural_equivalence")
    with pytest.raises(rn.SchemaError, match="breaks="):
        rn.exposure(store)
    with pytest.raises(rn.SchemaError, match="must be a Norm"):
        rn.exposure(store, "drink", breaks=BREAKS)
    with pytest.raises(rn.NotEstimableError, match="cut more waves"):
        rn.exposure(store, breaks=BREAKS, lag=3)


def test_a_state_that_is_none_is_named(engine: rn.EngineSettings, tmp_path: Path) -> None:
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    path = folder / "observations.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["variable"] == "state", "value"] = "sober"
    frame.to_parquet(path)
    with rn.open_record(folder, engine=engine) as store, pytest.raises(rn.SchemaError, match="holds 'sober'; it may be using"):
        rn.exposure(store, breaks=BREAKS)


def test_a_mapping_is_not_passed_over(tmp_path: Path) -> None:
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    path = folder / "people.parquet"
    pd.read_parquet(path).rename(columns={"role": "standing"}).to_parquet(path)
    with rn.open_record(folder, engine="duckdb", mapping={"people": {"columns": {"role": "standing"}}}) as store:
        assert store.indexed and rn.project(store).n_people == 5


def test_a_time_zone_that_is_none(tmp_path: Path) -> None:
    folder = parquet_of(rn.load_sample("five_people"), tmp_path / "tables")
    with pytest.raises(rn.SchemaError, match="Nowhere"):
        rn.open_record(folder, engine="duckdb", tz="Nowhere/Atall")


@pytest.mark.slow
def test_a_period_of_another_length_outlives_what_it_was_made_from(engine: rn.EngineSettings) -> None:
    record = rn.load_sample("five_people")
    april = as_window(("2011-04-01", "2011-05-01"), record.tz)
    there = on_engine(record, engine).with_window(april)
    gc.collect()
    assert len(rn.coverage_over_time(there)) == 1


def test_a_table_may_be_a_folder_of_parts(tmp_path: Path) -> None:
    record = rn.load_sample("five_people")
    folder = parquet_of(record, tmp_path / "tables")
    path = folder / "participation.parquet"
    frame = pd.read_parquet(path)
    path.unlink()
    path.mkdir()
    frame.iloc[:4].to_parquet(path / "part-0.parquet")
    frame.iloc[4:].to_parquet(path / "part-1.parquet")
    with rn.open_record(folder, engine="duckdb") as store:
        matrices_agree(rn.project(rn.ContactGraph(record)), rn.project(store))
