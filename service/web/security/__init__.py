"""Who may do what in the workbench, and how they prove who they are."""
