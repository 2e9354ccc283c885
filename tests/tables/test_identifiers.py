"""Direct identifiers refused, and what only looks like one let through."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.identifiers import identifying_column, is_nhs_number, more_than_chance

PEOPLE = "person_id,role,area\n007,client,{}\nNA,peer,\nw1,worker,\n"


def nhs_number(first_nine: int) -> str | None:
    digits = f"{first_nine:09d}"
    last = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return None if last == 10 else digits + str(last % 11)


@pytest.mark.parametrize(
    ("column", "of_people", "of_groups"),
    [
        ("name", "a person's name", ""),
        ("surname", "a person's name", ""),
        ("client_name", "a person's name", "a person's name"),
        ("contact_1_name", "a person's name", "a person's name"),
        ("dob", "a date of birth", "a date of birth"),
        ("date_of_birth", "a date of birth", "a date of birth"),
        ("postcode", "an address", ""),
        ("address", "an address", ""),
        ("home_address", "an address", ""),
        ("email", "an e-mail address or telephone number", "an e-mail address or telephone number"),
        ("nhs_number", "a personal number", "a personal number"),
        ("group_name", "", ""),
        ("provider_name", "", ""),
        ("home_postcode", "an address", "an address"),
        ("venue_postcode", "", ""),
        ("provider_email", "", ""),
        ("work_email", "an e-mail address or telephone number", "an e-mail address or telephone number"),
        ("mother_dob", "a date of birth", "a date of birth"),
        ("sponsor_surname", "a person's name", "a person's name"),
        ("next_of_kin", "particulars of somebody close", "particulars of somebody close"),
        ("nickname", "a person's name", ""),
        ("emergency_contact", "particulars of somebody close", "particulars of somebody close"),
        ("gp", "particulars of somebody close", "particulars of somebody close"),
        ("alias", "a person's name", ""),
        ("seen_by_gp", "", ""),
        ("carer_id", "", ""),
        ("emergency_contact_name", "a person's name", "a person's name"),
        ("place", "", ""),
        ("area", "", ""),
        ("seniority", "", ""),
        ("phone_calls", "", ""),
        ("worker_id", "", ""),
    ],
)
def test_columns_by_name(column: str, of_people: str, of_groups: str) -> None:
    assert identifying_column(column) == of_people
    assert identifying_column(column, of_group=True) == of_groups


@pytest.mark.parametrize("column", ["name", "Date of Birth", "DOB", "Home Address", "PostCode", "client name"])
def test_an_identifying_column_is_refused_with_the_command_that_mends_it(folder, told, column) -> None:
    place = folder(**{"people.csv": f"person_id,role,{column}\n007,client,x\nNA,peer,\nw1,worker,\n"})
    problem = told(place, "identifying_column", table="people", column=column)
    assert "recoverynet pseudonymise" in problem["remedy"] and problem["example"] == ""
    with pytest.raises(rn.SchemaError, match="which a record never holds"):
        rn.read_record(place)


def test_an_identifying_column_without_values_and_a_groups_own_name_are_no_fault(folder) -> None:
    place = folder(
        **{
            "people.csv": "person_id,role,name\n007,client,\nNA,peer,\nw1,worker,\n",
            "groups.csv": "group_id,name,kind,place,address,postcode\ng1,Riverside SMART,other,Town Hall,1 High St,M1 1AA\n",
        }
    )
    assert rn.find_problems(place).empty


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("ann@example.org", "email"),
        ("write to a.b+c@mail.example.co.uk please", "email"),
        ("07700 900123", "phone"),
        ("+44 7700 900123", "phone"),
        ("+447700900123", "phone"),
        ("(020) 7946 0018", "phone"),
        ("ring 0161-496-0000 after six", "phone"),
        ("07700900123", "phone"),
        ("943 476 5919", "nhs_number"),
        ("NHS 943-476-5919", "nhs_number"),
        ("9434765919", "nhs_number"),
        ("12 High Street", "street_address"),
        ("Flat 2 14b Mill Lane", "street_address"),
        ("3 Oak Way", "street_address"),
        ("M1 1AA", "postcode"),
        ("near SW1A 2AA", "postcode"),
        ("ls13eq", "postcode"),
        ("AB123456C", "ni_number"),
        ("his is AB 12 34 56 C", "ni_number"),
    ],
)
def test_identifying_values_are_refused_and_masked(folder, told, sound_but_for, value, rule) -> None:
    place = folder(**{"people.csv": PEOPLE.format(value)})
    problem = told(place, rule, table="people", column="area", rows=[2])
    assert value not in problem["example"] and "•••" in problem["example"]
    assert "recoverynet pseudonymise" in problem["remedy"]
    sound_but_for(place, rule)


@pytest.mark.parametrize(
    "value",
    [
        "2011-03-01 19:30:00+01",
        "2011-03-01T19:30",
        "01-02-2011 0930",
        "53.4808123456",
        "-2.2426305",
        "0.1234567890",
        "550e8400-e29b-41d4-a716-446655440000",
        "deadbeef01234567890abc",
        "1299500000",
        "9434765918",
        "943 476 5918",
        "0000000000",
        "north ward",
        "M14 5",
        "ward 7",
        "10/2011",
        "ann at example",
        "A1 2nd floor",
        "10 minute walk",
        "Area 2 Castle Hill",
        "3 Rivers",
        "2 St Johns",
        "High Street",
        "W1 and 2 others",
    ],
)
def test_what_only_looks_like_an_identifier_is_let_through(folder, value) -> None:
    assert rn.find_problems(folder(**{"people.csv": PEOPLE.format(value)})).empty


def test_identifiers_are_found_in_ids_and_extra_columns_too(folder, told) -> None:
    told(folder(**{"participation.csv": "occasion_id,person_id\no1,07700 900123\n"}), "phone", table="participation")
    place = folder(**{"participation.csv": "occasion_id,person_id,ref\no1,007,ann@example.org\n"})
    told(place, "email", table="participation", column="ref", rows=[2])


@pytest.mark.slow
def test_names_where_ids_should_be(folder, told) -> None:
    for name in ("John Smith", "SMITH, John", "Mary J. Blige", "Zoë O’Neil-Brown"):
        place = folder(**{"people.csv": f'person_id,role\n007,client\nNA,peer\nw1,worker\n"{name}",peer\n'})
        told(place, "name_as_id", table="people", rows=[5])
    extra = folder(**{"people.csv": "person_id,role,keyworker\n007,client,Wendy Webb\nNA,peer,k2\nw1,worker,\n"})
    told(extra, "name_as_id", column="keyworker", rows=[2])
    for label in ("Client A", "best friend", "person 12", "ann", "Friend Two"):
        place = folder(**{"people.csv": f"person_id,role\n007,client\nNA,peer\nw1,worker\n{label},peer\n"})
        assert rn.find_problems(place).empty


def test_ten_digit_ids_are_not_taken_for_nhs_numbers_by_chance() -> None:
    rng = random.Random(7)
    false_alarms = 0
    for _ in range(200):
        ids = [f"{rng.randrange(10**10):010d}" for _ in range(300)]
        false_alarms += more_than_chance(sum(map(is_nhs_number, ids)), len(ids))
    assert false_alarms <= 4
    assert more_than_chance(1, 1) and more_than_chance(30, 120) and not more_than_chance(12, 120)


def test_a_column_of_ten_digit_ids_and_one_of_nhs_numbers(folder, told) -> None:
    rng = random.Random(1)
    plain = [f"{rng.randrange(10**9, 10**10)}" for _ in range(400)]
    assert sum(map(is_nhs_number, plain)) > 10
    people = "person_id,role\n" + "".join(f"{one},client\n" for one in plain)
    contacts = {"occasions.csv": None, "participation.csv": None, "groups.csv": None}
    assert "nhs_number" not in set(rn.find_problems(folder(**{"people.csv": people, **contacts}))["rule"])
    numbers = [number for nine in range(400_000_000, 400_000_100) if (number := nhs_number(nine))]
    people = "person_id,role\n" + "".join(f"{one},client\n" for one in numbers)
    problem = told(folder(**{"people.csv": people}), "nhs_number", table="people")
    assert problem["n_rows"] == len(numbers) and "put a letter in front" in problem["remedy"]


def test_nhs_number_check_digit() -> None:
    assert is_nhs_number("9434765919") and not is_nhs_number("9434765918") and not is_nhs_number("1111111111")


def test_free_text_is_a_warning(folder, told) -> None:
    place = folder(**{"people.csv": "person_id,role,notes\n007,client,likes tea\nNA,peer,\nw1,worker,\n"})
    told(place, "free_text", column="notes", severity="warning")


def test_numbers_in_extra_columns_of_parquet_are_looked_at(tmp_path, told) -> None:
    people = pd.DataFrame({"person_id": ["a", "b"], "role": "client", "ref": [9434765919, 4000000004]})
    people.to_parquet(tmp_path / "people.parquet")
    told(tmp_path, "nhs_number", column="ref", rows=[2, 3])


def people_with(*ids: str) -> dict[str, str | None]:
    rows = "".join(f"{one},client\n" for one in ids)
    return {"people.csv": f"person_id,role\n{rows}", "participation.csv": None, "occasions.csv": None, "groups.csv": None}


@pytest.mark.parametrize(
    ("one", "rule"),
    [
        ("AB123456C", "ni_number"),
        ("ab123456c", "ni_number"),
        ("M1 1AA", "postcode"),
        ("JS-SW1A2AA", "postcode"),
        ("JS07031970", "birth_date_in_id"),
        ("MB-1965-04-02", "birth_date_in_id"),
        ("JSmith19700307", "birth_date_in_id"),
    ],
)
def test_ids_that_tell_who_somebody_is(folder, told, one, rule) -> None:
    place = folder(**people_with("p1", "p2", one, *(f"p{number}" for number in range(3, 40))))
    problem = told(place, rule, table="people", column="person_id", rows=[4])
    assert one not in problem["example"] and "recoverynet pseudonymise" in problem["remedy"]


def test_ids_of_two_names_are_an_error_where_they_are_many(folder, told) -> None:
    few = folder(**people_with("joe.archer", *(f"p{number}" for number in range(9))))
    told(few, "joined_names", rows=[2], severity="warning")
    for sign in "._-":
        many = folder(**people_with(f"joe{sign}archer", "p1", "p2"))
        told(many, "joined_names", rows=[2])


@pytest.mark.parametrize(
    "one",
    [
        "p00001",
        "c0001",
        "x1",
        "ann",
        "c20110301",
        "JS20110301",
        "friend-one",
        "AB123456",
        "log:g1:2011-03-07",
        "pabcdefghijklmnop",
        "AB12CD",
    ],
)
def test_ids_that_tell_nothing_are_let_through(folder, one) -> None:
    problems = rn.find_problems(folder(**people_with("p1", one)))
    assert set(problems["rule"]) <= {"missing_table"}


def test_a_column_that_only_says_whether_there_is_a_carer_is_no_fault(folder) -> None:
    assert rn.find_problems(folder(**{"people.csv": "person_id,role,carer\n007,client,yes\nNA,peer,no\nw1,worker,\n"})).empty
