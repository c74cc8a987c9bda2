"""Hashes made for one use say nothing in another; a sealed value opens only where it was sealed."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.kit.crypto import NONCE, keyed_hash, keyring, open_keys, seal, token_hash, unseal

KEY, OTHER = b"k" * 32, b"o" * 32
texts = st.text(st.characters(codec="utf-8"), max_size=40)
purposes = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def test_a_hash_is_stable_over_versions() -> None:
    """Persons are found again by it: another value would make every known person a new one. Made with OpenSSL."""
    known = "abfe0f558783bd74f1f7ed30afd62cc316d95ad0cd3e5b17c7bc10b969fff3fd"
    assert keyed_hash(KEY, "person 1", "131052-308T").hex() == known


@pytest.mark.parametrize(
    ("purpose", "value"), [("person 2", "131052-308T"), ("person 1", "131052-308U"), ("person 11", "31052-308T")]
)
def test_another_purpose_or_value_is_another_hash(purpose: str, value: str) -> None:
    assert keyed_hash(KEY, purpose, value) != keyed_hash(KEY, "person 1", "131052-308T")


def test_another_key_is_another_hash() -> None:
    assert keyed_hash(KEY, "person", "x") != keyed_hash(OTHER, "person", "x")
    assert len(keyed_hash(KEY, "person", "x")) == 32


@given(purposes, texts, purposes, texts)
def test_purpose_and_value_never_run_together(purpose: str, value: str, purpose2: str, value2: str) -> None:
    same = keyed_hash(KEY, purpose, value) == keyed_hash(KEY, purpose2, value2)
    assert same == ((purpose, value) == (purpose2, value2))


@given(texts, texts)
def test_what_was_sealed_opens_with_its_binding(plain: str, bound_to: str) -> None:
    assert unseal(KEY, seal(KEY, plain, bound_to), bound_to) == plain


@given(texts, texts, texts)
def test_another_binding_opens_nothing(plain: str, bound_to: str, other: str) -> None:
    if other != bound_to:
        with pytest.raises(InvalidTag):
            unseal(KEY, seal(KEY, plain, bound_to), other)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        unseal(OTHER, seal(KEY, "131052-308T", "row"), "row")


def test_every_changed_byte_is_noticed() -> None:
    sealed = seal(KEY, "131052-308T", "row")
    for place in range(len(sealed)):
        changed = bytes(byte ^ (place == at) for at, byte in enumerate(sealed))
        with pytest.raises(InvalidTag):
            unseal(KEY, changed, "row")


def test_a_sealed_value_cut_short_opens_nothing() -> None:
    sealed = seal(KEY, "131052-308T", "row")
    for length in range(len(sealed)):
        with pytest.raises(InvalidTag):
            unseal(KEY, sealed[:length], "row")


def test_the_same_text_is_never_sealed_alike() -> None:
    sealed = {seal(KEY, "131052-308T", "row") for _ in range(50)}
    assert len({one[:NONCE] for one in sealed}) == len(sealed) == 50
    assert all(b"131052" not in one for one in sealed)


def test_a_token_is_stored_as_its_sha256() -> None:
    assert token_hash("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_keys_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "identity", b"")
    monkeypatch.setattr(keyring, "master", b"")
    open_keys(identity=KEY, master=OTHER)
    assert (keyring.identity, keyring.master) == (KEY, OTHER)
