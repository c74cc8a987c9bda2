"""What a command says when it cannot do its work."""


class Fault(Exception):
    """Something the person at the keyboard can put right; the message says what and is shown without a traceback."""
