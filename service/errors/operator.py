"""What whoever runs Pacta has to mend. It ends a command, and never leaves over HTTP."""


class OperatorMistake(ValueError):
    """A setting, a file or a directory cannot be used as it is; the message names it, and says what to do instead."""
