"""Is this machine ready? What ``nc-teach doctor`` says, in the notebook."""

from nc_teach import doctor

from .output import emit, note

READY = "Your machine has all that the course needs."


def check_machine() -> None:
    """Say in a line that all is well; where it is not, show a table of what is missing.

    The table has a row for each problem and each warning, with what to do about it. Works also
    where torch, or anything else of the course, is missing.
    """
    wrong = [finding for finding in doctor.look() if finding.state != "ok"]
    emit(doctor.table(wrong) if wrong else note(READY, "right"))
