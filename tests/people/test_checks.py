import pytest
from django.test import override_settings

from jiedao.people import checks, vault
from jiedao.people.models import Unit
from tests.people.make import make_unit, make_user

pytestmark = pytest.mark.django_db


def found() -> str:
    return "\n".join(f"{f.where} {f.text.en}" for f in checks.check())


def test_a_sound_house_has_no_finding():
    top = make_unit("G", Unit.Tier.GOVERNMENT)
    make_user("department", unit=make_unit("D", parent=top))
    assert found() == ""


def test_each_fault_is_named():
    shut = make_unit("G", Unit.Tier.GOVERNMENT, active=False)
    make_unit("D", parent=shut)
    make_unit("X", Unit.Tier.STAIRWELL_GROUP)
    make_user("handler", username="alone")
    make_user("wizard", username="merlin")
    said = found()
    for part in ("D stands below G", "X stands below a wrong", "alone (handler)", "merlin: wizard"):
        assert part in said


@override_settings(TOTP_ROLES=["king"], PHONE_CODE_SENDER="no.such.Sender")
def test_settings_that_name_nothing():
    assert "no role king" in found() and "phone_code_sender" in found()


def test_an_open_or_broken_key(tmp_path, settings):
    settings.HOME = tmp_path
    vault.seal("x")
    vault.path().chmod(0o644)
    assert "0600" in found()
    vault.path().write_text("rubbish")
    assert "cannot be used" in found()


def test_a_directory_without_a_client(settings):
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"oidc_issuer": "https://directory.example"})
    assert "oidc_client_id" in found()
