"""Is this machine ready? What ``nc-teach doctor`` says, as a table in the notebook."""

from nc_teach import doctor

from .output import emit


def check_machine() -> None:
    """Show a table of what the course needs and what this machine has.

    Works also where torch, or anything else of the course, is missing.
    """
    emit(doctor.table(doctor.look()))
