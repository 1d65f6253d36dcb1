"""The fields of the form are options of the requests, with their ranges and defaults."""

from typing import Literal

from pydantic import Field

from talkinghead.field_options import options_of
from talkinghead.requests.animation import CartoonRequest, PhotoRequest
from talkinghead.requests.dub import DubRequest
from talkinghead.web import form_schema
from talkinghead.web.form_schema import form_fields, form_json_schema, offered_options


def test_fields_have_the_ranges_and_defaults_of_the_options(client):
    options = client.send("GET", "/api/options").json()
    fields = {field["name"]: field for field in options["options"]}
    assert [fields["amp_lip_x"][key] for key in ("low", "high", "default")] == [0, 10, 2]
    assert fields["face"]["commands"] == ["photo", "dub"]
    assert fields["extend"]["choices"] == ["pingpong", "loop", "hold"]
    assert fields["background"]["commands"] == ["cartoon"]
    assert options["limits"]["max_upload"] == 200


def test_no_field_names_a_file_of_this_machine():
    offered = {field.name: field.kind for field in form_fields()}
    options = [*options_of(PhotoRequest), *options_of(CartoonRequest), *options_of(DubRequest)]
    paths = {option.name for option in options if option.is_path}
    uploaded, named = {"background", "style_from", "face_like"}, {"voice"}
    assert offered.keys() & paths == uploaded | named
    left_out = {"output", "ckpt", "device", "detector", "pose_from", "faces", "motion"}
    assert not left_out & offered.keys()


def test_every_option_that_names_no_file_is_offered_without_being_listed(monkeypatch):
    class WithMore(CartoonRequest):
        loud: Literal["a little", "very"] = Field(default="very", description="how loud")

    monkeypatch.setattr(form_schema, "REQUESTS", {"cartoon": WithMore})
    offered_options.cache_clear()
    fields = {field.name: field for field in form_fields()}
    offered_options.cache_clear()
    assert fields["loud"].choices == ["a little", "very"]
    assert fields["loud"].default == "very"


def test_the_json_schema_has_a_type_and_a_range_for_every_field():
    schema = form_json_schema()
    properties = schema["properties"]
    assert properties["blink"].items() >= {"type": "number", "minimum": 0, "maximum": 4}.items()
    assert properties["seed"]["type"] == "integer"
    assert properties["still"]["type"] == "boolean"
    assert properties["background"]["format"] == "binary"
    assert properties.keys() > {field.name for field in form_fields()}
    assert all("type" in field or "anyOf" in field for field in properties.values())
