"""Summaries: what makes a sentence fit to stand alone (`fitness`), which ones say most (`ranking`), putting them
together within a budget (`extractive`), and the feed's own words where there is no text (`excerpt`).

Does not fetch, call a model, or write a word of its own: each extractive summary is made of exact spans of the text.
A summariser that does write (a language model) belongs beside `extractive`, behind a gate that checks its words
against the article; `compose` then chooses between them.
"""
