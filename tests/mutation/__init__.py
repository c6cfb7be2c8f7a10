"""How well a mistake of one token is reported: on its line, in few reports, without a crash."""
