"""What is known of each data set: who made it, what its files are called and must contain."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IdxFile:
    """One file of a data set.

    ``name`` is without ``.gz``; ``size`` (in bytes) and ``sha256`` are those of the unpacked file.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """One data set.

    Parameters
    ----------
    name, title
        What ``load`` calls it, and what people call it.
    classes
        The name of each label, from 0.
    credit
        One line: authors and licence.
    top
        The number that stands for 1.0 in the files.
    files
        Training images, training labels, test images, test labels; none where the small set is all
        there is.
    held_out
        How many images at the end of the training file are for validation in the full set.
    folders
        The sub-folders in which the files are usually kept. A download goes to the first.
    mirrors
        Addresses, ending in "/", under which each file is found as ``name`` + ".gz".
    """

    name: str
    title: str
    classes: tuple[str, ...]
    credit: str
    top: int = 255
    files: tuple[IdxFile, ...] = ()
    held_out: int = 5000
    folders: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


TEN_DIGITS = tuple("0123456789")

MNIST = Source(
    name="mnist",
    title="MNIST",
    classes=TEN_DIGITS,
    credit="MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0",
    files=(
        IdxFile(
            "train-images-idx3-ubyte",
            47_040_016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        IdxFile(
            "train-labels-idx1-ubyte",
            60_008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        IdxFile(
            "t10k-images-idx3-ubyte",
            7_840_016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        IdxFile(
            "t10k-labels-idx1-ubyte",
            10_008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    folders=("mnist", "MNIST/raw"),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)

FASHION = Source(
    name="fashion",
    title="Fashion-MNIST",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    credit="Fashion-MNIST by Zalando SE, MIT licence",
    files=(
        IdxFile(
            "train-images-idx3-ubyte",
            47_040_016,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        IdxFile(
            "train-labels-idx1-ubyte",
            60_008,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        IdxFile(
            "t10k-images-idx3-ubyte",
            7_840_016,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        IdxFile(
            "t10k-labels-idx1-ubyte",
            10_008,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    folders=("fashion-mnist", "fashion", "FashionMNIST/raw"),
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
)

DIGITS = Source(
    name="digits",
    title="Optical Recognition of Handwritten Digits",
    classes=TEN_DIGITS,
    credit="Optical Recognition of Handwritten Digits by E. Alpaydin and C. Kaynak, CC BY 4.0",
    top=16,
)

SOURCES = {source.name: source for source in (MNIST, FASHION, DIGITS)}
