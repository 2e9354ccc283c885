"""Every bad input told: where, how many rows, which, and what to do. One fault is told as one."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import recoverynet as rn
from recoverynet.tables.problems import PROBLEM_COLUMNS, masked


def test_a_sound_folder_has_no_problem(folder) -> None:
    problems = rn.find_problems(folder())
    assert problems.empty and tuple(problems.columns) == PROBLEM_COLUMNS


def test_a_sound_record_in_memory_has_no_problem() -> None:
    assert rn.find_problems(rn.load_sample("five_people")).empty


def test_a_record_in_memory_is_looked_at_as_well() -> None:
    record = rn.load_sample("five_people")
    named = record.people.assign(name=["Ann Archer", "Ben", "Cat", "Dev", "Eve"])
    problems = rn.find_problems(record.with_tables(people=named))
    assert problems["rule"].tolist() == ["identifying_column"]


def test_every_fault_of_every_table_is_told_at_once_errors_first(folder) -> None:
    place = folder(
        **{
            "people.csv": "person_id,role\n007,client\nNA,sponsor\nw1,worker\n",
            "occasions.csv": "occasion_id,started_at,kind,group_id,duration_min\no1,soon,meeting,g1,-5\no2,2011-03-02,call,,10\n",
            "observations.csv": "person_id,observed_at,variable,value,source\n007,2011-03-01,offending.reoffended,no,self\n",
        }
    )
    problems = rn.find_problems(place)
    assert problems["rule"].tolist() == ["unknown_word", "not_a_date", "too_low", "own_account"]
    assert problems["severity"].tolist() == ["error", "error", "error", "warning"]
    with pytest.raises(rn.SchemaError) as told:
        rn.read_record(place)
    for words in (
        "has 3 problems",
        "people.role: a value is none of the words known",
        "occasions.started_at: a value cannot be read",
        "duration_min: a value is below 0 minutes",
        "for example sponsor (1)",
        "leave faulty rows out: --leave-out on the command line, on_problems='leave_out' in Python",
    ):
        assert words in str(told.value)


PEOPLE, OCCASIONS, PARTICIPATION = "people.csv", "occasions.csv", "participation.csv"
HEAD = "occasion_id,started_at,kind,duration_min\n"
O1 = "o1,2011-03-01T19:30,meeting,90\n"

VALUE_FAULTS = [
    # rule, table, column, file, text, rows, words of the problem
    ("blank", "people", "person_id", PEOPLE, "person_id,role\n007,client\nNA,peer\nw1,worker\n,peer\n", [5], "is blank"),
    ("blank", "participation", "person_id", PARTICIPATION, "occasion_id,person_id\no1,007\no1, \n", [3], "is blank"),
    (
        "repeated_id",
        "people",
        "person_id",
        PEOPLE,
        "person_id,role\n007,client\nNA,peer\nw1,worker\n007,peer\n",
        [5],
        "more than one row",
    ),
    (
        "repeated_row",
        "participation",
        "",
        PARTICIPATION,
        "occasion_id,person_id\no1,007\no1,NA\no1,007\no1,007\n",
        [4, 5],
        "occasion_id and person_id",
    ),
    (
        "unknown_id",
        "participation",
        "person_id",
        PARTICIPATION,
        "occasion_id,person_id\no1,007\no1,zed\n",
        [3],
        "a person that the table people does not hold",
    ),
    (
        "unknown_id",
        "participation",
        "occasion_id",
        PARTICIPATION,
        "occasion_id,person_id\no9,007\n",
        [2],
        "an occasion that the table occasions does not hold",
    ),
    (
        "unknown_id",
        "occasions",
        "group_id",
        OCCASIONS,
        "occasion_id,started_at,kind,group_id\no1,2011-03-01,meeting,g1\no2,2011-03-01,meeting,g9\n",
        [3],
        "a group that the table groups does not hold",
    ),
    ("not_a_date", "occasions", "started_at", OCCASIONS, HEAD + O1 + "o2,yesterday,call,5\n", [3], "cannot be read"),
    ("mixed_dates", "occasions", "started_at", OCCASIONS, HEAD + O1 + "o2,07/03/2011,call,5\n", [3], "day first"),
    (
        "date_format",
        "occasions",
        "started_at",
        OCCASIONS,
        HEAD + "o1,07/03/2011,call,5\no2,8 Mar 2011,call,5\n",
        [2, 3],
        "cannot be told apart",
    ),
    ("day_number", "occasions", "started_at", OCCASIONS, HEAD + O1 + "o2,40609,call,5\n", [3], "spreadsheet's day number"),
    ("future_date", "occasions", "started_at", OCCASIONS, HEAD + O1 + "o2,2911-03-01,call,5\n", [3], "future"),
    ("placeholder_date", "occasions", "started_at", OCCASIONS, HEAD + O1 + "o2,1900-01-01,call,5\n", [3], "before 1950"),
    ("unknown_word", "people", "role", PEOPLE, "person_id,role\n007,client\nNA,Peer\nw1,worker\n", [3], "client, peer, worker"),
    ("too_low", "occasions", "duration_min", OCCASIONS, HEAD + O1 + "o2,2011-03-01,call,-1\n", [3], "below 0 minutes"),
    ("not_a_number", "occasions", "duration_min", OCCASIONS, HEAD + O1 + 'o2,2011-03-01,call,"1,5"\n', [3], "not a number"),
    ("rounded_id", "people", "person_id", PEOPLE, "person_id,role\n007,client\nNA,peer\nw1,worker\n1.2E+15,peer\n", [5], "rounded"),
    (
        "end_before_start",
        "people",
        "left_on",
        PEOPLE,
        "person_id,role,joined_on,left_on\n007,client,2011-03-02,2011-03-01\nNA,peer,2011-03-01,2011-03-01\nw1,worker,,\n",
        [2],
        "before joined_on",
    ),
    (
        "same_person",
        "separations",
        "other_id",
        "separations.csv",
        "person_id,other_id\n007,NA\n007,007\n",
        [3],
        "nobody has contact with themselves",
    ),
    (
        "unknown_state",
        "observations",
        "value",
        "observations.csv",
        "person_id,observed_at,variable,value,source\n007,2011-03-01,state,using,self\n007,2011-03-02,state,sober,self\n",
        [3],
        "using, reduced, ost_stable",
    ),
    ("not_yes_or_no", "groups", "online", "groups.csv", "group_id,name,kind,online\ng1,A,other,maybe\n", [2], "yes nor no"),
    ("not_a_clock", "groups", "start_time", "groups.csv", "group_id,name,kind,start_time\ng1,A,other,25:00\n", [2], "time of day"),
    ("too_high", "groups", "lat", "groups.csv", "group_id,name,kind,lat,lon\ng1,A,other,530.1,-2.2\n", [2], "above 90 degrees"),
]


@pytest.mark.parametrize(
    ("rule", "table", "column", "file", "text", "rows", "words"),
    VALUE_FAULTS,
    ids=[f"{fault[0]}-{fault[1]}" for fault in VALUE_FAULTS],
)
def test_a_fault_of_values_is_told_and_stops(folder, told, sound_but_for, rule, table, column, file, text, rows, words) -> None:
    place = folder(**{file: text})
    if file == OCCASIONS:
        place = folder(
            **{
                file: text,
                PARTICIPATION: "occasion_id,person_id\no1,007\no2,NA\n",
                **({} if "g1" in text else {"groups.csv": None}),
            }
        )
        if "o2" not in text:
            place = folder(**{file: text, PARTICIPATION: "occasion_id,person_id\no1,007\n"})
    problem = told(place, rule, table=table, column=column, rows=rows)
    assert words in problem["problem"] and problem["n_rows"] == len(rows)
    sound_but_for(place, rule)
    with pytest.raises(rn.RecoveryNetError, match="has 1 problem"):
        rn.read_record(place)


def test_the_kind_of_error_says_what_kind_of_fault(folder) -> None:
    with pytest.raises(rn.UnknownPersonError):
        rn.read_record(folder(**{PARTICIPATION: "occasion_id,person_id\no1,zed\n"}))
    with pytest.raises(rn.TimeOrderError):
        rn.read_record(
            folder(
                **{PARTICIPATION: "occasion_id,person_id\no1,007\n", PEOPLE: "person_id,role,joined_on\n007,client,1900-01-01\n"}
            )
        )


def test_lost_zeros_are_told_where_they_can_be_seen(folder, told) -> None:
    place = folder(**{PEOPLE: "person_id,role\n007,client\n012,client\n8,client\nNA,peer\nw1,worker\n"})
    told(place, "lost_zeros", table="people", column="person_id", rows=[4], severity="warning")
    lost = told(
        folder(
            **{
                PEOPLE: None,
                PARTICIPATION: "occasion_id,person_id\no1,7\no1,NA\n",
                "people.csv": "person_id,role\n007,client\nNA,peer\n",
            }
        ),
        "unknown_id",
        rows=[2],
    )
    assert "1 of them are known once leading zeros are left aside" in lost["remedy"]


def test_ids_that_end_in_point_zero_are_told(folder, told) -> None:
    place = folder(**{PEOPLE: "person_id,role\n007,client\nNA,peer\nw1,worker\n8.0,peer\n"})
    told(place, "id_as_decimal", rows=[5], severity="warning")


def test_an_id_in_other_capitals_is_hinted_at(folder, told) -> None:
    problem = told(folder(**{PARTICIPATION: "occasion_id,person_id\no1,W1\n"}), "unknown_id")
    assert "known in other capitals" in problem["remedy"]


def test_offending_from_another_source_than_external_is_a_warning(folder, told) -> None:
    head = "person_id,observed_at,variable,value,source,perceived_by\n"
    place = folder(
        **{
            "observations.csv": head + "007,2011-03-01,offending.reoffended,no,self,\n"
            "007,2011-03-01,offending.reoffended,no,external,\n"
        }
    )
    told(place, "own_account", rows=[2], severity="warning")
    assert any("offending" in note for note in rn.read_record(place).notes)
    whose = folder(**{"observations.csv": head + "007,2011-03-01,state,using,perceived,\n"})
    told(whose, "whose_view", rows=[2], severity="warning")


def test_text_over_several_lines_is_a_warning(folder, told) -> None:
    told(
        folder(**{PEOPLE: 'person_id,role,area\n007,client,"north\nward"\nNA,peer,\nw1,worker,\n'}),
        "line_break",
        rows=[2],
        severity="warning",
    )


def test_naive_and_aware_times_mix_freely(folder) -> None:
    place = folder(**{OCCASIONS: HEAD + O1 + "o2,2011-07-02T10:00Z,call,5\n", "groups.csv": None})
    started = rn.read_record(place).occasions["started_at"]
    assert started[1] == pd.Timestamp("2011-07-02T11:00", tz="Europe/London")


def test_a_groups_table_that_is_missing_is_said_once(folder, told, sound_but_for) -> None:
    place = folder(**{"groups.csv": None})
    assert "no usable table groups" in told(place, "unknown_id", table="occasions")["problem"]
    sound_but_for(place, "unknown_id")


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("client,role\n007,client\n", "person_id", "Perhaps 'client' is meant"),
        ("person_id,type\n007,client\n", "role", 'under [people.columns] role = "type"'),
        ("person_id,x\n007,client\n", "role", "Add the column (how the person stands to the service)"),
    ],
)
def test_a_missing_column_names_what_may_have_been_meant(folder, told, text, column, words) -> None:
    place = folder(**{PEOPLE: text})
    problem = told(place, "missing_column", table="people", column=column)
    assert words in problem["remedy"] and repr(column) in problem["problem"]
    assert rn.find_problems(place).query("severity == 'error'").shape[0] == 1, "no fault follows from the fault"


def test_an_optional_column_under_another_name_is_suggested_not_applied(folder, told) -> None:
    place = folder(**{PEOPLE: "person_id,role,gender\n007,client,F\nNA,peer,\nw1,worker,\n"})
    problem = told(place, "alias", table="people", column="gender", severity="warning")
    assert 'sex = "gender"' in problem["remedy"]
    people = rn.read_record(place).people
    assert people["sex"].isna().all() and people["gender"][0] == "F"


def test_column_names_may_differ_in_capitals_and_spaces(folder) -> None:
    place = folder(**{PEOPLE: "Person ID,ROLE\n007,client\nNA,peer\nw1,worker\n"})
    assert rn.read_record(place).people["person_id"].tolist() == ["007", "NA", "w1"]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("episodes.csv", "", "empty_file"),
        ("episodes.csv", "\n", "empty_file"),
        ("episodes.csv", bytes(range(256)), "unreadable_file"),
        ("episodes.parquet", b"PAR1 cut short", "unreadable_file"),
        ("episodes.parquet", b"", "empty_file"),
        ("episodez.csv", "person_id\n007\n", "unknown_table"),
        ("treatments.csv", "person_id\n007\n", "unknown_table"),
    ],
)
def test_a_broken_file_is_told_and_the_rest_is_checked(folder, told, sound_but_for, name, content, rule) -> None:
    place = folder(**{name: content})
    problem = told(place, rule)
    assert problem["n_rows"] == 0 and problem["rows"] == []
    sound_but_for(place, rule)
    assert "treatments" not in name or "'episodes' is meant" in problem["problem"]


def test_a_file_that_is_no_table_is_a_warning(folder, told) -> None:
    told(folder(**{"rota.csv": "x\n1\n"}), "unknown_table", table="rota", severity="warning")


def test_an_empty_table_is_a_warning_but_not_of_people(folder, told) -> None:
    told(folder(**{"episodes.csv": "person_id,started_on\n"}), "empty_table", table="episodes", severity="warning")
    told(folder(**{"episodes.csv": None, PEOPLE: "person_id,role\n"}), "empty_table", table="people")


def test_ragged_rows_and_open_quotes_are_errors_with_their_rows(folder, told) -> None:
    told(folder(**{PARTICIPATION: "occasion_id,person_id\no1,007\no1\no1,NA,x\n"}), "ragged_row", rows=[3, 4])
    told(folder(**{PARTICIPATION: 'occasion_id,person_id\no1,007\no1,"NA\n'}), "open_quote", rows=[3])


def test_people_are_needed(folder, told) -> None:
    problem = told(folder(**{PEOPLE: None}), "missing_table", table="people")
    assert "people.csv" in problem["remedy"]
    with pytest.raises(rn.SchemaError, match="people.csv"):
        rn.read_record(folder(**{PEOPLE: None}))


def test_occasions_and_participation_need_each_other(folder, told) -> None:
    told(folder(**{PARTICIPATION: None}), "missing_table", table="participation")
    told(folder(**{PARTICIPATION: None, OCCASIONS: None}), "missing_table", severity="warning")


def test_a_folder_without_any_table(tmp_path) -> None:
    with pytest.raises(rn.SchemaError, match=r"holds no table\. Expected people\.csv .* it holds nothing"):
        rn.find_problems(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(rn.SchemaError, match=r"it holds notes\.txt"):
        rn.read_record(tmp_path)


@pytest.mark.parametrize("call", [rn.find_problems, rn.read_record])
def test_a_path_that_is_not_there_or_no_record(tmp_path, call) -> None:
    with pytest.raises(rn.SchemaError, match="There is no folder or file"):
        call(tmp_path / "nowhere")
    (tmp_path / "people.csv").write_text("person_id,role\n")
    with pytest.raises(rn.SchemaError, match="give the folder it lies in"):
        call(tmp_path / "people.csv")
    with pytest.raises(rn.SchemaError, match="is not a time zone"):
        call(tmp_path, tz="London")


def test_faults_are_counted_whole_and_shown_by_the_first_five(folder, told) -> None:
    rows = "".join(f"o1,x{place}\n" for place in range(100))
    problem = told(folder(**{PARTICIPATION: "occasion_id,person_id\n" + rows}), "unknown_id", rows=[2, 3, 4, 5, 6])
    assert problem["n_rows"] == 100


def test_values_that_may_be_personal_are_masked(folder, told) -> None:
    person = told(folder(**{PARTICIPATION: "occasion_id,person_id\no1,jsmith\n"}), "unknown_id")
    assert person["example"] == "j••• (6 characters)"
    place = folder(**{PARTICIPATION: None, OCCASIONS: None, PEOPLE: "person_id,role\n1,keyworker\n"})
    word = told(place, "unknown_word")
    assert word["example"] == "keyworker (1)"
    mail = told(folder(**{PEOPLE: "person_id,role\n1,ann@b.org\n"}), "unknown_word")
    assert mail["example"] == "a••• (9 characters) (1)"
    assert masked("x") == "••• (1 character)"


def test_the_order_of_rows_changes_no_verdict(folder) -> None:
    rows = ["007,client,2011-01-01", "NA,peer,07/03/2011", "w1,workr,", "w1,worker,", ",peer,2011-02-30"]
    forward = rn.find_problems(folder(**{PEOPLE: "person_id,role,joined_on\n" + "\n".join(rows) + "\n"}))
    backward = rn.find_problems(folder(**{PEOPLE: "person_id,role,joined_on\n" + "\n".join(rows[::-1]) + "\n"}))
    columns = ["table", "column", "problem", "n_rows", "rule"]
    pd.testing.assert_frame_equal(forward[columns], backward[columns])


@pytest.mark.slow
def test_screening_by_distinct_values_hides_nothing(folder, monkeypatch) -> None:
    """A rule is asked only where the distinct values leave room for a fault; asking every rule finds the same."""
    place = folder(
        **{
            PEOPLE: "person_id,role,joined_on,left_on,worker_id,note_x\n007,client,2011-01-02,2011-01-01,w9,\n"
            'NA,Peer,07/03/2011,,,"a\nb"\n8,peer,1900-01-01,,,a@b.org\n1.2E+15,peer,40609,,,07700 900123\n'
            "8.0,peer,soon,,,943 476 5919\nAnn Archer,peer,2999-01-01,,,\n,peer,,,,\n007,peer,,,,\nw1,worker,,,,\n",
            "groups.csv": "group_id,name,kind,online,start_time,lat\ng1,A,mutual,maybe,25:00,91\n",
            "observations.csv": "person_id,observed_at,variable,value,source\n007,2011-03-01,state,sober,perceived\n"
            "007,2011-03-01,offending.reoffended,no,self\n",
        }
    )
    screened = rn.find_problems(place)
    monkeypatch.setattr("recoverynet.tables.checks._could_find", lambda table, check: True)
    monkeypatch.setattr("recoverynet.tables.identifying_values._could_name_somebody", lambda table, title: True)
    monkeypatch.setattr("pyarrow.compute.all", lambda *_, **__: pa.scalar(False))
    asked = rn.find_problems(place)
    assert len(screened) > 20
    pd.testing.assert_frame_equal(screened, asked)


def test_wrong_words_are_counted_and_dates_are_shown(folder, told) -> None:
    roles = ["Support Worker", "Support Worker", *"abcdefgh"]
    rows = "".join(f"p{place},{role},\n" for place, role in enumerate(roles)) + "q,peer,2999-01-01T10:00\n"
    place = folder(**{PEOPLE: "person_id,role,joined_on\n" + rows, OCCASIONS: None, PARTICIPATION: None})
    assert told(place, "unknown_word")["example"] == (
        "Support Worker (2), a (1), b (1), c (1), d (1), e (1), f (1), g (1) and more"
    )
    assert told(place, "future_date")["example"] == "2999-01-01"


def test_leaving_out_is_not_offered_for_a_broken_file(folder) -> None:
    with pytest.raises(rn.SchemaError) as caught:
        rn.read_record(folder(**{"episodes.csv": ""}))
    assert "leave" not in str(caught.value)


def test_a_missing_table_says_what_it_needs(folder, told) -> None:
    groups = told(folder(**{"groups.csv": None}), "unknown_id", table="occasions")["remedy"]
    assert "the columns group_id, name and kind (one of mutual_aid, recovery_cafe" in groups
    people = told(folder(**{PEOPLE: None}), "missing_table", table="people")["remedy"]
    assert "the columns person_id and role (one of client, peer" in people
    assert "Add one row a person" in told(folder(**{PEOPLE: "person_id,role\n"}), "empty_table")["remedy"]


def test_a_date_and_a_time_unmapped_are_suggested_together(folder, told) -> None:
    place = folder(**{"contact_log.csv": "Time,Date,person_id,with_person_id\n10:00,2011-03-01,007,w1\n"})
    remedy = told(place, "missing_column", table="contact_log", column="started_at")["remedy"]
    assert remedy.startswith("Perhaps 'Date' with 'Time' is meant: write in a mapping file")
    assert remedy.endswith('started_at = { from = ["Date", "Time"] }.')
