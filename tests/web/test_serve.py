"""`serve`: what fails before the page is there leaves no socket behind."""

import pytest

from talkinghead.config import ModelConfig
from talkinghead.errors import WeightsError
from talkinghead.progress import Progress
from talkinghead.web.job_queue import Limits
from talkinghead.web.serve import serve
from talkinghead.web.server import open_socket


def test_missing_weights_are_reported_and_the_port_is_free_again(tmp_path):
    with open_socket(None) as listener:
        port = listener.getsockname()[1]
    models = ModelConfig(ckpt=tmp_path, device="cpu")
    with pytest.raises(WeightsError):
        serve(models, Limits(), Progress(), port=port, browser=False)
    open_socket(port).close()
