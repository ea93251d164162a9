import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao.people import vault
from jiedao.people.models import Person
from tests.people.make import make_person

words = st.text(max_size=200)
labels = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)


@given(words, labels)
def test_what_was_sealed_opens_again_and_never_looks_the_same(text, about):
    first, second = vault.seal(text, about), vault.seal(text, about)
    assert vault.unseal(first, about) == vault.unseal(memoryview(second), about) == text
    assert first != second
    assert len(text) < 4 or text.encode() not in first[3 + len(about) :]


@given(words, st.data())
def test_one_flipped_bit_anywhere_is_refused(text, data):
    blob = bytearray(vault.seal(text, "phone"))
    place = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[place // 8] ^= 1 << place % 8
    with pytest.raises(vault.VaultError):
        vault.unseal(bytes(blob), "phone")


@given(words, labels, labels)
def test_a_value_of_one_field_does_not_open_as_another(text, one, other):
    if one == other:
        other += "x"
    with pytest.raises(vault.VaultError):
        vault.unseal(vault.seal(text, one), other)
    assert vault.key(text, one) != vault.key(text, other)


@given(st.binary(max_size=80))
def test_bytes_that_were_never_sealed_are_refused(blob):
    with pytest.raises(vault.VaultError):
        vault.unseal(blob)


def test_the_key_file_is_readable_by_its_owner_only():
    vault.seal("x")
    assert stat.S_IMODE(vault.path().stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "1", "0:AAAA", "256:" + "A" * 44, "1:AAAA", "x:" + "A" * 43 + "="])
def test_a_broken_key_is_refused_without_showing_it(monkeypatch, text):
    monkeypatch.setenv("JIEDAO_VAULT_KEY", text or " ")
    with pytest.raises(vault.VaultError) as caught:
        vault.seal("x")
    assert "A" * 40 not in str(caught.value)


def test_an_unknown_key_is_named(monkeypatch):
    blob = vault.seal("x")
    monkeypatch.setenv("JIEDAO_VAULT_KEY", vault._line(77))
    with pytest.raises(vault.VaultError, match="key 1,"):
        vault.unseal(blob)


@pytest.fixture
def own_key(tmp_path, settings):
    settings.HOME = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_rotation_seals_every_row_again_and_lookups_go_on(own_key):
    people = [make_person(phone=f"1380013800{n}", identity=f"43020219900101000{n}") for n in range(7)]
    Person.objects.create(name="nothing sealed")
    old = bytes(people[0].phone_sealed)
    assert vault.rotate(batch=3)["people.Person"] == 7
    assert vault.unseal(old, "phone") == "13800138000", "old ciphertext, from a backup, still opens"
    for n, row in enumerate(Person.objects.filter(pk__in=[p.pk for p in people]).order_by("pk")):
        assert bytes(row.phone_sealed)[1] == bytes(row.identity_sealed)[1] == 2
        assert vault.unseal(row.phone_sealed, "phone") == f"1380013800{n}"
        assert row.phone_key == vault.key(f"1380013800{n}", "phone")
    before = bytes(Person.objects.get(pk=people[0].pk).phone_sealed)
    assert vault.rotate(new_key=False)["people.Person"] == 0
    assert bytes(Person.objects.get(pk=people[0].pk).phone_sealed) == before, "nothing to do the second time"
    assert stat.S_IMODE(vault.path().stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_row_not_yet_rotated_is_still_found(own_key):
    row = make_person(phone="13800138000")
    vault._write([vault._text().strip(), vault._line(2)], replace=True)
    assert row.phone_key != vault.key("13800138000", "phone")
    assert Person.objects.get(phone_key__in=vault.keys("13800138000", "phone")) == row


def test_two_processes_make_one_key_file(own_key):
    vault._write([vault._line(1)], replace=False)
    kept = vault.path().read_text()
    vault._write([vault._line(1)], replace=False)
    assert vault.path().read_text() == kept
    assert [p.name for p in own_key.iterdir()] == ["vault.key"]


@pytest.mark.parametrize(
    "mask,value,shown",
    [
        (vault.mask_identity, "430202199003070013", "430***********0013"),
        (vault.mask_identity, "1234567", "*******"),
        (vault.mask_phone, "13812341234", "138****1234"),
        (vault.mask_phone, "110", "***"),
        (vault.mask_name, "张三丰", "张**"),
        (vault.mask_name, "张", "张*"),
        (vault.mask_name, "", ""),
        (vault.mask_email, "zhang@example.com", "z***@example.com"),
        (vault.mask_email, "nothing", "***"),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown
