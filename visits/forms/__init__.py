"""Forms: what an item kind knows, how typing becomes answers, and how a form is laid out on a page."""
