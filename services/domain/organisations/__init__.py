"""Organisations: the alliance, its members, who works there, and how each member's people sign in.

An *account* is one human's sign-in at one organisation, known by (organisation, issuer, subject). A *human* stands above the
accounts. A *connection* is an organisation's own OpenID Connect provider. Everybody signed in uses this slice.
"""
