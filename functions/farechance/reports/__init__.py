"""Monthly reports: what the money of a programme did in a month. `movements` says what an entry
moved, `tally` adds entries up, `content` is the form of what is published, `identities` checks that
it adds up, `small_counts` keeps few people from being told apart; `words` and the page say it. It
must never read or write anything: entries come in, figures and text go out."""
