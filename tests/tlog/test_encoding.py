"""A text file is what it was before a shell or an editor saved it; what is no text stays as it is, and is refused later."""

import pytest

from service.tlog.encoding import as_written


@pytest.mark.parametrize(
    ("saved", "written"),
    [
        (b"", b""),
        (b"a\nb\n", b"a\nb\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\n\nb \n\n \r\n", b"a\n\nb\n"),
        (b"\n \n", b""),
        (b"\xef\xbb\xbfa\r\nb\r\n", b"a\nb\n"),
        (b"\xff\xfea\0\r\0\n\0", b"a\n"),
        (b"\xfe\xff\0a\0\r\0\n", b"a\n"),
        ("\u2014 é\n".encode(), "\u2014 é\n".encode()),
        (b"a\rb\n", b"a\rb\n"),
        (b"\xff\xfea", b"\xff\xfea"),
        (b"\xff", b"\xff"),
        (b"\xff\xfe\x00\xd8", b"\xff\xfe\x00\xd8"),
    ],
)
def test_marks_and_lines_of_other_systems_are_taken_off(saved: bytes, written: bytes) -> None:
    assert as_written(saved) == written
