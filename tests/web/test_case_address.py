"""/cases/<code>/ leads everybody to the page that is theirs."""

from __future__ import annotations

from tests.systems.city_management.ground import city, report, staff  # noqa: F401  # fixtures


def test_a_resident_comes_to_the_page_of_the_system(client, city) -> None:  # noqa: F811
    case = report(client)
    answer = client.get(f"/cases/{case.code}/")
    assert answer.status_code == 302
    assert answer.url == f"/city_management/cases/{case.code}/"


def test_staff_come_to_the_desk(client, staff) -> None:  # noqa: F811
    case = report(client)
    client.force_login(staff.acceptor)
    assert client.get(f"/cases/{case.code}/").url == f"/desk/case/{case.code}/"


def test_an_unknown_case_is_missing(client, city) -> None:  # noqa: F811
    assert client.get("/cases/4302022611000000000/").status_code == 404
