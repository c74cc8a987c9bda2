"""Referrals and services used over HTTP."""
