"""What every address of the API has in common: how it reads, answers, refuses, pages and is described."""
