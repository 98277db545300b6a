from derivlib.derive import derive
from derivlib.vocabulary import *
