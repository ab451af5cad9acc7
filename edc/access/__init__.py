"""Who may: users, memberships, roles, scope, and the one door to every write."""
