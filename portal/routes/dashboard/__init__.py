"""The pages of an integration, the overview of all integrations, and the activity log."""
