"""A network as bytes on disk: small, exact, and checked when it is read."""

from nc_teach.common.files import write_whole
from nc_teach.storage.encodings import ENCODINGS
from nc_teach.storage.files import decode, encode, load, save
