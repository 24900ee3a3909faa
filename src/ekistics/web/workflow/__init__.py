"""The one workflow and the audit log: states, who may move them, history, comments."""
