"""A network as bytes on disk: small, exact, and checked when it is read."""

from nc_teach.common import declared
from nc_teach.common.files import write_whole as write_whole
from nc_teach.storage.encodings import ENCODINGS as ENCODINGS
from nc_teach.storage.files import decode as decode, encode as encode, load as load, save as save

declared.hold(__name__)
