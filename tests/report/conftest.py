"""Reports that several tests look at, each made once."""

from __future__ import annotations

import pytest

import recoverynet as rn
from recoverynet.report.report import Report


@pytest.fixture(scope="session")
def riverside() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="session")
def report(riverside: rn.RecoveryRecord) -> Report:
    return rn.evaluation_report(riverside, title="Riverside: links to recovery communities")


@pytest.fixture(scope="session")
def nhs_report(riverside: rn.RecoveryRecord) -> Report:
    return rn.evaluation_report(riverside, disclosure="nhs")


@pytest.fixture(scope="session")
def tiny_report() -> Report:
    return rn.evaluation_report(rn.load_sample("five_people"))
