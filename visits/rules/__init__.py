"""Pure rules of visits: where a form has its place, and how a visit stands in time."""
