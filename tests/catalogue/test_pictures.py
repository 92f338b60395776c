"""Media type and size by content, held against Pillow."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from wemakeprice_sdk.catalogue.pictures import SUFFIXES, PictureFacts, picture_facts, picture_mime

FORMS = [
    ("JPEG", "image/jpeg", {}),
    ("JPEG", "image/jpeg", {"progressive": True}),
    ("JPEG", "image/jpeg", {"exif": b"Exif\x00\x00" + b"\xff\xc0" * 3_000, "comment": b"\xff\xc0\xff"}),
    ("PNG", "image/png", {}),
    ("GIF", "image/gif", {}),
    ("BMP", "image/bmp", {}),
    ("TIFF", "image/tiff", {}),
    ("WEBP", "image/webp", {}),
    ("WEBP", "image/webp", {"lossless": True}),
    ("WEBP", "image/webp", {"exif": b"Exif\x00\x00II*\x00"}),
    ("AVIF", "image/avif", {}),
]


def picture(form: str, width: int, height: int, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize(("form", "mime", "options"), FORMS, ids=lambda one: str(one)[:20])
@pytest.mark.parametrize("size", [(1, 1), (460, 460), (17, 3_000), (2_049, 5)])
def test_every_form_is_read_as_another_library_reads_it(
    form: str, mime: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    if form == "AVIF" and not features.check("avif"):
        pytest.skip("this build of Pillow writes no AVIF")
    data = picture(form, *size, **options)
    assert picture_facts(data) == PictureFacts(mime, *size)
    assert Image.open(io.BytesIO(data)).size == size
    assert mime in SUFFIXES


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<!DOCTYPE html><html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"MZ", b"GIF90a",
        b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WAVE", b"\x00\x00\x00\x18ftypmp42", b"BM", b"II*\x00\xff\xff\xff\xff",
        b"BM is a text about cars that is long enough to be taken for a header",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert picture_facts(data) is None


@settings(max_examples=200)
@given(st.sampled_from(FORMS), st.data())
def test_no_damage_stops_it(form: tuple[str, str, dict[str, object]], data: st.DataObject) -> None:
    whole = bytearray(picture("PNG" if form[0] == "AVIF" else form[0], 9, 7))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    facts = picture_facts(cut)
    assert facts is None or facts.mime == picture_mime(cut[:16])
