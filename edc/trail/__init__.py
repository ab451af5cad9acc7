"""Pages and downloads over the audit trail."""
