"""The live figures of chapter 3, knowledge distillation."""

from nc_teach.figures.knowledge_distillation.distilling import distilling
from nc_teach.figures.knowledge_distillation.hint_cable import hint_cable
from nc_teach.figures.knowledge_distillation.interpolation import interpolation
from nc_teach.figures.knowledge_distillation.students import mimic, students
from nc_teach.figures.knowledge_distillation.teacher_size import teacher_size
from nc_teach.figures.knowledge_distillation.temperature import temperature
from nc_teach.figures.knowledge_distillation.unseen_class import unseen_class
from nc_teach.figures.knowledge_distillation.your_digit import your_digit
