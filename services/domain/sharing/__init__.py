"""What is sharing? A *share* gives one organisation data classes of one person held by another, and cites one *basis*.

A basis is a client permission or consent (given, then withdrawn, expired …) or a registered ground (active, then ended).
One pure function decides (`rules.may_see`), PostgreSQL enforces the same rule again (`policies.sql`), every read is logged
with its basis, and anybody entitled can ask why. Used by every slice that stores something about a person.
"""
