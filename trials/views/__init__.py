"""Pages of a trial: the list of trials, the protocol in words, the list of participants."""
