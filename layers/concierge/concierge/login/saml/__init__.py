"""SAML 2.0: documents from strangers, what of them was signed, what it claims, and whether that is acceptable."""
