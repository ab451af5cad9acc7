"""What is done to participants: screening, consent, eligibility, the arm, visits, forms, queries, the end."""
