"""Work for later: rows in `job`, written in the transaction of the act that asks for it."""
