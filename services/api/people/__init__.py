"""Persons, their plans and assessments over HTTP."""
