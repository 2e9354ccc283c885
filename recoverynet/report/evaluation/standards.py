"""NICE QS11 and QS23 side by side, and continuity of care after prison."""

from __future__ import annotations

from recoverynet.measures.continuity import continuity_of_care
from recoverynet.measures.nice import ALCOHOL, nice_qs11_statement2, nice_qs23_statement7
from recoverynet.report import wording
from recoverynet.report.disclosure.declaring import Who
from recoverynet.report.evaluation.observed import Findings
from recoverynet.report.evaluation.setting import CLIENTS, EvaluationSetting
from recoverynet.report.sections import SectionWriter

QS11_ALCOHOL = "Alcohol: information and support (QS11, statement 2)"
QS23_DRUGS = "Drugs: support (QS23, statement 7)"
RELEASED = "Seen by a service within three weeks"


def standards_told(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Each quality standard for the people it is about."""
    alcohol = setting.once(nice_qs11_statement2, setting.as_written, window=setting.window, substances=(ALCOHOL,)).iloc[0]
    drugs = setting.once(nice_qs23_statement7, setting.as_written, window=setting.window).iloc[0]
    everybody = setting.once(nice_qs11_statement2, setting.as_written, window=setting.window).iloc[0]
    rows = {
        QS11_ALCOHOL: (int(alcohol["n_both"]), int(alcohol["n_clients"])),
        QS23_DRUGS: (int(drugs["n_supported"]), int(drugs["n_clients"])),
    }
    rows = {label: pair for label, pair in rows.items() if pair[1]}
    if rows:
        findings["standards"] = section.table(
            setting.share_table(
                rows,
                title="NICE QS11 and QS23 side by side",
                population="Clients in treatment",
                denominator="clients in treatment in the period whose main substance is alcohol, or drugs",
                row_header="Quality standard",
                no=wording.NOT_RECORDED,
                who=_who(rows, n_treated=int(everybody["n_clients"])),
                note="Each statement is about other people: QS11 about alcohol, QS23 about drugs. QS11 asks that both information "
                "and support are given, QS23 that support is. National figures count what a return asks about; these count the "
                "steps recorded here, from the start of a client's treatment to the end of the period. Clients without a recorded "
                "substance are in neither.",
            )
        )


def _who(rows: dict[str, tuple[int, int]], *, n_treated: int) -> Who:
    """Those in treatment by substance; where all have the same, they are the clients of the table of QS11."""
    treated = CLIENTS.who("held: episodes", "in treatment")
    words = {QS11_ALCOHOL: "treated for alcohol", QS23_DRUGS: "treated for drugs"}
    of = {label: treated if rows[label][1] == n_treated else treated.who(words[label]) for label in rows}
    return Who(treated, rows={QS11_ALCOHOL: ("told of a group", *BOTH), QS23_DRUGS: BOTH[:1]}, rows_of=of)


BOTH = ("supported", "told and supported")


def continuity_told(section: SectionWriter, setting: EvaluationSetting, findings: Findings) -> None:
    """Who was seen by a service within three weeks of release from prison; nothing where no release is on record."""
    row = setting.once(continuity_of_care, setting.as_written, window=setting.window).iloc[0]
    if row["n_released"] == 0:
        return
    section.heading("After prison")
    findings["continuity"] = section.table(
        setting.share_table(
            {RELEASED: (int(row["n_seen"]), int(row["n_followed"]))},
            title="Continuity of care after prison",
            population="Clients released from prison in the period",
            denominator="clients with three whole weeks between release and the end of the record",
            row_header="After release",
            no="Not seen",
            who=Who(CLIENTS.who("released and followed"), rows={RELEASED: ("seen after release",)}),
            note="Seen: an occasion with a worker or at a treatment group, or a treatment that begins, within 21 days of the first "
            "release in the period.",
        )
    )
