"""Active Directory over LDAPS: the only place that imports ldap3."""
