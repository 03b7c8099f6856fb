"""What happens between the notebook and its reader: guesses, exercises, quiz, passport.

Everything a notebook calls is a name of this package::

    guess = classroom.predict("pruning.free_lunch", "weights removed", 0, 100, unit="%")
    classroom.score(guess, 84)
    classroom.exercise("1.1")
    classroom.check("1.1", select_per_layer)
    classroom.hint("1.1")
    classroom.solution("1.1")
    classroom.quiz("1")
    classroom.look_up("mask")
    classroom.show(pruning.magnitude)
    classroom.passport().board()
    classroom.my_progress()
    classroom.certify(stack, "small.ncd", limits, title="LeNet in 20 KB")
    classroom.check_machine()

Importing it is light: torch, matplotlib and anywidget are loaded by the call that needs them.

Its modules, each of which knows only those named before it: what is shown (``output``,
``highlight``, ``sources``, ``forms``); the words of the course (``words``, ``questions``,
``misconceptions``, ``glossary``, ``references``); what is asked and recorded (``progress``,
``predictions``, ``quiz_form``, ``card``, ``compare``, ``examine``, ``cards``, ``card_form``,
``standing``); passports (``board``, ``passports``); certificates (``certificate``, ``certifying``,
``verification``).
"""

from nc_teach.common import declared

from .card_form import exercise as exercise
from .cards import check as check, hint as hint, solution as solution
from .certificate import Certificate as Certificate, load_certificate as load_certificate
from .certifying import certify as certify
from .glossary import look_up as look_up
from .machine import check_machine as check_machine
from .passports import Passport as Passport, passport as passport
from .predictions import Prediction as Prediction, predict as predict, score as score
from .progress import ProgressError as ProgressError
from .quiz_form import answer as answer, quiz as quiz
from .sources import show as show
from .standing import my_progress as my_progress
from .verification import Verification as Verification, verify as verify

declared.hold(__name__)
