"""Which SAML responses STS believes."""

from __future__ import annotations

import pytest
from lxml import etree

from local.sts_saml.verify import SamlRefused, verified

from .conftest import ENTITY_ID, NOW, PROVIDER, ROLE
from .forge import Forge, refused, response, the, verify


@pytest.fixture(scope="module")
def forge() -> Forge:
    return Forge()


class TestSignature:
    """Only what the provider signed is read."""

    def test_an_unsigned_response_says_nothing(self, forge: Forge) -> None:
        root = etree.fromstring(response(forge))
        signature = root.find(".//{http://www.w3.org/2000/09/xmldsig#}Signature")
        assert signature is not None
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
        assert refused(etree.tostring(root), forge) == "InvalidIdentityToken"

    def test_a_stranger_with_the_same_name_is_not_believed(self, forge: Forge) -> None:
        assert refused(response(Forge()), forge) == "InvalidIdentityToken"

    def test_a_changed_byte_breaks_it(self, forge: Forge) -> None:
        assert refused(response(forge).replace(b"amara.okafor", b"admin.okafor"), forge) == "InvalidIdentityToken"

    @pytest.mark.parametrize("place", [0, -1], ids=["before", "after"])
    def test_an_assertion_smuggled_in_next_to_the_signed_one_is_not_read(self, forge: Forge, place: int) -> None:
        root = etree.fromstring(response(forge))
        evil = etree.fromstring(etree.tostring(the(root, "saml:Assertion")).replace(b"amara.okafor", b"admin"))
        evil.set("ID", "_evil")
        signature = evil.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
        assert signature is not None
        evil.remove(signature)
        root.insert(place if place == 0 else len(root), evil)
        assert verify(etree.tostring(root), forge).session_name == "amara.okafor"

    def test_a_signed_assertion_wrapped_into_an_evil_one_opens_nothing(self, forge: Forge) -> None:
        root = etree.fromstring(response(forge))
        signed = the(root, "saml:Assertion")
        evil = etree.fromstring(etree.tostring(signed).replace(b"amara.okafor", b"admin"))
        evil.set("ID", "_evil")
        root.remove(signed)
        evil.append(signed)
        root.append(evil)
        assert refused(etree.tostring(root), forge) == "InvalidIdentityToken"

    def test_two_elements_with_the_signed_id_are_refused(self, forge: Forge) -> None:
        root = etree.fromstring(response(forge))
        twin = etree.fromstring(etree.tostring(the(root, "saml:Assertion")).replace(b"amara.okafor", b"admin"))
        root.insert(0, twin)
        assert refused(etree.tostring(root), forge) == "InvalidIdentityToken"

    def test_a_document_type_is_refused(self, forge: Forge) -> None:
        document = b'<!DOCTYPE r [<!ENTITY e "x">]>' + response(forge)
        assert refused(document, forge) == "InvalidIdentityToken"

    def test_a_comment_put_into_a_name_does_not_shorten_it(self, forge: Forge) -> None:
        document = response(forge).replace(b"amara.okafor", b"amara<!-- -->.okafor")
        assert verify(document, forge).session_name == "amara.okafor"  # comments are no part of what is signed

    @pytest.mark.parametrize("junk", [b"", b"hello", b"<a/>", b"\xff\xfe", b"<saml:Assertion/>"])
    def test_junk_is_refused(self, forge: Forge, junk: bytes) -> None:
        assert refused(junk, forge) == "InvalidIdentityToken"

    @pytest.mark.parametrize("name", ["SignatureValue", "DigestValue"])
    @pytest.mark.parametrize("text", ["", "!!!", "AAAA", "é"])
    def test_a_mangled_signature_is_refused_not_a_crash(self, forge: Forge, name: str, text: str) -> None:
        root = etree.fromstring(response(forge))
        found = root.find(f".//{{http://www.w3.org/2000/09/xmldsig#}}{name}")
        assert found is not None
        found.text = text
        assert refused(etree.tostring(root), forge) == "InvalidIdentityToken"

    def test_any_certificate_of_the_metadata_will_do(self, forge: Forge) -> None:
        old, new = Forge(), forge
        start, end = "<md:KeyDescriptor", "</md:KeyDescriptor>"
        key = new.metadata[new.metadata.index(start) : new.metadata.index(end) + len(end)]
        both = old.metadata.replace(end, end + key)
        assert verified(response(new), both.encode(), ROLE, PROVIDER, NOW)
        assert verified(response(old), both.encode(), ROLE, PROVIDER, NOW)
        for_encryption = both.replace(key, key.replace('use="signing"', 'use="encryption"'))
        with pytest.raises(SamlRefused, match="signature invalid"):
            verified(response(new), for_encryption.encode(), ROLE, PROVIDER, NOW)


class TestWhoAndWhere:
    """Issuer, status, confirmation, audience."""

    def test_a_provider_that_could_not_log_the_person_in_lets_nobody_in(self, forge: Forge) -> None:
        document = response(forge).replace(b"status:Success", b"status:Responder")
        assert refused(document, forge) == "IDPRejectedClaim"

    def test_the_issuer_is_the_provider_itself(self, forge: Forge) -> None:
        assert refused(response(forge, issuer=f"{ENTITY_ID}/other"), forge) == "InvalidIdentityToken"

    def test_the_recipient_is_what_the_confirmation_says(self, forge: Forge) -> None:
        assert verify(response(forge, recipient="https://other.example.com/"), forge).recipient.startswith("https://o")

    @pytest.mark.parametrize(
        ("attribute", "value"),
        [("Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"), ("Recipient", "")],
    )
    def test_only_a_bearer_with_a_recipient_is_confirmed(self, forge: Forge, attribute: str, value: str) -> None:
        def edit(assertion: etree._Element) -> None:
            confirmation = the(assertion, "saml:Subject/saml:SubjectConfirmation")
            holder = confirmation if attribute == "Method" else confirmation[0]
            holder.set(attribute, value)

        assert refused(response(forge, edit), forge) == "InvalidIdentityToken"

    @pytest.mark.parametrize(
        "audience",
        [
            "urn:amazon:webservices",
            "https://signin.aws.amazon.com/saml",
            "https://eu-west-1.signin.aws.amazon.com/saml",
        ],
    )
    def test_aws_has_some_names_as_an_audience(self, forge: Forge, audience: str) -> None:
        assert verify(response(forge, audience=audience), forge)

    @pytest.mark.parametrize(
        "audience",
        ["", "https://sp.example.com", "urn:amazon:webservices:govcloud", "https://xsignin.aws.amazon.com/saml"],
    )
    def test_a_response_for_somebody_else_is_refused(self, forge: Forge, audience: str) -> None:
        assert refused(response(forge, audience=audience), forge) == "InvalidIdentityToken"

    def test_every_restriction_must_let_aws_in(self, forge: Forge) -> None:
        def edit(assertion: etree._Element) -> None:
            conditions = the(assertion, "saml:Conditions")
            second = etree.fromstring(etree.tostring(conditions[0]))
            second[0].text = "https://sp.example.com"
            conditions.append(second)

        assert refused(response(forge, edit), forge) == "InvalidIdentityToken"

    def test_an_audience_outside_the_conditions_restricts_nothing(self, forge: Forge) -> None:
        def edit(assertion: etree._Element) -> None:
            restriction = the(assertion, "saml:Conditions")[0]
            the(assertion, "saml:AttributeStatement/saml:Attribute").append(restriction)

        assert refused(response(forge, edit), forge) == "InvalidIdentityToken"

    def test_another_format_of_the_name_is_told_as_it_is(self, forge: Forge) -> None:
        mail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

        def edit(assertion: etree._Element) -> None:
            the(assertion, "saml:Subject/saml:NameID").set("Format", mail)

        assert verify(response(forge, edit), forge).subject_type == mail
