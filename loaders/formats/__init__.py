"""Readers of formats that several sources share: one module a format, no source itself."""
