"""National returns: people, treatment episodes, interventions and outcome forms from a row a modality or a measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, ImportReport, ImportRow, chained
from recoverynet.formats.ndtms.cells import answers_of, date_order, dates_of, is_yes, text_frame
from recoverynet.formats.ndtms.columns import DATES, INTERVENTIONS, find_columns
from recoverynet.formats.ndtms.one_return import Return, attributor, first_known, person_ids, tell_of_births
from recoverynet.formats.ndtms.state_rule import StateRule, read_state_rule
from recoverynet.tables.linkage_tokens import token_columns
from recoverynet.tables.pseudonym_ids import key_bytes, pseudonym
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sources import Source, open_source
from recoverynet.tables.unnamed import age_bands

_IDENTIFIERS = ("first_initial", "second_initial", "born", "postcode", "attributor")
_OBSERVED = ["person_id", "observed_at", "variable", "value", "source", "instrument"]


def read_ndtms(
    source: str | Path,
    *,
    key: bytes | str | None = None,
    for_linkage: bool = False,
    state_rule: str | None = None,
    dates: Literal["day_first", "month_first"] | None = None,
    columns: Mapping[str, str] | None = None,
    tz: str = "Europe/London",
) -> Imported:
    r"""Who was in treatment, with which interventions and outcomes, according to a national return?

    Parameters
    ----------
    source : path
        A CSV file of the data set (CDS-K and its successors), a derived extract with names in small letters, or a folder
        of such files, whose rows stand one behind the other.
    key : bytes or str, optional
        At least 16 bytes. With it initials, birth date, sex and postcode become tokens in the people table
        (``linkage_token``, ``linkage_token_pc``) that the same key makes again for the same person elsewhere, and ids of
        people become pseudonyms. Default: they are dropped without a token.
    for_linkage : bool
        Whether tokens of each part are made as well (``linkage_first``, ``linkage_day`` …), which
        :func:`recoverynet.link_people` compares; see :func:`recoverynet.linkage_tokens` for their risk. Needs a key.
    state_rule : str, optional
        How days of use become a state, such as ``"abstinent if all = 0; reduced if opiates <= 4; using otherwise"``. Default:
        no state is derived; nothing here knows which norm is meant.
    dates : {"day_first", "month_first"}, optional
        Which comes first where every date of the file could be read both ways.
    columns : mapping of their column to a name known here, optional
        For versions of the data set with other names (``{"RECSUP1": "RECPEER"}``).
    tz : str
        IANA time zone of the days.

    Returns
    -------
    Imported
        ``people`` (sex, age band on triage, area, substance, consent), ``episodes`` (one a person and treatment episode),
        ``observations`` (``intervention.*`` on the day of the review, items of the Treatment Outcomes Profile, and ``state``
        where a rule was declared); in ``others`` the table ``modalities``. The report counts rows, values and columns.

    Raises
    ------
    SchemaError
        No column says whom rows are about, dates could be either order, the rule or key is none, a declared column is not
        there, or tokens for a linkage are asked for without a key.

    Notes
    -----
    Rows repeat the client's columns for every modality, review and form: a client id in several rows is the shape of the
    file, and each thing is taken once. Ids are those of the agency, with its code in front (``client_random_id`` of
    extracts as it is; the attributor only under a key or as a number). The stage of a TOP form (start, review, exit) rides
    along as ``top_stage``. Where CONSENT is N only the person stays, without
    anything about them. TOP answers outside their range are counted and dropped; they are people's own account
    (``source`` self). ``state`` is missing where a substance the rule asks about was not recorded.

    References
    ----------
    Marsden, J., et al. (2008). Development of the Treatment Outcomes Profile. Addiction, 103(9), 1450–1460.
    https://doi.org/10.1111/j.1360-0443.2008.02284.x

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import recoverynet as rn
    >>> text = "AGNCY,CLIENTID,TRIAGED,DISD,SUBMODDT,RECMAID\nA1,7,13/03/2011,01/05/2011,20/03/2011,Y\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "return.csv"
    ...     _ = file.write_text(text)
    ...     came = rn.read_ndtms(file)
    >>> came.tables["observations"][["variable", "value"]].values.tolist()
    [['intervention.mutual_aid_access', 'yes']]
    """
    require_time_zone(tz, "tz")
    rule = None if state_rule is None else read_state_rule(state_rule)
    secret = None if key is None else key_bytes(key)
    if for_linkage and secret is None:
        raise SchemaError("for_linkage=True makes tokens, and tokens need a key both agencies hold: key=….")
    opened = open_source(source, one_file=True)
    numbers: dict[str, int] = {}
    returns = [_opened(opened, name, secret, dates, columns, numbers) for name in opened.names]
    people = _once(pd.concat([_people(one, secret, for_linkage) for one in returns], ignore_index=True))
    episodes = pd.concat([_episodes(one) for one in returns], ignore_index=True).drop_duplicates(
        ["person_id", "started_on", "provider"], ignore_index=True
    )
    observed = [frame for one in returns for frame in (_interventions(one), _outcomes(one, rule))]
    observations = pd.concat(observed, ignore_index=True).drop_duplicates(_OBSERVED, ignore_index=True)
    observations, rows = _one_answer_each(observations, Path(source).name)
    modalities = pd.concat([_modalities(one) for one in returns], ignore_index=True).drop_duplicates(ignore_index=True)
    tables = {"people": people, "episodes": episodes, "observations": observations}
    notes = [note for one in returns for note in one.notes]
    if rule is not None:
        notes.append(f"state was derived from days of use by the rule declared: {rule.text}.")
    report = ImportReport("ndtms", Path(source).name, (*(row for one in returns for row in one.rows), *rows), tuple(notes))
    return Imported({n: f for n, f in tables.items() if len(f)}, report, {"modalities": modalities} if len(modalities) else {}, tz)


def _opened(
    source: Source, name: str, secret: bytes | None, order: str | None, renamed: Mapping[str, str] | None, numbers: dict[str, int]
) -> Return:
    raw = source.read(name, set(INTERVENTIONS) | {"clientid", "agncy", "triaged", "client_random_id"})
    title = source.names[name]
    if raw.table is None:
        raise SchemaError(" ".join(problem.in_words() for problem in raw.problems))
    columns = find_columns(raw.columns, renamed, title)
    used = list(dict.fromkeys([*columns.parts.values(), *columns.interventions, *columns.items]))
    frame = text_frame(raw.table, used)
    formats = date_order(frame, columns, order, title)  # type: ignore[arg-type]
    dates = {part: dates_of(frame[columns.parts[part]], formats[columns.parts[part]]) for part in DATES if part in columns.parts}
    one = Return(title, columns, frame, pd.Series(dtype="str"), dates)
    one.person = person_ids(one, secret, numbers)
    one.notes.append(f"{title} was read as {columns.version}.")
    one.notes += [f"{title}: {problem.problem}." for problem in raw.problems if problem.severity == "warning"]
    _account_of_cells(one, list(raw.columns))
    return _without_refusals(one)


def _without_refusals(one: Return) -> Return:
    """Rows without a person go; of people who do not consent everything but the person."""
    good = one.person.notna()
    refused = one.text("consent").str.upper().str[:1].eq("N").fillna(False) & good
    refusing = set(one.person[refused])
    silent = one.person.isin(refusing)
    gone = [
        (int((~good).sum()), "rows that name nobody"),
        (int(silent.sum()), "of people who do not consent, who come in as persons alone"),
    ]
    one.rows.insert(0, ImportRow(one.source, "people", one.person.nunique(), one.person.nunique()))
    one.rows[1:1] = chained(one.source, "rows", len(one.person), gone)
    repeated = int(good.sum()) - one.person.nunique()
    if repeated:
        one.notes.append(
            f"{one.source}: {repeated:,} rows repeat a person, one a modality, review or form, as the data set has it."
        )
    for title in one.frame.columns:
        if title not in (one.columns.parts.get("agency"), one.columns.parts.get("consent")):
            one.frame[title] = one.frame[title].mask(silent)
    one.dates = {part: days.mask(silent) for part, days in one.dates.items()}
    keep = good
    one.frame, one.person = one.frame[keep].reset_index(drop=True), one.person[keep].reset_index(drop=True)
    one.dates = {part: days[keep].reset_index(drop=True) for part, days in one.dates.items()}
    return one


def _account_of_cells(one: Return, titles: list[str]) -> None:
    for part, days in one.dates.items():
        given = one.text(part).notna()
        wrong = int((given & days.isna()).sum())
        if wrong:
            one.rows += chained(one.source, f"dates of {one.columns.parts[part]}", int(given.sum()), [(wrong, "no dates")])
    dropped = [one.columns.parts[part] for part in _IDENTIFIERS if part in one.columns.parts]
    reasons = []
    if dropped:
        reasons.append((len(dropped), f"{', '.join(dropped)}: particulars of persons, never taken in as they are"))
    if one.columns.unknown:
        reasons.append((len(one.columns.unknown), f"nothing here reads {', '.join(one.columns.unknown)}"))
    one.rows += chained(one.source, "columns", len(titles), reasons)


def _people(one: Return, secret: bytes | None, for_linkage: bool) -> pd.DataFrame:
    consent = one.text("consent").str.upper().str[:1].map({"Y": True, "N": False})
    began = first_known(one)
    people = pd.DataFrame(
        {
            "person_id": one.person,
            "role": "client",
            "area": one.text("area"),
            "sex": one.text("sex"),
            "age_band": age_bands(one.date("born"), began),
            "substance": one.text("substance"),
            "consent_evaluation": consent.astype("boolean"),
        }
    )
    if secret is not None and {"first_initial", "second_initial", "born"} <= set(one.columns.parts):
        plain = attributor(one)
        near = one.text("postcode").str.upper().str.replace(" ", "", regex=False)
        people["linkage_token"] = _tokens(plain, secret)
        people["linkage_token_pc"] = _tokens(plain + "|" + near, secret)
    if secret is not None and for_linkage:
        known = {name: one.text(name) for name in ("first_initial", "second_initial", "sex", "postcode")}
        tokens, births = token_columns(pd.DataFrame({**known, "birth_date": one.date("born"), "known_on": began}), secret)
        tell_of_births(one, births)
        people = people.join(tokens)
    return _once(people)


def _tokens(texts: pd.Series, secret: bytes) -> pd.Series:
    """A keyed token of each text, of its own kind: it is no pseudonym of anybody."""
    known = texts.dropna().unique()
    made = {text: "t" + pseudonym(f"linkage|{text}", secret)[1:] for text in known}
    return texts.map(made).astype("str").where(texts.notna())


def _once(people: pd.DataFrame) -> pd.DataFrame:
    return people.groupby("person_id", sort=False).first().reset_index()


def _episodes(one: Return) -> pd.DataFrame:
    started = one.date("triaged").fillna(one.date("referred")).fillna(one.date("modality_start"))
    frame = pd.DataFrame(
        {
            "person_id": one.person,
            "started_on": started,
            "ended_on": one.date("discharged"),
            "provider": one.text("agency"),
            "modality": one.text("modality"),
            "exit_reason": one.text("reason"),
        }
    )
    frame = frame[frame["started_on"].notna()]
    backwards = frame["ended_on"] < frame["started_on"]
    if backwards.any():
        one.rows.append(ImportRow(one.source, "ends of episodes", int(frame["ended_on"].notna().sum()),
                                  int(frame["ended_on"].notna().sum() - backwards.sum()), "they lie before the start"))  # fmt: skip
        frame["ended_on"] = frame["ended_on"].mask(backwards)
    key = ["person_id", "started_on", "provider"]
    whole = frame.groupby(key, sort=False, dropna=False)
    made = whole[["ended_on", "exit_reason"]].first()
    made["modality"] = whole["modality"].agg(lambda values: "+".join(sorted(set(values.dropna())))).replace("", None)
    return made.reset_index()


def _modalities(one: Return) -> pd.DataFrame:
    if "modality" not in one.columns.parts:
        return pd.DataFrame()
    frame = pd.DataFrame(
        {
            "person_id": one.person,
            "provider": one.text("agency"),
            "modality": one.text("modality"),
            "started_on": one.date("modality_start"),
            "ended_on": one.date("modality_end"),
            "exit": one.text("modality_exit"),
        }
    )
    return frame[frame["modality"].notna()].drop_duplicates(ignore_index=True)


def _interventions(one: Return) -> pd.DataFrame:
    reviewed, parts, undated = one.date("reviewed"), [], 0
    for title, what in one.columns.interventions.items():
        flagged = is_yes(one.frame[title])
        undated += int((flagged & reviewed.isna()).sum())
        rows = flagged & reviewed.notna()
        parts.append(
            pd.DataFrame(
                {
                    "person_id": one.person[rows],
                    "observed_at": reviewed[rows],
                    "variable": f"intervention.{what}",
                    "value": "yes",
                    "source": "worker",
                    "instrument": f"NDTMS {title.upper()}",
                }
            )
        )
    total = sum(len(part) for part in parts)
    if parts:
        one.rows += chained(one.source, "interventions", total + undated, [(undated, "no day of a review (SUBMODDT)")])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_OBSERVED)


def _outcomes(one: Return, rule: StateRule | None) -> pd.DataFrame:
    at, parts, wrong, given = one.date("top_date"), [], Counter[str](), 0
    days: dict[str, pd.Series] = {}
    for title, item in one.columns.items.items():
        answers, bad = answers_of(one.frame[title], item)
        given += int(one.frame[title].notna().sum())
        wrong[title] += bad
        if item.substance:
            days[item.substance] = pd.to_numeric(answers)
        parts.append(_observed(one, answers, at, item.variable, "TOP"))
    if rule is not None and days:
        parts.append(_observed(one, rule.states(days), at, "state", "TOP, by a declared rule"))
    if not parts:
        return pd.DataFrame(columns=_OBSERVED)
    undated = sum(int((one.frame[title].notna() & at.isna()).sum()) for title in one.columns.items)
    reasons = [(n, f"{title} outside its range") for title, n in wrong.items()]
    one.rows += chained(
        one.source, "answers of outcome forms", given, [(undated, "no day of the form (TOPDATE)"), *_still(reasons, one, at)]
    )
    return pd.concat(parts, ignore_index=True)


def _still(reasons: list[tuple[int, str]], one: Return, at: pd.Series) -> list[tuple[int, str]]:
    """Answers out of range among those with a day, so that none is counted twice."""
    made = []
    for n, why in reasons:
        title = why.split(" ", 1)[0]
        if n:
            _, bad = answers_of(one.frame[title].where(at.notna()), one.columns.items[title])
            made.append((bad, why))
    return made


def _observed(one: Return, values: pd.Series, at: pd.Series, variable: str, instrument: str) -> pd.DataFrame:
    rows = (values.notna() & at.notna()).to_numpy()
    frame = pd.DataFrame(
        {"person_id": one.person[rows], "observed_at": at[rows], "variable": variable, "value": values[rows].astype("str")}
    )
    frame = frame.assign(source="self", instrument=instrument)
    return frame.assign(top_stage=one.text("top_stage")[rows]) if "top_stage" in one.columns.parts else frame


def _one_answer_each(observations: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[ImportRow]]:
    """Of two different answers to one item on one day nobody can say which holds; both are left out and counted."""
    key = ["person_id", "observed_at", "variable", "source", "instrument"]
    clash = observations.duplicated(key, keep=False)
    if not clash.any():
        return observations, []
    why = "two different answers of one person to one item on one day"
    row = ImportRow(source, "observations", len(observations), int(len(observations) - clash.sum()), why)
    return observations[~clash].reset_index(drop=True), [row]
